// The instant at which each way of counting lets the next units go, to the millisecond.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bucketFullAt } from "../../../src/core/quota/bucket.ts";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import { type CountingKind, EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";
import { freeAt } from "../../../src/core/quota/window.ts";

/** A cell of the grid of ten seconds begins here. */
const NOW = 1_800_000_000_000;
const LENGTH_MS = 10_000;
const CELL = NOW / LENGTH_MS;

function rate(kind: CountingKind, limit: number | null, quotaWindowMs = LENGTH_MS) {
  return { kind, limit, quotaWindowMs, windowKnown: true, evidence: "published", evidenceAt: null } as const;
}

/** The server's clock within so many milliseconds, confirmed just now; the network swings by four. */
function clock(lo: number, hi: number, at: number): ClockState {
  return { lo, hi, at: NOW + at, rttMin: 20, rttMax: 20, n: 10_000 };
}

/** How long after NOW there is room, asked so long after NOW. */
function free(
  kind: CountingKind,
  limit: number,
  books: Partial<PartitionState>,
  at: number,
  { units = 1, lo = 0, hi = 20, lengthMs = LENGTH_MS } = {},
): number {
  const state = { ...EMPTY, ...books };
  return freeAt(rate(kind, limit, lengthMs), state, clock(lo, hi, at), NOW + at, units) - NOW;
}

test("where nobody knows a limit there is always room", () => {
  assert.equal(freeAt(rate("fixed", null), EMPTY, NO_CLOCK, NOW, 1000), NOW);
});

test("a fraction of a millisecond is waited out", () => {
  const log = [[NOW, NOW + 0.4, 1]] as const;
  assert.equal(free("sliding", 1, { log }, 100), 10_004);
  assert.equal(free("fixedFromFirst", 1, { log, opened: [NOW, NOW + 0.4] }, 100), 10_004);
  assert.equal(free("fixed", 1, { cells: [[CELL, 1, NOW + 9000]] }, 100, { lo: 0.4 }), 10_003);
});

test("a sliding quota window frees as many units as leave together", () => {
  const log = [
    [NOW, NOW, 2],
    [NOW, NOW + 7, 2],
  ] as const;
  assert.equal(free("sliding", 4, { log }, 100, { units: 2 }), 10_003);
  assert.equal(free("sliding", 4, { log }, 100, { units: 3 }), 10_010);
  assert.equal(free("sliding", 4, { log, flying: [["f", NOW + 20, 1, 5]] }, 100, { units: 4 }), 10_028);
});

test("a request that surely falls into this quota window does not care for the next one", () => {
  const cells = [[CELL + 1, 10, NOW + 9000]] as const;
  assert.equal(free("fixed", 10, { cells }, 5000), 5000);
  assert.equal(free("counter", 10, { cells }, 5000), 5000);
});

test("full quota windows in a row are waited out one after the other", () => {
  const cells = [0, 1, 2].map((i) => [CELL + i, 10, NOW + 39_000] as const);
  assert.equal(free("fixed", 10, { cells }, 5000), 30_003);
  assert.equal(free("fixed", 10, { cells: cells.filter((_, i) => i !== 1) }, 5000), 10_003);
});

test("of the quota windows that a request may fall into the last full one is waited out", () => {
  const cells = [
    [CELL, 10, NOW + 9900],
    [CELL + 1, 10, NOW + 9900],
  ] as const;
  assert.equal(free("fixed", 10, { cells }, 9500, { lo: 0, hi: 1000 }), 19_903);
  assert.equal(free("fixed", 10, { cells: [cells[0]] }, 9500, { lo: 0, hi: 1000 }), 10_003);
  assert.equal(free("fixed", 10, { cells: [[CELL - 1, 10, NOW + 9900]] }, 9500, { hi: 1000 }), 9500);
});

test("where a request may fall into more than five quota windows the grid is no help", () => {
  const cells = [[NOW / 1000, 1, NOW + 900]] as const;
  assert.equal(free("fixed", 1, { cells }, 950, { hi: 4000, lengthMs: 1000 }), 1003);
  assert.equal(free("fixed", 1, { cells }, 950, { hi: 4500, lengthMs: 1000 }), 1903);
});

