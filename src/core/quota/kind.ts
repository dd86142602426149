// Which way of counting do an answer's own figures show? Servers say "sliding" and mean a log, a counter of two buckets or a
// bucket that refills; what is left, and when it resets, tells them apart before a refusal does. Pure; it books nothing.
import { lacking } from "./bucket.ts";
import { type ClockState, jitterMs, thetaAt } from "./clock.ts";
import { weighed } from "./hypotheses.ts";
import type { RatePolicy } from "./model.ts";
import {
  type Bucket,
  type Cell,
  type CountingKind,
  type PartitionState,
  type RateInForce,
  SAFETY_MS,
  type Spend,
} from "./state.ts";
import { inCell } from "./window.ts";

/** Offsets tried between the bounds of the server's clock. */
const SAMPLES = 16;
/** Answers that must agree before another way of counting is believed. */
const AGREEING = 2;
/** A reset is cut or rounded to whole seconds. ms */
const ROUNDING_MS = 1000;
/** The ways in which a policy that is called sliding is counted, the safest first. */
const WAYS = ["sliding", "counter", "bucket", "fixed"] as const;

type Way = (typeof WAYS)[number];
type Doubt = PartitionState["doubt"];
type Range = readonly [least: number, most: number];

/** What one answer showed. */
export interface Shown {
  /** Units counted, those of this request included. */
  readonly used: number;
  /** Units of this request; 0 where it was refused and is not counted. */
  readonly own: number;
  /** Server's epoch ms. */
  readonly resetAt: number | null;
  /** How far off that may be. Default 0. ms */
  readonly resetOffMs?: number;
  readonly sentAt: number;
  /** The latest instant at which it was counted. Epoch ms. */
  readonly late: number;
  readonly now: number;
}

/**
 * Compares an answer with every way of counting. Changes the way in force once answers agree that another one explains them and it
 * does not. `fits` is false while that is open: then what was counted beyond ours is not yet taken for somebody else's.
 */
export function weighKinds(
  policy: RatePolicy,
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  shown: Shown,
): { readonly state: PartitionState; readonly fits: boolean } {
  const theta = thetaAt(clock, shown.now);
  const current = WAYS.find((one) => one === rate.kind);
  // What others spent, or what may never have arrived, shows in the figures as if it were counted otherwise.
  const mixed = state.foreign.length > 0 || Math.max(state.sharedUntil, state.unsureUntil) > shown.sentAt;
  if (policy.kind === "fixed" || current === undefined || theta === null || rate.limit === null || mixed)
    return { state, fits: true };
  const evidence: Evidence = { rate, limit: rate.limit, state, theta, doubtMs: jitterMs(clock), shown };
  const counts = WAYS.filter((way) => within(shown.used, usedBy(way, evidence)));
  const ways = counts.filter((way) => resetFitsWay(way, evidence));
  if (counts.includes(current) && (ways.includes(current) || state.proven || ways.length === 0)) {
    const proven = state.proven || (current === "sliding" && !counts.includes("counter"));
    return { state: settled(state, proven, stillLikely(state.doubt, ways, current)), fits: true };
  }
  const agreed = (state.doubt?.ways ?? ways).filter((way) => ways.includes(way as Way));
  if (agreed.length === 0) return { state: settled(state, false), fits: ways.length === 0 };
  const answers = (state.doubt?.answers ?? 0) + 1;
  // More than a log would count is what a refusal is next made of: no second answer is awaited.
  const excess = current === "sliding" && shown.used > usedBy("sliding", evidence)[1];
  if (answers < AGREEING && !excess)
    return { state: { ...state, doubt: { ways: agreed, answers } }, fits: false };
  const kind = WAYS.find((way) => agreed.includes(way))!;
  const likely = settled(state, false, { ways: agreed, answers: 0 });
  return { state: asKind(likely, kind, rate, shown.now), fits: false };
}

/** The state with another way of counting in force, its books made ready for it. */
export function asKind(
  state: PartitionState,
  kind: CountingKind,
  rate: RateInForce,
  now: number,
): PartitionState {
  const { limit, quotaWindowMs } = state.learned ?? { limit: null, quotaWindowMs: null };
  const bucket = kind === "bucket" ? bucketOf(rate, state) : null;
  return { ...state, learned: { limit, quotaWindowMs, kind, at: now }, opened: null, bucket };
}

