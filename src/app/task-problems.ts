// The problems of a task as sentences: what the provider said, what was thrown, what an answer lacked.
import { type FailureRead, readError } from "../core/profile/failure.ts";
import { readFile } from "../core/profile/input.ts";
import type { Incoming } from "../core/wire.ts";
import { repeatOf } from "./calls.ts";
import { calledAt } from "./context.ts";
import { brokenAnswer, errorProblem, failureProblem, type Problem } from "./problems.ts";
import { answered } from "./record.ts";
import { redactorOf, type Task } from "./task.ts";

type Standing = Pick<Task, "context" | "place">;

/** An error answer understood, with its sentence. */
export function failureOf(
  task: Standing,
  incoming: Incoming,
): { readonly failure: FailureRead; readonly problem: Problem } {
  const { status, headers } = incoming.head;
  const failure = readError(task.place.profile, status, headers, answered(incoming).body);
  return { failure, problem: failureProblem(aboutOf(task), status, failure) };
}

/** Anything that was thrown on the way. `left` tells whether the request had left; null where that is not to be said. */
export function thrownProblem(
  task: Standing & Pick<Task, "action" | "job">,
  error: unknown,
  left: boolean | null = null,
): Problem {
  const problem = errorProblem({ ...aboutOf(task), left, fileOf: (field) => fileAt(task, field) }, error);
  return { ...problem, sentence: redactorOf(task.context).text(problem.sentence) };
}

/**
 * The file that a request could not read, with the form's field for it. `field` is the name on the wire, which differs
 * from the parameter's where a file is sent to an upload address: then it is the only file there is.
 */
export function fileAt(
  { action, job }: Pick<Task, "action" | "job">,
  field: string,
): { readonly parameter: string; readonly title: string; readonly name: string } | null {
  const files = action.parameters.flatMap(({ name, title, type, at }) => {
    const file = type === "file" ? readFile(job.input[name]) : null;
    return file === null ? [] : [{ parameter: name, title, name: file.fileName, at }];
  });
  return files.find((one) => one.parameter === field || one.at?.endsWith(`/${field}`)) ?? files[0] ?? null;
}

/** An answer that is not what the profile promises. */
export function brokenProblem(
  task: Standing,
  why: Parameters<typeof brokenAnswer>[1],
  detail: string,
): Problem {
  return brokenAnswer(aboutOf(task), why, detail);
}

/** The same problem of an exchange whose work was done: it says that this may have cost something. */
export function chargedProblem(
  { context, action }: Pick<Task, "context" | "action">,
  problem: Problem,
  isOnDisk = true,
): Problem {
  const { t } = context.ports;
  const remedy = isOnDisk
    ? t("Open the answer to see what came; the request itself was taken and may have been charged.")
    : t("The request was taken and may have been charged; sending it again may be charged again.");
  return action.charged || action.steps.length > 0 ? { ...problem, remedy } : problem;
}

/** Whether a request of the present step has left that may have begun work which is charged for. */
export function mayBeCharged(at: Pick<Task, "place" | "action" | "job">): boolean {
  if (at.job.stage !== "sent" && at.job.mayBeDone !== true) return false;
  const called = calledAt(at);
  // A key keeps work from being done twice, not from being done.
  return called?.charged === true && repeatOf(called, null) === "never";
}

/** What is said of such a request that was cancelled. */
export function leftProblem({ context, place }: Standing): Problem {
  const { t } = context.ports;
  const provider = place.profile.name;
  return {
    sentence: t("Cancelled after it had left; {provider} may still do the work.", { provider }),
    remedy: null,
  };
}

/** What every sentence on a task's problem needs: the ports, the provider's name, whether its account is simulated. */
export function aboutOf({ context, place }: Standing) {
  return { ...context.ports, providerName: place.profile.name, simulated: place.account.simulated };
}
