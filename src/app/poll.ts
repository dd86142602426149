// Asks once how a job stands and takes the answer in; when to ask again is poll-again.ts.
import { watchAt } from "../core/jobs/flow.ts";
import { type JobRead, readJob } from "../core/profile/answer.ts";
import type { Incoming } from "../core/wire.ts";
import { advance, watchedResults } from "./advance.ts";
import { actionOf } from "./context.ts";
import { listed, sameList } from "./list-poll.ts";
import { failedPoll, isPressed, nextAt, type Polling, slower } from "./poll-again.ts";
import { ask } from "./poll-ask.ts";
import { answered, keptBody } from "./record.ts";
import { discard } from "./results.ts";
import { end, handsOff, stepName, stopReason, surely, type Task } from "./task.ts";
import { brokenProblem, failureOf, thrownProblem } from "./task-problems.ts";

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
    if (await aliveByList(polling)) return;
    const incoming = await ask(polling);
    try {
      await understood(polling, incoming);
    } finally {
      await discard(context, incoming);
    }
  } catch (error) {
    if (handsOff(task.live, error) || stopReason(task.live) !== null) return;
    if (context.ports.isPassing(error)) throw error;
    context.ports.log("warn", `poll ${task.id}: ${error instanceof Error ? error.message : String(error)}`);
    slower(polling, job.polls, thrownProblem(task, error));
  }
  context.changed();
}

/** Whether the list tells that the job is under way. Of one that has ended the list does not tell all: it is asked about itself. */
async function aliveByList(polling: Polling): Promise<boolean> {
  const { task, watch } = polling;
  if (!listed(watch, sameList(task, watch).length, isPressed(task))) return false;
  const listing = await task.context.lists.ask(polling);
  if (listing === null) return false;
  const { incoming, entries } = listing;
  const polls = task.job.polls + 1;
  if (incoming.head.status >= 400) slower(polling, polls, failureOf(task, incoming).problem);
  else {
    const entry = entries.get(task.job.remoteId ?? "");
    const read = entry === undefined ? null : readJob(watch, entry);
    if (read?.state !== "queued" && read?.state !== "running") return false;
    alive(polling, read, incoming);
  }
  task.context.changed();
  return true;
}

async function understood(polling: Polling, incoming: Incoming): Promise<void> {
  const { task, watch } = polling;
  const { context, id, action, job } = task;
  const { jobs, clock } = context.ports;
  const polls = job.polls + 1;
  const given = answered(incoming);
  if (given.status >= 400) return failedPoll(polling, polls, incoming);
  if (given.broken || given.body === null) return slower(polling, polls, brokenProblem(task, "json", ""));
  const read = readJob(watch, given);
  const { state, word, progress, error } = read;
  if (state === "queued" || state === "running") return alive(polling, read, incoming);
  const body = keptBody(given.body);
  const answers = { ...job.answers, [stepName(action, job.step)]: body, last: body };
  const after: Task = { ...task, job: { ...job, answers, polls, word, progress, seen: true } };
  const results = state === "succeeded" ? await watchedResults(after, incoming) : [];
  const length = state === "succeeded" ? context.lengths.ended(action, watch, job, clock.now()) : {};
  await surely(task, results, () => {
    told(task, word);
    jobs.update(id, {
      ...heard(polls, read),
      answers,
      nextPollAt: null,
      ...length,
    });
    for (const result of results) context.ports.results.put(result);
    if (state === "succeeded") advance(after);
    else over(after, state, error);
  });
}

/** It is under way: when it is asked about again, and what is shown meanwhile. */
function alive({ task, watch, poll }: Polling, read: JobRead, incoming: Incoming): void {
  const { context, id, place } = task;
  const { jobs, ledger, together } = context.ports;
  const { gotAt, sentAt, quick } = incoming.head;
  const countedAt = gotAt - (quick ? ledger.tailMs(place.account.id) : 0);
  const job = { ...task.job, aliveAt: countedAt };
  const polls = job.polls + 1;
  // A poll that was refused on the way slows the next one.
  const errors = incoming.attempts > 1 ? 1 : 0;
  const nextPollAt = nextAt(
    { task: { ...task, job }, watch, poll },
    polls,
    Math.max(0, gotAt - sentAt),
    errors,
    countedAt,
  );
  together(() => {
    told(task, read.word);
    jobs.update(id, { ...heard(polls, read), state: read.state, aliveAt: job.aliveAt, nextPollAt });
  });
}

function heard(polls: number, { word, progress }: JobRead) {
  return { polls, word, progress, seen: true, pollErrors: 0, error: null };
}

/** A new word of the provider's stands in the timeline. */
function told({ context, id, job }: Task, word: string | null): void {
  const { exchanges, clock } = context.ports;
  if (word !== null && word !== job.word)
    exchanges.note(id, { at: clock.now(), what: "state", state: "accepted", note: word });
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
