// What is shown of a partition: what is left, when it comes back, and who says so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import { meterOf } from "../../../src/core/quota/meter.ts";
import type { Meter, RatePolicy, SlotPolicy } from "../../../src/core/quota/model.ts";
import { EMPTY, type PartitionState, type Spend } from "../../../src/core/quota/state.ts";

const NOW = Date.UTC(2026, 10, 1, 10, 0, 20);
const WORDS = { id: "p", title: "Requests", noun: "requests" } as const;
const CLOCK: ClockState = { lo: 990, hi: 1010, at: NOW, rttMin: 20, rttMax: 20, n: 10_000 };

function policyOf(change: Partial<RatePolicy> = {}): RatePolicy {
  const figures = { kind: "sliding", limit: 4, quotaWindowMs: 10_000, refusedCount: false } as const;
  return { type: "rate", ...WORDS, ...figures, evidence: "published", ...change };
}

function meter(change: Partial<PartitionState>, policy: Partial<RatePolicy> = {}, clock = CLOCK): Meter {
  const part = { partition: "x/p", cost: 1, policy: policyOf(policy) };
  return meterOf("a", part, { ...EMPTY, ...change }, clock, NOW);
}

function spends(...ago: number[]): Spend[] {
  return ago.map((ms) => [NOW - ms, NOW - ms, 1]);
}

test("an untouched sliding policy shows all of it and no instant", () => {
  assert.deepEqual(meter({}), {
    ...{ partition: "x/p", accountId: "a", policyId: "p", title: "Requests", noun: "requests" },
    ...{ type: "rate", kind: "sliding", limit: 4, used: 0, left: 4, inFlight: 0, foreign: 0 },
    ...{ quotaWindowMs: 10_000, nextAt: null, fullAt: null, leavesAt: [], closedUntil: null },
    ...{ evidence: "published", evidenceAt: null },
  });
});

test("sliding units come back one by one, in flight ones from the latest arrival", () => {
  const shown = meter({ log: spends(4000, 1000), flying: [["f", NOW - 500, 1, 40]] });
  assert.equal(shown.used, 3);
  assert.equal(shown.left, 1);
  assert.equal(shown.inFlight, 1);
  assert.deepEqual(shown.leavesAt, [NOW + 6003, NOW + 9003, NOW + 9543]);
  assert.deepEqual([shown.nextAt, shown.fullAt], [NOW + 6003, NOW + 9543]);
});

test("what has left is not shown, and what leaves this very millisecond neither", () => {
  assert.deepEqual(meter({ log: spends(10_003, 10_002) }).leavesAt, [NOW + 1]);
  assert.equal(meter({ log: spends(10_003, 10_002) }).used, 1);
});

test("at most 64 instants are listed, and several units that leave together as often", () => {
  const log: Spend[] = [[NOW - 1000, NOW - 1000, 100]];
  const shown = meter({ log }, { limit: 200 });
  assert.deepEqual([shown.leavesAt.length, shown.used, shown.left], [64, 100, 100]);
  assert.equal(shown.fullAt, NOW + 9003);
});

test("more than the limit is shown as it is, with nothing left", () => {
  const shown = meter({ log: spends(1, 2, 3, 4, 5, 6) });
  assert.deepEqual([shown.used, shown.left], [6, 0]);
});

test("a fixed quota window is back at the end by the slowest reading of the server's clock", () => {
  // The server reads 10:00:21; its quota window ends at 10:00:30, which is 9 s away, or 10 ms more by the slowest reading.
  const shown = meter({ log: spends(100, 200) }, { kind: "fixed" });
  assert.deepEqual([shown.used, shown.nextAt, shown.fullAt], [2, NOW + 9013, NOW + 9013]);
  assert.deepEqual(shown.leavesAt, []);
});

test("without the server's clock a fixed quota window is shown as a sliding one", () => {
  const shown = meter({ log: spends(4000) }, { kind: "fixed" }, NO_CLOCK);
  assert.deepEqual(shown.leavesAt, [NOW + 6003]);
});

