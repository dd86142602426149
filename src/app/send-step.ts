// Sends one step of an exchange: its first call, a further one, or an upload. The key and the state are stored
// before anything leaves; whatever comes back leads to exactly one next stage.
import { isHeadroomError } from "../core/errors.ts";
import { answersAt, FIRST, stepAt } from "../core/jobs/flow.ts";
import { nextPollAt } from "../core/jobs/schedule.ts";
import { type AnswerRead, readAnswer } from "../core/profile/answer.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import { readError } from "../core/profile/failure.ts";
import { type Input, readFile } from "../core/profile/input.ts";
import type { Action, Step } from "../core/profile/schema.ts";
import type { Incoming } from "../core/wire.ts";
import { advance, succeeded } from "./advance.ts";
import { buildFor, repeatOf, send } from "./calls.ts";
import { actionOf } from "./context.ts";
import { fieldOf } from "./field-of.ts";
import { brokenAnswer, errorProblem, failureProblem } from "./problems.ts";
import { answered, recordAnswer, recordRequest, slim } from "./record.ts";
import { bodyFile, keepAnswer, keepResults } from "./results.ts";
import {
  ask,
  end,
  handsOff,
  progressOf,
  redactorOf,
  setState,
  sourcesOf,
  stepName,
  stopReason,
  type Task,
} from "./task.ts";
import { upload } from "./upload.ts";

/** Sends the step at which the job stands. Never throws for what may happen on the way. */
export async function sendStep(task: Task): Promise<void> {
  const { context, job, action } = task;
  const step = job.step === FIRST ? null : stepAt(action, job.step);
  try {
    if (step?.upload !== undefined) await upload(task, step.upload);
    else await sendCall(task, step);
  } catch (error) {
    failed(task, error);
  }
  context.changed();
}

async function sendCall(task: Task, step: Step | null): Promise<void> {
  const { context, id, job, place, live, exchange } = task;
  const { jobs, exchanges } = context.ports;
  const action = calledBy(task, step);
  if (action === null) return advance(task);
  const input: Input = step === null ? job.input : resolveBindings(step.bind, sourcesOf(job));
  const key = job.stepKey ?? null;
  if (step === null) {
    const built = await buildFor(context, {
      place,
      action,
      input: withFiles(action, input),
      idempotencyKey: key,
    });
    exchanges.update(id, { request: recordRequest(redactorOf(context), built) });
    setState(context, id, "waiting");
  }
  const incoming = await send(
    context,
    {
      place,
      action,
      input: withFiles(action, input),
      exchangeId: id,
      idempotencyKey: key,
      lane: step === null ? "person" : "flow",
      title: exchange.title,
      saveTo: bodyFile(task, action),
      signal: live.abort.signal,
    },
    progressOf(task, () => {
      jobs.update(id, { stage: "sent" });
      if (step === null) exchanges.update(id, { state: "sent" });
    }),
  );
  await taken(task, action, incoming);
}

/** What an answer means for the exchange. */
async function taken(task: Task, called: Action, incoming: Incoming): Promise<void> {
  const { context, id, job, action } = task;
  const { exchanges, clock } = context.ports;
  exchanges.update(id, { answer: recordAnswer(redactorOf(context), incoming), attempts: incoming.attempts });
  const given = answered(incoming);
  if (given.status >= 400) return refusedOrFailed(task, called, incoming);
  const answers = answersAt(action, job.step);
  const read = readAnswer(answers, given, clock.now());
  const wantsBody = read.specs.some((one) => one.from === "body");
  if (!wantsBody && given.broken) return broken(task, "json", "");
  if (!wantsBody && incoming.text === null && incoming.bytes > 0) {
    await keepAnswer(task, incoming, null);
    return broken(task, "large", context.ports.format.bytes(incoming.bytes));
  }
  const remoteId = read.remoteId ?? job.remoteId;
  if (read.missing !== null && !(read.watch !== null && remoteId !== null) && !isEmptyList(given.body))
    return broken(task, "missing", read.missing);
  const body = slim(given.body);
  const name = stepName(action, job.step);
  const answerIndex = read.answer === null ? -1 : answers.indexOf(read.answer);
  const known: Task["job"] = {
    ...job,
    remoteId,
    answers: { ...job.answers, [name]: body, last: body },
    ...(answerIndex < 0 ? {} : { answerIndex }),
  };
  if (read.watch !== null) return watched({ ...task, job: known }, read, given);
  context.ports.jobs.update(id, { answers: known.answers, remoteId });
  await keepResults({ ...task, job: known }, read.results, incoming);
  if (read.specs.length === 0 && action.steps.length === 0) await keepAnswer(task, incoming, given.body);
  await succeeded({ ...task, job: known });
}

