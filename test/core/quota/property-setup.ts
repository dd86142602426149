// From a plan to the client's side of a run: the claims and the states with which it begins. It runs nothing.
import type { Claim, ClaimPart, RatePolicy } from "../../../src/core/quota/model.ts";
import { EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";
import type { Plan, Step } from "./property-plan.ts";

/** What the client believes of a limit, where that is not what the server does. */
export interface Belief {
  readonly policy?: Partial<RatePolicy>;
  readonly state?: Partial<PartitionState>;
}

export interface WorldOptions {
  /** Whether a refusal fails the plan at once. Default true. */
  readonly exact?: boolean;
  /** Whether the client may believe in quota windows on the grid that are not; then a wait may be cut to one. Default no. */
  readonly misled?: boolean;
  /** By the policy's index; default what the server does. */
  readonly believe?: (index: number, plan: Plan) => Belief;
  /** Requests of others: after the start, and which policies count them. ms */
  readonly others?: readonly { readonly afterMs: number; readonly mask: number }[];
  /** Jobs that others start, each for a few seconds: after the start. ms */
  readonly otherJobs?: readonly number[];
  /** Whether refused requests count, at the server and by its profile. Default no. */
  readonly refusedCount?: boolean;
}

/** A claim, and which of the world's states it is booked in. */
export interface Counted {
  readonly claim: Claim;
  readonly parts: readonly number[];
}

/** The policies as the client has them; slots are the last. */
export function partsOf(plan: Plan, options: WorldOptions): ClaimPart[] {
  const words = { title: "", noun: "", evidence: "published" } as const;
  const parts = plan.policies.map((one, i): ClaimPart => {
    const policy: RatePolicy = {
      ...words,
      type: "rate",
      id: `p${i}`,
      kind: one.kind === "counter" ? "sliding" : one.kind,
      limit: one.limit,
      quotaWindowMs: one.lengthMs,
      refusedCount: options.refusedCount ?? false,
      ...options.believe?.(i, plan).policy,
    };
    return { partition: `p/${i}`, cost: 1, policy };
  });
  const slots = { ...words, type: "slots", id: "slots", limit: plan.slots } as const;
  return plan.slots === null ? parts : [...parts, { partition: "p/slots", cost: 1, policy: slots }];
}

/** The states with which the client begins; that a counter is one was learned before. */
export function statesOf(
  plan: Plan,
  parts: readonly ClaimPart[],
  at: number,
  options: WorldOptions,
): PartitionState[] {
  return parts.map((_, i) => {
    const policy = plan.policies[i];
    if (policy === undefined) return EMPTY;
    const counter = { kind: "counter", limit: null, quotaWindowMs: null, at } as const;
    const learned = policy.kind === "counter" ? counter : null;
    return { ...EMPTY, learned, ...options.believe?.(i, plan).state };
  });
}

/** The claims of a plan's requests, the same object for the same claim. */
export function claimsOf(plan: Plan, parts: readonly ClaimPart[]): (step: Step) => Counted {
  const known = new Map<number, Counted>();
  const all = (1 << plan.policies.length) - 1;
  return ({ mask, units }) => {
    const bits = (mask & all) === 0 ? all : mask & all;
    const key = bits * 10 + units;
    const found = known.get(key);
    if (found !== undefined) return found;
    const indexes = parts.map((_, i) => i).filter((i) => i >= plan.policies.length || (bits >> i) % 2 === 1);
    const cost = (i: number) => (i < plan.policies.length ? units : 1);
    const claim: Claim = { accountId: "a", parts: indexes.map((i) => ({ ...parts[i]!, cost: cost(i) })) };
    const made = { claim, parts: indexes };
    known.set(key, made);
    return made;
  };
}
