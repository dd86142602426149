// What follows when sending a step threw: cancelled, lost, unreachable, or a mistake of ours.
import { isHeadroomError } from "../core/errors.ts";
import { FIRST } from "../core/jobs/flow.ts";
import { repeatNow, repeatOf } from "./calls.ts";
import { calledAt } from "./context.ts";
import { isFileField } from "./problems.ts";
import { doubt } from "./recover.ts";
import { ask, end, handsOff, keep, stopReason, type Task } from "./task.ts";
import { fileAt, leftProblem, mayBeCharged, thrownProblem } from "./task-problems.ts";
import { unreadable } from "./unreadable.ts";

/** Puts the stores right after something was thrown. */
export async function failed(task: Task, error: unknown): Promise<void> {
  const { context, live, job, id } = task;
  const { t, log } = context.ports;
  const reason = stopReason(live);
  if (handsOff(live, error)) return;
  // Nobody has written anything: the exchange is taken up again as it stands.
  if (context.ports.isPassing(error)) throw error;
  if (isHeadroomError(error, "cancelled") || reason !== null) {
    const now = { ...task, job: context.ports.jobs.get(id) ?? job };
    const charged = mayBeCharged(now);
    if (reason === "later" && !charged && now.job.step === FIRST) {
      const left = now.job.stage !== "send" || now.job.mayBeDone === true;
      const sentence = t("It had left already, and its answer was not awaited.");
      return keep(task, left ? { sentence, remedy: null } : null);
    }
    const problem = charged ? leftProblem(now) : null;
    end(task, { exchange: "cancelled", job: "cancelled" }, problem, { note: reason ?? "person" });
    return;
  }
  const stored = context.ports.jobs.get(id) ?? job;
  const left = stored.stage === "sent" || stored.mayBeDone === true;
  const problem = thrownProblem(task, error, left);
  log("warn", `${task.action.id} ${id}: ${error instanceof Error ? error.message : String(error)}`);
  const provider = task.place.profile.name;
  const resend = t("Resend it with the same key: {provider} does the work once for one key.", { provider });
  if (isHeadroomError(error, "outcomeUnknown"))
    return doubt(task, isKeyed(task) ? { ...problem, remedy: resend } : problem);
  const called = calledAt(task);
  const unset = isHeadroomError(error, "notConfigured") ? error.fields.field : null;
  const unwritten = unset === "storage";
  const unsent = isHeadroomError(error, "unreachable") || (unset !== null && !unwritten);
  const repeats = called !== null && repeatOf(called, stored.stepKey ?? null) !== "safe";
  // Whatever keeps this attempt back, one before it may have been taken.
  if (unsent && repeats && stored.mayBeDone === true) {
    const { sentence: cause } = problem;
    const sentence = t("An earlier answer was lost; {provider} may have done the work. {cause}", {
      provider,
      cause,
    });
    const check = t("Check what the provider has, or give up; sending again could be charged twice.");
    return doubt(task, { ...problem, sentence, remedy: isKeyed(task) ? resend : check });
  }
  // A step of a running job that never left is not lost: the person may send it again.
  if (job.step !== FIRST && (unset === "keyring" || isHeadroomError(error, "unreachable"))) {
    ask(task, "confirm", problem, "accepted");
    return;
  }
  // The answer came and was more than can be taken, or than the disk takes: the work is done.
  const large = isHeadroomError(error, "badShape") && error.fields.path === "";
  if (stored.stage === "sent" && called !== null && (large || unwritten)) {
    unreadable({ ...task, job: stored }, called, problem, large);
    return;
  }
  const field = fieldAt(task, error);
  if (field !== null) context.fieldProblem(id, field, problem.sentence);
  end(task, { exchange: "failed", job: "failed" }, problem);
}

/** The form's field that is to blame; null where none is. */
function fieldAt(task: Task, error: unknown): string | null {
  if (isHeadroomError(error, "badShape")) return error.fields.path === "" ? null : error.fields.path;
  if (!isHeadroomError(error, "notConfigured") || !isFileField(error.fields.field)) return null;
  return fileAt(task, error.fields.field)?.parameter ?? null;
}

/** Whether the step that was sent carried an idempotency key that the provider still knows. */
function isKeyed(task: Task): boolean {
  const { clock, jobs } = task.context.ports;
  const called = calledAt(task);
  return called !== null && repeatNow(called, jobs.get(task.id) ?? task.job, clock.now()) === "sameKey";
}
