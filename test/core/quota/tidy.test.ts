// How a stored state is kept small and sane: what is forgotten when, what is counted together, what a clock set back changes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";
import { settle } from "../../../src/core/quota/settle.ts";
import { type CountingKind, EMPTY, type PartitionState, type Spend } from "../../../src/core/quota/state.ts";
import { afterglowMs, gathered, merged, notAfter, tidy } from "../../../src/core/quota/tidy.ts";
import { claimOf } from "./exchange.ts";

const NOW = Date.UTC(2026, 10, 1, 10, 0, 20);
const CLOCK: ClockState = { lo: 0, hi: 10, at: NOW, rttMin: 20, rttMax: 20, n: 10_000 };

function rate(kind: CountingKind, quotaWindowMs: number) {
  const figures = { kind, limit: 100, quotaWindowMs, windowKnown: true } as const;
  return { ...figures, evidence: "published", evidenceAt: null } as const;
}

function state(change: Partial<PartitionState>): PartitionState {
  return { ...EMPTY, ...change };
}

function ago(ms: number): Spend {
  return [NOW - ms, NOW - ms, 1];
}

test("a spend is kept for a quota window after it left, so that late answers find it", () => {
  const kept = state({ log: [ago(20_002)], foreign: [ago(20_002)] });
  assert.equal(tidy(rate("sliding", 10_000), kept, CLOCK, NOW), kept);
  const gone = state({ log: [ago(20_003), ago(20_002)], foreign: [ago(20_003), ago(5)] });
  const left = tidy(rate("sliding", 10_000), gone, CLOCK, NOW);
  assert.deepEqual([left.log, left.foreign], [[ago(20_002)], [ago(5)]]);
});

test("a spend of a long quota window is kept a minute after it left, and a quarter of that among many", () => {
  const hour = rate("sliding", 3_600_000);
  assert.equal(tidy(hour, state({ log: [ago(3_660_002)] }), CLOCK, NOW).log.length, 1);
  assert.equal(tidy(hour, state({ log: [ago(3_660_003)] }), CLOCK, NOW).log.length, 0);
  const many = Array.from({ length: 96 }, (_, i) => ago(3_000_000 - i * 20_000));
  assert.equal(
    tidy(hour, state({ log: [ago(3_615_002), ...many] }), CLOCK, NOW).log[0]?.[0],
    NOW - 3_615_002,
  );
  assert.notEqual(
    tidy(hour, state({ log: [ago(3_615_003), ...many] }), CLOCK, NOW).log[0]?.[0],
    NOW - 3_615_003,
  );
});

test("a request that nobody answers is given up a quarter of an hour after its quota window, and an answer still counts", () => {
  const flight = (ms: number) => [`sent ${ms}`, NOW - ms, 1, 40] as const;
  const flying = [flight(920_043), flight(920_042)];
  const left = tidy(rate("fixedFromFirst", 10_000), state({ flying }), CLOCK, NOW);
  assert.deepEqual(left.flying, [flight(920_042)]);
  // How late it was will never be known.
  const poured = state({ flying: [flight(920_043)], bucket: [5, NOW, 7, 5] });
  assert.deepEqual(tidy(rate("bucket", 10_000), poured, CLOCK, NOW).bucket, [5, NOW, 40, 5]);
  const later = { ...poured, flying: [flight(5)], log: [ago(90_000)] };
  assert.deepEqual(tidy(rate("bucket", 10_000), later, CLOCK, NOW).bucket, [5, NOW, 7, 5]);
  const claim = claimOf(["r", "fixedFromFirst", 100, 10_000]);
  const head = { status: 200, headers: {}, sentAt: NOW - 920_043, gotAt: NOW, quick: false };
  const own = { claim, flight: "sent 920043", holder: "h", tookSlots: false, briefSlots: false, chance: 0 };
  const settlement = { ...own, head, reading: readHead(head, null), refusal: null };
  assert.equal(settle(settlement, [left], CLOCK, NOW).states[0]?.log.length, 1);
});

test("a counter of two buckets keeps its spends for both", () => {
  assert.equal(tidy(rate("counter", 10_000), state({ log: [ago(30_002)] }), CLOCK, NOW).log.length, 1);
  assert.equal(tidy(rate("counter", 10_000), state({ log: [ago(30_003)] }), CLOCK, NOW).log.length, 0);
});

