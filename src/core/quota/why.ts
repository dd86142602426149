// Why a request waits, as facts: which policy, what it has left, since when, until when, on what evidence, who is ahead.
// The one answer to that question, for every place that shows it. Pure; it makes no sentence.
import type { Ticket } from "./ledger.ts";
import { type Evidence, LANES, type Lane, type Policy, type Retry, type Wait } from "./model.ts";

/** Where what holds a request is known from: an answer's headers, a refusal, the profile, what refusals taught, our own count. */
export type Source = "headers" | "refusal" | "profile" | "learned" | "count" | "nobody";

/** What ends a wait that has no instant. */
export type Ending = "jobEnds" | "othersGo" | "attemptEnds" | "serverOpens" | "placeFrees" | "answerComes";

/** Own requests of one lane that are served before another. */
export interface LaneAhead {
  readonly lane: Lane;
  readonly count: number;
  /** Titles of the first of them, at most three. */
  readonly titles: readonly string[];
}

/** All that is known of a wait. Instants are epoch ms. */
export interface Why {
  readonly cause: Wait["cause"];
  /** Null where no policy holds it, as in an outage. */
  readonly policyId: string | null;
  /** The policy as it stands for the account; null where it is not known. */
  readonly policy: Policy | null;
  /** Units left and allowed when it was last asked; null where no limit is known. */
  readonly left: number | null;
  readonly limit: number | null;
  readonly since: number;
  readonly until: number | null;
  /** Null where `until` is an instant. */
  readonly ending: Ending | null;
  readonly evidence: {
    readonly source: Source;
    /** When that was last seen; null where nobody noted it. */
    readonly seenAt: number | null;
  };
  readonly ahead: {
    readonly count: number;
    /** Those of this process, by lane in the order in which they are served. */
    readonly own: readonly LaneAhead[];
    /** How many of them wait in other processes. */
    readonly others: number;
  };
  /** The jobs that take the slots it waits for, by name, as far as they are known; none where it waits for something else. */
  readonly holders: readonly string[];
  /** The attempt that follows, where one does by itself. */
  readonly retry: Retry | null;
}

/** A request that waits. */
export type Waiting = Pick<Ticket, "id" | "accountId" | "since" | "wait">;

const TITLES = 3;

/**
 * Why a request waits. `line` holds all that wait, of every process, in the order in which they are served; `policies` those of its
 * account, `holders` the names of the jobs that take its slots.
 */
export function whyOf(
  waiting: Waiting,
  line: readonly Ticket[],
  policies: readonly Policy[],
  holders: readonly string[] = [],
): Why {
  const { wait, since } = waiting;
  return {
    cause: wait.cause,
    policyId: wait.policyId === "" ? null : wait.policyId,
    policy: policies.find((one) => one.id === wait.policyId) ?? null,
    left: wait.left,
    limit: wait.limit,
    since,
    until: wait.until,
    ending: wait.until === null ? endingOf(wait.cause) : null,
    evidence: {
      source: isRefusal(wait) ? "refusal" : sourceOf(wait.evidence),
      seenAt: wait.evidenceAt ?? null,
    },
    ahead: aheadOf(waiting, line),
    holders: wait.cause === "slots" ? holders : [],
    retry: wait.retry ?? null,
  };
}

function endingOf(cause: Wait["cause"]): Ending {
  switch (cause) {
    case "slots":
      return "jobEnds";
    case "ahead":
      return "othersGo";
    case "refused":
      return "serverOpens";
    case "learning":
    case "backoff":
    case "outage":
    case "retries":
      return "attemptEnds";
    case "connections":
      return "answerComes";
    case "rate":
      return "placeFrees";
  }
}

/** Where a word on a limit comes from. */
export function sourceOf(evidence: Evidence): Source {
  switch (evidence) {
    case "stated":
      return "headers";
    case "published":
      return "profile";
    case "counted":
      return "count";
    case "inferred":
      return "learned";
    case "unknown":
      return "nobody";
  }
}

function isRefusal({ cause, evidence }: Wait): boolean {
  return cause === "refused" || (cause === "backoff" && evidence === "stated");
}

/** Whether two wait for the same; where no policy holds them, for the same reason. */
function isSame(a: Wait, b: Wait): boolean {
  return a.partition === b.partition && (a.partition !== "" || a.cause === b.cause);
}

/** Those that wait for the same budget and are served before it. Who only waits for its next attempt waits for nobody. */
function aheadOf({ id, accountId, wait }: Waiting, line: readonly Ticket[]): Why["ahead"] {
  const own = new Map<Lane, { count: number; readonly titles: string[] }>();
  let others = 0;
  let count = 0;
  for (const one of line) {
    if (one.id === id || wait.cause === "backoff") break;
    if (one.accountId !== accountId || !isSame(one.wait, wait)) continue;
    count++;
    if (!one.own) others++;
    else {
      const lane = own.get(one.lane) ?? { count: 0, titles: [] };
      lane.count++;
      if (lane.titles.length < TITLES) lane.titles.push(one.title);
      own.set(one.lane, lane);
    }
  }
  const lanes = LANES.flatMap((lane) => {
    const found = own.get(lane);
    return found === undefined ? [] : [{ lane, ...found }];
  });
  return { count, own: lanes, others };
}
