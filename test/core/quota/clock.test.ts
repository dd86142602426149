// What answers tell of the server's clock and of the network: bounds, doubts, and when a clock was set.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ClockState,
  jitterMs,
  latest,
  NO_CLOCK,
  tailMs,
  thetaAt,
  wasSet,
  withDate,
  withReset,
  withRoundTrip,
} from "../../../src/core/quota/clock.ts";

const AT = Date.UTC(2026, 10, 1);
const MANY = 10_000;

function network(rttMin: number, rttMax: number, n: number): ClockState {
  return { ...NO_CLOCK, rttMin, rttMax, n };
}

test("before anything was measured 50 ms are doubted", () => {
  assert.equal(jitterMs(NO_CLOCK), 50);
});

test("after the first round trip its own length and 20 ms are doubted, at most 50, and less with each answer", () => {
  assert.equal(jitterMs(network(10, 10, 1)), 33);
  assert.equal(jitterMs(network(100, 100, 1)), 53);
  assert.equal(jitterMs(network(10, 10, 4)), 18);
  assert.equal(jitterMs(network(10, 10, 100)), 6);
});

test("a swing that was measured is doubted as it is, and three times as wide at the first answer", () => {
  assert.equal(jitterMs(network(10, 110, 4)), 203);
  assert.equal(jitterMs(network(10, 110, MANY)), 105);
  assert.equal(jitterMs(network(0, 1, MANY)), 5);
});

test("of the first dozen round trips none counts as the quickest there is", () => {
  assert.equal(tailMs(network(100, 100, 11)), 0);
  assert.equal(tailMs(network(100, 100, 16)), 100 - (2 * jitterMs(network(100, 100, 16))) / 4);
  assert.equal(tailMs(network(1, 300, 16)), 0);
});

test("an answered quick request was counted no later than its answer left", () => {
  const clock = network(100, 100, MANY);
  const tail = tailMs(clock);
  const answered = { sentAt: AT, gotAt: AT + 400, quick: true };
  assert.equal(latest(clock, answered), AT + 400 - tail);
  assert.equal(latest(clock, { ...answered, gotAt: AT + 50 }), AT);
});

test("a slow call arrived as late as was doubted when it was sent, however late its answer", () => {
  const clock = network(100, 100, MANY);
  const answered = { sentAt: AT, gotAt: AT + 9000, quick: false };
  assert.equal(latest(clock, answered), AT + jitterMs(clock));
  assert.equal(latest(clock, { ...answered, doubtMs: 70 }), AT + 70);
  assert.equal(latest(network(100, 100, 11), answered), AT + 1000);
  assert.equal(latest(network(100, 100, 11), { ...answered, gotAt: AT + 300 }), AT + 300);
  assert.equal(latest(clock, { ...answered, gotAt: AT + 10, doubtMs: 70 }), AT);
});

test("a round trip that stalled for half a minute is doubted for some hundred answers, a swing below a second for thousands", () => {
  const after = (slowest: number, times: number) =>
    withRoundTrip(network(60, slowest, MANY), AT, AT + 80, times).rttMax - 60;
  assert.equal(after(1_060, 1), 999);
  assert.equal(Math.round(after(1_061, 1)), 951);
  assert.ok(after(30_060, 20) > 10_000);
  assert.ok(after(30_060, 100) < 1_000);
  assert.ok(after(1_060, 1_000) > 300);
});

test("round trips keep the quickest, and let the slowest fade", () => {
  const first = withRoundTrip(NO_CLOCK, AT, AT + 40);
  assert.deepEqual(first, { ...NO_CLOCK, rttMin: 40, rttMax: 40, n: 1 });
  const second = withRoundTrip(first, AT, AT + 140);
  assert.deepEqual(second, { ...NO_CLOCK, rttMin: 40, rttMax: 140, n: 2 });
  const third = withRoundTrip(second, AT, AT + 60);
  assert.deepEqual(third, { ...NO_CLOCK, rttMin: 40, rttMax: 139.9, n: 3 });
  assert.equal(withRoundTrip(first, AT, AT - 5).rttMin, 0);
  assert.equal(withRoundTrip(network(1, 1, MANY), AT, AT + 1).n, MANY);
});

test("round trips that were made alike count as one after another", () => {
  for (const rtt of [20, 60]) {
    const once = (clock: ClockState) => withRoundTrip(clock, AT, AT + rtt);
    const before = network(40, 140, 9);
    assert.deepEqual(withRoundTrip(before, AT, AT + rtt, 3), once(once(once(before))));
  }
});

test("a Date bounds the offset to its second and the round trip", () => {
  const seen = withDate(NO_CLOCK, AT + 5000, AT + 100, AT + 140);
  assert.deepEqual([seen.lo, seen.hi, seen.at], [4860, 5910, AT + 140]);
  const known = network(40, 40, MANY);
  assert.equal(withDate(known, AT + 5000, AT + 100, AT + 140).lo, 4860 + tailMs(known));
});

test("a reset on the grid bounds the offset to its quota window", () => {
  const seen = withReset(NO_CLOCK, AT + 60_000, 60_000, AT + 100, AT + 120, AT + 140);
  assert.deepEqual([seen.lo, seen.hi], [-120, 59_900]);
});

test("bounds are cut with each other, and contradicting ones replace what was known", () => {
  const known: ClockState = { ...NO_CLOCK, lo: 0, hi: 1000, at: AT };
  const cut = withReset(known, AT + 60_500, 60_000, AT + 100, AT + 120, AT);
  assert.deepEqual([cut.lo, cut.hi], [380, 1000]);
  const set = withReset(known, AT + 70_000, 60_000, AT + 100, AT + 120, AT);
  assert.deepEqual([set.lo, set.hi], [9880, 69_900]);
  const touching = withReset(known, AT + 61_120, 60_000, AT + 100, AT + 120, AT);
  assert.deepEqual([touching.lo, touching.hi], [1000, 1000]);
});

test("bounds widen by 30 parts in a million, before and after they were confirmed", () => {
  const known: ClockState = { ...NO_CLOCK, lo: 0, hi: 1000, at: AT };
  assert.deepEqual(thetaAt(known, AT + 1_000_000), { lo: -30, hi: 1030 });
  assert.deepEqual(thetaAt(known, AT - 1_000_000), { lo: -30, hi: 1030 });
  assert.equal(thetaAt({ ...known, lo: null }, AT), null);
  assert.equal(thetaAt({ ...known, hi: null }, AT), null);
});

test("a clock was set where what is known after lies wholly beside what was known before", () => {
  const known: ClockState = { ...NO_CLOCK, lo: 0, hi: 1000, at: AT };
  const at = (lo: number, hi: number): ClockState => ({ ...known, lo, hi });
  assert.equal(wasSet(known, at(1001, 2000), AT), true);
  assert.equal(wasSet(known, at(-2000, -1), AT), true);
  assert.equal(wasSet(known, at(1000, 2000), AT), false);
  assert.equal(wasSet(known, at(-2000, 0), AT), false);
  assert.equal(wasSet(known, at(300, 400), AT), false);
  assert.equal(wasSet(NO_CLOCK, known, AT), false);
  assert.equal(wasSet(known, NO_CLOCK, AT), false);
});
