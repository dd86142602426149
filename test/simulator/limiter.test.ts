/** The simulator's counters, held against a slow and plain count of all requests. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Counter, type CountingKind, countingKinds, type RatePolicy } from "../../src/simulator/limiter.ts";

const policy = (kind: CountingKind, limit: number, quotaWindowMs: number): RatePolicy => ({
  id: "requests",
  scope: "key",
  kind,
  limit,
  quotaWindowMs,
});

/** How many of the admitted instants count at `now`, in the plainest way there is. */
function plainlyUsed(
  kind: CountingKind,
  all: readonly number[],
  now: number,
  skewMs: number,
  lengthMs: number,
  limit: number,
): number {
  const cell = (at: number) => Math.floor((at + skewMs) / lengthMs);
  const inCell = (which: number) => all.filter((at) => cell(at) === which).length;
  switch (kind) {
    case "fixed":
      return inCell(cell(now));
    case "sliding":
      return all.filter((at) => now - at < lengthMs).length;
    case "slidingCounter": {
      const passed = (now + skewMs - cell(now) * lengthMs) / lengthMs;
      return inCell(cell(now)) + Math.floor(inCell(cell(now) - 1) * (1 - passed));
    }
    case "fixedFromFirst": {
      let openedAt = Number.NEGATIVE_INFINITY;
      let used = 0;
      for (const at of all) {
        if (at >= openedAt + lengthMs) [openedAt, used] = [at, 0];
        used += 1;
      }
      return now < openedAt + lengthMs ? used : 0;
    }
    case "tokenBucket": {
      let tokens = limit;
      let last = all[0] ?? now;
      for (const at of [...all, now]) {
        tokens = Math.min(limit, tokens + ((at - last) * limit) / lengthMs);
        last = at;
        if (at !== now || all.includes(now)) tokens = Math.max(0, tokens - 1);
      }
      return limit - Math.floor(tokens + 1e-9);
    }
  }
}

const traffic = fc.record({
  limit: fc.integer({ min: 1, max: 8 }),
  lengthMs: fc.integer({ min: 10, max: 500 }),
  skewMs: fc.integer({ min: -1000, max: 1000 }),
  gaps: fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 80 }),
});

describe("a counter", () => {
  for (const kind of countingKinds) {
    it(`of kind ${kind} never admits more than a plain count allows, and never less`, () => {
      fc.assert(
        fc.property(traffic, ({ limit, lengthMs, skewMs, gaps }) => {
          const counter = new Counter(policy(kind, limit, lengthMs));
          const admitted: number[] = [];
          let now = 1_000_000;
          for (const gap of gaps) {
            now += gap;
            const reading = counter.read(now, skewMs);
            const used =
              kind === "tokenBucket"
                ? reading.used
                : plainlyUsed(kind, admitted, now, skewMs, lengthMs, limit);
            assert.equal(reading.used, used, `at ${now}`);
            assert.equal(reading.remaining, Math.max(0, limit - used));
            if (reading.remaining > 0) {
              counter.count(now);
              admitted.push(now);
            }
          }
        }),
        { numRuns: 400 },
      );
    });

    it(`of kind ${kind} opens at exactly the instant that it names`, () => {
      fc.assert(
        fc.property(traffic, ({ limit, lengthMs, skewMs, gaps }) => {
          const counter = new Counter(policy(kind, limit, lengthMs));
          let now = 1_000_000;
          for (const gap of gaps) {
            now += gap;
            const { remaining, openAt } = counter.read(now, skewMs);
            if (remaining > 0) {
              assert.equal(openAt, now);
              counter.count(now);
            } else {
              assert.ok(openAt > now);
              assert.equal(counter.read(openAt - 1, skewMs).remaining, 0, `a millisecond before ${openAt}`);
              assert.ok(counter.read(openAt, skewMs).remaining > 0, `at ${openAt}`);
            }
          }
        }),
        { numRuns: 400 },
      );
    });
  }

  it("of kind tokenBucket spends no more than its size and its refill in any stretch of time", () => {
    fc.assert(
      fc.property(traffic, ({ limit, lengthMs, gaps }) => {
        const counter = new Counter(policy("tokenBucket", limit, lengthMs));
        const admitted: number[] = [];
        let now = 1_000_000;
        for (const gap of gaps) {
          now += gap;
          if (counter.read(now, 0).remaining === 0) continue;
          counter.count(now);
          admitted.push(now);
        }
        for (const [from, start] of admitted.entries()) {
          for (const [to, end] of admitted.entries()) {
            if (to < from) continue;
            assert.ok(to - from + 1 <= limit + ((end - start) * limit) / lengthMs + 1e-6);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it("of kind sliding frees its places one by one", () => {
    const counter = new Counter(policy("sliding", 3, 1000));
    for (const at of [10_000, 10_100, 10_200]) counter.count(at);
    assert.deepEqual(
      [10_999, 11_000, 11_099, 11_100, 11_200].map((at) => counter.read(at, 0).remaining),
      [0, 1, 1, 2, 3],
    );
  });

  it("of kind fixed gives all back at the clock's boundary", () => {
    const counter = new Counter(policy("fixed", 3, 1000));
    for (const at of [10_990, 10_995, 10_999]) counter.count(at);
    assert.equal(counter.read(10_999, 0).remaining, 0);
    assert.equal(counter.read(11_000, 0).remaining, 3);
  });

  it("moves the boundary with the server's clock", () => {
    const counter = new Counter(policy("fixed", 1, 1000));
    counter.count(10_500);
    assert.equal(counter.read(10_600, 300).resetAt, 10_700);
    assert.equal(counter.read(10_700, 300).remaining, 1);
  });

  it("obeys a changed limit and a changed length at once", () => {
    const shared = policy("sliding", 5, 1000);
    const counter = new Counter(shared);
    for (const at of [10_000, 10_100, 10_200]) counter.count(at);
    shared.limit = 2;
    assert.equal(counter.read(10_300, 0).remaining, 0);
    assert.equal(counter.read(10_300, 0).openAt, 11_100);
    shared.quotaWindowMs = 150;
    assert.equal(counter.read(10_300, 0).used, 1);
  });
});
