// What counts at an instant in each way of counting, and in which cell of the server's grid a spend may lie.
import assert from "node:assert/strict";
import { test } from "node:test";
import { missing } from "../../../src/core/quota/bucket.ts";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import { type CountingKind, EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";
import { cellOf, inCell, leaving, usedAt } from "../../../src/core/quota/window.ts";

/** A cell of the grid of ten seconds begins here. */
const NOW = 1_800_000_000_000;
const LENGTH_MS = 10_000;
const CELL = NOW / LENGTH_MS;

function rate(kind: CountingKind, limit: number | null) {
  const figures = { limit, quotaWindowMs: LENGTH_MS, windowKnown: true, evidenceAt: null };
  return { kind, ...figures, evidence: "published" } as const;
}

/** Units counted so long after NOW; the server's clock is ahead by `lo` to `lo + 20` ms. */
function used(
  kind: CountingKind,
  books: Partial<PartitionState>,
  at: number,
  { lo = 0, limit = 10 as number | null } = {},
): number {
  const clock: ClockState = { lo, hi: lo + 20, at: NOW + at, rttMin: 20, rttMax: 20, n: 10_000 };
  return usedAt(rate(kind, limit), { ...EMPTY, ...books }, clock, NOW + at);
}

test("a fixed quota window counts what may lie in the present cell of the server's grid", () => {
  const log = [
    [NOW - 5000, NOW - 5000, 1],
    [NOW + 1000, NOW + 1000, 2],
  ] as const;
  assert.equal(used("fixed", { log }, 3000), 2);
  assert.equal(used("fixed", { log }, 9000, { lo: 2000 }), 0);
  assert.equal(usedAt(rate("fixed", 10), { ...EMPTY, log }, NO_CLOCK, NOW + 3000), 3);
});

test("a quota window from the first request counts what passed since its earliest opening", () => {
  const opened = [NOW, NOW + 40] as const;
  const log = [
    [NOW - 1, NOW + 50, 1],
    [NOW, NOW, 2],
    [NOW + 9, NOW + 9, 4],
  ] as const;
  const cells = [
    [CELL - 1, 8, NOW - 1],
    [CELL, 16, NOW],
  ] as const;
  const flying = [["f", NOW + 20, 32, 5]] as const;
  assert.equal(used("fixedFromFirst", { opened, log, cells, flying }, 3000), 2 + 4 + 16 + 32);
  assert.equal(used("fixedFromFirst", { opened, log, cells, flying }, 10_043), 54);
  assert.equal(used("fixedFromFirst", { opened, log, cells, flying }, 10_044), 0);
});

test("a bucket counts what is missing, rounded up, but for the noise of fractions", () => {
  assert.equal(used("bucket", { bucket: [3, NOW, 0, 3] }, 5000, { limit: 4 }), 1);
  assert.equal(used("bucket", { bucket: [3, NOW, 0, 3] }, 4000, { limit: 4 }), 2);
  assert.equal(used("bucket", { bucket: [2 + 1e-10, NOW, 0, 3] }, 0), 2);
  assert.equal(used("bucket", { bucket: [3, NOW, 0, 3] }, 10_000, { limit: null }), 2);
});

test("a counter counts the present bucket and the share of the older one that is in sight", () => {
  const cells = [
    [CELL - 2, 100, NOW - 1],
    [CELL - 1, 10, NOW - 1],
    [CELL, 1, NOW - 1],
    [CELL + 1, 50, NOW - 1],
  ] as const;
  assert.equal(used("counter", { cells }, 7000), 1 + 3);
  assert.equal(used("counter", { cells }, 5000, { lo: 2000 }), 1 + 3);
  assert.equal(used("counter", { cells }, 6999), 1 + 4);
  assert.equal(used("counter", { cells }, 2500), 1 + 8);
  // 10 * (1 - 0.7) is a little more than 3 in floating point.
  assert.equal(used("counter", { cells: [[CELL - 1, 10, NOW - 1]] }, 7000), 3);
  assert.equal(usedAt(rate("counter", 10), { ...EMPTY, cells }, NO_CLOCK, NOW), 161);
});

test("units leave a sliding quota window a whole length and a safety after their latest instant, oldest first", () => {
  const state: PartitionState = {
    ...EMPTY,
    log: [[NOW, NOW + 30, 1]],
    cells: [[CELL, 2, NOW + 10]],
    flying: [["f", NOW + 5, 4, 15]],
  };
  assert.deepEqual(leaving(rate("sliding", 10), state), [
    [NOW + 10_013, 2],
    [NOW + 10_023, 4],
    [NOW + 10_033, 1],
  ]);
  assert.equal(used("sliding", state, 10_013), 5);
  assert.equal(used("sliding", state, 10_012), 7);
});

test("an interval lies in a cell where both its ends surely do", () => {
  const table = [
    [0, 0, 2500, 2999, 2],
    [0, 0, 2500, 3000, null],
    [-600, -500, 2500, 2600, null],
    [600, 700, 2500, 2600, 3],
    [0, 400, 2500, 2600, null],
    [0, 399, 2500, 2600, 2],
  ] as const;
  for (const [lo, hi, early, late, cell] of table)
    assert.equal(cellOf({ lo, hi }, 1000, early, late), cell, `${lo} ${hi} ${early} ${late}`);
});

test("a cell counts every spend that may touch it, its beginning included and its end not", () => {
  const theta = { lo: -20, hi: 30 };
  const count = (books: Partial<PartitionState>) => inCell({ ...EMPTY, ...books }, theta, 1000, 5);
  assert.equal(count({ log: [[4000, 4970, 2]] }), 2);
  assert.equal(count({ log: [[4000, 4969, 2]] }), 0);
  assert.equal(count({ log: [[6019, 6100, 2]] }), 2);
  assert.equal(count({ log: [[6020, 6100, 2]] }), 0);
  assert.equal(count({ flying: [["f", 4900, 3, 70]] }), 3);
  assert.equal(count({ flying: [["f", 4900, 3, 69]] }), 0);
  assert.equal(
    count({
      cells: [
        [5, 7, 0],
        [6, 1, 5500],
      ],
    }),
    7,
  );
});

test("a bucket fills evenly until nothing is missing, and by nothing before its last spend", () => {
  const lacks = (bucket: PartitionState["bucket"], at: number) =>
    missing(rate("bucket", 10), 10, { ...EMPTY, bucket }, NOW + at);
  assert.equal(lacks(null, 0), 0);
  assert.equal(lacks([3, NOW, 0, 3], -500), 3);
  assert.equal(lacks([3, NOW, 0, 3], 1500), 1.5);
  assert.equal(lacks([3, NOW, 0, 3], 3500), 0);
});
