// What sending the form now would mean: when it goes, why then, how many requests it needs. Asks the ledger, books
// nothing.
import { FIRST, nextPosition, stepAt, watchAt } from "../core/jobs/flow.ts";
import { middleOf } from "../core/jobs/lengths.ts";
import { claimFor } from "../core/profile/claim.ts";
import type { Action } from "../core/profile/schema.ts";
import type { Policy } from "../core/quota/model.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { claimOf } from "./calls.ts";
import { actionOf, type Context, type Place } from "./context.ts";
import { forecastSentence } from "./sentences.ts";

/** The forecast for an action with this input. */
export function forecastOf(
  context: Context,
  place: Place,
  action: Action,
  input: Readonly<Record<string, unknown>>,
  now: number,
): NonNullable<Snapshot["forecast"]> {
  const { ledger, t } = context.ports;
  const claim = claimOf(place, action);
  const calls = alike(place, action, input);
  const { firstAt, lastAt, wait } = ledger.preview(claim, calls, now);
  const policies = claim.parts.map((part) => part.policy);
  const binding = policies.find((one) => one.id === wait?.policyId) ?? null;
  const unknown: Policy | null = policies.find((one) => one.limit === null) ?? null;
  const noun = (binding ?? policies.find((one) => one.type === "rate"))?.noun ?? t("requests");
  const goesNow = firstAt !== null && firstAt <= now && wait?.cause !== "ahead";
  return {
    sentence: forecastSentence(context.ports, {
      now,
      firstAt,
      lastAt: calls > 1 ? lastAt : null,
      wait,
      policy: goesNow ? unknown : binding,
      calls,
      noun,
      typicalMs: typicalMs(context, place, action, input),
    }),
    startsAt: firstAt,
    now: goesNow,
    policyId: goesNow ? null : (wait?.policyId ?? null),
  };
}

/** How many calls of the flow count in the same partitions as its first one. */
function alike(place: Place, action: Action, input: Readonly<Record<string, unknown>>): number {
  const key = (one: Action) =>
    claimFor(place.profile, place.account, place.keyId, one.method, one.path)
      .parts.filter((part) => part.policy.type === "rate")
      .map((part) => part.partition)
      .join();
  const first = key(action);
  let count = 1;
  for (let at = nextPosition(action, FIRST, input); at !== null; at = nextPosition(action, at, input)) {
    const id = stepAt(action, at)?.action;
    const called = id === undefined ? null : actionOf(place.profile, id);
    if (called !== null && key(called) === first) count++;
  }
  return count;
}

/** How long the job usually takes with an input of this size, as far as earlier ones tell. ms */
function typicalMs(context: Context, place: Place, action: Action, input: Readonly<Record<string, unknown>>) {
  let sum = 0;
  for (let step = FIRST; step < action.steps.length; step++) {
    if (watchAt(action, { step }) === null) continue;
    const typical = middleOf(context.lengths.of(action, { accountId: place.account.id, step, input }));
    if (typical === null) return null;
    sum += typical;
  }
  return sum === 0 ? null : sum;
}
