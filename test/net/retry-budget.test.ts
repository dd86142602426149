// Repeats are a small part of what an account sends: an outage must not multiply traffic.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Wait } from "../../src/core/quota/model.ts";
import { RetryBudget } from "../../src/net/retry-budget.ts";
import { HandClock, turn } from "./tools.ts";

function world(others = 0) {
  const clock = new HandClock();
  const budget = new RetryBudget(clock, () => others);
  const gone: string[] = [];
  const waits = new Map<string, Wait>();
  let order = 0;
  function repeat(name: string, how: { lane?: number; signal?: AbortSignal; account?: string } = {}) {
    const { lane = 2, signal = new AbortController().signal, account = "a" } = how;
    const leaving = {
      lane,
      order: order++,
      urgent: false,
      signal,
      waiting: (wait: Wait) => void waits.set(name, wait),
    };
    return budget.repeat(account, leaving).then(() => void gone.push(name));
  }
  /** Ten go at once: the floor. */
  async function drain() {
    for (let i = 0; i < 10; i++) await repeat(`early ${i}`);
    gone.length = 0;
  }
  return { clock, budget, gone, waits, repeat, drain };
}

test("an account with few requests has ten repeats a minute, and the eleventh is told until when it waits", async () => {
  const { clock, gone, waits, repeat, drain } = world();
  await drain();
  void repeat("late");
  await turn();
  assert.deepEqual(gone, []);
  const wait = waits.get("late");
  assert.equal(wait?.cause, "retries");
  assert.ok(wait?.until != null && wait.until > clock.now() + 58_000 && wait.until <= clock.now() + 60_000);
  await clock.advance(60_000);
  assert.deepEqual(gone, ["late"]);
  assert.equal(clock.timers, 0);
});

test("several editor windows share the ten: an outage is not repeated ten times by each", async () => {
  const { gone, repeat } = world(3);
  for (let i = 0; i < 10; i++) void repeat(`r${i}`);
  await turn();
  assert.equal(gone.length, 3);
});

test("of a hundred requests a minute a fifth may be repeated besides", async () => {
  const { budget, gone, repeat } = world();
  for (let i = 0; i < 100; i++) budget.sent("a");
  for (let i = 0; i < 40; i++) void repeat(`r${i}`);
  await turn();
  assert.equal(gone.length, 30);
});

test("new requests let repeats go that wait, the highest lane first", async () => {
  const { clock, budget, gone, repeat, drain } = world();
  await drain();
  void repeat("batch", { lane: 2 });
  void repeat("click", { lane: 0 });
  for (let i = 0; i < 5; i++) budget.sent("a");
  await turn();
  assert.deepEqual(gone, ["click"]);
  for (let i = 0; i < 5; i++) budget.sent("a");
  await turn();
  assert.deepEqual(gone, ["click", "batch"]);
  assert.equal(clock.timers, 0);
});

test("one account's repeats take nothing from another's", async () => {
  const { gone, repeat, drain } = world();
  await drain();
  await repeat("other", { account: "b" });
  assert.deepEqual(gone, ["other"]);
});

test("one that is cancelled goes on at once to fail, takes no repeat from anybody and leaves no timer", async () => {
  const { clock, budget, gone, repeat, drain } = world();
  await drain();
  const stop = new AbortController();
  const cancelled = repeat("gone", { signal: stop.signal });
  void repeat("next");
  stop.abort();
  await cancelled;
  await repeat("never waited", { signal: stop.signal });
  for (let i = 0; i < 5; i++) budget.sent("a");
  await turn();
  assert.deepEqual(gone, ["gone", "never waited", "next"]);
  assert.equal(clock.timers, 0);
});

test("a clock that is set back by an hour holds nobody for an hour", async () => {
  const { clock, gone, repeat, drain } = world();
  await drain();
  clock.set(-3_600_000);
  await repeat("after");
  assert.deepEqual(gone, ["after"]);
});

test("whatever comes when: in no minute are there more repeats than ten and a fifth of the requests, and all go in the end", async () => {
  const step = fc.record({ sends: fc.nat(12), repeats: fc.nat(8), ms: fc.nat(20_000) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { clock, budget, gone, repeat } = world();
      const all: Promise<void>[] = [];
      const sends: number[] = [];
      const repeats: number[] = [];
      let asked = 0;
      // Seconds are counted whole: what is surely in the minute are the last 59 of them.
      const within = (instants: readonly number[], ms: number) =>
        instants.filter((at) => at > clock.now() - ms).length;
      const judge = () => {
        repeats.push(clock.now());
        assert.ok(within(repeats, 59_000) <= 10 + Math.floor(within(sends, 60_000) / 5));
      };
      for (const { sends: count, repeats: wanted, ms } of steps) {
        for (let i = 0; i < count; i++) {
          sends.push(clock.now());
          budget.sent("a");
        }
        for (let i = 0; i < wanted; i++) all.push(repeat(`${asked++}`).then(judge));
        await turn();
        await clock.advance(ms);
      }
      await clock.advance(60_000 * (2 + asked / 10));
      await Promise.all(all);
      assert.equal(gone.length, asked);
      assert.equal(clock.timers, 0);
    }),
    { numRuns: 60 },
  );
});