test("a quota window from the first request is back when the latest opening is that long ago", () => {
  const opened = [NOW - 3000, NOW - 2900] as const;
  const shown = meter({ opened, log: spends(3000, 1000) }, { kind: "fixedFromFirst" });
  assert.deepEqual([shown.used, shown.nextAt, shown.fullAt], [2, NOW + 7103, NOW + 7103]);
});

test("a quota window from the first request that has ended shows nothing used", () => {
  const opened = [NOW - 20_000, NOW - 10_004] as const;
  assert.equal(meter({ opened, log: spends(3000) }, { kind: "fixedFromFirst" }).used, 0);
  const open = [NOW - 20_000, NOW - 10_003] as const;
  assert.equal(meter({ opened: open, log: spends(3000) }, { kind: "fixedFromFirst" }).used, 1);
});

test("a bucket gives one unit back as soon as it is whole, and all when it is full", () => {
  const shown = meter({ bucket: [2, NOW - 1000, 0, 2] }, { kind: "bucket" });
  // Of two units missing a second ago 0.4 have come back: 1.6 are missing, at 2.5 s a unit.
  assert.deepEqual([shown.used, shown.left], [2, 2]);
  assert.deepEqual([shown.nextAt, shown.fullAt], [NOW + 1500, NOW + 4000]);
  const whole = meter({ bucket: [2, NOW, 0, 2] }, { kind: "bucket" });
  assert.deepEqual([whole.used, whole.nextAt, whole.fullAt], [2, NOW + 2500, NOW + 5000]);
});

test("foreign units and a closed gate are shown while they count", () => {
  const closed = { at: NOW - 10, evidence: "stated", strikes: 1 } as const;
  const shown = meter({ foreign: spends(1, 2), closed: { ...closed, until: NOW + 1 } });
  assert.deepEqual([shown.foreign, shown.closedUntil], [2, NOW + 1]);
  assert.equal(meter({ closed: { ...closed, until: NOW } }).closedUntil, null);
});

test("who vouches for the figures is the server, the learning, or the page", () => {
  const taught = { limit: 3, quotaWindowMs: null, kind: null, at: NOW - 5 };
  assert.equal(meter({}).evidence, "published");
  assert.deepEqual(
    [meter({ confirmedAt: NOW - 9 })].map((one) => [one.evidence, one.evidenceAt]),
    [["stated", NOW - 9]],
  );
  assert.deepEqual(
    [meter({ stated: taught })].map((one) => [one.limit, one.evidence, one.evidenceAt]),
    [[3, "stated", NOW - 5]],
  );
  const unknown = { kind: "unknown", limit: null, quotaWindowMs: null, evidence: "unknown" } as const;
  assert.deepEqual(
    [meter({ learned: taught }, unknown)].map((one) => [one.limit, one.evidence, one.evidenceAt, one.kind]),
    [[3, "inferred", NOW - 5, "sliding"]],
  );
  const open = meter({}, unknown);
  assert.deepEqual([open.limit, open.left, open.quotaWindowMs, open.kind], [null, null, null, "unknown"]);
});

test("of a counter of two buckets the next unit comes back where less is counted, and all with the quota window after its own", () => {
  const learned = { limit: null, quotaWindowMs: null, kind: "counter", at: NOW } as const;
  const cell = Math.floor((NOW + 1000) / 10_000);
  for (const cells of [
    [[cell - 1, 3, NOW - 5_000]],
    [[cell, 2, NOW - 500]],
    [[cell, 1, NOW - 500]],
    [
      [cell - 1, 3, NOW - 12_000],
      [cell, 1, NOW - 500],
    ],
  ] as const) {
    const books = { learned, cells };
    const { used, nextAt, fullAt, leavesAt } = meter(books);
    assert.deepEqual(leavesAt, []);
    assert.ok(nextAt !== null && fullAt !== null && nextAt > NOW && nextAt <= fullAt);
    const part = { partition: "x/p", cost: 1, policy: policyOf() };
    const at = (instant: number) => meterOf("a", part, { ...EMPTY, ...books }, CLOCK, instant).used;
    assert.ok(at(nextAt) < used && at(nextAt - 60) === used, `${nextAt - NOW} ms`);
    assert.ok(at(fullAt) === 0 && at(fullAt - 60) > 0, `${fullAt - NOW} ms`);
  }
});

