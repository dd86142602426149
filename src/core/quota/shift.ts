// After the machine's clock was set, or the machine slept: every stored instant is moved so that durations stay what a steady
// clock measured. It must never make a spend older than it is.
import type { ClockState } from "./clock.ts";
import type { PartitionState } from "./state.ts";

/** Every number above this is an instant in epoch ms; no count, length or index of a cell comes near it. */
const INSTANT = 1e11;
/** How long no other way of counting is concluded from what was counted before. ms */
const UNSURE_MS = 120_000;

/**
 * A partition after the wall clock jumped by so many ms and now shows `now`. Forward, as after a sleep, all moves along, so that a
 * quota window is not over before its time. Back, only what would lie in the future does; the rest counts a little longer.
 */
export function shifted(state: PartitionState, byMs: number, now: number): PartitionState {
  const unsureUntil =
    state.log.length === 0 ? state.unsureUntil : Math.max(state.unsureUntil, now + UNSURE_MS);
  return { ...moved(state, byMs, now), unsureUntil };
}

/** The server's clock after ours jumped: the way to it is as before, its offset is not known any more. */
export function unplaced(clock: ClockState): ClockState {
  return clock.lo === null && clock.hi === null ? clock : { ...clock, lo: null, hi: null };
}

function moved<T>(value: T, byMs: number, now: number): T {
  if (typeof value === "number") {
    const moves = value > INSTANT && (byMs > 0 || value > now);
    return (moves ? value + byMs : value) as T;
  }
  if (Array.isArray(value)) return value.map((one: unknown) => moved(one, byMs, now)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => [key, moved(one, byMs, now)]),
  ) as T;
}
