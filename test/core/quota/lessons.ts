// What the tests of learning begin with: an instant, a clock, and short ways to write spends, refusals and what was learned.
import type { ClockState } from "../../../src/core/quota/clock.ts";
import { learnRefusal, type RefusalSeen } from "../../../src/core/quota/learn.ts";
import type { RatePolicy } from "../../../src/core/quota/model.ts";
import {
  EMPTY,
  type Lesson,
  type PartitionState,
  type Spend,
  type Taught,
} from "../../../src/core/quota/state.ts";
import { claimOf, type Figures } from "./exchange.ts";

/** A cell of ten seconds of the server begins here, whose clock is three seconds ahead. */
export const NOW = 1_800_000_000_000 - 3000;
export const CLOCK: ClockState = { lo: 3000, hi: 3000, at: NOW, rttMin: 20, rttMax: 20, n: 10_000 };
export const UNPLACED: ClockState = { ...CLOCK, lo: null, hi: null };
export const UNKNOWN: Figures = ["u", "unknown", null, null];

export const policyOf = (figures: Figures, change: Partial<RatePolicy> = {}): RatePolicy => ({
  ...(claimOf(figures).parts[0]!.policy as RatePolicy),
  ...change,
});
export const spend = (ms: number, units = 1): Spend => [NOW + ms - 20_000, NOW + ms, units];
export const lessonOf = (change: Partial<Lesson>): Lesson => ({
  passes: [],
  refusals: [],
  successes: 0,
  ...change,
});
export const learned = (
  limit: number | null,
  quotaWindowMs: number | null = 10_000,
  kind: Taught["kind"] = "sliding",
): Taught => ({
  limit,
  quotaWindowMs,
  kind,
  at: NOW,
});
export const refusal = (at: number, until: number | null, units = 0) => ({
  at: NOW + at,
  until: until === null ? null : NOW + until,
  passed: units,
});

/** A refusal so long after NOW that lets the next one in so long after NOW. */
export function seen(
  figures: Figures,
  books: Partial<PartitionState>,
  at: number,
  until: number | null,
  more: Partial<RefusalSeen> = {},
) {
  const times = { at: NOW + at, until: until === null ? null : NOW + until, now: NOW, unexplained: true };
  return learnRefusal({
    policy: policyOf(figures),
    state: { ...EMPTY, ...books },
    clock: CLOCK,
    ...times,
    ...more,
  });
}