test("a cell is kept until it is old, and the one before last of the grid for a counter", () => {
  const cell = Math.floor(NOW / 10_000);
  const late = NOW - 40_000;
  const cells = [cell - 3, cell - 2, cell - 1, cell].map((index) => [index, 1, late] as const);
  const indexes = (kind: CountingKind, clock = CLOCK) =>
    tidy(rate(kind, 10_000), state({ cells }), clock, NOW).cells.map((one) => one[0] - cell);
  assert.deepEqual(indexes("fixed"), [0]);
  assert.deepEqual(indexes("counter"), [-1, 0]);
  assert.deepEqual(indexes("fixed", NO_CLOCK), []);
  const young = state({ cells: [[cell - 3, 1, NOW - 5]] });
  assert.equal(tidy(rate("fixed", 10_000), young, CLOCK, NOW), young);
});

test("beyond 96 spends neighbours within a forty-eighth of the quota window are counted together", () => {
  const log = Array.from({ length: 97 }, (_, i) => ago(9_700 - i * 100));
  const kept = tidy(rate("sliding", 10_000), state({ log }), CLOCK, NOW).log;
  assert.equal(kept.length, 33);
  assert.deepEqual(kept[0], [NOW - 9_700, NOW - 9_500, 3]);
  assert.equal(
    kept.reduce((sum, one) => sum + one[2], 0),
    97,
  );
  const few = state({ log: log.slice(1) });
  assert.equal(tidy(rate("sliding", 10_000), few, CLOCK, NOW), few);
});

test("counted together is from the earliest to the latest, in the order of the latest", () => {
  assert.deepEqual(
    merged(
      [
        [50, 120, 2],
        [90, 100, 1],
        [200, 210, 1],
      ],
      30,
    ),
    [
      [50, 120, 3],
      [200, 210, 1],
    ],
  );
  assert.deepEqual(
    merged(
      [
        [0, 0, 1],
        [30, 30, 1],
      ],
      30,
    ),
    [[0, 30, 2]],
  );
  assert.deepEqual(
    merged(
      [
        [0, 0, 1],
        [31, 31, 1],
      ],
      30,
    ).length,
    2,
  );
});

test("an answer is compared with the books while they still hold what it speaks of", () => {
  assert.equal(afterglowMs(10_000), 10_000);
  assert.equal(afterglowMs(60_000), 15_000);
});

test("units are added to their cell, which keeps its latest instant", () => {
  assert.deepEqual(gathered([], 7, 2, 100), [[7, 2, 100]]);
  assert.deepEqual(
    gathered(
      [
        [6, 1, 50],
        [7, 2, 100],
      ],
      7,
      3,
      90,
    ),
    [
      [6, 1, 50],
      [7, 5, 100],
    ],
  );
  assert.deepEqual(gathered([[7, 2, 100]], 7, 3, 110), [[7, 5, 110]]);
});

// With this clock the network is doubted by 4 ms: what is later than a second more lies in the future.
const EDGE = NOW + 1004;

test("what lies within a second of now is left as it is", () => {
  const near = state({
    log: [[EDGE, EDGE, 1]],
    cells: [[1, 1, EDGE]],
    flying: [["f", EDGE, 1, 5]],
    bucket: [1, EDGE, 0, 1],
    opened: [EDGE, EDGE],
    closed: { until: EDGE + 5000, at: EDGE, evidence: "stated", strikes: 1 },
  });
  assert.equal(notAfter(near, CLOCK, NOW), near);
});

