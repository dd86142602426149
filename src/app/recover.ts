// Puts right what was under way when its process died: waits on, is sent again under its key, is found at the provider or
// on disk, or is left to the person as outcome unknown. It must not send work that could be charged twice.
import { answersAt, FIRST } from "../core/jobs/flow.ts";
import type { Result } from "../core/jobs/model.ts";
import type { ResultSpec } from "../core/profile/schema.ts";
import { advance } from "./advance.ts";
import { abandonFlights, repeatNow } from "./calls.ts";
import { checkFor } from "./check.ts";
import { calledAt } from "./context.ts";
import { type Found, look } from "./look.ts";
import type { Problem } from "./problems.ts";
import { blank, checked, fileMark, usualTitle } from "./results.ts";
import { ask, end, setState, type Task } from "./task.ts";

/** A send that never left is taken up after a restart if it is not older than this. ms */
const RESUME_MS = 10 * 60_000;

/** First of all that is done with an exchange whose process died. */
export async function takeOver(task: Task): Promise<void> {
  const { context, id, place, job, exchange } = task;
  const { t, clock, jobs } = context.ports;
  // What the dead process had in flight would otherwise hold up whoever waits for its answer.
  abandonFlights(context, place, id);
  await sweep(task, job.stage !== "sent");
  if (job.stage !== "send" || job.step !== FIRST || clock.now() - exchange.createdAt <= RESUME_MS) return;
  // It was to be sent again under its key; whether that still helps is decided where an answer was lost.
  if (job.mayBeDone === true) jobs.update(id, { stage: "sent" });
  else
    end(
      task,
      { exchange: "cancelled", job: "cancelled" },
      {
        sentence: t("This was still waiting when the editor closed; nothing was sent."),
        remedy: t("Send it again if you still want it."),
      },
    );
}

/** The request may have left, and nobody has kept an answer: again under its key, or found out, or asked. */
export async function whetherDone(task: Task): Promise<void> {
  const { context, id, place, job } = task;
  const { t, clock, jobs } = context.ports;
  const called = calledAt(task);
  const repeat = called === null ? "safe" : repeatNow(called, job, clock.now());
  const again = repeat !== "never";
  const found = !again && (await isOnDisk(task));
  await sweep(task, true);
  if (found) return;
  if (again) return jobs.update(id, { stage: "send", mayBeDone: repeat === "sameKey" });
  const sentence = t("Headroom was closed before the answer came; {provider} may have done the work.", {
    provider: place.profile.name,
  });
  await doubt(task, { sentence, remedy: remedyOf(task) }, true);
}

/**
 * The outcome is unknown: the provider is asked how the work stands where it can be asked by its id, for that costs nothing
 * and settles it; all else is left to the person. `again` sends what was surely not begun and costs nothing once more.
 */
export async function doubt(task: Task, problem: Problem, again = false): Promise<void> {
  const found = checkFor(task)?.kind === "status" ? await look(task) : null;
  if (found === null || found.type === "told") ask(task, null, problem, "outcomeUnknown");
  else takeUp(task, found, again);
}

/** Goes on from what was found at the provider. */
export function takeUp(task: Task, found: Found, again = false): void {
  const { context, id, exchange } = task;
  const { jobs, clock, t, together } = context.ports;
  switch (found.type) {
    case "job": {
      const { remoteId, answerIndex, note } = found;
      together(() => {
        jobs.update(id, { remoteId, answerIndex, stage: "watch", asks: null, nextPollAt: clock.now() });
        setState(context, id, "accepted", { problem: null }, note);
      });
      break;
    }
    case "notBegun":
      if (again && calledAt(task)?.charged === false)
        together(() => {
          jobs.update(id, { stage: "send", asks: null });
          setState(context, id, "accepted", { problem: null }, "not begun, sent again");
        });
      else {
        const remedy = t("Confirm to send the step again.");
        ask(task, "confirm", { sentence: found.sentence, remedy }, "accepted");
      }
      break;
    case "told": {
      const problem = { sentence: found.sentence, remedy: exchange.problem?.remedy ?? null };
      setState(context, id, "outcomeUnknown", { problem }, "checked");
    }
  }
}

/** Clears away what the dead process left; what is still to be fetched is gone on with where it stopped. */
async function sweep({ context, id }: Task, whole: boolean): Promise<void> {
  const { files, results } = context.ports;
  const booked: string[] = [];
  for (const { id: resultId, file } of results.of(id))
    booked.push(...(file === null ? await files.parts(resultId) : [file]));
  await files.sweep(id, booked, whole);
}

function remedyOf(task: Task): string {
  const { t } = task.context.ports;
  return calledAt(task)?.charged === false
    ? t("Resend it: this call is not charged for. Or give up.")
    : t("Check what the provider has, or give up; sending again could be charged twice.");
}

/**
 * An answer that was the result itself and came whole is on disk under its last name, although nobody noted it: it is
 * taken from there.
 */
async function isOnDisk(task: Task): Promise<boolean> {
  const { context, id, action, job } = task;
  const { files, jobs, together } = context.ports;
  // Where a step follows, it needs more of the answer than its result.
  if (action.steps.length > 0) return false;
  for (const [answerIndex, { watch, results }] of answersAt(action, job.step).entries()) {
    const made = watch === undefined ? await foundOf(task, results) : [];
    if (made.length === 0) continue;
    together(() => {
      jobs.update(id, { answerIndex });
      for (const result of made) task.context.ports.results.put(result);
      advance(task);
    });
    return true;
  }
  return false;

  async function foundOf({ place }: Task, specs: readonly ResultSpec[]): Promise<readonly Result[]> {
    const made: Result[] = [];
    for (const [index, { kind, from }] of specs.entries()) {
      if (from !== "body" && from !== "base64") continue;
      const result = blank(task, index, kind, usualTitle(context, kind, index));
      const found = await files.takeOver(result.id, fileMark());
      if (found === null) return [];
      const { file, bytes, sniffed, whole } = found;
      made.push(checked({ context, place }, { ...result, file, bytes, mediaType: sniffed }, whole));
    }
    return made;
  }
}
