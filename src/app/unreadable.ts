// What becomes of a request that was taken and whose answer cannot be read. Nothing that may have been charged is
// given up while the provider's contract offers a way to it.
import { FIRST, stepAt, watchAt } from "../core/jobs/flow.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import type { Action } from "../core/profile/schema.ts";
import { repeatNow } from "./calls.ts";
import type { Problem } from "./problems.ts";
import { ask, end, setState, sourcesOf, type Task } from "./task.ts";
import { chargedProblem } from "./task-problems.ts";

/**
 * Asks the job itself where its id is known, offers the same key again where there is one, else ends with the problem. `isOnDisk`
 * is false where the disk did not take what came.
 */
export function unreadable(task: Task, called: Action, problem: Problem, isOnDisk = true): void {
  const { context, id, job, action, place } = task;
  const { t, jobs, clock, together } = context.ports;
  const provider = place.profile.name;
  if (isAboutJob(task, called) && watchAt(action, job) !== null) {
    together(() => {
      jobs.update(id, {
        stage: "watch",
        state: "running",
        seen: false,
        pollErrors: 0,
        nextPollAt: clock.now(),
      });
      setState(context, id, "accepted", {}, job.remoteId);
    });
    return;
  }
  if (repeatNow(called, job, clock.now()) === "sameKey") {
    const remedy = isOnDisk
      ? t("Resend it with the same key: {provider} does the work once for one key.", { provider })
      : t(
          "Make room on the disk, then resend it with the same key: {provider} does the work once for one key.",
          {
            provider,
          },
        );
    ask(task, null, { ...problem, remedy }, "outcomeUnknown");
    return;
  }
  end(task, { exchange: "failed", job: "failed" }, chargedProblem(task, problem, isOnDisk));
}

/** Whether a step was sent to the very address of the job that is being watched, so that its poll tells the rest. */
function isAboutJob({ action, job }: Task, called: Action): boolean {
  const step = job.step === FIRST ? null : stepAt(action, job.step);
  if (step === null || job.remoteId === null) return false;
  const bound = resolveBindings(step.bind, sourcesOf(job));
  return called.parameters.some((one) => one.in === "path" && bound[one.name] === job.remoteId);
}
