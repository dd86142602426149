// Learns limits that nobody published from what passed and what was refused, with as few refusals as can be, and unlearns what
// a refusal contradicts. Pure; all it knows is in the partition's state.
import { type ClockState, jitterMs, thetaAt } from "./clock.ts";
import type { Taste } from "./foreign.ts";
import { bestHypothesis, type Grid, type Hypothesis, tried, weighed } from "./hypotheses.ts";
import type { RatePolicy } from "./model.ts";
import {
  ASSUMED_WINDOW_MS,
  inForce,
  type Lesson,
  type PartitionState,
  type RateInForce,
  type Spend,
  type Taught,
} from "./state.ts";
import { merged } from "./tidy.ts";

/** Groups of passes remembered at most. */
const PASSES = 192;
/** Refusals remembered at most. */
const REFUSALS = 8;
const NO_LESSON: Lesson = { passes: [], refusals: [], successes: 0 };

/** Requests passed, so many in one spend: remembered while a limit is being learned. */
export function passed(
  policy: RatePolicy,
  state: PartitionState,
  spend: Spend,
  requests = 1,
): PartitionState {
  if (!isLearned(policy, state)) return state;
  const lesson = state.lesson ?? NO_LESSON;
  const successes = lesson.successes + requests;
  const next = { ...state, lesson: { ...lesson, successes } };
  // What has held for a whole quota window needs its history no longer.
  if (isConfirmed(next))
    return lesson.passes.length === 0 ? next : { ...next, lesson: { ...NO_LESSON, successes } };
  return { ...next, lesson: { ...next.lesson, passes: shortened([...lesson.passes, spend]) } };
}

/** What a refusal is seen with. */
export interface RefusalSeen {
  readonly policy: RatePolicy;
  readonly state: PartitionState;
  readonly clock: ClockState;
  /** The latest instant at which the server may have refused. Epoch ms. */
  readonly at: number;
  /** The server's own instant; null where it gave none. */
  readonly until: number | null;
  readonly now: number;
  /** Whether our own count showed room. */
  readonly unexplained: boolean;
}

export interface Learned {
  readonly state: PartitionState;
  readonly findings: readonly Taste[];
  /** Whether the refusal is explained by what is known now. */
  readonly explained: boolean;
}

/** Draws conclusions from a refusal: number, length and kind of a limit that nobody published, or another kind than published. */
export function learnRefusal(seen: RefusalSeen): Learned {
  const { policy, state } = seen;
  if (isLearned(policy, state)) return learnAll(seen);
  if (!seen.unexplained) return { state, findings: [], explained: true };
  if (state.unsureUntil > seen.now) return { state, findings: [], explained: false };
  return learnKind(seen);
}

/** Nobody says what the limit is: the history says it. */
function learnAll(seen: RefusalSeen): Learned {
  const { policy, state, clock, at, until, now } = seen;
  const before = state.lesson ?? NO_LESSON;
  const findings: Taste[] = [];
  // What was confirmed and is refused nevertheless has changed: begin anew with what the books still hold.
  const stale = seen.unexplained && isConfirmed(state);
  if (stale)
    findings.push({
      kind: "unlearned",
      limit: state.learned?.limit ?? null,
      quotaWindowMs: state.learned?.quotaWindowMs ?? null,
    });
  if (!seen.unexplained && isConfirmed(state)) return { state, findings, explained: true };
  const refusal = { at, until, passed: before.successes };
  const lesson: Lesson = {
    passes: stale || before.passes.length === 0 ? shortened(earlier(state, at)) : before.passes,
    refusals: [...(stale ? [] : before.refusals), refusal].slice(-REFUSALS),
    successes: 0,
  };
  const found = until === null ? assumed(lesson, at) : conclude(lesson, gridOf(clock, now));
  // What was refused and counts stands before whatever comes.
  const counts = (one: Lesson): Lesson =>
    policy.refusedCount ? { ...one, passes: shortened([...one.passes, [at, at, 1]]) } : one;
  const next = { ...state, lesson: counts(lesson) };
  if (found === null) return { state: { ...next, learned: null }, findings, explained: false };
  const { kind, limit, quotaWindowMs } = found.hypothesis;
  const learned: Taught = { kind, limit, quotaWindowMs, at: now };
  const same = state.learned?.limit === limit && state.learned.quotaWindowMs === quotaWindowMs;
  if (!same) findings.push({ kind: "learned", limit, quotaWindowMs });
  return {
    state: relogged({ ...next, lesson: counts(found.lesson), learned }, found.hypothesis, now),
    findings,
    explained: true,
  };
}

/** The best explanation of all refusals, or, where they contradict each other, of the newest alone. */
function conclude(
  lesson: Lesson,
  grid: Grid,
): { readonly hypothesis: Hypothesis; readonly lesson: Lesson } | null {
  for (let from = 0; from < lesson.refusals.length; from++) {
    const tail = { ...lesson, refusals: lesson.refusals.slice(from) };
    const since = lesson.refusals[from - 1]?.at ?? 0;
    const newer = { ...tail, passes: lesson.passes.filter((one) => one[1] > since) };
    for (const one of [tail, newer]) {
      const hypothesis = bestHypothesis(one, grid);
      if (hypothesis !== null) return { hypothesis, lesson: one };
    }
  }
  return null;
}

