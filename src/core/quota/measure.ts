// Chooses when the last units of a quota window go so that their answers tell the server's clock: a `Date` cut to seconds
// halves the doubt if the request arrives where the second is thought to turn. Pure; costs no quota and no time.
import { type ClockState, jitterMs, thetaAt } from "./clock.ts";
import { type PartitionState, type RateInForce, SAFETY_MS } from "./state.ts";
import { inCell } from "./window.ts";

/** Known this well, a boundary costs nothing worth measuring. ms */
const FINE_MS = 40;
/** Units of one quota window that are used for measuring at most. */
const UNITS = 5;
/** Close enough to the chosen instant. ms */
const NEAR_MS = 4;
const SECOND_MS = 1000;

/**
 * The instant, not before `now`, at which a request best goes. It is later than `now` only where more waits than the quota
 * window can take, so that the window is used up anyway and nobody is served later for it.
 * @param backlog units that wait for the same partition behind this one
 */
export function measureAt(
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
  backlog: number,
): number {
  const theta = thetaAt(clock, now);
  if (rate.kind !== "fixed" || rate.limit === null || theta === null || backlog === 0) return now;
  const doubt = theta.hi - theta.lo;
  if (doubt <= Math.max(FINE_MS, jitterMs(clock)) || doubt > 4 * SECOND_MS) return now;
  const cell = Math.floor((now + theta.lo) / rate.quotaWindowMs);
  const left = rate.limit - inCell(state, theta, rate.quotaWindowMs, cell);
  if (left > Math.min(UNITS, Math.ceil(Math.log2(doubt / FINE_MS))) || backlog < left) return now;
  const middle = (theta.lo + theta.hi) / 2;
  const turnsAt = Math.ceil(Math.ceil((now + middle - NEAR_MS) / SECOND_MS) * SECOND_MS - middle);
  const endsAt = (cell + 1) * rate.quotaWindowMs - theta.hi - jitterMs(clock) - SAFETY_MS;
  return turnsAt - now > NEAR_MS && turnsAt < endsAt ? turnsAt : now;
}
