// When a job is asked about again: after an answer, after a refusal, after a failure. Trouble only makes polls more
// seldom; it never sends the work again.
import { isOver } from "../core/jobs/flow.ts";
import { nextPollAt, sharedIntervalMs } from "../core/jobs/schedule.ts";
import { said } from "../core/profile/said.ts";
import type { Action, Watch } from "../core/profile/schema.ts";
import type { Incoming } from "../core/wire.ts";
import { claimOf } from "./calls.ts";
import type { Problem } from "./problems.ts";
import { end, setState, type Task } from "./task.ts";
import { failureOf } from "./task-problems.ts";

/** A job being polled: the task, how it is watched, the action that asks. */
export interface Polling {
  readonly task: Task;
  readonly watch: Watch;
  readonly poll: Action;
}

/** The part of every limit that polls may use; the rest is left to what a person sends. */
const POLL_SHARE = 0.5;
/** A job that nobody has seen yet may simply not be there yet: so many polls may say 404. */
const UNSEEN_404 = 3;
/** After so many failures in a row the person is asked to look. */
const MOST_ERRORS = 12;

/** An error status of a poll: gone, not allowed, or only a reason to ask later. `polls` counts this one. */
export function failedPoll(polling: Polling, polls: number, incoming: Incoming): void {
  const { task } = polling;
  const { context, id, job, place } = task;
  const { jobs, t } = context.ports;
  const { status } = incoming.head;
  if (otherKey(task, status, polls)) return;
  const { problem } = failureOf(task, incoming);
  if (status === 404 && (job.seen === true || polls >= UNSEEN_404)) {
    const gone: Problem = {
      sentence: t("{provider} no longer knows this job ({id}).", {
        provider: place.profile.name,
        id: said(job.remoteId ?? "?", 100),
      }),
      remedy: t("It may have been removed there; send again if you still need the result."),
    };
    end(task, { exchange: "failed", job: "lost" }, gone);
  } else if (status === 401 || status === 402 || status === 403) {
    jobs.update(id, { watched: false, nextPollAt: null, polls });
    setState(context, id, "accepted", { problem }, "watching stopped");
  } else slower(polling, polls, problem);
}

/** Of an adopted job nobody knows whose it is: where one key does not find it, the account's next one asks. */
function otherKey({ context, id, job, place, exchange }: Task, status: number, polls: number): boolean {
  const { jobs, exchanges, clock } = context.ports;
  if (exchange.attempts > 0 || job.seen === true || ![401, 403, 404].includes(status)) return false;
  const { keys } = place.account;
  const next = keys[keys.findIndex((key) => key.id === place.keyId) + 1];
  if (next === undefined) return false;
  exchanges.update(id, { keyId: next.id });
  jobs.update(id, { keyId: next.id, nextPollAt: clock.now(), polls });
  return true;
}

/** Asks later, and more seldom with every failure in a row; after many the person looks. */
export function slower(polling: Polling, polls: number, problem: Problem): void {
  const { context, id, job } = polling.task;
  const errors = (job.pollErrors ?? 0) + 1;
  // The person may have stopped watching while the poll was under way.
  const watched = errors < MOST_ERRORS && context.ports.jobs.get(id)?.watched === true;
  context.ports.jobs.update(id, {
    polls,
    pollErrors: errors,
    watched,
    nextPollAt: watched ? nextAt(polling, polls, 0, errors) : null,
    error: { code: null, detail: problem.sentence },
  });
  if (errors >= MOST_ERRORS) setState(context, id, "accepted", { problem }, "watching stopped");
}

/** The instant of the next poll, with all jobs that share the polling budget in view. */
export function nextAt(
  { task, watch, poll }: Polling,
  polls: number,
  heldMs: number,
  errors: number,
): number {
  const { context, job, place } = task;
  const { clock, jobs } = context.ports;
  const now = clock.now();
  const polled = jobs
    .open(Number.MAX_SAFE_INTEGER)
    .filter((one) => one.accountId === place.account.id && !isOver(one))
    .filter((one) => one.watched && one.stage === "watch");
  const policies = claimOf(place, poll).parts.map((part) => part.policy);
  return nextPollAt({
    watch,
    now,
    ageMs: now - job.createdAt,
    polls,
    heldMs,
    errors,
    sharedMs: sharedIntervalMs(polled.length, policies, POLL_SHARE),
    random: clock.random(),
  });
}
