// How many units each way of counting may show as used, and which resets it can tell: the bounds by which an answer is judged.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClockState } from "../../../src/core/quota/clock.ts";
import { type Shown, weighKinds } from "../../../src/core/quota/kind.ts";
import type { RatePolicy } from "../../../src/core/quota/model.ts";
import { type CountingKind, EMPTY, type PartitionState, type Spend } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

const SKEW_MS = 3000;
/** A cell of the server's grid begins here, by our clock. */
const T = 1_800_000_000_000 - SKEW_MS;
const LENGTH_MS = 10_000;
const CELL = (T + SKEW_MS) / LENGTH_MS;
const policy = claimOf(["s", "sliding", 10, LENGTH_MS]).parts[0]!.policy as RatePolicy;

interface Seen extends Partial<Shown> {
  readonly theta?: readonly [number, number];
  readonly lengthMs?: number;
}

function weigh(
  kind: CountingKind,
  books: Partial<PartitionState>,
  { theta = [0, 0], lengthMs = LENGTH_MS, ...shown }: Seen,
) {
  const all: Shown = {
    used: 1,
    own: 1,
    resetAt: null,
    sentAt: T + 5000,
    late: T + 5000,
    now: T + 5040,
    ...shown,
  };
  const clock: ClockState = {
    lo: SKEW_MS + theta[0],
    hi: SKEW_MS + theta[1],
    at: all.now,
    rttMin: 20,
    rttMax: 20,
    n: 10_000,
  };
  const figures = { kind, limit: 10, quotaWindowMs: lengthMs, windowKnown: true };
  const rate = { ...figures, evidence: "published", evidenceAt: null } as const;
  return weighKinds(policy, rate, { ...EMPTY, ...books }, clock, all);
}

/** The least and the most that a way of counting may show as used. */
function range(
  way: CountingKind,
  books: Partial<PartitionState>,
  seen: Seen = {},
): readonly [number, number] {
  const fitting = Array.from({ length: 20 }, (_, used) => used).filter((used) => {
    // What was proven stays so as long as the way explains it.
    const { state, fits } = weigh(way, { proven: true, ...books }, { ...seen, used });
    return fits && state.proven;
  });
  assert.deepEqual(
    fitting,
    Array.from({ length: fitting.length }, (_, i) => fitting[0]! + i),
  );
  return [fitting[0] ?? -1, fitting.at(-1) ?? -1];
}

/** The request itself, and another spend of four units. */
const spend = (early: number, late = early, units = 4): Spend => [T + early, T + late, units];
const OWN = spend(5000, 5000, 1);
const SLOW: Seen = { late: T + 5010 };
const SLOW_OWN = spend(5000, 5010, 1);

test("a log shows what surely came within its length before, and at most what may have", () => {
  const table: readonly (readonly [early: number, late: number, range: readonly [number, number]])[] = [
    [4000, 4999, [5, 5]],
    [4000, 5000, [1, 5]],
    [5010, 5020, [1, 5]],
    [5011, 5020, [1, 1]],
    [-4989, -4000, [5, 5]],
    [-4990, -4000, [1, 5]],
    [-6000, -4999, [1, 5]],
    [-6000, -5000, [1, 1]],
  ];
  for (const [early, late, expected] of table)
    assert.deepEqual(
      range("sliding", { log: [spend(early, late), SLOW_OWN] }, SLOW),
      expected,
      `${early} ${late}`,
    );
});

test("what is on its way may be in the log or not, and a refused request is in none", () => {
  const log = [SLOW_OWN];
  const flies = (sentAt: number, doubt = 5) =>
    range("sliding", { log, flying: [["g", T + sentAt, 4, doubt]] }, SLOW);
  assert.deepEqual(
    [flies(5010), flies(5011)],
    [
      [1, 5],
      [1, 1],
    ],
  );
  assert.deepEqual(
    [flies(-5100, 101), flies(-5100, 100)],
    [
      [1, 5],
      [1, 1],
    ],
  );
  assert.deepEqual(range("sliding", {}, { own: 0 }), [0, 0]);
  assert.deepEqual(range("sliding", { log: [spend(4000)] }, { own: 0 }), [4, 4]);
});

test("of what lies in a cell only the cell's beginning and the last instant are known", () => {
  const cell = (index: number, late: number, theta: readonly [number, number] = [0, 0]) =>
    range("sliding", { log: [SLOW_OWN], cells: [[CELL + index, 4, T + late]] }, { ...SLOW, theta });
  assert.deepEqual(
    [cell(0, 4999), cell(0, 5000), cell(0, 5011)],
    [
      [5, 5],
      [1, 5],
      [1, 5],
    ],
  );
  assert.deepEqual(
    [cell(-1, -100), cell(-1, -5000)],
    [
      [1, 5],
      [1, 1],
    ],
  );
  assert.deepEqual(
    [cell(1, 5010), cell(1, 5011)],
    [
      [1, 5],
      [1, 1],
    ],
  );
  assert.deepEqual(
    [cell(0, 4999, [0, 4989]), cell(0, 4999, [0, 4990])],
    [
      [5, 5],
      [1, 5],
    ],
  );
});