/** Without any number from the server: a minute, counted sliding, which is safe for most ways of counting. */
function assumed(
  lesson: Lesson,
  at: number,
): { readonly hypothesis: Hypothesis; readonly lesson: Lesson } | null {
  // Only refusal upon refusal makes it longer: a minute too many costs little, an hour too many costs the day.
  const { length: refusals } = lesson.refusals;
  const length = ASSUMED_WINDOW_MS * (refusals < 5 ? 1 : refusals < REFUSALS ? 10 : 60);
  const inside = lesson.passes.filter((one) => one[1] > at - length);
  const limit = inside.reduce((sum, one) => sum + one[2], 0);
  return limit === 0
    ? null
    : { hypothesis: { kind: "sliding", quotaWindowMs: length, limit, openedAt: at }, lesson };
}

/** The published number holds, but the server counts in another way than published. */
function learnKind(seen: RefusalSeen): Learned {
  const { policy, state, clock, at, until, now } = seen;
  const rate = inForce(policy, state);
  const { limit } = rate;
  if (limit === null) return { state, findings: [], explained: false };
  const length = rate.quotaWindowMs;
  const passes = logOf(state);
  const grid = gridOf(clock, now);
  const { theta } = grid;
  const lesson = { passes, refusals: [{ at, until, passed: 0 }] };
  const explains = (kind: "fixed" | "fixedFromFirst" | "sliding") =>
    tried(kind, length, lesson, grid)?.limit === limit;
  let kind: Taught["kind"] = null;
  if (rate.kind !== "fixedFromFirst" && rate.kind !== "sliding" && explains("fixedFromFirst"))
    kind = "fixedFromFirst";
  else if (rate.kind !== "sliding" && explains("sliding")) kind = "sliding";
  else if (rate.kind !== "counter" && theta !== null && weighed(passes, length, at, theta) + 1 > limit)
    kind = "counter";
  if (kind === null) return lowered(seen, rate, limit, passes, theta);
  const learned: Taught = { kind, limit: null, quotaWindowMs: null, at: now };
  const finding: Taste = { kind: "learned", limit, quotaWindowMs: length };
  return { state: { ...state, learned, opened: null }, findings: [finding], explained: true };
}

/** No other way of counting explains it: where two refusals stood at the same number, that is the limit now. */
function lowered(
  { state, at, until, now }: RefusalSeen,
  rate: RateInForce,
  limit: number,
  passes: readonly Spend[],
  theta: number | null,
): Learned {
  const length = rate.quotaWindowMs;
  const grid = rate.kind === "fixed" && theta !== null;
  const from = grid ? Math.floor((at + theta) / length) * length - theta : at - length;
  const count = passes.reduce((all, one) => all + (one[1] >= from && one[1] <= at ? one[2] : 0), 0);
  const before = state.lesson?.refusals ?? [];
  const refusals = [...before, { at, until, passed: count }].slice(-REFUSALS);
  const next = { ...state, lesson: { ...NO_LESSON, refusals } };
  if (count === 0 || count >= limit || before.at(-1)?.passed !== count)
    return { state: next, findings: [], explained: false };
  const learned: Taught = { kind: state.learned?.kind ?? null, limit: count, quotaWindowMs: null, at: now };
  const finding: Taste = { kind: "learned", limit: count, quotaWindowMs: length };
  return { state: { ...next, learned }, findings: [finding], explained: true };
}

/** Whether the number is ours to learn: neither profile nor person nor server gives one. */
export function isLearned(policy: RatePolicy, state: PartitionState): boolean {
  return policy.limit === null && state.stated?.limit == null;
}

/** A learned limit is trusted once twice as much as it allows has passed without a refusal: a whole quota window surely. */
export function isConfirmed(state: PartitionState): boolean {
  const limit = state.learned?.limit ?? null;
  return limit !== null && (state.lesson?.successes ?? 0) > 2 * limit;
}

/** A quota window was seen from its opening, after a refusal, to the next one: it held just as much as was learned. */
export function isWhole({ learned, lesson }: PartitionState): boolean {
  const newest = lesson?.refusals.at(-1);
  if (lesson == null || newest === undefined || lesson.refusals.length < 2) return false;
  return newest.until !== null && newest.passed === learned?.limit;
}

/** The books as the new way of counting needs them: what passed within its quota window. */
function relogged(state: PartitionState, found: Hypothesis, now: number): PartitionState {
  const passes = state.lesson?.passes ?? [];
  const opened = found.kind === "fixedFromFirst" ? ([found.openedAt, found.openedAt + 20] as const) : null;
  const log = passes.filter((one) => one[1] + 2 * found.quotaWindowMs > now);
  return { ...state, opened, log, cells: [] };
}

/** Everything that passed and is still remembered, oldest first. */
export function logOf(state: PartitionState): Spend[] {
  const all = [...state.log];
  for (const [, units, late] of state.cells) all.push([late, late, units]);
  return all.sort((a, b) => a[1] - b[1]);
}

/** What passed before an instant. */
function earlier(state: PartitionState, at: number): Spend[] {
  return logOf(state).filter((one) => one[1] < at);
}

function shortened(passes: readonly Spend[]): readonly Spend[] {
  let withinMs = 50;
  let short = passes;
  while (short.length > PASSES) {
    short = merged(short, withinMs);
    withinMs *= 2;
  }
  return short;
}

/** The middle of what is known of the server's offset, and how far off instants may be. */
export function gridOf(clock: ClockState, now: number): Grid {
  const theta = thetaAt(clock, now);
  const leewayMs = jitterMs(clock) + 5;
  if (theta === null) return { theta: null, leewayMs };
  return { theta: (theta.lo + theta.hi) / 2, leewayMs: leewayMs + (theta.hi - theta.lo) / 2 };
}
