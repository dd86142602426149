/** When spent quota is worth a warning. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { quotaWarnings } from "../../src/host/quota-warnings.ts";
import type { MeterView } from "../../src/protocol/snapshot.ts";

const HOUR = 3_600_000;
const now = 1_700_000_000_000;
const meter = (used: number, change: Partial<MeterView> = {}): MeterView => ({
  id: "voicedub/account:a/hour",
  title: "Hour",
  noun: "requests",
  type: "rate",
  kind: "fixed",
  limit: 100,
  used,
  left: 100 - used,
  inFlight: 0,
  foreign: 0,
  quotaWindowMs: HOUR,
  countedMs: null,
  nextAt: null,
  fullAt: now + HOUR / 2,
  leavesAt: [],
  closedUntil: null,
  evidence: "published",
  evidenceAt: null,
  sentence: "",
  own: false,
  binds: true,
  ...change,
});
const thresholds = [50, 75, 90];

test("each threshold warns once in a quota window, the highest passed alone", () => {
  const first = quotaWarnings([meter(80)], thresholds, new Map(), now);
  assert.deepEqual(
    first.due.map((one) => one.percent),
    [75],
  );
  const second = quotaWarnings([meter(85)], thresholds, first.warned, now + 1);
  assert.deepEqual(second.due, []);
  const third = quotaWarnings([meter(95)], thresholds, second.warned, now + 2);
  assert.deepEqual(
    third.due.map((one) => one.percent),
    [90],
  );
});

test("the next quota window may warn again", () => {
  const first = quotaWarnings([meter(80)], thresholds, new Map(), now);
  const later = now + HOUR;
  const next = quotaWarnings([meter(80, { fullAt: later + HOUR })], thresholds, first.warned, later);
  assert.equal(next.due.length, 1);
});

test("a sliding quota window warns again only after its whole length", () => {
  const sliding = meter(80, { kind: "sliding", fullAt: now + 1 });
  const first = quotaWarnings([sliding], thresholds, new Map(), now);
  assert.equal(quotaWarnings([sliding], thresholds, first.warned, now + HOUR - 1).due.length, 0);
  assert.equal(quotaWarnings([sliding], thresholds, first.warned, now + HOUR).due.length, 1);
});

test("minutes, slots and unknown limits do not warn", () => {
  const quiet = [
    meter(100, { quotaWindowMs: 60_000 }),
    meter(100, { type: "slots", kind: "slots", quotaWindowMs: null }),
    meter(100, { limit: null, left: null }),
  ];
  assert.deepEqual(quotaWarnings(quiet, thresholds, new Map(), now).due, []);
  assert.deepEqual(quotaWarnings([meter(100)], [], new Map(), now).due, []);
});