test("a counter shows its present bucket and the share of the older one, rounded down", () => {
  assert.deepEqual(range("counter", { log: [spend(-1000), OWN] }), [3, 3]);
  assert.deepEqual(range("counter", { log: [spend(-1000, -1000, 3), OWN] }), [2, 2]);
  assert.deepEqual(range("counter", { log: [spend(1000), OWN] }), [5, 5]);
  assert.deepEqual(range("counter", { log: [spend(1000), OWN], flying: [["g", T + 4000, 2, 5]] }), [5, 7]);
  assert.deepEqual(range("counter", { log: [OWN], cells: [[CELL - 1, 4, T - 1000]] }), [3, 3]);
  assert.deepEqual(range("counter", { log: [OWN], cells: [[CELL, 4, T + 4999]] }), [5, 5]);
  assert.deepEqual(range("counter", { log: [OWN], cells: [[CELL, 4, T + 5000]] }), [1, 5]);
});

test("a counter is looked at from one end of the server's offset to the other", () => {
  assert.deepEqual(range("counter", { log: [spend(-1000, -1000, 10), OWN] }, { theta: [-500, 500] }), [5, 6]);
  assert.deepEqual(range("counter", { log: [spend(-100), OWN] }, { theta: [-500, 500] }), [2, 5]);
  assert.deepEqual(range("counter", { log: [spend(-500), OWN] }, { theta: [-500, 500] }), [2, 5]);
  assert.deepEqual(range("counter", { log: [spend(400), OWN] }, { theta: [-500, 500] }), [3, 5]);
  assert.deepEqual(range("counter", { log: [spend(480), OWN] }, { theta: [-500, 500] }), [3, 5]);
  assert.deepEqual(
    range("counter", { log: [OWN], cells: [[CELL - 1, 10, T - 1000]] }, { theta: [-500, 500] }),
    [5, 6],
  );
});

test("a counter is looked at with every spend at its earliest and its latest, and at both ends of the answer's own doubt", () => {
  assert.deepEqual(range("counter", { log: [spend(-100, 100), OWN] }), [3, 5]);
  const slow = { late: T + 7500 };
  const own = spend(5000, 7500, 1);
  assert.deepEqual(range("counter", { log: [spend(-1000, -1000, 10), own] }, slow), [3, 6]);
  assert.deepEqual(range("counter", { log: [spend(-100, 100, 10), own] }, slow), [3, 11]);
  assert.deepEqual(range("counter", { log: [spend(-10_100, -9900, 10), own] }, slow), [1, 6]);
  // A refused request is in no log, and its doubt counts all the same.
  assert.deepEqual(range("counter", { log: [spend(-1000, -1000, 10)] }, { ...slow, own: 0 }), [2, 5]);
  assert.deepEqual(range("counter", { log: [spend(-100, 100)] }, { own: 0 }), [2, 4]);
  const edge = { sentAt: T + 9990, late: T + 10_010, now: T + 10_050, own: 0 };
  assert.deepEqual(range("counter", { flying: [["g", T + 9980, 4, 15_000]] }, edge), [0, 4]);
  assert.deepEqual(range("counter", {}, { own: 0 }), [0, 0]);
});

test("a bucket shows what has not come back, within the doubt about arrivals, and never more than was spent", () => {
  assert.deepEqual(range("bucket", { log: [OWN] }), [0, 1]);
  assert.deepEqual(range("bucket", { log: [spend(1000), OWN] }), [0, 2]);
  assert.deepEqual(range("bucket", { log: [spend(3000, 3000, 8), OWN] }), [6, 8]);
  const slow = range("bucket", { log: [spend(3000, 3000, 8), spend(5000, 6000, 1)] }, { late: T + 6000 });
  assert.deepEqual(slow, [4, 8]);
  const late = range("bucket", {
    log: [spend(3000, 3000, 8), spend(5000, 5000, 1)],
    cells: [[CELL, 3, T + 500]],
  });
  assert.deepEqual(late, [6, 8]);
  const nested = [spend(3000, 4900, 8), spend(3500, 3600), OWN];
  for (const log of [nested, nested.toReversed()]) assert.deepEqual(range("bucket", { log }), [10, 12]);
  assert.deepEqual(range("bucket", { log: [spend(-9000)] }, { own: 0 }), [0, 1]);
});

