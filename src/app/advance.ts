// What follows a step that succeeded: the next one, a question to the person, or the fetching of results.
import { asksBefore, nextPosition, resultsAt, stepAt, watchAt } from "../core/jobs/flow.ts";
import type { Result } from "../core/jobs/model.ts";
import { readResults } from "../core/profile/answer.ts";
import type { Incoming } from "../core/wire.ts";
import { keyFor } from "./calls.ts";
import { actionOf } from "./context.ts";
import { answered } from "./record.ts";
import { resultsOf } from "./results.ts";
import { ask, type Task } from "./task.ts";

/** The results that the last answer about a job holds, those that are inline taken to their place on disk; none is stored yet. */
export async function watchedResults(task: Task, last: Incoming): Promise<readonly Result[]> {
  const { action, job, context } = task;
  if (watchAt(action, job) === null) return [];
  const reads = readResults(resultsAt(action, job), answered(last), context.ports.clock.now());
  return resultsOf(task, reads, last);
}

/** Puts the job at its next step, or at the fetching of its results where there is none. */
export function advance(task: Task): void {
  const { context, id, job, action, place } = task;
  const { jobs, ledger, clock, t, together } = context.ports;
  const next = nextPosition(action, job.step, job.input);
  if (next === null) {
    together(() => {
      jobs.update(id, { stage: "fetch", nextPollAt: null, state: "running" });
      // The work at the provider is over, so its place is free although the result is still to come.
      ledger.free(id, clock.now());
    });
    context.changed();
    return;
  }
  const step = stepAt(action, next)!;
  const called = step.action === undefined ? null : actionOf(place.profile, step.action);
  const asks = asksBefore(step);
  // One commit: what the person must see first is never sent without it.
  together(() => {
    jobs.update(id, {
      step: next,
      state: "running",
      stage: "send",
      mayBeDone: false,
      keyedAt: null,
      stepKey: called === null ? null : keyFor(called),
      progress: null,
      nextPollAt: null,
    });
    if (asks !== null) ask({ ...task, job: { ...job, step: next } }, asks, null, null);
  });
  if (asks === null) context.say(t("{title}: {step}", { title: task.exchange.title, step: step.name }));
  context.changed();
}