interface Evidence {
  readonly rate: RateInForce;
  readonly limit: number;
  readonly state: PartitionState;
  readonly theta: { readonly lo: number; readonly hi: number };
  readonly doubtMs: number;
  readonly shown: Shown;
}

function settled(state: PartitionState, proven: boolean, doubt: Doubt = null): PartitionState {
  return state.doubt === doubt && state.proven === proven ? state : { ...state, doubt, proven };
}

/**
 * The other ways that explained all since the way in force was found are kept for as long as they do: should it turn out wrong, it
 * is one of them, and not one that was contradicted before.
 */
function stillLikely(doubt: Doubt, ways: readonly Way[], current: Way): Doubt {
  if (doubt === null || doubt.answers > 0) return null;
  const left = doubt.ways.filter((way) => ways.length === 0 || ways.includes(way as Way));
  if (left.length === doubt.ways.length) return doubt;
  return left.some((way) => way !== current) ? { ways: left, answers: 0 } : null;
}

function within(value: number, [least, most]: Range): boolean {
  return least <= value && value <= most;
}

/** Bounds of what a way of counting would show. */
function usedBy(way: Way, evidence: Evidence): Range {
  switch (way) {
    case "sliding":
      return slidingUsed(evidence);
    case "counter":
      return counterUsed(evidence);
    case "bucket":
      return bucketUsed(evidence);
    case "fixed":
      return fixedUsed(evidence);
  }
}

interface Landed {
  readonly sure: Spend[];
  readonly all: Spend[];
}

/** All that may have landed by then, but for what lies in cells; what flies may have landed or not. */
function loose({ state, shown }: Evidence): Landed {
  const flying = state.flying
    .filter((one) => one[1] <= shown.late)
    .map(([, sentAt, units, doubt]): Spend => [sentAt, sentAt + doubt, units]);
  // An answer may overtake another: of what was sent together, only its own request surely came before it.
  const sure = state.log.filter((one) => one[1] < shown.sentAt);
  sure.push([shown.sentAt, shown.late, shown.own]);
  return { sure, all: [...state.log.filter((one) => one[0] <= shown.late), ...flying] };
}

/** The same with what lies in cells, of which only the last instant is known. */
function landed(evidence: Evidence): Landed {
  const { rate, state, theta, shown } = evidence;
  const { sure, all } = loose(evidence);
  for (const [index, units, late] of state.cells) {
    const spend: Spend = [Math.min(late, index * rate.quotaWindowMs - theta.hi), late, units];
    if (late < shown.sentAt) sure.push(spend);
    if (spend[0] <= shown.late) all.push(spend);
  }
  return { sure, all };
}

function slidingUsed(evidence: Evidence): Range {
  const { sure, all } = landed(evidence);
  const { rate, shown } = evidence;
  const least = total(sure.filter((one) => one[0] > shown.late - rate.quotaWindowMs));
  return [least, total(all.filter((one) => one[1] > shown.sentAt - rate.quotaWindowMs))];
}

function counterUsed(evidence: Evidence): Range {
  const { rate, state, shown, theta } = evidence;
  const length = rate.quotaWindowMs;
  const { sure, all } = loose(evidence);
  // The weight jumps where a cell ends, so the whole range of the offset is looked through, and both ends of every doubt.
  const doubtful = shown.sentAt !== shown.late || all.some((one) => one[0] !== one[1]);
  const step = (theta.hi - theta.lo) / SAMPLES;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i <= SAMPLES; i++) {
    const offset = theta.lo + i * step;
    const middle = ([index, units]: Cell): Spend => {
      const at = (index + 0.5) * length - offset;
      return [at, at, units];
    };
    const known = state.cells.filter((one) => one[2] < shown.sentAt).map(middle);
    const cells = state.cells.map(middle);
    const look = (sureOnes: readonly Spend[], allOnes: readonly Spend[], at: number) => {
      least = Math.min(least, Math.floor(weighed([...sureOnes, ...known], length, at, offset)));
      most = Math.max(most, Math.floor(weighed([...allOnes, ...cells], length, at, offset)));
    };
    look(sure, all, shown.late);
    if (!doubtful) continue;
    look(sure, all, shown.sentAt);
    look(sure.map(atFirst), all.map(atFirst), shown.sentAt);
    look(sure.map(atFirst), all.map(atFirst), shown.late);
  }
  return [least, most];
}

