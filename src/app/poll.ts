// Asks once how a job stands and says when to ask again. A refused or failed poll only slows the polling: it never
// sends the work again.
import { isHeadroomError } from "../core/errors.ts";
import { isOver, watchAt } from "../core/jobs/flow.ts";
import type { Job } from "../core/jobs/model.ts";
import { nextPollAt, sharedIntervalMs } from "../core/jobs/schedule.ts";
import { readJob } from "../core/profile/answer.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import { readError } from "../core/profile/failure.ts";
import type { Action, Watch } from "../core/profile/schema.ts";
import type { Incoming, Progress } from "../core/wire.ts";
import { succeeded } from "./advance.ts";
import { claimOf, SILENT, send } from "./calls.ts";
import { actionOf } from "./context.ts";
import { brokenAnswer, errorProblem, failureProblem, type Problem } from "./problems.ts";
import { answered, slim } from "./record.ts";
import { end, handsOff, setState, sourcesOf, stepName, type Task } from "./task.ts";

/** The part of every limit that polls may use; the rest is left to what a person sends. */
const POLL_SHARE = 0.5;
/** A job that nobody has seen yet may simply not be there yet: so many polls may say 404. */
const UNSEEN_404 = 3;
/** After so many failures in a row the person is asked to look. */
const MOST_ERRORS = 12;

/** Polls once. Never throws for what may happen on the way. */
export async function pollStage(task: Task): Promise<void> {
  const { context, action, job, place } = task;
  const watch = watchAt(action, job);
  const poll = watch === null ? null : actionOf(place.profile, watch.poll.action);
  if (watch === null || poll === null) {
    const about = { ...context.ports, providerName: place.profile.name, simulated: place.account.simulated };
    return void end(task, { exchange: "failed", job: "lost" }, brokenAnswer(about, "missing", "poll"));
  }
  try {
    const incoming = await ask(task, watch, poll);
    const heldMs = Math.max(0, incoming.head.gotAt - incoming.head.sentAt);
    await understood(task, watch, poll, incoming, heldMs);
  } catch (error) {
    if (handsOff(task.live, error) || isHeadroomError(error, "cancelled")) return;
    context.ports.log("warn", `poll ${task.id}: ${error instanceof Error ? error.message : String(error)}`);
    slower(task, watch, poll, problemOf(task, error));
  }
  context.changed();
}

