// The one request that asks how a job stands. What its answer means is poll.ts.
import { resultsAt } from "../core/jobs/flow.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import type { Incoming, Progress } from "../core/wire.ts";
import { SILENT, send } from "./calls.ts";
import type { Polling } from "./poll-again.ts";
import { liftOf } from "./results.ts";
import { sourcesOf, type Task } from "./task.ts";

/** Asks in the lowest lane. Throws what the client throws. */
export function ask({ task, watch, poll }: Polling): Promise<Incoming> {
  const { context, action, job, place, live, exchange } = task;
  const bind = { ...watch.poll.bind, ...(watch.longPoll?.bind ?? {}) };
  return send(
    context,
    {
      place,
      action: poll,
      input: resolveBindings(bind, sourcesOf(job)),
      exchangeId: task.id,
      idempotencyKey: null,
      lane: "poll",
      title: exchange.title,
      saveTo: null,
      lift: liftOf(resultsAt(action, job)),
      // A long poll is silent on purpose, and its round trip measures nothing.
      ...(watch.longPoll === undefined ? {} : { idleMs: watch.longPoll.holdMs + 30_000 }),
      signal: live.abort.signal,
    },
    refusals(task),
  );
}

/** Of polls only refusals are noted: a timeline of every poll would hide what matters. */
function refusals({ context, id }: Task): Progress {
  const { exchanges, clock } = context.ports;
  return {
    ...SILENT,
    refused: (refusal, attempt) => exchanges.note(id, { at: clock.now(), what: "refused", attempt, refusal }),
  };
}
