// After an answer was lost: by which call it can be looked up what the provider has, where its API offers one. It sends
// nothing.
import { answersAt, stepAt } from "../core/jobs/flow.ts";
import { resolveBindings } from "../core/profile/bind.ts";
import type { Action, Watch } from "../core/profile/schema.ts";
import { claimOf } from "./calls.ts";
import { actionOf } from "./context.ts";
import { type Counting, countingsOf } from "./slot-count.ts";
import { sourcesOf, type Task } from "./task.ts";

/** The API lists jobs: one there that Headroom does not know is the lost one. */
export interface ListCheck {
  readonly kind: "list";
  readonly watch: Watch;
  readonly list: NonNullable<Watch["listPoll"]>;
  readonly action: Action;
}
/** The API counts what is under way. */
export interface CountCheck extends Counting {
  readonly kind: "count";
}

/** The step works on something that is known by its id: how that stands tells whether the step was taken. */
export interface StatusCheck {
  readonly kind: "status";
  readonly watch: Watch;
  readonly action: Action;
  readonly remoteId: string;
}

/** How an unknown outcome of this exchange can be looked up; null where the API has no way. */
export function checkFor(
  task: Pick<Task, "place" | "action" | "job">,
): StatusCheck | ListCheck | CountCheck | null {
  const { place, action, job } = task;
  const status = statusCheck(task);
  if (status !== null) return status;
  for (const { watch } of answersAt(action, job.step)) {
    const list = watch?.listPoll;
    const found = list === undefined ? null : actionOf(place.profile, list.action);
    if (watch !== undefined && list !== undefined && found !== null)
      return { kind: "list", watch, list, action: found };
  }
  const slots = new Set(
    claimOf(place, action)
      .parts.filter((part) => part.policy.type === "slots")
      .map((part) => part.policy.id),
  );
  const counting = countingsOf(place.profile).find((one) => slots.has(one.policyId));
  return counting === undefined ? null : { kind: "count", ...counting };
}

function statusCheck({ place, action, job }: Pick<Task, "place" | "action" | "job">): StatusCheck | null {
  const step = stepAt(action, job.step);
  const watch = answersAt(action, job.step).find((one) => one.watch !== undefined)?.watch;
  if (step?.bind === undefined || watch === undefined) return null;
  const sent = resolveBindings(step.bind, sourcesOf(job));
  const poll = actionOf(place.profile, watch.poll.action);
  const [name] = Object.entries(watch.poll.bind).find(([, from]) => from === "job.id") ?? [];
  const remoteId = name === undefined ? undefined : sent[name];
  return poll === null || typeof remoteId !== "string"
    ? null
    : { kind: "status", watch, action: poll, remoteId };
}
