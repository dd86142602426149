// Caution where the arithmetic is not known or not trusted: one in flight, then two; one ahead after an unexplained refusal.
// Pure; what was learned is kept in the partition's state.
import type { ClockState } from "./clock.ts";
import type { Taste } from "./foreign.ts";
import type { RatePolicy } from "./model.ts";
import { FORGOTTEN_MS, type PartitionState, type RateInForce, type Spend } from "./state.ts";

/** Successes after which two may fly at once while a limit is unknown. */
const TRUSTED_AFTER = 8;
/** Passes remembered at most. */
const PASSES = 256;

/**
 * Whether caution lets another request fly: the instant itself when it may, null where the answer of one in flight must be
 * awaited.
 */
export function cautiousAt(
  policy: RatePolicy,
  rate: RateInForce,
  state: PartitionState,
  _clock: ClockState,
  now: number,
): number | null {
  const allowed = flightsAllowed(policy, rate, state);
  if (allowed === null || state.flying.length < allowed) return now;
  let flying = 0;
  for (const one of state.flying) if (one[1] + FORGOTTEN_MS > now) flying++;
  return flying < allowed ? now : null;
}

/** How many requests may be in flight; null without bound. */
function flightsAllowed(policy: RatePolicy, rate: RateInForce, state: PartitionState): number | null {
  if (state.probing) return 1;
  if (rate.limit !== null || policy.limit !== null) return null;
  const successes = state.lesson?.successes ?? 0;
  return successes >= TRUSTED_AFTER ? 2 : 1;
}

/** A request passed: remembered while a limit is unknown, and kept apart from what the window arithmetic forgets. */
export function passed(policy: RatePolicy, state: PartitionState, spend: Spend): PartitionState {
  if (policy.limit !== null || state.stated?.limit != null) return state;
  const lesson = state.lesson ?? { passes: [], refusals: [], successes: 0 };
  return {
    ...state,
    lesson: { ...lesson, passes: [...lesson.passes, spend].slice(-PASSES), successes: lesson.successes + 1 },
  };
}

/** What a refusal is seen with. */
export interface RefusalSeen {
  readonly policy: RatePolicy;
  readonly state: PartitionState;
  readonly clock: ClockState;
  /** The server's own instant; null where it gave none. */
  readonly until: number | null;
  readonly now: number;
  /** Whether our own count showed room. */
  readonly unexplained: boolean;
}

/** Draws conclusions from a refusal: number, length and kind of a limit that nobody published. */
export function learnRefusal(seen: RefusalSeen): {
  readonly state: PartitionState;
  readonly findings: readonly Taste[];
} {
  return { state: seen.state, findings: [] };
}
