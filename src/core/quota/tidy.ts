// Keeps a partition's state small: forgets spends that count for nobody, merges what need not be told apart, takes back
// instants that lie in the future after a clock was set back. It must never count too little.
import { doubted } from "./bucket.ts";
import { type ClockState, jitterMs, thetaAt } from "./clock.ts";
import {
  type Cell,
  type Flight,
  type PartitionState,
  type RateInForce,
  SAFETY_MS,
  type Spend,
} from "./state.ts";

/** Spends told apart one by one; beyond that neighbours are counted together. */
const MANY = 96;
/** How long a spend is kept after it left: it may explain a refusal, and long ago it shows how the server counts. ms */
const LONG_GLOW_MS = 60_000;
/**
 * The least of it: an answer that was on its way meanwhile still speaks of the spend, and without it would seem to speak of
 * somebody else's. ms
 */
const SHORT_GLOW_MS = 15_000;
/**
 * So long after its quota window a request that nobody has answered is given up: its process has died, and nothing else tells so
 * where it belonged to no exchange. If an answer comes after all, it counts from then. ms
 */
const LONGEST_FLIGHT_MS = 15 * 60_000;

/** How slow an answer may be to be compared with what is still kept. ms */
export function afterglowMs(quotaWindowMs: number): number {
  return Math.min(quotaWindowMs, SHORT_GLOW_MS);
}

/** Drops spends that no longer count for anyone, and merges neighbours where there are too many. */
export function tidy(
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
): PartitionState {
  const glow = state.log.length > MANY ? SHORT_GLOW_MS : LONG_GLOW_MS;
  const keepMs =
    rate.quotaWindowMs * (rate.kind === "counter" ? 2 : 1) + SAFETY_MS + Math.min(rate.quotaWindowMs, glow);
  const goneAt = now - keepMs;
  const gone = (late: number) => late <= goneAt;
  let { log, cells, foreign, flying } = state;
  if (anyUntil(log, goneAt)) log = log.filter((one) => !gone(one[1]));
  const lostAt = goneAt - LONGEST_FLIGHT_MS;
  if (anyUntil(flying, lostAt)) flying = flying.filter((one) => one[1] + one[3] > lostAt);
  if (cells.length > 0) {
    const theta = thetaAt(clock, now);
    const oldest = theta === null ? null : Math.floor((now + theta.lo) / rate.quotaWindowMs) - 1;
    const past = (one: readonly [number, number, number]) =>
      gone(one[2]) && (oldest === null || one[0] < oldest + (rate.kind === "counter" ? 0 : 1));
    if (cells.some(past)) cells = cells.filter((one) => !past(one));
  }
  if (anyUntil(foreign, goneAt)) foreign = foreign.filter((one) => !gone(one[1]));
  if (log.length > MANY) log = merged(log, rate.quotaWindowMs / (MANY / 2));
  if (log === state.log && cells === state.cells && foreign === state.foreign && flying === state.flying)
    return state;
  const bucket = flying === state.flying ? state.bucket : doubted(state);
  return { ...state, log, cells, foreign, flying, bucket };
}

/** Where the quota window has another length than before, what lies in cells of the old one counts by its instants again. */
export function regridded(
  { quotaWindowMs }: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
): PartitionState {
  const { cells, cellMs } = state;
  if (cellMs === quotaWindowMs) return state;
  if (cells.length === 0 || cellMs === 0) return { ...state, cellMs: quotaWindowMs };
  const theta = thetaAt(clock, now);
  const log = cells.map(([index, units, late]): Spend => {
    const opened = theta === null ? late - cellMs : index * cellMs - theta.hi;
    return [Math.min(opened, late), late, units];
  });
  return { ...state, cellMs: quotaWindowMs, cells: [], log: [...log, ...state.log] };
}

/** Counts neighbours together, all from the earliest to the latest of them: never too little. */
export function merged(log: readonly Spend[], withinMs: number): Spend[] {
  const groups: Spend[] = [];
  for (const one of log.toSorted((a, b) => a[1] - b[1])) {
    const last = groups.at(-1);
    if (last !== undefined && one[1] - last[0] <= withinMs)
      groups[groups.length - 1] = [Math.min(last[0], one[0]), one[1], last[2] + one[2]];
    else groups.push(one);
  }
  return groups;
}

/** After the clock was set back, instants in the future count as now, and what may still be on its way as long after as it may be. */
export function notAfter(state: PartitionState, clock: ClockState, now: number): PartitionState {
  const slack = jitterMs(clock) + 1000;
  const edge = now + slack;
  const { closed } = state;
  const ahead =
    anyAfter(state.log, 1, edge) ||
    anyAfter(state.cells, 2, edge) ||
    anyAfter(state.flying, 1, edge) ||
    (state.bucket !== null && state.bucket[1] > edge) ||
    (state.opened !== null && state.opened[1] > edge) ||
    (closed !== null && closed.at > edge);
  if (!ahead) return state;
  // When those in the air were sent is not known any more.
  const bucket = doubted(state);
  const cut = ([early, late, units]: Spend): Spend => [
    Math.min(early, now),
    Math.min(late, now + Math.min(late - early, slack)),
    units,
  ];
  return {
    ...state,
    log: state.log.map(cut),
    foreign: state.foreign.map(cut),
    cells: state.cells.map(([index, units, late]) => [index, units, Math.min(late, now)]),
    flying: state.flying.map(([id, sentAt, units, doubt]) => [id, Math.min(sentAt, now), units, doubt]),
    bucket: bucket && [bucket[0], Math.min(bucket[1], now), bucket[2], bucket[3]],
    opened: null,
    // The server's wait was counted from then: it is served out in full from now.
    closed:
      closed === null || closed.at <= edge
        ? closed
        : { ...closed, at: now, until: now + closed.until - closed.at },
  };
}

// Plain loops: every request passes here several times, and with callbacks they were the costliest of all (measured).

function anyUntil(rows: readonly (Spend | Flight)[], at: number): boolean {
  for (let i = 0; i < rows.length; i++) if (rows[i]![1] <= at) return true;
  return false;
}

function anyAfter(rows: readonly (Spend | Cell | Flight)[], place: 1 | 2, at: number): boolean {
  for (let i = 0; i < rows.length; i++) if (rows[i]![place] > at) return true;
  return false;
}

/** Adds units to a cell of the grid. */
export function gathered(
  cells: PartitionState["cells"],
  index: number,
  units: number,
  late: number,
): PartitionState["cells"] {
  const found = cells.find((one) => one[0] === index);
  if (found === undefined) return [...cells, [index, units, late]];
  return cells.map((one) => (one === found ? [index, one[1] + units, Math.max(one[2], late)] : one));
}
