// After the machine's clock was set, or the machine slept: every stored instant is moved so that durations stay what really
// passed. It must never make a spend older than it is.
import type { ClockState } from "./clock.ts";
import type { Flight, PartitionState } from "./state.ts";

/** Every number above this is an instant in epoch ms; no count, length or index of a cell comes near it. */
const INSTANT = 1e11;
/** How long no other way of counting is concluded from what was counted before. ms */
const UNSURE_MS = 120_000;

/** What happened to the machine's clock. */
export interface Shift {
  /** How far it went beyond what really passed; negative where it was set back. ms */
  readonly byMs: number;
  /** How long the machine slept meanwhile, which really passed. ms */
  readonly sleptMs: number;
}

/**
 * A partition after the wall clock jumped by so many ms and now shows `now`. Forward, all moves along, so that a quota window is
 * not over before its time. Back, only what would lie in the future does; the rest counts a little longer. What was in the air when
 * the machine fell asleep may arrive only now.
 */
export function shifted(state: PartitionState, { byMs, sleptMs }: Shift, now: number): PartitionState {
  const unsureUntil =
    state.log.length === 0 ? state.unsureUntil : Math.max(state.unsureUntil, now + UNSURE_MS);
  const next = moved(state, byMs, now);
  if (sleptMs === 0) return { ...next, unsureUntil };
  const flying = next.flying.map(
    ([id, sentAt, units, doubtMs]): Flight => [id, sentAt, units, doubtMs + sleptMs],
  );
  // The instants are right to a second only: that is not enough to tell when a quota window opened.
  return { ...next, flying, opened: null, unsureUntil };
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