test("after the clock was set back, each thing in the future counts as now, whichever shows it", () => {
  const past = { log: [[NOW - 9, NOW - 5, 1]], foreign: [[NOW + 9000, NOW + 9000, 2]] } as const;
  const shows: readonly Partial<PartitionState>[] = [
    { log: [[NOW - 7, EDGE + 1, 1]] },
    { cells: [[1, 1, EDGE + 1]] },
    { flying: [["f", EDGE + 1, 1, 5]] },
    { bucket: [1, EDGE + 1, 3, 2] },
    { opened: [NOW, EDGE + 1] },
    { closed: { until: EDGE + 5001, at: EDGE + 1, evidence: "stated", strikes: 1 } },
  ];
  const moved = shows.map((one) => notAfter(state({ ...past, ...one }), CLOCK, NOW));
  for (const one of moved) {
    assert.deepEqual(one.foreign, [[NOW, NOW, 2]]);
    assert.equal(one.opened, null);
  }
  assert.deepEqual(moved[0]?.log, [[NOW - 7, EDGE, 1]]);
  assert.deepEqual(moved[1]?.log, past.log);
  assert.deepEqual(moved[1]?.cells, [[1, 1, NOW]]);
  assert.deepEqual(moved[2]?.flying, [["f", NOW, 1, 5]]);
  assert.deepEqual(moved[3]?.bucket, [1, NOW, 3, 2]);
  assert.equal(moved[0]?.bucket, null);
  const inTheAir = state({ bucket: [1, EDGE + 1, 3, 2], flying: [["f", NOW - 9, 1, 50]] });
  assert.deepEqual(notAfter(inTheAir, CLOCK, NOW).bucket, [1, NOW, 50, 2]);
  assert.deepEqual(moved[5]?.closed, { until: NOW + 5000, at: NOW, evidence: "stated", strikes: 1 });
});

test("a gate that was closed in the past keeps its instant when something else lies in the future", () => {
  const closed = { until: NOW + 40, at: NOW - 60, evidence: "stated", strikes: 1 } as const;
  for (const one of [closed, { ...closed, at: EDGE }])
    assert.deepEqual(notAfter(state({ closed: one, opened: [NOW, EDGE + 1] }), CLOCK, NOW).closed, one);
});

test("what may arrive after now still does so after the clock was set back, by a second and the network's doubt at most", () => {
  const moved = (early: number, late: number) =>
    notAfter(state({ log: [[early, late, 1]], opened: [NOW, EDGE + 1] }), CLOCK, NOW).log[0];
  assert.deepEqual(moved(NOW + 5000, NOW + 5050), [NOW, NOW + 50, 1]);
  assert.deepEqual(moved(NOW - 10, NOW + 40), [NOW - 10, NOW + 40, 1]);
  assert.deepEqual(moved(NOW + 5000, NOW + 9000), [NOW, EDGE, 1]);
});

test("it is the latest instant by which a spend is forgotten and put in order, and the earliest by which it is near", () => {
  const kept = state({ log: [[NOW - 90_000, NOW - 20_002, 1]], foreign: [[NOW - 90_000, NOW - 20_002, 1]] });
  assert.equal(tidy(rate("sliding", 10_000), kept, CLOCK, NOW), kept);
  const beside = state({ log: [ago(90_000), ...kept.log], foreign: [ago(90_000), ...kept.foreign] });
  const left = tidy(rate("sliding", 10_000), beside, CLOCK, NOW);
  assert.deepEqual([left.log, left.foreign], [kept.log, kept.foreign]);
  const spends: Spend[] = [
    [-50, 10, 1],
    [5, 40, 2],
    [-100, 45, 4],
  ];
  const together: Spend[] = [
    [-50, 10, 1],
    [-100, 45, 6],
  ];
  assert.deepEqual(merged(spends, 60), together);
  assert.deepEqual(merged(spends.toReversed(), 60), together);
});

test("others' spends are forgotten though nothing else is", () => {
  const log = [ago(5)];
  const left = tidy(rate("sliding", 10_000), state({ log, foreign: [ago(90_000)] }), CLOCK, NOW);
  assert.deepEqual([left.log, left.foreign], [log, []]);
});

test("the oldest cell that counts is told by the slowest reading of the server's clock", () => {
  const cell = Math.floor(NOW / 10_000);
  const cells = [cell - 1, cell].map((index) => [index, 1, NOW - 40_000] as const);
  const ahead = { ...CLOCK, lo: 5000, hi: 5010 };
  assert.deepEqual(tidy(rate("fixed", 10_000), state({ cells }), ahead, NOW).cells, [cells[1]]);
  assert.deepEqual(tidy(rate("fixed", 10_000), state({ cells: cells.slice(0, 1) }), ahead, NOW).cells, []);
});
