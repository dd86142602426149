// What the answer to a step means: a job that begins, results, an error. Leads to exactly one next stage.
import { answersAt } from "../core/jobs/flow.ts";
import type { Result } from "../core/jobs/model.ts";
import { type AnswerRead, readAnswer } from "../core/profile/answer.ts";
import type { Action } from "../core/profile/schema.ts";
import type { Incoming } from "../core/wire.ts";
import { advance, watchedResults } from "./advance.ts";
import { repeatNow } from "./calls.ts";
import { actionOf } from "./context.ts";
import { fieldOf } from "./field-of.ts";
import { nextAt } from "./poll-again.ts";
import { answered, keptBody, recordAnswer } from "./record.ts";
import { resultsOf, wholeAnswer } from "./results.ts";
import { ask, end, redactorOf, setState, stepName, surely, type Task } from "./task.ts";
import { brokenProblem, failureOf } from "./task-problems.ts";
import { unreadable } from "./unreadable.ts";

/** What follows an answer: results that are on disk already, and the writes that are committed with them. */
interface Follow {
  readonly made: readonly Result[];
  readonly commit: () => void;
}

/**
 * Takes an answer in. What it holds is written to disk first; then the answer and all that follows from it are stored in
 * one commit. `called` is the action that was called, which a step may have of its own.
 */
export async function taken(task: Task, called: Action, incoming: Incoming): Promise<void> {
  const { context, id } = task;
  const { exchanges, results } = context.ports;
  const record = () =>
    exchanges.update(id, {
      answer: recordAnswer(redactorOf(context), incoming),
      attempts: incoming.attempts,
    });
  const follow = await understood(task, called, incoming).catch((error: unknown) => {
    record();
    throw error;
  });
  await surely(task, follow.made, () => {
    record();
    for (const result of follow.made) results.put(result);
    follow.commit();
  });
  context.changed();
}

async function understood(task: Task, called: Action, incoming: Incoming): Promise<Follow> {
  const { context, id, job, action } = task;
  const { clock, format, jobs, t } = context.ports;
  const given = answered(incoming);
  if (given.status >= 400) return only(() => refusedOrFailed(task, called, incoming));
  const answers = answersAt(action, job.step);
  const read = readAnswer(answers, given, clock.now());
  const wantsBody = read.specs.some((one) => one.from === "body");
  if (!wantsBody && given.broken)
    return only(() => unreadable(task, called, brokenProblem(task, "json", "")));
  if (!wantsBody && incoming.text === null && incoming.bytes > 0) {
    const made = await wholeAnswer(task, incoming, null);
    const problem = brokenProblem(task, "large", format.bytes(incoming.bytes));
    return { made, commit: () => unreadable(task, called, problem) };
  }
  const { missing } = read;
  if (missing !== null && !isEmptyList(given.body))
    return only(() => unreadable(task, called, brokenProblem(task, "missing", missing)));
  const remoteId = read.remoteId ?? job.remoteId;
  const body = keptBody(given.body);
  const name = stepName(action, job.step);
  const answerIndex = read.answer === null ? -1 : answers.indexOf(read.answer);
  const known: Task = {
    ...task,
    job: {
      ...job,
      remoteId,
      answers: { ...job.answers, [name]: body, last: body },
      ...(answerIndex < 0 ? {} : { answerIndex }),
    },
  };
  if (read.watch !== null) return watched(known, read, incoming);
  const made = [...(await resultsOf(known, read.results, incoming))];
  const wrong = wantsBody && isWrongBody(read, incoming);
  if (!wrong && read.specs.length === 0 && action.steps.length === 0)
    made.push(...(await wholeAnswer(known, incoming, given.body)));
  const commit = () => {
    jobs.update(id, { answers: known.job.answers, remoteId });
    if (wrong) unreadable(task, called, brokenProblem(task, "type", incoming.sniffed ?? t("nothing")));
    else advance(known);
  };
  return { made, commit };
}

function only(commit: () => void): Follow {
  return { made: [], commit };
}

/** The answer starts a job: it is stored with its id, and polled from now on. */
async function watched(task: Task, read: AnswerRead, incoming: Incoming): Promise<Follow> {
  const { context, id, job } = task;
  const { jobs, clock } = context.ports;
  const now = clock.now();
  const watch = read.watch!;
  const known: Task = { ...task, job: { ...job, takenAt: now, aliveAt: now } };
  const poll = actionOf(task.place.profile, watch.poll.action);
  const state = read.job?.state ?? "queued";
  const made = state === "succeeded" ? await watchedResults(task, incoming) : [];
  const commit = () => {
    jobs.update(id, {
      remoteId: job.remoteId,
      answers: job.answers,
      ...(job.answerIndex === undefined ? {} : { answerIndex: job.answerIndex }),
      state: state === "queued" ? "queued" : "running",
      word: read.job?.word ?? null,
      progress: read.job?.progress ?? null,
      stage: "watch",
      seen: false,
      pollErrors: 0,
      takenAt: now,
      aliveAt: now,
      nextPollAt: poll === null ? now : nextAt({ task: known, watch, poll }, 0, 0, 0),
    });
    setState(context, id, "accepted", {}, job.remoteId);
    if (state === "succeeded") advance(task);
  };
  return { made, commit };
}

function refusedOrFailed(task: Task, called: Action, incoming: Incoming): void {
  const { context } = task;
  const { status } = incoming.head;
  const { body } = answered(incoming);
  const { failure, problem } = failureOf(task, incoming);
  // A new exchange would have a new key: only from here can it be sent again under the one that may be used up.
  if (failure.retry === "sameKey" && repeatNow(called, task.job, context.ports.clock.now()) === "sameKey") {
    ask(task, null, problem, "outcomeUnknown");
    return;
  }
  const refused = status === 429 || status === 402;
  const field = fieldOf(called, status, body, failure.detail);
  if (field !== null) context.fieldProblem(task.id, field, problem.sentence);
  end(task, { exchange: refused ? "refused" : "failed", job: "failed" }, problem, { code: failure.code });
}

/** Nothing, or words where sound or pictures were due. */
function isWrongBody(read: AnswerRead, { bytes, sniffed }: Incoming): boolean {
  const media = read.specs.some(
    (one) => one.from === "body" && (one.kind === "audio" || one.kind === "video"),
  );
  return media && (bytes === 0 || /^(text|application\/json)/.test(sniffed ?? ""));
}

/** A list without entries is an answer, not a broken one. */
function isEmptyList(body: unknown): boolean {
  if (Array.isArray(body)) return body.length === 0;
  if (typeof body !== "object" || body === null) return false;
  return Object.values(body).some((one) => Array.isArray(one) && one.length === 0);
}
