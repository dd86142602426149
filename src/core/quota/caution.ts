// How many requests may be in flight while a limit is unknown or the way of counting is in doubt: few, so that the one refusal that
// teaches comes once. Pure; it learns nothing itself.
import type { ClockState } from "./clock.ts";
import { isConfirmed, isLearned, isWhole } from "./learn.ts";
import type { RatePolicy } from "./model.ts";
import type { PartitionState, RateInForce } from "./state.ts";
import { freeAt } from "./window.ts";

/** Successes after which two may fly at once while a limit is unknown. */
const TRUSTED_AFTER = 8;
/** Round trips below this are quick. ms */
const QUICK_MS = 300;
/** So long a request waits for the answer of the one that goes ahead of it. ms */
const PROOF_MS = 1_000;
/** A refusal takes no longer than this, or than four of the slowest round trips. ms. ASSUMED */
const UNDECIDED_MS = 2_000;

/**
 * The instant at which caution lets another request fly: now where it does. A refusal comes at once, so a request that has
 * been answered by nothing for a while was let in and is only slow, as a held poll is; nobody waits for its end.
 */
export function cautiousAt(
  policy: RatePolicy,
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
): number {
  const allowed = flightsAllowed(policy, rate, state, clock);
  if (allowed === null) return now;
  const decided = state.flying.map((one) => one[1] + undecidedMs(clock)).sort((a, b) => b - a);
  return Math.max(now, decided[allowed - 1] ?? now);
}

/** So long after it was sent a request may still be refused. ms */
function undecidedMs(clock: ClockState): number {
  return Math.max(UNDECIDED_MS, 4 * clock.rttMax);
}

/**
 * Whether a server that calls itself sliding may rather count in two buckets, which would refuse now: then one goes ahead, for
 * what its answer has left tells. The instant at which the next may go; it waits for that answer only so long.
 */
export function proofAt(
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
  units: number,
): number {
  if (rate.kind !== "sliding" || state.proven || state.confirmedAt === null) return now;
  const youngest = Math.max(0, ...state.flying.map((one) => one[1]));
  const until = youngest + PROOF_MS;
  if (until <= now || freeAt({ ...rate, kind: "counter" }, state, clock, now, units) <= now) return now;
  return until;
}

/** How many requests may be in flight; null without bound. */
function flightsAllowed(
  policy: RatePolicy,
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
): number | null {
  if (state.probing) return 1;
  if (!isLearned(policy, state)) return null;
  const successes = state.lesson?.successes ?? 0;
  // Where answers are quick, one after the other loses nothing, and the refusal that ends it comes once, not twice.
  const quick = clock.n > 0 && clock.rttMax < QUICK_MS;
  if (rate.limit === null) return successes >= TRUSTED_AFTER && !quick ? 2 : 1;
  return isConfirmed(state) || isWhole(state) ? null : 1;
}
