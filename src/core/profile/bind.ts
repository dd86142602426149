// Where the parameters of a further call (poll, step, cancel, download) come from. Pure; never throws.
import { readOne, readPointer } from "./path.ts";

/** What binding expressions may look at. */
export interface BindSources {
  /** The provider's id of the job. */
  readonly jobId: string | null;
  /** The ids of all jobs that one list call asks for. */
  readonly jobIds?: readonly string[];
  /** Answer bodies by step name; the first call's under `start`, the newest under `last`. */
  readonly answers: Readonly<Record<string, unknown>>;
  readonly input: Readonly<Record<string, unknown>>;
  /** What the person edited, by the name of the edit. */
  readonly edited: Readonly<Record<string, unknown>>;
}

/** The name under which the answer of an action's first call is kept among a job's answers. */
export const START = "start";

/** The value of one expression: job.id, job.ids, answer.PATH, answer.STEP.PATH, input.NAME, edited.NAME, =LITERAL. */
export function readBinding(expression: string, sources: BindSources): unknown {
  if (expression.startsWith("=")) return expression.slice(1);
  if (expression === "job.id") return sources.jobId ?? undefined;
  if (expression === "job.ids") return sources.jobIds?.join(",");
  const dot = expression.indexOf(".");
  const rest = expression.slice(dot + 1);
  switch (expression.slice(0, dot)) {
    case "input":
      return readPointer(sources.input, `/${rest}`);
    case "edited":
      return readPointer(sources.edited, `/${rest}`);
    case "answer":
      return fromAnswer(rest, sources.answers);
    default:
      return undefined;
  }
}

/** The input of a further call; parameters whose source has no value are left out. */
export function resolveBindings(
  bindings: Readonly<Record<string, string>>,
  sources: BindSources,
): Record<string, unknown> {
  const pairs = Object.entries(bindings).map(([name, from]) => [name, readBinding(from, sources)] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined && value !== null));
}

/** A first segment that names a step looks into that step's answer; otherwise the path is read in the newest one. */
function fromAnswer(path: string, answers: BindSources["answers"]): unknown {
  const dot = path.indexOf(".");
  const first = dot < 0 ? path : path.slice(0, dot);
  if (Object.hasOwn(answers, first))
    return dot < 0 ? answers[first] : readOne({ headers: {}, body: answers[first] }, path.slice(dot + 1));
  return readOne({ headers: {}, body: answers.last }, path);
}