test("a bucket shows at most what its own count lacks, and another way of counting has no such count", () => {
  const books = { log: [spend(3000, 3000, 8), OWN], bucket: [6.5, T + 5000, 0, 20] } as const;
  assert.deepEqual(range("bucket", books), [6, 7]);
  const stale = { ...books, bucket: [1, T + 5000, 0, 1] } as const;
  assert.deepEqual(weigh("sliding", stale, { used: 7 }).state.doubt?.ways, ["bucket"]);
});

test("a fixed quota window shows what surely lies in its cell, and at most what may", () => {
  const fixed = (...log: Spend[]) => range("fixed", { log: [...log, OWN] });
  assert.deepEqual(
    [fixed(spend(1000)), fixed(spend(4000, 5000))],
    [
      [5, 5],
      [1, 5],
    ],
  );
  assert.deepEqual(
    [fixed(spend(0, 10)), fixed(spend(-1, 10)), fixed(spend(-2, -1))],
    [
      [5, 5],
      [1, 5],
      [1, 1],
    ],
  );
  const cell = (index: number, late: number) =>
    range("fixed", { log: [OWN], cells: [[CELL + index, 4, T + late]] });
  assert.deepEqual(
    [cell(0, 4999), cell(0, 5000), cell(-1, -5)],
    [
      [5, 5],
      [1, 5],
      [1, 1],
    ],
  );
  assert.deepEqual(range("fixed", { log: [spend(1000)] }, { own: 0 }), [4, 4]);
});

test("an answer that may lie in either of two cells shows what the fuller one holds at most", () => {
  const edge = { sentAt: T + 9990, late: T + 10_010, now: T + 10_050 };
  const own = spend(9990, 10_010, 1);
  assert.deepEqual(range("fixed", { log: [spend(5000), own] }, edge), [1, 5]);
  assert.deepEqual(range("fixed", { log: [spend(10_005, 10_009), own] }, edge), [1, 5]);
  const early = { sentAt: T + 500, late: T + 500, now: T + 540, theta: [-1000, 0] as const };
  assert.deepEqual(range("fixed", { log: [spend(-2000), spend(500, 500, 1)] }, early), [1, 5]);
  const hasty = { ...early, sentAt: T + 9500, late: T + 9500, now: T + 9540, theta: [0, 1000] as const };
  assert.deepEqual(range("fixed", { log: [spend(5000), spend(9500, 9500, 1)] }, hasty), [1, 5]);
});

/** Whether a reset so long after T by our clock speaks for a way of counting, where another way explains it. */
function speaks(
  way: CountingKind,
  resetMs: number,
  sent: number,
  { used = 1, lengthMs = LENGTH_MS, log = [] as Spend[], theta = [0, 0] as const } = {},
) {
  const [sentAt, now] = [T + sent, T + sent + 40];
  const seen = {
    used,
    own: used,
    sentAt,
    late: sentAt,
    now,
    lengthMs,
    theta,
    resetAt: T + resetMs + SKEW_MS,
  };
  const { state, fits } = weigh(way, { log: [...log, spend(sent, sent, used)] }, seen);
  assert.equal(state.doubt === null, fits);
  return fits;
}

test("no log is whole again a second and more before its oldest unit leaves it", () => {
  assert.deepEqual([speaks("sliding", 10_000, 1003), speaks("sliding", 10_000, 1004)], [true, false]);
  assert.equal(speaks("sliding", 10_000, 1004, { log: [spend(-9000, -8995)], used: 5 }), true);
  const gone = (late: number) => speaks("sliding", 10_000, 5000, { log: [spend(-9000, late, 1)] });
  assert.deepEqual([gone(-5000), gone(-4999)], [false, true]);
  assert.equal(speaks("sliding", 0, 1004, { log: [spend(-9000, -4500)] }), true);
  assert.equal(weigh("sliding", {}, { used: 0, own: 0, resetAt: T + 10_000 + SKEW_MS }).fits, true);
});

test("a bucket is whole again when as much as is used has come back, within a second and a unit", () => {
  const short = { lengthMs: 2000 };
  assert.deepEqual([speaks("bucket", 6404, 5000, short), speaks("bucket", 6405, 5000, short)], [true, false]);
  const full = { lengthMs: 2000, used: 10 };
  assert.deepEqual([speaks("bucket", 6000, 5204, full), speaks("bucket", 6000, 5205, full)], [true, false]);
});

test("on the grid a reset is the end of a cell to the second, or rounded up where cells are no whole seconds", () => {
  for (const way of ["fixed", "counter"] as const) {
    assert.deepEqual([speaks(way, 20_000, 5000), speaks(way, 20_001, 5000)], [true, false]);
    const odd = { lengthMs: 2500 };
    assert.deepEqual([speaks(way, 10_999, 5000, odd), speaks(way, 11_000, 5000, odd)], [true, false]);
    const even = { lengthMs: 5000 };
    assert.deepEqual([speaks(way, 20_000, 6000, even), speaks(way, 20_001, 6000, even)], [true, false]);
  }
});
