// When the last units of a quota window wait for a second of the server's clock to turn, and when they do not.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClockState } from "../../../src/core/quota/clock.ts";
import { measureAt } from "../../../src/core/quota/measure.ts";
import { type CountingKind, EMPTY } from "../../../src/core/quota/state.ts";

/** A cell of ten seconds begins here on the server's clock. */
const CELL_AT = 1_800_000_000_000;

interface Asked {
  readonly lo?: number;
  readonly hi?: number;
  readonly at?: number;
  readonly kind?: CountingKind;
  readonly limit?: number | null;
  readonly used?: number;
  readonly backlog?: number;
  readonly rttMax?: number;
}

/** How long a request waits that is asked for so long after the cell's beginning by our clock. */
function waits({
  lo = 0,
  hi = 640,
  at = 1000,
  kind = "fixed",
  limit = 5,
  used = 4,
  backlog = 9,
  rttMax = 20,
}: Asked = {}): number {
  const now = CELL_AT + at;
  const clock: ClockState = { lo, hi, at: now, rttMin: 20, rttMax, n: 10_000 };
  const figures = { kind, limit, quotaWindowMs: 10_000, windowKnown: true };
  const rate = { ...figures, evidence: "published", evidenceAt: null } as const;
  const state = { ...EMPTY, cells: [[CELL_AT / 10_000, used, now - 1]] as const };
  return measureAt(rate, state, clock, now, backlog) - now;
}

test("a request waits until the second is thought to turn, by the middle of what is known", () => {
  assert.equal(waits(), 680);
  assert.equal(waits({ lo: 100, hi: 740 }), 580);
  assert.equal(waits({ lo: 0, hi: 641 }), 680);
  assert.equal(waits({ at: 1675 }), 5);
  assert.equal(waits({ at: 1676 }), 0);
  assert.equal(waits({ at: 1680 }), 0);
  assert.equal(waits({ at: 1685 }), 995);
});

test("only a known limit on the server's grid is worth it, and only where somebody waits behind", () => {
  assert.deepEqual([waits({ kind: "sliding" }), waits({ limit: null }), waits({ backlog: 0 })], [0, 0, 0]);
  const state = { ...EMPTY };
  const rate = {
    kind: "fixed",
    limit: 1,
    quotaWindowMs: 10_000,
    windowKnown: true,
    evidence: "published",
    evidenceAt: null,
  } as const;
  const clock: ClockState = { lo: null, hi: null, at: 0, rttMin: 20, rttMax: 20, n: 9 };
  assert.equal(measureAt(rate, state, clock, CELL_AT, 9), CELL_AT);
});

test("what is known finely or hardly at all is not measured", () => {
  assert.deepEqual([waits({ hi: 40 }), waits({ hi: 41 })], [0, 980]);
  assert.deepEqual(
    [waits({ hi: 101, rttMax: 116 }), waits({ hi: 102, rttMax: 116 })].map((one) => one > 0),
    [false, true],
  );
  assert.deepEqual([waits({ hi: 4000, at: 1200 }), waits({ hi: 4001, at: 1200 })], [800, 0]);
});

test("as many units measure as halvings bring the doubt down, five at most, and only if all of them are wanted", () => {
  const last = (left: number, more: Asked = {}) => waits({ limit: 20, used: 20 - left, ...more }) > 0;
  assert.deepEqual([last(4), last(5)], [true, false]);
  assert.deepEqual([last(4, { hi: 320 }), last(3, { hi: 320 }), last(4, { hi: 321 })], [false, true, true]);
  assert.deepEqual([last(5, { hi: 3000 }), last(6, { hi: 3000 })], [true, false]);
  assert.deepEqual([last(3, { backlog: 3 }), last(3, { backlog: 2 })], [true, false]);
});

test("nothing waits past the quota window's surest end", () => {
  // Four milliseconds of jitter and three of safety before the end by the fastest reading of the server's clock.
  assert.equal(waits({ at: 8700, lo: 0, hi: 640 }), 0);
  assert.equal(waits({ at: 8600, lo: 0, hi: 640 }) > 0, true);
  assert.deepEqual(
    [waits({ at: 8600, lo: 0, hi: 1313 }), waits({ at: 7600, lo: 0, hi: 1313 }) > 0],
    [0, true],
  );
  assert.deepEqual([waits({ at: 7500, hi: 1984 }), waits({ at: 7500, hi: 1986 })], [508, 0]);
});
