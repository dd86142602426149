// How many slots are taken, by the provider's own word: every answer of the action that counts them puts the ledger right,
// whoever asked. It must not ask by itself; slot-watch.ts does.
import { resolveBindings } from "../core/profile/bind.ts";
import { wholeClaim } from "../core/profile/claim.ts";
import { readNumber } from "../core/profile/path.ts";
import type { Action, Profile } from "../core/profile/schema.ts";
import type { Incoming } from "../core/wire.ts";
import type { Context, Place } from "./context.ts";
import { actionOf } from "./context.ts";
import { answered } from "./record.ts";

/** An action that counts what holds the slots of a policy, and the input with which it does. */
export interface Counting {
  readonly policyId: string;
  readonly noun: string;
  readonly action: Action;
  readonly input: Readonly<Record<string, unknown>>;
  readonly path: string;
}

/** The actions of a profile that count slots. */
export function countingsOf(profile: Profile): readonly Counting[] {
  return profile.policies.flatMap((policy) => {
    if (policy.type !== "slots" || policy.count === undefined) return [];
    const { bind, path } = policy.count;
    const action = actionOf(profile, policy.count.action);
    const input = resolveBindings(bind, { jobId: null, answers: {}, input: {}, edited: {} });
    return action === null ? [] : [{ policyId: policy.id, noun: policy.noun, action, input, path }];
  });
}

/** Tells the ledger what an answer says of slots; one that counts something else, or failed, tells nothing. */
export function heard(
  { ports }: Context,
  asked: {
    readonly place: Place;
    readonly action: Action;
    readonly input: Readonly<Record<string, unknown>>;
  },
  incoming: Incoming,
): void {
  const { profile, account, keyId } = asked.place;
  for (const one of countingsOf(profile)) {
    if (one.action.id !== asked.action.id || !sameInput(one.input, asked.input)) continue;
    const given = answered(incoming);
    const taken = given.status < 400 ? readNumber(given, one.path) : null;
    const part = wholeClaim(profile, account, keyId).parts.find(({ policy }) => policy.id === one.policyId);
    if (taken !== null && taken >= 0 && part !== undefined)
      ports.ledger.reconcileSlots(part.partition, Math.floor(taken), ports.clock.now());
  }
}

/** Whether the same is asked for; what is empty was not asked. */
function sameInput(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const text = (input: Readonly<Record<string, unknown>>) =>
    JSON.stringify(
      Object.entries(input)
        .filter(([, value]) => value !== null && value !== "")
        .sort(),
    );
  return text(a) === text(b);
}