test("a counter of two buckets is shown as the sliding quota window that it calls itself", () => {
  const learned = { limit: null, quotaWindowMs: null, kind: "counter", at: NOW } as const;
  assert.equal(meter({ learned }).kind, "sliding");
});

test("slots show what own jobs and others hold, and no instants", () => {
  const policy: SlotPolicy = { type: "slots", ...WORDS, limit: 3, evidence: "published" };
  const holders = [["job", NOW - 5, 1]] as const;
  const state = { ...EMPTY, holders, elsewhere: [1, NOW - 10, 5000] as const };
  const shown = meterOf("a", { partition: "x/p", cost: 1, policy }, state, CLOCK, NOW);
  assert.deepEqual([shown.used, shown.left, shown.foreign, shown.nextAt], [2, 1, 1, null]);
  assert.deepEqual([shown.kind, shown.evidence, shown.evidenceAt], ["slots", "published", null]);
  const stated = { limit: 2, quotaWindowMs: null, kind: null, at: NOW - 5 };
  const told = meterOf("a", { partition: "x/p", cost: 1, policy }, { ...state, stated }, CLOCK, NOW);
  assert.deepEqual([told.limit, told.left, told.evidence, told.evidenceAt], [2, 0, "stated", NOW - 5]);
});

test("a fraction of a millisecond is shown as the next whole one", () => {
  assert.equal(meter({ log: spends(100) }, { kind: "fixed" }, { ...CLOCK, lo: 990.5 }).nextAt, NOW + 9013);
  const opened = [NOW - 3000, NOW - 2900.5] as const;
  assert.equal(meter({ opened, log: spends(3000) }, { kind: "fixedFromFirst" }).nextAt, NOW + 7103);
  const bucket = meter({ bucket: [1, NOW, 0, 1] }, { kind: "bucket", limit: 3 });
  assert.deepEqual([bucket.nextAt, bucket.fullAt], [NOW + 3334, NOW + 3334]);
  assert.deepEqual(meter({ log: spends(1000.5) }).leavesAt, [NOW + 9003]);
});

test("where nothing is used nothing comes back, and where a way of counting has no figures the log has", () => {
  const none = meter({}, { kind: "fixed" });
  assert.deepEqual([none.nextAt, none.fullAt], [null, null]);
  assert.deepEqual(meter({ log: spends(4000) }, { kind: "fixedFromFirst" }).leavesAt, [NOW + 6003]);
  const bucket = meter({ log: spends(4000), bucket: [1, NOW, 0, 1] }, { kind: "bucket", limit: null });
  assert.deepEqual(bucket.leavesAt, [NOW + 6003]);
  assert.equal(meter({}, { limit: null, evidence: "unknown" }).kind, "sliding");
});

test("slots without a number show what is used, and full ones nothing left", () => {
  const holders = ["a", "b", "c"].map((name) => [name, NOW - 5, 1] as const);
  const stated = { limit: null, quotaWindowMs: null, kind: null, at: NOW - 5 };
  const shown = (limit: number | null, change: Partial<PartitionState> = {}) => {
    const policy: SlotPolicy = { type: "slots", ...WORDS, limit, evidence: "published" };
    const found = meterOf(
      "a",
      { partition: "x/p", cost: 1, policy },
      { ...EMPTY, holders, ...change },
      CLOCK,
      NOW,
    );
    return [found.used, found.left, found.evidence];
  };
  assert.deepEqual(
    [shown(3), shown(2), shown(null)],
    [
      [3, 0, "published"],
      [3, 0, "published"],
      [3, null, "published"],
    ],
  );
  assert.deepEqual(shown(null, { stated }), [3, null, "published"]);
});
