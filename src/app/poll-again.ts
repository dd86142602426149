// When a job is asked about again: after an answer, after a refusal, after a failure. Trouble only makes polls more
// seldom; it never sends the work again.
import { isOver } from "../core/jobs/flow.ts";
import type { Job } from "../core/jobs/model.ts";
import { apart, joined, nextPollAt, sharedIntervalMs } from "../core/jobs/schedule.ts";
import { said } from "../core/profile/said.ts";
import type { Action, Watch } from "../core/profile/schema.ts";
import type { Incoming } from "../core/wire.ts";
import { claimOf } from "./calls.ts";
import { listed, sameList } from "./list-poll.ts";
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
    context.ports.together(() => {
      jobs.update(id, { watched: false, nextPollAt: null, polls });
      setState(context, id, "accepted", { problem }, "watching stopped");
    });
  } else slower(polling, polls, problem);
}

/** Of an adopted job nobody knows whose it is: where one key does not find it, the account's next one asks. */
function otherKey({ context, id, job, place, exchange }: Task, status: number, polls: number): boolean {
  const { jobs, exchanges, clock, together } = context.ports;
  if (exchange.attempts > 0 || job.seen === true || ![401, 403, 404].includes(status)) return false;
  const { keys } = place.account;
  const next = keys[keys.findIndex((key) => key.id === place.keyId) + 1];
  if (next === undefined) return false;
  together(() => {
    exchanges.update(id, { keyId: next.id });
    jobs.update(id, { keyId: next.id, nextPollAt: clock.now(), polls });
  });
  return true;
}

/** Asks later, and more seldom with every failure in a row; after many the person looks. */
export function slower(polling: Polling, polls: number, problem: Problem): void {
  const { context, id, job } = polling.task;
  const errors = (job.pollErrors ?? 0) + 1;
  // The person may have stopped watching while the poll was under way.
  const watched = errors < MOST_ERRORS && context.ports.jobs.get(id)?.watched === true;
  const nextPollAt = watched ? nextAt(polling, polls, 0, errors) : null;
  const error = { code: null, detail: problem.sentence };
  context.ports.together(() => {
    context.ports.jobs.update(id, { polls, pollErrors: errors, watched, nextPollAt, error });
    if (errors >= MOST_ERRORS) setState(context, id, "accepted", { problem }, "watching stopped");
  });
}

/**
 * The instant of the next poll, with all jobs in view that share the polling budget, or wait for this one's place. `now` is when
 * the last poll was counted at the latest, as if it had taken the quickest way there.
 */
export function nextAt(
  polling: Polling,
  polls: number,
  heldMs: number,
  errors: number,
  now = polling.task.context.ports.clock.now(),
): number {
  const { task, watch, poll } = polling;
  const { context, job, place, action } = task;
  const { clock } = context.ports;
  const others = watchedBeside(task);
  const policies = claimOf(place, poll).parts.map((part) => part.policy);
  const pressed = isPressed(task);
  const all = others.length + 1;
  const sharedMs = sharedIntervalMs(all, policies, POLL_SHARE);
  const byList = watch.listPoll !== undefined && listed(watch, sameList(task, watch).length, pressed);
  const wished = nextPollAt({
    watch: byList ? { ...watch, longPoll: undefined } : watch,
    now,
    ageMs: now - (job.takenAt ?? job.createdAt),
    aliveMs: job.aliveAt === undefined || job.takenAt === undefined ? 0 : job.aliveAt - job.takenAt,
    lengths: job.takenAt === undefined ? [] : context.lengths.of(action, job),
    pressed,
    polls,
    heldMs,
    errors,
    sharedMs: byList ? 0 : sharedMs,
    random: clock.random(),
  });
  const instants = others.flatMap((one) => one.nextPollAt ?? []);
  if (byList) return joined(wished, instants, now + watch.minimumIntervalMs, watch.intervalMs);
  if (watch.longPoll !== undefined) return wished;
  return apart(wished, instants, pressed ? sharedMs / all : Math.max(sharedMs, watch.intervalMs / 2) / all);
}

/** The account's other jobs that are polled. */
function watchedBeside({ context, id, place }: Pick<Task, "context" | "id" | "place">): Job[] {
  return context.ports.jobs
    .open(Number.MAX_SAFE_INTEGER)
    .filter((one) => one.accountId === place.account.id && !isOver(one) && one.id !== id)
    .filter((one) => one.watched && one.stage === "watch");
}

/** Whether work waits for the place that the job holds. */
export function isPressed({ context, place, action }: Pick<Task, "context" | "place" | "action">): boolean {
  if (!claimOf(place, action).parts.some((part) => part.policy.type === "slots")) return false;
  return context.ports.ledger
    .tickets()
    .some((one) => one.accountId === place.account.id && one.wait.cause === "slots");
}