test("a quota window from the first request takes requests that surely still fall into it", () => {
  // Four milliseconds of jitter and three of safety before the earliest end.
  const log = [
    [NOW - 10, NOW + 30, 1],
    [NOW, NOW + 40, 1],
  ] as const;
  const books = { opened: [NOW, NOW + 40] as const, log };
  assert.equal(free("fixedFromFirst", 2, books, 9992), 9992);
  assert.equal(free("fixedFromFirst", 2, books, 9993), 10_033);
  assert.equal(free("fixedFromFirst", 2, books, 5000, { units: 2 }), 10_043);
});

test("a quota window from the first request that has ended leaves room at once", () => {
  const log = [[NOW + 9000, NOW + 9000, 2]] as const;
  const books = { opened: [NOW, NOW + 40] as const, log };
  assert.equal(free("fixedFromFirst", 2, books, 10_042), 10_043);
  assert.equal(free("fixedFromFirst", 2, books, 10_043), 10_043);
  assert.equal(free("fixedFromFirst", 2, books, 10_500), 10_500);
  assert.equal(free("fixedFromFirst", 2, { log }, 10_500), 19_003);
});

test("a bucket from which less was spent than it holds has room, however late all of it may arrive", () => {
  assert.equal(free("bucket", 10, {}, 0, { units: 10 }), 0);
  assert.equal(free("bucket", 10, { bucket: [9, NOW, 1000, 9] }, 0), 0);
  assert.equal(free("bucket", 10, { bucket: [9, NOW, 1000, 10] }, 0), 1003);
});

test("a bucket has room from the millisecond on at which enough has come back, its latest arrivals made up for", () => {
  const empty = [10, NOW, 0, 10] as const;
  assert.equal(free("bucket", 10, { bucket: empty }, 999), 1003);
  assert.equal(free("bucket", 10, { bucket: empty }, 1000), 1000);
  assert.equal(free("bucket", 10, { bucket: [10 + 1e-10, NOW, 0, 11] }, 1000), 1000);
  assert.equal(free("bucket", 10, { bucket: [10, NOW, 500, 20] }, 0, { units: 2 }), 2503);
  assert.equal(free("bucket", 3, { bucket: [3, NOW, 0, 3] }, 0), 3337);
});

test("a bucket that was spent from later than now gives back from then on", () => {
  assert.equal(free("bucket", 10, { bucket: [10, NOW + 500, 0, 10] }, 0), 1503);
});

test("a bucket is waited for no longer than until it is surely full", () => {
  assert.equal(free("bucket", 10, { bucket: [2, NOW, 9000, 12] }, 100, { units: 10 }), 11_003);
  assert.equal(bucketFullAt(rate("bucket", 3), 3, { ...EMPTY, bucket: [1, NOW, 0.2, 1] }), NOW + 3334 + 3);
  assert.equal(bucketFullAt(rate("bucket", 4), 4, { ...EMPTY, bucket: [3, NOW, 40, 3] }), NOW + 7540 + 3);
});

test("a counter of two buckets lets go once the weighted older bucket leaves room for what is asked", () => {
  const cells = [[CELL - 1, 10, NOW - 1]] as const;
  assert.equal(free("counter", 10, { cells }, 1000, { units: 5 }), 4003);
  assert.equal(free("counter", 10, { cells }, 4000, { units: 5 }), 4003);
  assert.equal(free("counter", 10, { cells }, 4001, { units: 5 }), 4001);
  assert.equal(free("counter", 10, { cells }, 5000, { units: 5 }), 5000);
  assert.equal(free("counter", 10, { cells: [[CELL - 1, 7, NOW - 1]] }, 1000, { units: 5 }), 1432);
});

test("a counter whose present bucket is full waits for the next one, and there for its weight", () => {
  const cells = [[CELL, 10, NOW + 50]] as const;
  assert.equal(free("counter", 10, { cells }, 1000), 10_003);
  assert.equal(free("counter", 10, { cells }, 1000, { units: 2 }), 11_003);
});

test("a request that may fall into either bucket of a counter must have room in both", () => {
  const books = { cells: [[CELL, 5, NOW + 50]] as const };
  assert.equal(free("counter", 10, books, 7500, { units: 5, hi: 5000 }), 7500);
  assert.equal(free("counter", 10, books, 7500, { units: 6, hi: 5000 }), 10_003);
});

test("without the server's clock a counter counts as two quota windows of silence", () => {
  const state = { ...EMPTY, log: [[NOW, NOW, 1]] as const };
  assert.equal(freeAt(rate("counter", 1), state, NO_CLOCK, NOW + 5, 1), NOW + 20_003);
});
