// What the answer to a step means: a job that begins, results, an error. Leads to exactly one next stage.
import { answersAt } from "../core/jobs/flow.ts";
import { nextPollAt } from "../core/jobs/schedule.ts";
import { type AnswerRead, readAnswer } from "../core/profile/answer.ts";
import type { Action } from "../core/profile/schema.ts";
import type { Incoming } from "../core/wire.ts";
import { succeeded } from "./advance.ts";
import { repeatOf } from "./calls.ts";
import { fieldOf } from "./field-of.ts";
import { answered, recordAnswer, slim } from "./record.ts";
import { keepAnswer, keepResults } from "./results.ts";
import { ask, end, redactorOf, setState, stepName, type Task } from "./task.ts";
import { brokenProblem, failureOf } from "./task-problems.ts";
import { unreadable } from "./unreadable.ts";

/** Takes an answer in. `called` is the action that was called, which a step may have of its own. */
export async function taken(task: Task, called: Action, incoming: Incoming): Promise<void> {
  const { context, id, job, action } = task;
  const { exchanges, clock } = context.ports;
  exchanges.update(id, { answer: recordAnswer(redactorOf(context), incoming), attempts: incoming.attempts });
  const given = answered(incoming);
  if (given.status >= 400) return refusedOrFailed(task, called, incoming);
  const answers = answersAt(action, job.step);
  const read = readAnswer(answers, given, clock.now());
  const wantsBody = read.specs.some((one) => one.from === "body");
  if (!wantsBody && given.broken) return unreadable(task, called, brokenProblem(task, "json", ""));
  if (!wantsBody && incoming.text === null && incoming.bytes > 0) {
    await keepAnswer(task, incoming, null);
    const size = context.ports.format.bytes(incoming.bytes);
    return unreadable(task, called, brokenProblem(task, "large", size));
  }
  if (read.missing !== null && !isEmptyList(given.body))
    return unreadable(task, called, brokenProblem(task, "missing", read.missing));
  const remoteId = read.remoteId ?? job.remoteId;
  const body = slim(given.body);
  const name = stepName(action, job.step);
  const answerIndex = read.answer === null ? -1 : answers.indexOf(read.answer);
  const known: Task["job"] = {
    ...job,
    remoteId,
    answers: { ...job.answers, [name]: body, last: body },
    ...(answerIndex < 0 ? {} : { answerIndex }),
  };
  if (read.watch !== null) return watched({ ...task, job: known }, read, incoming);
  context.ports.jobs.update(id, { answers: known.answers, remoteId });
  await keepResults({ ...task, job: known }, read.results, incoming);
  if (wantsBody && isWrongBody(read, incoming))
    return unreadable(
      task,
      called,
      brokenProblem(task, "type", incoming.sniffed ?? context.ports.t("nothing")),
    );
  if (read.specs.length === 0 && action.steps.length === 0) await keepAnswer(task, incoming, given.body);
  await succeeded({ ...task, job: known });
}

/** The answer starts a job: it is stored with its id, and polled from now on. */
async function watched(task: Task, read: AnswerRead, incoming: Incoming): Promise<void> {
  const { context, id, job } = task;
  const { jobs, clock } = context.ports;
  const now = clock.now();
  const watch = read.watch!;
  const state = read.job?.state ?? "queued";
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
    nextPollAt: nextPollAt({
      watch,
      now,
      ageMs: 0,
      polls: 0,
      heldMs: 0,
      errors: 0,
      sharedMs: 0,
      random: clock.random(),
    }),
  });
  setState(context, id, "accepted", {}, job.remoteId);
  if (state === "succeeded") await succeeded(task, incoming);
}

function refusedOrFailed(task: Task, called: Action, incoming: Incoming): void {
  const { context } = task;
  const { status } = incoming.head;
  const { body } = answered(incoming);
  const { failure, problem } = failureOf(task, incoming);
  // A new exchange would have a new key: only from here can it be sent again under the one that may be used up.
  if (failure.retry === "sameKey" && repeatOf(called, task.job.stepKey ?? null) === "sameKey") {
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
