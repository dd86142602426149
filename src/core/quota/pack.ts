// Packs what has been spent: counts together what nothing will ever tell apart, so that a burst leaves few rows. Pure; it never
// counts too little.
import { type ClockState, thetaAt } from "./clock.ts";
import type { RatePolicy } from "./model.ts";
import { inForce, type PartitionState, type Spend } from "./state.ts";
import { gathered } from "./tidy.ts";
import { cellOf } from "./window.ts";

/** Spends within so small a share of a quota window need not be told apart. */
const FINEST_SHARE = 4096;

/** Packs a state to which a spend has just been added. */
export function packed(policy: RatePolicy, state: PartitionState, clock: ClockState): PartitionState {
  const pinnedDown = pinned(policy, state, clock);
  const log = gatheredLast(policy, pinnedDown, clock);
  return log === pinnedDown.log ? pinnedDown : { ...pinnedDown, log };
}

/** Gathers spends whose cell of the server's grid is certain by now. */
export function pinned(policy: RatePolicy, state: PartitionState, clock: ClockState): PartitionState {
  const rate = inForce(policy, state);
  const theta = thetaAt(clock, clock.at);
  if ((rate.kind !== "fixed" && rate.kind !== "counter") || theta === null || state.log.length === 0)
    return state;
  const log: Spend[] = [];
  let cells = state.cells;
  for (const spend of state.log) {
    const index = cellOf(theta, rate.quotaWindowMs, spend[0], spend[1]);
    if (index === null) log.push(spend);
    else cells = gathered(cells, index, spend[2], spend[1]);
  }
  return log.length === state.log.length ? state : { ...state, log, cells };
}

/**
 * Counts the newest two spends as one where nothing tells them apart, or where they lie so close that a sliding quota window
 * loses nothing by it: a burst leaves few rows. Never where it would have to be told on which side of a boundary they lie.
 */
function gatheredLast(policy: RatePolicy, state: PartitionState, clock: ClockState): readonly Spend[] {
  const { log } = state;
  const last = log.at(-1);
  const before = log.at(-2);
  if (last === undefined || before === undefined || last[0] < before[0]) return log;
  if (last[0] !== before[0] || last[1] !== before[1]) {
    const { kind, quotaWindowMs } = inForce(policy, state);
    if (kind !== "sliding" && (kind !== "fixed" || clock.lo !== null)) return log;
    if (Math.max(last[1], before[1]) - before[0] > quotaWindowMs / FINEST_SHARE) return log;
  }
  const kept = log.slice(0, -1);
  kept[kept.length - 1] = [before[0], Math.max(last[1], before[1]), before[2] + last[2]];
  return kept;
}
