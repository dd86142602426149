// One exchange under way in this process: what it stands on, and the small steps that all its stages share. It must
// not decide which stage follows another; work.ts does.

import { isHeadroomError } from "../core/errors.ts";
import { FIRST, stepAt } from "../core/jobs/flow.ts";
import type { ExchangeState, Job, Result } from "../core/jobs/model.ts";
import type { Exchange } from "../core/jobs/stores.ts";
import type { BindSources } from "../core/profile/bind.ts";
import { START } from "../core/profile/bind.ts";
import type { Action } from "../core/profile/schema.ts";
import type { Wait } from "../core/quota/model.ts";
import { makeRedactor, type Redactor } from "../core/redact.ts";
import type { CLOSING, Progress } from "../core/wire.ts";
import { pause } from "./changes.ts";
import type { Context, LiveExchange, Place } from "./context.ts";
import type { Problem } from "./problems.ts";
import { cleanHeaders } from "./record.ts";
import { waitLine } from "./waits.ts";

/** Between two tries of a commit. ms */
const PAUSE_MS = 100;
/** So often it is tried, for about a minute with the store's own patience; then the exchange is taken up like a dead process'. */
const TRIES = 200;

/** Why a task is ended before its time. */
export type StopReason = "person" | "later" | typeof CLOSING | "lease";

/** What a stage works with: the stored job and exchange as they stand now, and what is known only here. */
export interface Task {
  readonly context: Context;
  readonly id: string;
  readonly place: Place;
  readonly action: Action;
  readonly live: LiveExchange;
  readonly job: Job;
  readonly exchange: Exchange;
}

/** Why the task's signal was aborted; null while it is not. */
export function stopReason(live: LiveExchange): StopReason | null {
  return live.abort.signal.aborted ? (live.abort.signal.reason as StopReason) : null;
}

/**
 * Whether an error only means that this process stops or lost the lease: the stores stay as they are then, and
 * somebody goes on from there.
 */
export function handsOff(live: LiveExchange, error: unknown): boolean {
  if (isHeadroomError(error, "cancelled") && error.fields.by === "closing") live.abort.abort("closing");
  const reason = stopReason(live);
  return reason === "closing" || reason === "lease";
}

/** The name under which the answer of a job's present step is kept. */
export function stepName(action: Action, step: number): string {
  return step === FIRST ? START : (stepAt(action, step)?.name ?? START);
}

/** What binding expressions of a job may look at. */
export function sourcesOf(job: Job): BindSources {
  return { jobId: job.remoteId, answers: job.answers, input: job.input, edited: job.edited ?? {} };
}

/** Takes every key that this process has seen out of what is stored. */
export function redactorOf(context: Context): Redactor {
  return makeRedactor([...context.ports.keys.known()]);
}

/** Sets an exchange's state, notes it in the timeline, and tells everybody. */
export function setState(
  context: Context,
  id: string,
  state: ExchangeState,
  change: Partial<Omit<Exchange, "id" | "state">> = {},
  note: string | null = null,
): void {
  const { exchanges, clock, together } = context.ports;
  together(() => {
    exchanges.update(id, { ...change, state });
    exchanges.note(id, { at: clock.now(), what: "state", state, note });
  });
  context.changed();
}

/** Ends an exchange and its job, frees its slots, and says so. Nothing comes after it. */
export function end(
  task: Pick<Task, "context" | "id" | "exchange">,
  states: { readonly exchange: ExchangeState; readonly job: Job["state"] },
  problem: Problem | null,
  more: { readonly code?: string | null; readonly note?: string } = {},
): void {
  const { context, id, exchange } = task;
  const { jobs, ledger, clock, t, together } = context.ports;
  const now = clock.now();
  together(() => {
    setState(context, id, states.exchange, { endedAt: now, problem }, more.note ?? null);
    jobs.update(id, {
      state: states.job,
      endedAt: now,
      nextPollAt: null,
      asks: null,
      error: problem === null ? null : { code: more.code ?? null, detail: problem.sentence },
    });
    ledger.free(id, now);
  });
  const title = exchange.title;
  if (states.job === "succeeded") context.say(t("{title} is done.", { title }));
  else if (problem !== null) context.say(t("{title}: {problem}", { title, problem: problem.sentence }));
}

/** Stops until the person decides. */
export function ask(
  task: Task,
  asks: Job["asks"],
  problem: Problem | null,
  state: ExchangeState | null,
): void {
  const { context, id, exchange } = task;
  context.ports.together(() => {
    if (state !== null) setState(context, id, state, { problem });
    else
      context.ports.exchanges.note(id, {
        at: context.ports.clock.now(),
        what: "state",
        state: "accepted",
        note: "asked",
      });
    context.ports.jobs.update(id, { stage: "ask", asks, nextPollAt: null });
  });
  context.say(context.ports.t("{title} waits for your decision.", { title: exchange.title }));
  context.changed();
}

