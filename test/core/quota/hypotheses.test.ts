// Which way of counting a history of passes and refusals allows, and which it contradicts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bestHypothesis, type Grid, tried, USUAL_MS, weighed } from "../../../src/core/quota/hypotheses.ts";
import type { Lesson, Spend } from "../../../src/core/quota/state.ts";

const LENGTH_MS = 10_000;
/** The server's clock is three seconds ahead, known within ten milliseconds. */
const GRID: Grid = { theta: 3000, leewayMs: 10 };

type Kind = Parameters<typeof tried>[0];
type Refused = readonly [at: number, until: number | null];

function history(passes: readonly Spend[], refused: readonly Refused[]): Pick<Lesson, "passes" | "refusals"> {
  return { passes, refusals: refused.map(([at, until]) => ({ at, until, passed: 0 })) };
}

/** The limit that follows; null where the history contradicts this way of counting. */
function limitOf(
  kind: Kind,
  passes: readonly Spend[],
  refused: readonly Refused[],
  grid = GRID,
): number | null {
  return tried(kind, LENGTH_MS, history(passes, refused), grid)?.limit ?? null;
}

const KINDS = ["fixed", "fixedFromFirst", "sliding"] as const;

test("the usual lengths go from a second to a day", () => {
  const seconds = [1, 2, 3, 5, 6, 10, 15, 20, 30, 60, 120, 300, 600, 900, 3600, 86_400];
  assert.deepEqual(
    USUAL_MS,
    seconds.map((one) => one * 1000),
  );
});

test("without a refusal, or where nothing passed before it, nothing follows", () => {
  for (const kind of KINDS) {
    assert.equal(limitOf(kind, [[8000, 8000, 1]], []), null);
    assert.equal(limitOf(kind, [], [[9000, null]]), null);
    assert.equal(limitOf(kind, [[8999, 9001, 1]], [[9000, null]]), null);
  }
});

test("without the server's clock nothing lies on its grid", () => {
  const refused: Refused[] = [[9000, null]];
  assert.equal(limitOf("fixed", [[8000, 8000, 1]], refused, { ...GRID, theta: null }), null);
  for (const kind of ["sliding", "fixedFromFirst"] as const)
    assert.equal(limitOf(kind, [[8000, 8000, 1]], refused, { ...GRID, theta: null }), 1);
});

test("on the grid those count that passed from the beginning of its cell to the refusal", () => {
  const passes: Spend[] = [
    [6000, 6999, 5],
    [6999, 7000, 1],
    [7500, 8000, 2],
    [8999, 9000, 4],
  ];
  assert.deepEqual(tried("fixed", LENGTH_MS, history(passes, [[9000, 17_000]]), GRID), {
    kind: "fixed",
    quotaWindowMs: LENGTH_MS,
    limit: 7,
    openedAt: 7000,
  });
  assert.equal(limitOf("fixed", [...passes, [9001, 9001, 8]], [[9000, 17_000]]), null);
});

test("a wait fits that ends up to a second after the quota window, and not before it", () => {
  const of = (until: number) => limitOf("fixed", [[8000, 8000, 1]], [[9000, until]]);
  assert.deepEqual([16_989, 16_990, 17_000, 18_009, 18_010].map(of), [null, 1, 1, 1, null]);
});

test("the least that was ever refused is the limit, and the last refusal tells the opening", () => {
  const passes: Spend[] = [
    [8000, 8000, 3],
    [18_000, 18_000, 3],
    [18_500, 18_500, 1],
  ];
  const refused: Refused[] = [
    [18_400, 27_000],
    [18_600, 27_000],
  ];
  assert.equal(limitOf("fixed", passes.slice(0, 2), refused), 3);
  assert.equal(limitOf("fixed", passes, refused), null);
  const two = tried("fixed", LENGTH_MS, history(passes.slice(0, 2), [[9000, null], ...refused]), GRID);
  assert.deepEqual([two?.limit, two?.openedAt], [3, 17_000]);
});

