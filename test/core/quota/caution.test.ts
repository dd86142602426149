// How many may fly at once while a limit is unknown or doubted, and for how long those behind them wait.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cautiousAt, proofAt } from "../../../src/core/quota/caution.ts";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import type { RatePolicy } from "../../../src/core/quota/model.ts";
import {
  EMPTY,
  type Flight,
  inForce,
  type Lesson,
  type PartitionState,
} from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

const NOW = 1_800_000_000_000;
const unknown = claimOf(["u", "unknown", null, null]).parts[0]!.policy as RatePolicy;
const published = claimOf(["p", "sliding", 2, 10_000]).parts[0]!.policy as RatePolicy;
const SLOW: ClockState = { ...NO_CLOCK, rttMin: 100, rttMax: 300, n: 1 };

function flights(...ago: number[]): Flight[] {
  return ago.map((ms, i) => [`f${i}`, NOW - ms, 1, 5]);
}

function cautious(books: Partial<PartitionState>, clock: ClockState = SLOW, policy = unknown): number {
  const state = { ...EMPTY, ...books };
  return cautiousAt(policy, inForce(policy, state), state, clock, NOW) - NOW;
}

/** So many may fly at once; Infinity without bound. */
function allowed(books: Partial<PartitionState>, clock: ClockState = SLOW, policy = unknown): number {
  for (let count = 0; count < 5; count++)
    if (cautious({ ...books, flying: flights(...Array(count).fill(10)) }, clock, policy) > 0) return count;
  return Number.POSITIVE_INFINITY;
}

function lesson(successes: number, refusals: Lesson["refusals"] = []): Lesson {
  return { passes: [], refusals, successes };
}

test("a limit that is published or told bounds nobody, but while an unexplained refusal is open one goes alone", () => {
  const stated = { limit: 2, quotaWindowMs: null, kind: null, at: NOW };
  assert.equal(allowed({}, SLOW, published), Number.POSITIVE_INFINITY);
  assert.equal(allowed({ stated }), Number.POSITIVE_INFINITY);
  assert.equal(allowed({ probing: true }, SLOW, published), 1);
  assert.equal(allowed({ probing: true, lesson: lesson(9) }), 1);
});

test("while a limit is unknown one flies, and two after eight successes where answers are slow", () => {
  assert.equal(allowed({}), 1);
  assert.equal(allowed({ lesson: lesson(7) }), 1);
  assert.equal(allowed({ lesson: lesson(8) }), 2);
  assert.equal(allowed({ lesson: lesson(8) }, { ...SLOW, rttMax: 299 }), 1);
  assert.equal(allowed({ lesson: lesson(8) }, NO_CLOCK), 2);
});

test("a limit that was learned bounds to one until it held for a whole quota window", () => {
  const learned = { limit: 4, quotaWindowMs: 10_000, kind: "sliding", at: NOW } as const;
  const refusal = { at: NOW - 9, until: NOW, passed: 4 };
  assert.equal(allowed({ learned }), 1);
  assert.equal(allowed({ learned, lesson: lesson(8) }), 1);
  assert.equal(allowed({ learned, lesson: lesson(9) }), Number.POSITIVE_INFINITY);
  assert.equal(allowed({ learned, lesson: lesson(0, [refusal, refusal]) }), Number.POSITIVE_INFINITY);
  assert.equal(allowed({ learned, lesson: lesson(0, [refusal]) }), 1);
  assert.equal(allowed({ learned, lesson: lesson(0, [refusal, { ...refusal, passed: 3 }]) }), 1);
  assert.equal(allowed({ learned, lesson: lesson(0, [refusal, { ...refusal, until: null }]) }), 1);
});

test("the next goes once so few are undecided that it may: after two seconds, or four of the slowest round trips", () => {
  assert.equal(cautious({ flying: flights(100) }), 1900);
  assert.equal(cautious({ flying: flights(100) }, { ...SLOW, rttMax: 501 }), 1904);
  assert.equal(cautious({ flying: flights(100, 300, 200) }), 1900);
  assert.equal(cautious({ flying: flights(100, 300, 200), lesson: lesson(8) }), 1800);
  assert.equal(cautious({ flying: flights(2500) }), 0);
  assert.equal(cautious({}), 0);
});

function proof(books: Partial<PartitionState>, kind: "sliding" | "fixed" = "sliding", units = 1): number {
  // Two units fifteen seconds ago: gone from a log of ten seconds, still weighed by a counter of two buckets.
  const log = [[NOW - 15_000, NOW - 15_000, 2]] as const;
  const state: PartitionState = { ...EMPTY, log, confirmedAt: NOW, flying: flights(100, 300), ...books };
  const rate = { ...inForce(published, state), limit: 4, kind };
  return proofAt(rate, state, NO_CLOCK, NOW, units) - NOW;
}

test("where a counter would refuse what a log lets in, the answer of the youngest in flight is awaited for a second", () => {
  assert.equal(proof({}), 900);
  assert.equal(proof({ flying: flights(300, 100) }), 900);
  assert.equal(proof({ flying: flights(1000) }), 0);
  assert.equal(proof({ flying: flights(5000, 4000) }), 0);
  assert.equal(proof({ flying: [] }, "sliding", 4), 0);
});

test("no proof is awaited where a counter would let go as well, where the log is proven, or no head ever spoke", () => {
  assert.equal(proof({ log: [] }), 0);
  assert.equal(proof({ log: [] }, "sliding", 3), 900);
  assert.equal(proof({ proven: true }), 0);
  assert.equal(proof({ confirmedAt: null }), 0);
  assert.equal(proof({}, "fixed"), 0);
});
