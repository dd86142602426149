// The page's clock: countdowns from instants, one timer, none when nothing counts down or nobody looks.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { Countdown, type PageClock, Ticker } from "../../src/webview/base/ticker.ts";
import { Words } from "../../src/webview/base/words.ts";

/** A clock that stands still until it is moved, with timers that go off as it passes them. */
function testClock(start = 1_000_000) {
  let now = start;
  const timers = new Map<number, { at: number; run: () => void }>();
  let id = 0;
  const clock: PageClock = {
    now: () => now,
    after(ms, run) {
      const own = ++id;
      timers.set(own, { at: now + ms, run });
      return () => timers.delete(own);
    },
  };
  const move = (ms: number) => {
    const end = now + ms;
    for (;;) {
      const next = [...timers].sort((a, b) => a[1].at - b[1].at)[0];
      if (next === undefined || next[1].at > end) break;
      timers.delete(next[0]);
      now = Math.max(now, next[1].at);
      next[1].run();
    }
    now = end;
  };
  return { clock, move, timers };
}

/** An element that draws at once when asked, counting how often. */
function element(ticker: Ticker, draw: (countdown: Countdown) => void) {
  let drawn = 0;
  const controllers: ReactiveController[] = [];
  const host: ReactiveControllerHost = {
    addController: (one) => controllers.push(one),
    removeController: () => undefined,
    updateComplete: Promise.resolve(true),
    requestUpdate: () => {
      for (const one of controllers) one.hostUpdate?.();
      drawn++;
      draw(countdown);
      for (const one of controllers) one.hostUpdated?.();
    },
  };
  const countdown = new Countdown(host, () => ticker);
  host.requestUpdate();
  return {
    drawn: () => drawn,
    remove: () => {
      for (const one of controllers) one.hostDisconnected?.();
    },
  };
}

describe("the page's clock", () => {
  test("a countdown is drawn once a second, at the second, and stops at its end", () => {
    const { clock, move, timers } = testClock();
    const ticker = new Ticker(clock);
    const shown: string[] = [];
    const words = new Words("en");
    element(ticker, (countdown) => shown.push(words.countdown(countdown.left(1_003_400))));
    move(10_000);
    assert.deepEqual(shown, ["0:04", "0:03", "0:02", "0:01", "0:00"]);
    assert.equal(timers.size, 0);
  });

  test("many countdowns share one timer", () => {
    const { clock, timers } = testClock();
    const ticker = new Ticker(clock);
    for (let i = 1; i <= 20; i++) element(ticker, (countdown) => countdown.left(1_000_000 + i * 777));
    assert.equal(timers.size, 1);
  });

  test("nothing that counts down means no timer", () => {
    const { clock, timers } = testClock();
    const ticker = new Ticker(clock);
    const plain = element(ticker, () => undefined);
    assert.equal(timers.size, 0);
    const counting = element(ticker, (countdown) => countdown.left(1_050_000));
    assert.equal(timers.size, 1);
    counting.remove();
    plain.remove();
    assert.equal(timers.size, 0);
    assert.equal(ticker.ticking, false);
  });

  test("a hidden page has no timer, and draws everything anew when it is shown", () => {
    const { clock, move, timers } = testClock();
    const ticker = new Ticker(clock);
    const part = element(ticker, (countdown) => countdown.left(1_030_000));
    ticker.hide(true);
    assert.equal(timers.size, 0);
    move(5000);
    const before = part.drawn();
    ticker.hide(false);
    assert.equal(part.drawn(), before + 1);
    assert.equal(timers.size, 1);
  });

  test("the host's clock counts, not the page's", () => {
    const { clock } = testClock();
    const ticker = new Ticker(clock);
    ticker.adjust(5_000_000);
    let left = 0;
    element(ticker, (countdown) => {
      left = countdown.left(5_012_000);
    });
    assert.equal(left, 12_000);
  });

  test("an age wakes the page every five seconds, then every minute, then every hour", () => {
    const { clock, move } = testClock();
    const ticker = new Ticker(clock);
    const part = element(ticker, (countdown) => countdown.age(1_000_000));
    move(60_100);
    assert.equal(part.drawn(), 13);
    move(600_000);
    assert.equal(part.drawn(), 23);
    move(4 * 3_600_000);
    assert.ok(part.drawn() < 23 + 60);
  });
});

describe("words for time and size", () => {
  const words = new Words("en");

  test("a countdown rounds up, so that it is never done too early", () => {
    assert.equal(words.countdown(16_001), "0:17");
    assert.equal(words.countdown(1), "0:01");
    assert.equal(words.countdown(0), "0:00");
    assert.equal(words.countdown(725_000), "12:05");
    assert.equal(words.countdown(3_660_000), "1\u00a0h 1\u00a0min");
    assert.equal(words.countdown(86_400_000 + 3_600_000), "1\u00a0d 1\u00a0h");
  });

  test("durations and sizes are told in their largest units", () => {
    assert.equal(words.duration(40), "40\u00a0ms");
    assert.equal(words.duration(1300), "1.3\u00a0s");
    assert.equal(words.duration(60_000), "60\u00a0s");
    assert.equal(words.duration(300_000), "5\u00a0min");
    assert.equal(words.duration(4_320_000), "1\u00a0h 12\u00a0min");
    assert.equal(words.age(12_345), "10\u00a0s");
    assert.equal(words.age(75_000), "1\u00a0min");
    assert.equal(words.bytes(412), "412\u00a0bytes");
    assert.equal(words.bytes(230_444), "230\u00a0kB");
    assert.equal(words.bytes(8_000_000), "8\u00a0MB");
  });

  test("an unknown language falls back to English", () => {
    assert.equal(new Words("x-nothing").number(1234.5), "1,234.5");
  });
});