function ask(task: Task, watch: Watch, poll: Action): Promise<Incoming> {
  const { context, job, place, live, exchange } = task;
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

async function understood(
  task: Task,
  watch: Watch,
  poll: Action,
  incoming: Incoming,
  heldMs: number,
): Promise<void> {
  const { context, id, action, place } = task;
  const { jobs, clock } = context.ports;
  const polls = task.job.polls + 1;
  const given = answered(incoming);
  if (given.status >= 400) return failedPoll({ ...task, job: { ...task.job, polls } }, watch, poll, incoming);
  if (given.broken || (given.body === null && incoming.text === null)) {
    const about = { ...context.ports, providerName: place.profile.name, simulated: place.account.simulated };
    return slower(task, watch, poll, brokenAnswer(about, "json", ""));
  }
  const read = readJob(watch, given);
  const name = stepName(action, task.job.step);
  const answers = { ...task.job.answers, [name]: slim(given.body), last: slim(given.body) };
  const job: Job = { ...task.job, answers, polls, word: read.word, progress: read.progress, seen: true };
  const common = { polls, word: read.word, progress: read.progress, seen: true, pollErrors: 0, error: null };
  if (read.word !== task.job.word && read.word !== null)
    context.ports.exchanges.note(id, { at: clock.now(), what: "state", state: "accepted", note: read.word });
  switch (read.state) {
    case "queued":
    case "running": {
      const errors = incoming.attempts > 1 ? 1 : 0;
      return void jobs.update(id, {
        ...common,
        state: read.state,
        nextPollAt: nextAt(task, watch, poll, polls, heldMs, errors),
      });
    }
    case "succeeded":
      jobs.update(id, { ...common, answers, nextPollAt: null });
      return succeeded({ ...task, job }, given);
    case "failed":
    case "cancelled":
    case "lost":
      jobs.update(id, { ...common, answers });
      return over({ ...task, job }, read.state, read.error);
  }
}

function over(task: Task, state: "failed" | "cancelled" | "lost", error: string | null): void {
  const { t } = task.context.ports;
  const provider = task.place.profile.name;
  const problem: Problem =
    state === "cancelled"
      ? { sentence: t("{provider} has cancelled the job.", { provider }), remedy: null }
      : {
          sentence:
            error === null
              ? t("The job failed at {provider}, which does not say why.", { provider })
              : t("The job failed at {provider}: “{error}”", { provider, error }),
          remedy: t("Change the input if it is the cause, then send again."),
        };
  end(task, { exchange: state === "cancelled" ? "cancelled" : "failed", job: state }, problem);
}

/** An error status of a poll: gone, not allowed, or only a reason to ask later. */
function failedPoll(task: Task, watch: Watch, poll: Action, incoming: Incoming): void {
  const { context, id, job, place } = task;
  const { jobs, t } = context.ports;
  const { status, headers } = incoming.head;
  const about = { ...context.ports, providerName: place.profile.name, simulated: place.account.simulated };
  const failure = readError(place.profile, status, headers, answered(incoming).body);
  const problem = failureProblem(about, status, failure);
  if (status === 404 && (job.seen === true || job.polls >= UNSEEN_404)) {
    const gone: Problem = {
      sentence: t("{provider} no longer knows this job ({id}).", {
        provider: place.profile.name,
        id: job.remoteId ?? "?",
      }),
      remedy: t("It may have been removed there; send again if you still need the result."),
    };
    end(task, { exchange: "failed", job: "lost" }, gone);
    return;
  }
  if (status === 401 || status === 402 || status === 403) {
    jobs.update(id, { watched: false, nextPollAt: null, polls: job.polls });
    setState(context, id, "accepted", { problem }, "watching stopped");
    return;
  }
  slower(task, watch, poll, problem);
}

/** Asks later, and more seldom with every failure in a row; after many the person looks. */
function slower(task: Task, watch: Watch, poll: Action, problem: Problem): void {
  const { context, id, job } = task;
  const errors = (job.pollErrors ?? 0) + 1;
  const watched = errors < MOST_ERRORS;
  context.ports.jobs.update(id, {
    polls: job.polls,
    pollErrors: errors,
    watched,
    nextPollAt: watched ? nextAt(task, watch, poll, job.polls, 0, errors) : null,
    error: { code: null, detail: problem.sentence },
  });
  if (!watched) setState(context, id, "accepted", { problem }, "watching stopped");
}

/** The instant of the next poll, with all jobs that share the polling budget in view. */
function nextAt(
  task: Task,
  watch: Watch,
  poll: Action,
  polls: number,
  heldMs: number,
  errors: number,
): number {
  const { context, job, place } = task;
  const { clock, jobs } = context.ports;
  const now = clock.now();
  const others = jobs
    .open(Number.MAX_SAFE_INTEGER)
    .filter(
      (one) => one.accountId === place.account.id && one.watched && !isOver(one) && one.stage === "watch",
    );
  const policies = claimOf(place, poll).parts.map((part) => part.policy);
  return nextPollAt({
    watch,
    now,
    ageMs: now - job.createdAt,
    polls,
    heldMs,
    errors,
    sharedMs: sharedIntervalMs(others.length, policies, POLL_SHARE),
    random: clock.random(),
  });
}

function problemOf(task: Task, error: unknown): Problem {
  const { context, place } = task;
  return errorProblem(
    { ...context.ports, providerName: place.profile.name, simulated: place.account.simulated },
    error,
  );
}
