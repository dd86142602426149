// The problems of a task as sentences: what the provider said, what was thrown, what an answer lacked.
import { type FailureRead, readError } from "../core/profile/failure.ts";
import type { Incoming } from "../core/wire.ts";
import { brokenAnswer, errorProblem, failureProblem, type Problem } from "./problems.ts";
import { answered } from "./record.ts";
import type { Task } from "./task.ts";

type Standing = Pick<Task, "context" | "place">;

/** An error answer understood, with its sentence. */
export function failureOf(
  task: Standing,
  incoming: Incoming,
): { readonly failure: FailureRead; readonly problem: Problem } {
  const { status, headers } = incoming.head;
  const failure = readError(task.place.profile, status, headers, answered(incoming).body);
  return { failure, problem: failureProblem(about(task), status, failure) };
}

/** Anything that was thrown on the way. */
export function thrownProblem(task: Standing, error: unknown): Problem {
  return errorProblem(about(task), error);
}

/** An answer that is not what the profile promises. */
export function brokenProblem(
  task: Standing,
  why: Parameters<typeof brokenAnswer>[1],
  detail: string,
): Problem {
  return brokenAnswer(about(task), why, detail);
}

function about({ context, place }: Standing) {
  return { ...context.ports, providerName: place.profile.name, simulated: place.account.simulated };
}