/** Takes it out of the gate until the person sends or discards it. Nobody carries on with it, and it holds nothing. */
export function keep({ context, id, exchange }: Task, problem: Problem | null): void {
  const { jobs, ledger, clock, t, together } = context.ports;
  together(() => {
    setState(context, id, "kept", { problem }, "later");
    jobs.update(id, { stage: "ask", asks: null, nextPollAt: null });
    ledger.free(id, clock.now());
  });
  context.say(t("{title} is kept for later.", { title: exchange.title }));
}

/** What the stores are told of a request on its way. */
interface Watched {
  /** Called before the first byte leaves. */
  sending(): void;
  /** Called when the server has clearly refused: then this attempt did nothing, and it waits again. */
  back(): void;
  /** Called when an attempt that may have been taken is repeated. */
  lost(): void;
  /** Whether it costs money: that it left must then be known after a power failure too. */
  readonly charged: boolean;
  /** What is called, where it is a further step of a flow. */
  readonly call?: string;
}

/** Notes what happens to a request in the exchange's timeline and in the live state. */
export function progressOf(
  task: Pick<Task, "context" | "id" | "live" | "place" | "exchange" | "job">,
  { sending, back, lost, charged, call }: Watched,
): Progress {
  const { context, id, live, place } = task;
  const { exchanges, clock, together, log } = context.ports;
  return {
    waiting(wait) {
      const at = clock.now();
      const since = waits(wait, at);
      exchanges.note(id, { at, what: "waiting", wait, since });
      context.slots.waiting(place, wait);
      context.changed();
    },
    sending(attempt, now) {
      live.waits = null;
      // Written before the first byte leaves: after a crash nobody may believe that nothing was sent.
      together(() => {
        sending();
        exchanges.update(id, { attempts: attempt });
        exchanges.note(id, {
          at: now,
          what: "sent",
          attempt,
          ...(call === undefined ? {} : { call }),
        });
      }, charged);
      context.changed();
    },
    head(head, attempt) {
      const clean = { ...head, headers: cleanHeaders(redactorOf(context), head.headers) };
      exchanges.note(id, { at: head.gotAt, what: "answered", attempt, head: clean });
      context.changed();
    },
    refused(refusal, attempt) {
      together(() => {
        exchanges.note(id, { at: clock.now(), what: "refused", attempt, refusal });
        if (refusal.kind !== "busy" && refusal.kind !== "credit") back();
      });
      if (refusal.kind === "concurrency") context.slots.ask(place, clock.now());
      context.changed();
    },
    retrying(until, retry, evidence) {
      const at = clock.now();
      // Where nothing is to be awaited but the gate, the gate says so.
      if (until <= at) live.waits = null;
      else waits({ ...NO_POLICY, cause: "backoff", until, evidence, evidenceAt: at, retry }, at);
      together(() => {
        if (retry.cause === "lost" || retry.cause === "broken") lost();
        exchanges.note(id, { at, what: "retrying", until, ...retry });
      });
      context.changed();
    },
    bytes() {},
  };

  /** Notes what it waits for now; returns since when it waits. The log hears of it where the reason is another one. */
  function waits(wait: Wait, now: number): number {
    const before = live.waits;
    const since = before?.since ?? now;
    const { accountId, title } = task.exchange;
    live.waits = { wait, since, accountId, title, lane: task.job.step === FIRST ? "person" : "flow" };
    if (before?.wait.cause !== wait.cause || before.wait.partition !== wait.partition)
      log("info", `${id}: ${waitLine(context, place, { id, since, wait }, now)}`);
    return since;
  }
}

/** What holds a request where no policy does. */
const NO_POLICY = { partition: "", policyId: "", left: null, limit: null };

/**
 * Runs writes as one commit, again and again while only the database's lock or the disk is in the way. Throws what else stands
 * in it, such as a lease that another process has taken: then the files of the results that it would have stored are deleted.
 */
export async function surely(
  task: Pick<Task, "context" | "id">,
  made: readonly Result[],
  work: () => void,
): Promise<void> {
  const { together, isPassing, clock, log, files } = task.context.ports;
  const never = new AbortController().signal;
  for (let tries = 1; ; tries++) {
    try {
      return together(work);
    } catch (error) {
      if (!isPassing(error)) await files.discard(made.flatMap(({ file }) => file ?? []));
      if (!isPassing(error) || tries >= TRIES) throw error;
      if (tries === 1) log("warn", `${task.id}: ${String(error)}; it is tried again`);
    }
    await pause(clock, PAUSE_MS, never);
  }
}
