// When a rate policy lets more units go: exact on the server's grid, from the first request, sliding by the latest possible
// arrival, bucket, two-bucket counter. Pure; it books nothing.
import { bucketFree, lacking } from "./bucket.ts";
import { type ClockState, jitterMs, thetaAt } from "./clock.ts";
import { type PartitionState, type RateInForce, SAFETY_MS } from "./state.ts";

/** More uncertain cells than this, and the grid is no help. */
const CELLS_AT_MOST = 4;

/**
 * The first instant, not before `at`, at which a request of so many units surely finds room. Infinity where it never does.
 * Each way of counting is sound by itself, and a stream that fits a sliding quota window fits any window of that length.
 */
export function freeAt(
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  at: number,
  units: number,
): number {
  const { limit } = rate;
  if (limit === null) return at;
  if (units > limit) return Number.POSITIVE_INFINITY;
  switch (rate.kind) {
    case "fixed":
      return earlier(at, slidingFree(rate, limit, state, at, units), () =>
        gridFree(rate, limit, state, clock, at, units),
      );
    case "fixedFromFirst":
      return earlier(at, slidingFree(rate, limit, state, at, units), () =>
        openedFree(rate, limit, state, clock, at, units),
      );
    case "bucket":
      return bucketFree(rate, limit, state, at, units);
    case "counter":
      return counterFree(rate, limit, state, clock, at, units);
    default:
      return slidingFree(rate, limit, state, at, units);
  }
}

/** Units that count at an instant, in flight and foreign ones included. */
export function usedAt(rate: RateInForce, state: PartitionState, clock: ClockState, now: number): number {
  const theta = thetaAt(clock, now);
  switch (rate.kind) {
    case "fixed": {
      if (theta === null) break;
      const cell = Math.floor((now + theta.lo) / rate.quotaWindowMs);
      return inCell(state, theta, rate.quotaWindowMs, cell);
    }
    case "fixedFromFirst":
      if (state.opened === null) break;
      if (now > state.opened[1] + rate.quotaWindowMs + SAFETY_MS) return 0;
      return sinceOpened(state, state.opened[0]);
    case "bucket":
      return Math.ceil(lacking(rate, rate.limit ?? 1, state, now) - 1e-9);
    case "counter":
      if (theta === null) break;
      return Math.ceil(weighted(rate.quotaWindowMs, state, theta, now + theta.lo) - 1e-9);
    default:
  }
  let used = 0;
  for (const [at, units] of leaving(rate, state)) if (at > now) used += units;
  return used;
}

/** Instants at which counted units leave a sliding quota window, with their number, oldest first. */
export function leaving(rate: RateInForce, state: PartitionState): (readonly [at: number, units: number])[] {
  const all: [number, number][] = [];
  for (const [, late, units] of state.log) all.push([late, units]);
  for (const [, units, late] of state.cells) all.push([late, units]);
  for (const [, sentAt, units, doubt] of state.flying) all.push([sentAt + doubt, units]);
  for (const one of all) one[0] += rate.quotaWindowMs + SAFETY_MS;
  return all.sort((a, b) => a[0] - b[0]);
}

/** Whether an interval of our clock surely lies in one cell of the server's grid, and in which. */
export function cellOf(
  theta: { readonly lo: number; readonly hi: number },
  quotaWindowMs: number,
  early: number,
  late: number,
): number | null {
  const first = Math.floor((early + theta.lo) / quotaWindowMs);
  return first === Math.floor((late + theta.hi) / quotaWindowMs) ? first : null;
}

/** Units that may lie in one cell of the server's grid. */
export function inCell(
  state: PartitionState,
  theta: { readonly lo: number; readonly hi: number },
  quotaWindowMs: number,
  cell: number,
): number {
  const start = cell * quotaWindowMs;
  const end = start + quotaWindowMs;
  let count = 0;
  for (const [index, units] of state.cells) if (index === cell) count += units;
  const touch = (early: number, late: number, units: number) => {
    if (late + theta.hi >= start && early + theta.lo < end) count += units;
  };
  for (const [early, late, units] of state.log) touch(early, late, units);
  for (const [, sentAt, units, doubt] of state.flying) touch(sentAt, sentAt + doubt, units);
  return count;
}