test("a cell that surely let more pass contradicts a limit, a pass at its very edge does not", () => {
  const first: Spend[] = [[8000, 8000, 2]];
  const of = (...later: Spend[]) => limitOf("fixed", [...first, ...later], [[9000, 17_000]]);
  assert.equal(of([18_000, 18_000, 2]), 2);
  assert.equal(of([18_000, 18_000, 3]), null);
  assert.equal(of([18_000, 18_000, 1], [18_100, 18_100, 1], [18_200, 18_200, 1]), null);
  assert.equal(of([18_000, 18_000, 2], [28_000, 28_000, 2]), 2);
  assert.equal(of([17_009, 17_009, 1], [18_000, 18_000, 2]), 2);
  assert.equal(of([17_010, 17_010, 1], [18_000, 18_000, 2]), null);
  assert.equal(of([18_000, 18_000, 3], [28_000, 28_000, 1]), null);
});

test("in a log those count that passed within its length before the refusal, and the oldest tells the end", () => {
  const passes: Spend[] = [
    [-1800, -1000, 1],
    [-1299, -999, 2],
    [8000, 8300, 4],
  ];
  assert.deepEqual(tried("sliding", LENGTH_MS, history(passes, [[9000, 10_010]]), GRID), {
    kind: "sliding",
    quotaWindowMs: LENGTH_MS,
    limit: 6,
    openedAt: -999,
  });
  assert.equal(limitOf("sliding", passes, [[9000, 8990]]), null);
});

test("a log that let more pass within its length contradicts a limit", () => {
  const of = (...earlier: Spend[]) =>
    limitOf("sliding", [...earlier, [29_000, 29_000, 2]], [[30_000, 39_000]]);
  assert.equal(of([0, 300, 2], [9000, 9990, 1]), 2);
  assert.equal(of([0, 300, 2], [9000, 9989, 1]), null);
  assert.equal(of([0, 0, 1], [1, 1, 1], [2, 2, 1]), null);
  assert.equal(of([0, 0, 1], [1, 1, 1], [20_000, 20_000, 1]), null);
  assert.equal(of([-9000, -9000, 1], [0, 0, 1], [9000, 9000, 1], [18_000, 18_000, 1]), 2);
});

test("where the first request opens the quota window, it holds all until its end, and the next opens another", () => {
  const passes = (last: number): Spend[] => [
    [0, 50, 2],
    [9990, 9999, 1],
    [9999, 10_000, last],
  ];
  const of = (at: number, last = 3) => limitOf("fixedFromFirst", passes(last), [[at, 19_999]]);
  assert.deepEqual(tried("fixedFromFirst", LENGTH_MS, history(passes(3), [[12_000, 19_999]]), GRID), {
    kind: "fixedFromFirst",
    quotaWindowMs: LENGTH_MS,
    limit: 3,
    openedAt: 9999,
  });
  assert.equal(of(12_000, 2), null);
  assert.equal(of(12_000, 4), 4);
  assert.equal(of(19_998), 3);
  assert.equal(of(19_999), null);
});

test("the shortest length goes first, and of one length the log, which is safe for the others", () => {
  const best = (
    passes: readonly Spend[],
    at: number,
    until: number,
    grid: Grid = { theta: 0, leewayMs: 10 },
  ) => {
    const found = bestHypothesis(history(passes, [[at, until]]), grid);
    return found === null ? null : [found.kind, found.quotaWindowMs, found.limit, found.openedAt];
  };
  assert.deepEqual(best([[5000, 5000, 3]], 5100, 15_000), ["sliding", 10_000, 3, 5000]);
  assert.deepEqual(best([[5500, 5500, 3]], 5600, 10_000), ["fixed", 5000, 3, 5000]);
  assert.equal(best([[5500, 5500, 3]], 5600, 10_000, { theta: null, leewayMs: 10 }), null);
  const opened: Spend[] = [
    [0, 0, 1],
    [9000, 9000, 2],
    [10_500, 10_500, 1],
    [14_000, 14_000, 2],
  ];
  const unplaced: Grid = { theta: null, leewayMs: 10 };
  assert.deepEqual(best(opened, 14_100, 20_500, unplaced), ["fixedFromFirst", 10_000, 3, 10_500]);
});

test("a counter weighs the older of its two buckets by what is in sight of it, by the server's clock", () => {
  const passes: Spend[] = [
    [0, 699, 100],
    [0, 700, 4],
    [0, 1699, 4],
    [0, 1700, 1],
    [0, 2699, 2],
    [0, 2700, 50],
  ];
  assert.equal(weighed(passes, 1000, 2200, 300), 1 + 2 + 8 * 0.5);
  assert.equal(weighed(passes, 1000, 1950, 300), 1 + 2 + 8 * 0.75);
});
