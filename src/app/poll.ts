// Asks once how a job stands and takes the answer in; when to ask again is poll-again.ts.
import { isHeadroomError } from "../core/errors.ts";
import { resultsAt, watchAt } from "../core/jobs/flow.ts";
import { readJob } from "../core/profile/answer.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import type { Incoming, Progress } from "../core/wire.ts";
import { succeeded, watchedResults } from "./advance.ts";
import { SILENT, send } from "./calls.ts";
import { actionOf } from "./context.ts";
import { failedPoll, nextAt, type Polling, slower } from "./poll-again.ts";
import { answered, slim } from "./record.ts";
import { discard, liftOf } from "./results.ts";
import { end, handsOff, sourcesOf, stepName, type Task } from "./task.ts";
import { brokenProblem, thrownProblem } from "./task-problems.ts";

/** Polls once. Never throws for what may happen on the way. */
export async function pollStage(task: Task): Promise<void> {
  const { context, action, job, place } = task;
  const watch = watchAt(action, job);
  const poll = watch === null ? null : actionOf(place.profile, watch.poll.action);
  if (watch === null || poll === null) {
    end(task, { exchange: "failed", job: "lost" }, brokenProblem(task, "missing", "poll"));
    return;
  }
  const polling: Polling = { task, watch, poll };
  try {
    const incoming = await ask(polling);
    try {
      await understood(polling, incoming);
    } finally {
      await discard(context, incoming);
    }
  } catch (error) {
    if (handsOff(task.live, error) || isHeadroomError(error, "cancelled")) return;
    context.ports.log("warn", `poll ${task.id}: ${error instanceof Error ? error.message : String(error)}`);
    slower(polling, job.polls, thrownProblem(task, error));
  }
  context.changed();
}

function ask({ task, watch, poll }: Polling): Promise<Incoming> {
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

async function understood(polling: Polling, incoming: Incoming): Promise<void> {
  const { task, watch } = polling;
  const { context, id, action, job } = task;
  const { jobs, clock, exchanges, together } = context.ports;
  const polls = job.polls + 1;
  const given = answered(incoming);
  if (given.status >= 400) return failedPoll(polling, polls, incoming);
  if (given.broken || given.body === null) return slower(polling, polls, brokenProblem(task, "json", ""));
  const { state, word, progress, error } = readJob(watch, given);
  const common = { polls, word, progress, seen: true, pollErrors: 0, error: null };
  const told = () => {
    if (word !== null && word !== job.word)
      exchanges.note(id, { at: clock.now(), what: "state", state: "accepted", note: word });
  };
  if (state === "queued" || state === "running") {
    const { gotAt, sentAt } = incoming.head;
    // A poll that was refused on the way slows the next one.
    const nextPollAt = nextAt(polling, polls, Math.max(0, gotAt - sentAt), incoming.attempts > 1 ? 1 : 0);
    together(() => {
      told();
      jobs.update(id, { ...common, state, nextPollAt });
    });
    return;
  }
  const body = slim(given.body);
  const answers = { ...job.answers, [stepName(action, job.step)]: body, last: body };
  const after: Task = { ...task, job: { ...job, answers, polls, word, progress, seen: true } };
  const results = state === "succeeded" ? await watchedResults(after, incoming) : [];
  together(() => {
    told();
    jobs.update(id, { ...common, answers, nextPollAt: null });
    if (state === "succeeded") succeeded(after, results);
    else over(after, state, error);
  });
}

function over(task: Task, state: "failed" | "cancelled" | "lost", error: string | null): void {
  const { t } = task.context.ports;
  const provider = task.place.profile.name;
  const why =
    error === null
      ? t("The job failed at {provider}, which does not say why.", { provider })
      : t("The job failed at {provider}: “{error}”", { provider, error });
  const problem =
    state === "cancelled"
      ? { sentence: t("{provider} has cancelled the job.", { provider }), remedy: null }
      : { sentence: why, remedy: t("Change the input if it is the cause, then send again.") };
  end(task, { exchange: state === "cancelled" ? "cancelled" : "failed", job: state }, problem);
}