/** The spend as if it was counted as early as can be. */
function atFirst([early, , units]: Spend): Spend {
  return [early, early, units];
}

function bucketUsed(evidence: Evidence): Range {
  const { sure, all } = landed(evidence);
  const { rate, limit, state, shown, doubtMs } = evidence;
  const perMs = limit / rate.quotaWindowMs;
  const slack = (shown.late - shown.sentAt + doubtMs) * perMs;
  const least = Math.floor(emptied(sure.map(atFirst), perMs, shown.late) - slack);
  // A bucket that is used up steadily never fills: what it lacks is older than the log, and only its own count knows it.
  if (rate.kind === "bucket" && state.bucket !== null)
    return [least, Math.ceil(lacking(rate, limit, state, shown.sentAt))];
  return [least, Math.min(total(all), Math.ceil(emptied(all, perMs, shown.late) + slack))];
}

function fixedUsed({ rate, state, theta, shown }: Evidence): Range {
  const length = rate.quotaWindowMs;
  const first = Math.floor((shown.sentAt + theta.lo) / length);
  const last = Math.floor((shown.late + theta.hi) / length);
  const most = inCell(state, theta, length, first);
  if (first !== last) return [shown.own, Math.max(most, inCell(state, theta, length, last))];
  const sure = state.log.filter((one) => one[0] + theta.lo >= first * length && one[1] < shown.sentAt);
  const cells = state.cells.filter((one) => one[0] === first && one[2] < shown.sentAt);
  return [shown.own + total(sure) + cells.reduce((sum, one) => sum + one[1], 0), most];
}

/** Whether the reset told is one that this way of counting has. */
function resetFitsWay(way: Way, evidence: Evidence): boolean {
  const { rate, limit, shown, theta, doubtMs } = evidence;
  const { resetAt, resetOffMs = 0 } = shown;
  if (resetAt === null) return true;
  const length = rate.quotaWindowMs;
  switch (way) {
    case "sliding": {
      // No unit leaves a log before the oldest does that may still be in it.
      const inside = landed(evidence).all.filter((one) => one[1] > shown.sentAt - length);
      const oldest = Math.min(...inside.map((one) => one[0]));
      return (
        inside.length === 0 || resetAt - theta.lo >= oldest + length - ROUNDING_MS - resetOffMs - SAFETY_MS
      );
    }
    case "bucket": {
      const fullAt = shown.late + (shown.used * length) / limit;
      const slack = ROUNDING_MS + resetOffMs + length / limit + doubtMs;
      return resetAt - theta.hi <= fullAt + slack && resetAt - theta.lo >= fullAt - slack;
    }
    default:
      return (
        (resetAt + resetOffMs) % length < Math.max(2 * resetOffMs, length % 1000 === 0 ? 1 : ROUNDING_MS)
      );
  }
}

/** What is missing from a bucket after all of these, each counted at the latest. Units. */
function emptied(spends: readonly Spend[], perMs: number, at: number): number {
  let units = 0;
  let last = 0;
  for (const [, late, cost] of spends.toSorted((a, b) => a[1] - b[1])) {
    units = Math.max(0, units - (late - last) * perMs) + cost;
    last = late;
  }
  return Math.max(0, units - (Math.max(at, last) - last) * perMs);
}

function bucketOf(rate: RateInForce, state: PartitionState): Bucket | null {
  const all: Spend[] = [...state.log];
  for (const [, units, late] of state.cells) all.push([late, late, units]);
  for (const [, sentAt, units] of state.flying) all.push([sentAt, sentAt, units]);
  if (all.length === 0 || rate.limit === null) return null;
  const lastAt = Math.max(...all.map((one) => one[0]));
  const lateMs = Math.max(...all.map((one) => one[1] - one[0]));
  return [emptied(all.map(atFirst), rate.limit / rate.quotaWindowMs, lastAt), lastAt, lateMs, total(all)];
}

function total(spends: readonly Spend[]): number {
  return spends.reduce((sum, one) => sum + one[2], 0);
}
