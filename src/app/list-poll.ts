// One list call that answers for many jobs of an account, where the API has one: whoever is due first asks for all that are
// due, and the others take their part of the answer. It must not decide when a job is due, nor what an answer means for it.
import { isOver, watchAt } from "../core/jobs/flow.ts";
import type { Job } from "../core/jobs/model.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import { readMany } from "../core/profile/lists.ts";
import type { Answered } from "../core/profile/path.ts";
import type { Action, Watch } from "../core/profile/schema.ts";
import type { Incoming } from "../core/wire.ts";
import { SILENT, send } from "./calls.ts";
import { actionOf, type Context, type Place } from "./context.ts";
import type { Polling } from "./poll-again.ts";
import { answered } from "./record.ts";

/** Up to so many jobs are asked about one by one. */
const MOST_SINGLE = 3;
/** A list call asks for at most so many jobs. */
const MOST_IDS = 100;
/** Who is due this soon is asked for as well. ms */
const SOON_MS = 100;

/** What a list call came to; `entries` is empty where it failed. */
export interface Listing {
  readonly incoming: Incoming;
  readonly entries: ReadonlyMap<string, Answered>;
}

interface Round {
  /** Jobs that have not taken their part yet. */
  readonly ids: Set<string>;
  readonly answer: Promise<Listing>;
  /** When the answer was here; null until then. Epoch ms. */
  answeredAt: number | null;
  /** Jobs that wait for it; the last one that leaves ends it. */
  waiting: number;
  readonly abort: AbortController;
}

/** Whether a job of so many that are watched together is asked about by list. */
export function listed(watch: Watch, jobs: number, pressed: boolean): boolean {
  // While work waits for a place, a held poll tells of the end at once; that is worth its requests.
  const held = pressed && watch.longPoll !== undefined;
  return watch.listPoll?.ofJobs !== undefined && jobs > MOST_SINGLE && !held;
}

/** The list calls of this process. */
export class ListPolls {
  readonly #rounds = new Map<string, Round>();

  /**
   * The list with a job in it, asked for once for all that are due; null where the API has none, or the job was stopped
   * meanwhile. Throws what the client throws.
   */
  async ask({ task, watch }: Polling): Promise<Listing | null> {
    const { live, job, place, context } = task;
    const list = watch.listPoll;
    const action = list === undefined ? null : actionOf(place.profile, list.action);
    if (list?.ofJobs === undefined || action === null || job.remoteId === null) return null;
    const name = `${place.keyId}\n${list.action}`;
    const now = context.ports.clock.now();
    let round = this.#rounds.get(name);
    const fresh = round?.answeredAt == null || now - round.answeredAt <= SOON_MS;
    if (round === undefined || !fresh || !round.ids.has(job.remoteId)) {
      round = begun(context, place, list, action, due(task, watch));
      this.#rounds.set(name, round);
    }
    round.ids.delete(job.remoteId);
    if (round.ids.size === 0) this.#rounds.delete(name);
    return shared(round, live.abort.signal);
  }
}

function begun(
  context: Context,
  place: Place,
  list: NonNullable<Watch["listPoll"]>,
  action: Action,
  ids: readonly string[],
): Round {
  const abort = new AbortController();
  const sources = { jobId: null, jobIds: ids, answers: {}, input: {}, edited: {} };
  const call = {
    place,
    action,
    input: resolveBindings(list.ofJobs ?? {}, sources),
    exchangeId: null,
    idempotencyKey: null,
    lane: "poll" as const,
    title: action.title,
    saveTo: null,
    signal: abort.signal,
  };
  const answer = send(context, call, SILENT).then((incoming) => {
    const good = incoming.head.status < 400;
    return { incoming, entries: good ? readMany(list, answered(incoming)) : new Map<string, Answered>() };
  });
  const round: Round = { ids: new Set(ids), answer, answeredAt: null, waiting: 0, abort };
  const landed = () => {
    round.answeredAt = context.ports.clock.now();
  };
  answer.then(landed, landed);
  return round;
}

/** The round's answer; null at once where the job is stopped meanwhile. */
async function shared(round: Round, signal: AbortSignal): Promise<Listing | null> {
  round.waiting++;
  const left = Promise.withResolvers<null>();
  const leave = () => left.resolve(null);
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await Promise.race([round.answer, left.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
    if (--round.waiting === 0 && round.answeredAt === null) {
      round.ids.clear();
      round.abort.abort();
    }
  }
}

/** The jobs that are watched by the same list with the same key, this one among them. */
export function sameList({ context, job, place }: Polling["task"], { listPoll }: Watch): Job[] {
  return context.ports.jobs
    .open(Number.MAX_SAFE_INTEGER)
    .filter((one) => one.accountId === place.account.id && one.keyId === job.keyId && !isOver(one))
    .filter((one) => one.id === job.id || (one.watched && one.stage === "watch"))
    .filter((one) => {
      const action = actionOf(place.profile, one.actionId);
      return action !== null && watchAt(action, one)?.listPoll?.action === listPoll?.action;
    });
}

/** The ids of the jobs of the same list that are due here, this one first. */
function due(task: Polling["task"], watch: Watch): string[] {
  const { context, job } = task;
  const soon = context.ports.clock.now() + SOON_MS;
  const others = sameList(task, watch)
    .filter((one) => (one.nextPollAt ?? soon) <= soon && context.live.has(one.id))
    .flatMap((one) => one.remoteId ?? []);
  return [...new Set([job.remoteId ?? "", ...others])].slice(0, MOST_IDS);
}
