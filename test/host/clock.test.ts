// The timers of the machine's clock: as long as asked for, whatever the machine does meanwhile.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { clockOf } from "../../src/host/clock.ts";

const HOUR_MS = 3_600_000;

/** A machine whose time the test moves, and the timers of a clock that runs by it. */
function machine() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  let [awake, asleep] = [7_999, 0];
  const clock = clockOf({ steady: () => awake, up: () => Math.floor((awake + asleep) / 1000) * 1000 });
  return {
    clock,
    /** Time passes, in steps of at most a second. */
    passes(ms: number): void {
      for (let left = ms; left > 0; left -= 1000) {
        awake += Math.min(left, 1000);
        mock.timers.tick(Math.min(left, 1000));
      }
    },
    /** The machine is busy: no timer runs meanwhile. */
    lags(ms: number): void {
      awake += ms;
    },
    /** Timers stand still, as the steady clock does. */
    sleeps(ms: number): void {
      asleep += ms;
    },
  };
}

test("a timer runs once its time has passed, never before, however long", () => {
  for (const ms of [5, 15_000, 15_001, 40_500, 30 * 24 * HOUR_MS]) {
    const { clock, passes } = machine();
    let ran = 0;
    clock.after(ms, () => ran++);
    passes(ms - 1);
    assert.equal(ran, 0, `${ms}`);
    passes(1);
    assert.equal(ran, 1, `${ms}`);
    passes(60_000);
    assert.equal(ran, 1);
  }
  mock.timers.reset();
});

test("whole seconds of how long the machine is up make no timer early", () => {
  const { clock, passes, lags } = machine();
  let ran = 0;
  clock.after(40_000, () => ran++);
  passes(14_999);
  lags(500);
  passes(40_000 - 14_999 - 500 - 1);
  assert.equal(ran, 0);
  passes(1);
  assert.equal(ran, 1);
  mock.timers.reset();
});

test("what ran out while the machine slept runs a quarter of a minute after it woke at the latest", () => {
  const { clock, passes, sleeps } = machine();
  let ran = 0;
  clock.after(HOUR_MS, () => ran++);
  passes(60_000);
  sleeps(HOUR_MS);
  passes(15_000);
  assert.equal(ran, 1);
  mock.timers.reset();
});

test("a sleep shorter than the wait takes as much off it, and never more", () => {
  const { clock, passes, sleeps } = machine();
  let ran = 0;
  clock.after(HOUR_MS, () => ran++);
  passes(60_000);
  sleeps(HOUR_MS / 2);
  passes(HOUR_MS / 2 - 60_000 - 1);
  assert.equal(ran, 0);
  passes(2_001);
  assert.equal(ran, 1);
  mock.timers.reset();
});

test("a cancelled timer never runs, in whichever of its parts it is", () => {
  for (const after of [0, 10_000, 20_000, 44_000]) {
    const { clock, passes } = machine();
    const cancel = clock.after(45_000, () => assert.fail("ran"));
    passes(after);
    cancel();
    passes(60_000);
  }
  mock.timers.reset();
});
