// What follows a step that succeeded: the next one, a question to the person, or the fetching of results.
import { asksBefore, nextPosition, resultsAt, stepAt, watchAt } from "../core/jobs/flow.ts";
import { readResults } from "../core/profile/answer.ts";
import type { Incoming } from "../core/wire.ts";
import { keyFor } from "./calls.ts";
import { actionOf } from "./context.ts";
import { answered } from "./record.ts";
import { keepResults } from "./results.ts";
import { ask, type Task } from "./task.ts";

/** A step's work is over: its results are kept, then the flow goes on. `last` is the answer that told it. */
export async function succeeded(task: Task, last: Incoming | null = null): Promise<void> {
  const { action, job, context } = task;
  if (last !== null && watchAt(action, job) !== null) {
    const results = readResults(resultsAt(action, job), answered(last), context.ports.clock.now());
    await keepResults(task, results, last);
  }
  advance(task);
}

/** Puts the job at its next step, or at the fetching of its results where there is none. */
export function advance(task: Task): void {
  const { context, id, job, action, place } = task;
  const { jobs, ledger, clock, t } = context.ports;
  const next = nextPosition(action, job.step, job.input);
  if (next === null) {
    jobs.update(id, { stage: "fetch", nextPollAt: null, state: "running" });
    // The work at the provider is over, so its place is free although the result is still to come.
    ledger.free(id, clock.now());
    context.changed();
    return;
  }
  const step = stepAt(action, next)!;
  const called = step.action === undefined ? null : actionOf(place.profile, step.action);
  jobs.update(id, {
    step: next,
    state: "running",
    stage: "send",
    stepKey: called === null ? null : keyFor(called),
    progress: null,
    nextPollAt: null,
  });
  const asks = asksBefore(step);
  if (asks !== null) ask({ ...task, job: { ...job, step: next } }, asks, null, null);
  else context.say(t("{title}: {step}", { title: task.exchange.title, step: step.name }));
  context.changed();
}