/** The answer starts a job: it is stored with its id, and polled from now on. */
async function watched(
  task: Task,
  read: AnswerRead,
  given: { readonly headers: Readonly<Record<string, string>>; readonly body: unknown },
): Promise<void> {
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
  if (state === "succeeded") await succeeded(task, given);
}

function refusedOrFailed(task: Task, called: Action, incoming: Incoming): void {
  const { context, place } = task;
  const { status, headers } = incoming.head;
  const { body } = answered(incoming);
  const failure = readError(place.profile, status, headers, body);
  const about = { ...context.ports, providerName: place.profile.name, simulated: place.account.simulated };
  const problem = failureProblem(about, status, failure);
  const refused = status === 429 || status === 402;
  const field = fieldOf(called, status, body, failure.detail);
  if (field !== null) context.fieldProblem(task.id, field, problem.sentence);
  end(task, { exchange: refused ? "refused" : "failed", job: "failed" }, problem, { code: failure.code });
}

function broken(task: Task, why: Parameters<typeof brokenAnswer>[1], detail: string): void {
  const { context, place } = task;
  const about = { ...context.ports, providerName: place.profile.name, simulated: place.account.simulated };
  end(task, { exchange: "failed", job: "failed" }, brokenAnswer(about, why, detail));
}

/** Something was thrown: cancelled, lost, unreachable, or a mistake of ours. */
function failed(task: Task, error: unknown): void {
  const { context, place, live, job, exchange, id } = task;
  const { t, log } = context.ports;
  const about = { ...context.ports, providerName: place.profile.name, simulated: place.account.simulated };
  const reason = stopReason(live);
  if (handsOff(live, error)) return;
  if (isHeadroomError(error, "cancelled") || reason !== null) {
    const left = context.ports.jobs.get(id)?.stage === "sent" && exchange.idempotencyKey === null;
    const charged = left && task.action.charged && repeatOf(task.action, null) === "never";
    const problem = charged
      ? {
          sentence: t("Cancelled after it had left; {provider} may still do the work.", {
            provider: place.profile.name,
          }),
          remedy: null,
        }
      : reason === "later"
        ? { sentence: t("Kept for later; nothing was sent."), remedy: t("Send it again when you want it.") }
        : null;
    end(task, { exchange: "cancelled", job: "cancelled" }, problem, { note: reason ?? "person" });
    return;
  }
  const problem = errorProblem(about, error);
  log("warn", `${task.action.id} ${id}: ${error instanceof Error ? error.message : String(error)}`);
  if (isHeadroomError(error, "outcomeUnknown")) {
    ask(task, null, problem, "outcomeUnknown");
    return;
  }
  // A step of a running job that never left is not lost: the person may send it again.
  if (job.step !== FIRST && isHeadroomError(error, "unreachable")) {
    ask(task, "confirm", problem, "accepted");
    return;
  }
  const field = isHeadroomError(error, "badShape") && error.fields.path !== "" ? error.fields.path : null;
  if (field !== null) context.fieldProblem(id, field, problem.sentence);
  end(task, { exchange: "failed", job: "failed" }, problem);
}

/** The action that a step calls; the exchange's own for the first call. */
function calledBy(task: Task, step: Step | null): Action | null {
  if (step === null) return task.action;
  return step.action === undefined ? null : actionOf(task.place.profile, step.action);
}

/** File values of the form as the request wants them. */
function withFiles(action: Action, input: Input): Input {
  const files = action.parameters.filter((one) => one.type === "file").map((one) => one.name);
  return { ...input, ...Object.fromEntries(files.map((name) => [name, readFile(input[name]) ?? undefined])) };
}

/** A list without entries is an answer, not a broken one. */
function isEmptyList(body: unknown): boolean {
  if (Array.isArray(body)) return body.length === 0;
  if (typeof body !== "object" || body === null) return false;
  return Object.values(body).some((one) => Array.isArray(one) && one.length === 0);
}
