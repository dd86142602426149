// A flow of calls as data: which step follows, what it waits for, which answers it expects. Pure.
import { isEmpty } from "../profile/input.ts";
import type { Action, Answer, ResultSpec, Step, Watch } from "../profile/schema.ts";
import type { ExchangeState, Job, JobState, Result } from "./model.ts";
import { FOLLOWS, TERMINAL } from "./model.ts";

/** The position of an action's own call, before its steps. */
export const FIRST = -1;

/** The step at a position; null for the action's own call and past the end. */
export function stepAt(action: Action, position: number): Step | null {
  return action.steps[position] ?? null;
}

/** The answers that a position may get. */
export function answersAt(action: Action, position: number): readonly Answer[] {
  return position === FIRST ? action.answers : (stepAt(action, position)?.answers ?? []);
}

/** The entry that holds at a job's position: the one that fitted, else the first that starts a job. */
export function answerAt(action: Action, job: Pick<Job, "step" | "answerIndex">): Answer | null {
  const answers = answersAt(action, job.step);
  return (
    (job.answerIndex === undefined ? undefined : answers[job.answerIndex]) ??
    answers.find((one) => one.watch !== undefined) ??
    answers[0] ??
    null
  );
}

/** How the job at a position is polled; null where its answer was final. */
export function watchAt(action: Action, job: Pick<Job, "step" | "answerIndex">): Watch | null {
  return answerAt(action, job)?.watch ?? null;
}

/** The results that a position's last answer holds. */
export function resultsAt(action: Action, job: Pick<Job, "step" | "answerIndex">): readonly ResultSpec[] {
  return answerAt(action, job)?.results ?? [];
}

/** The position that a result came from. */
export function positionOf(job: Job, result: Result): Pick<Job, "step" | "answerIndex"> {
  if (result.place === undefined || result.place.step === job.step) return job;
  return { step: result.place.step };
}

/** The position after one, steps left out that a given parameter makes needless; null at the end. */
export function nextPosition(
  action: Action,
  after: number,
  input: Readonly<Record<string, unknown>>,
): number | null {
  for (let i = after + 1; i < action.steps.length; i++) {
    const step = action.steps[i];
    if (step === undefined) return null;
    const needless =
      (step.unless !== undefined && !isEmpty(input[step.unless])) ||
      (step.upload !== undefined && isEmpty(input[step.upload.parameter]));
    if (!needless) return i;
  }
  return null;
}

/** What a person must decide before a step is sent. */
export function asksBefore(step: Step): Job["asks"] {
  return step.edit !== undefined ? "edit" : step.confirm !== undefined ? "confirm" : null;
}

/** How many calls of the flow count as steps on the card, and where a position stands among them, from 1. */
export function placeOf(
  action: Action,
  position: number,
  input: Readonly<Record<string, unknown>>,
): { readonly index: number; readonly of: number } {
  const positions = [FIRST];
  for (let at = nextPosition(action, FIRST, input); at !== null; at = nextPosition(action, at, input))
    positions.push(at);
  return { index: Math.max(1, positions.indexOf(position) + 1), of: positions.length };
}

/** Whether a job may go from one state to another. */
export function mayFollow(from: JobState, to: JobState): boolean {
  return from === to || FOLLOWS[from].includes(to);
}

/** Whether nothing more comes of a job. */
export function isOver(job: Pick<Job, "state">): boolean {
  return TERMINAL.has(job.state);
}

/** Exchange states after which nothing more comes by itself. */
export const ENDED: ReadonlySet<ExchangeState> = new Set(["done", "failed", "refused", "cancelled"]);