/** The earlier of two sound answers; the second is only computed where the first has to wait. */
function earlier(at: number, one: number, other: () => number): number {
  return one <= at ? one : Math.min(one, other());
}

function slidingFree(
  rate: RateInForce,
  limit: number,
  state: PartitionState,
  at: number,
  units: number,
): number {
  // Most often the whole log fits: no need to sort it.
  let total = flown(state);
  for (const one of state.log) total += one[2];
  for (const one of state.cells) total += one[1];
  if (total + units <= limit) return at;
  let over = total + units - limit;
  for (const [leavesAt, count] of leaving(rate, state)) {
    over -= count;
    if (over <= 0) return Math.max(at, Math.ceil(leavesAt));
  }
  return at;
}

function gridFree(
  rate: RateInForce,
  limit: number,
  state: PartitionState,
  clock: ClockState,
  at: number,
  units: number,
): number {
  const length = rate.quotaWindowMs;
  const theta = thetaAt(clock, at);
  if (theta === null) return Number.POSITIVE_INFINITY;
  const jitter = jitterMs(clock);
  let t = at;
  // Each round leaves a full cell behind, of which there are no more than spends.
  for (;;) {
    const first = Math.floor((t + theta.lo) / length);
    let cell = Math.floor((t + theta.hi + jitter) / length);
    if (cell - first > CELLS_AT_MOST) return Number.POSITIVE_INFINITY;
    while (cell >= first && inCell(state, theta, length, cell) + units <= limit) cell--;
    if (cell < first) return t;
    t = Math.ceil((cell + 1) * length - theta.lo) + SAFETY_MS;
  }
}

function openedFree(
  rate: RateInForce,
  limit: number,
  state: PartitionState,
  clock: ClockState,
  at: number,
  units: number,
): number {
  if (state.opened === null) return Number.POSITIVE_INFINITY;
  const [early, late] = state.opened;
  const shutAt = Math.ceil(late + rate.quotaWindowMs) + SAFETY_MS;
  // Near the end nobody knows whether a request still falls into this window or opens the next: wait for certainty.
  const doubtful = at + jitterMs(clock) + SAFETY_MS >= early + rate.quotaWindowMs;
  return !doubtful && sinceOpened(state, early) + units <= limit ? at : Math.max(at, shutAt);
}

function counterFree(
  rate: RateInForce,
  limit: number,
  state: PartitionState,
  clock: ClockState,
  at: number,
  units: number,
): number {
  const length = rate.quotaWindowMs;
  const theta = thetaAt(clock, at);
  // Without the grid, two quota windows of silence are surely enough.
  if (theta === null) return slidingFree({ ...rate, quotaWindowMs: 2 * length }, limit, state, at, units);
  const jitter = jitterMs(clock);
  let t = at;
  for (;;) {
    let next = t;
    const early = t + theta.lo;
    const late = t + theta.hi + jitter;
    const last = Math.floor(late / length);
    for (let cell = Math.floor(early / length); cell <= last; cell++) {
      const from = Math.max(early, cell * length);
      const previous = inCell(state, theta, length, cell - 1);
      // The weighted part is rounded down, or what is counted is compared before the request is added: alike.
      const room = limit - units - inCell(state, theta, length, cell) + 1;
      const share = 1 - (from - cell * length) / length;
      if (previous * share < room) continue;
      const wanted = room <= 0 ? (cell + 1) * length : (cell + 1 - room / previous) * length;
      next = Math.max(next, Math.ceil(wanted - theta.lo) + SAFETY_MS);
    }
    if (next === t) return t;
    t = next;
  }
}

function weighted(
  length: number,
  state: PartitionState,
  theta: { readonly lo: number; readonly hi: number },
  serverAt: number,
): number {
  const cell = Math.floor(serverAt / length);
  const share = 1 - (serverAt - cell * length) / length;
  return inCell(state, theta, length, cell) + inCell(state, theta, length, cell - 1) * share;
}

function flown(state: PartitionState): number {
  let units = 0;
  for (const one of state.flying) units += one[2];
  return units;
}

/** Units that may lie in a quota window from the first request that opened at this instant at the earliest. */
export function sinceOpened(state: PartitionState, openedAt: number): number {
  let used = flown(state);
  for (const [early, , units] of state.log) if (early >= openedAt) used += units;
  for (const [, units, late] of state.cells) if (late >= openedAt) used += units;
  return used;
}
