// Raises a limit that was inferred from refusals: rarely, and only while more work waits than it lets through, one request goes
// beyond it. If that passes, the limit is higher. Pure; it books nothing.
import type { ClockState } from "./clock.ts";
import type { RatePolicy } from "./model.ts";
import type { PartitionState, RateInForce } from "./state.ts";
import { freeAt, usedAt } from "./window.ts";

/** How often one request may go beyond an inferred limit. ms */
const PROBE_EVERY_MS = 3_600_000;

/**
 * Whether a request that has no room may go nevertheless. Never where refused requests count, and never for a limit that a profile,
 * a person or the server's own headers gave.
 */
export function mayProbe(
  policy: RatePolicy,
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
  units: number,
): boolean {
  const { learned } = state;
  if (rate.evidence !== "inferred" || learned === null || rate.limit === null || policy.refusedCount)
    return false;
  if (now - (learned.triedAt ?? learned.at) < PROBE_EVERY_MS || state.flying.length > 0) return false;
  return freeAt({ ...rate, limit: rate.limit + units }, state, clock, now, units) <= now;
}

/** The state after a request was booked; one beyond an inferred limit is noted. */
export function probed(
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
): PartitionState {
  const { learned } = state;
  if (rate.evidence !== "inferred" || learned === null) return state;
  return freeAt(rate, state, clock, now, 1) > now
    ? { ...state, learned: { ...learned, triedAt: now } }
    : state;
}

/** The state after a request passed: what was let in beyond an inferred limit is the new one, and the next may follow at once. */
export function raised(
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
): PartitionState {
  const { learned } = state;
  if (rate.evidence !== "inferred" || learned?.triedAt === undefined || rate.limit === null) return state;
  const used = usedAt(rate, state, clock, now);
  return used > rate.limit ? { ...state, learned: { ...learned, limit: used, at: now, triedAt: 0 } } : state;
}
