// Each way of counting as rules on values: when is there room?
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import type { Claim, SlotPolicy } from "../../../src/core/quota/model.ts";
import { reserve } from "../../../src/core/quota/reserve.ts";
import {
  concurrencyRefused,
  reconcile,
  release,
  slotFreeAt,
  slotsTaken,
} from "../../../src/core/quota/slots.ts";
import {
  type CountingKind,
  decode,
  EMPTY,
  encode,
  type PartitionState,
} from "../../../src/core/quota/state.ts";
import { freeAt } from "../../../src/core/quota/window.ts";

const NOW = 1_800_000_000_000;
/** The server's clock is ahead by 990 to 1010 ms; the network swings by 3 ms. */
const CLOCK: ClockState = { lo: 990, hi: 1010, at: NOW, rttMin: 20, rttMax: 20, n: 10_000 };

function rate(kind: CountingKind, limit: number, quotaWindowMs = 10_000) {
  return { kind, limit, quotaWindowMs, windowKnown: true, evidence: "published", evidenceAt: null } as const;
}

function state(change: Partial<PartitionState>): PartitionState {
  return { ...EMPTY, ...change };
}

test("a sliding quota window frees one unit at a time", () => {
  const log = [0, 100, 200].map((ms) => [NOW + ms, NOW + ms, 1] as const);
  const full = state({ log });
  assert.equal(freeAt(rate("sliding", 3), full, CLOCK, NOW + 500, 1), NOW + 10_003);
  assert.equal(freeAt(rate("sliding", 3), full, CLOCK, NOW + 500, 2), NOW + 10_103);
  assert.equal(freeAt(rate("sliding", 4), full, CLOCK, NOW + 500, 1), NOW + 500);
});

test("a claim that costs more than the limit never goes", () => {
  assert.equal(freeAt(rate("sliding", 3), EMPTY, CLOCK, NOW, 4), Number.POSITIVE_INFINITY);
});

test("a fixed quota window is back when the slowest reading of the server's clock has passed its end", () => {
  const cell = Math.floor((NOW + 1000) / 10_000);
  const full = state({ cells: [[cell, 3, NOW]] });
  const endsAt = (cell + 1) * 10_000;
  assert.equal(freeAt(rate("fixed", 3), full, CLOCK, NOW, 1), endsAt - 990 + 3);
});

test("a request that may have fallen into either of two quota windows counts in both", () => {
  const cell = Math.floor((NOW + 1000) / 10_000) + 1;
  const edge = cell * 10_000 - 1000;
  // Sent before the turn at the earliest, arrived after it at the latest.
  const doubtful = state({ log: [[edge - 200, edge + 200, 1]] });
  const before = freeAt(rate("fixed", 1), doubtful, CLOCK, edge - 300, 1);
  assert.ok(before >= edge + 10_000 && before <= edge + 10_203, `${before - edge}`);
});

test("where the offset is unknown, a fixed quota window is counted sliding", () => {
  const full = state({ log: [[NOW, NOW, 1]] });
  assert.equal(freeAt(rate("fixed", 1), full, NO_CLOCK, NOW + 100, 1), NOW + 10_003);
});

test("a quota window from the first request ends a whole length after its latest possible opening", () => {
  const full = state({
    opened: [NOW, NOW + 40],
    log: [0, 3000].map((ms) => [NOW + ms, NOW + ms + 40, 1] as const),
  });
  assert.equal(freeAt(rate("fixedFromFirst", 2), full, CLOCK, NOW + 4000, 1), NOW + 10_043);
  assert.equal(freeAt(rate("fixedFromFirst", 2), full, CLOCK, NOW + 4000, 2), NOW + 10_043);
});

test("until one is answered, any request on its way may be the one that opens the quota window", () => {
  const words = { id: "p", title: "", noun: "", refusedCount: false, evidence: "published" } as const;
  const policy = { ...words, type: "rate", kind: "fixedFromFirst", limit: 2, quotaWindowMs: 10_000 } as const;
  const claim: Claim = { accountId: "a", parts: [{ partition: "x/p", policy, cost: 1 }] };
  const booking = (flight: string) => ({ claim, lane: "batch" as const, flight, holder: flight });
  const first = reserve(booking("may be lost"), [EMPTY], CLOCK, NOW);
  assert.ok(first.granted);
  const second = reserve(booking("arrives"), first.states, CLOCK, NOW + 5000);
  assert.ok(second.granted);
  const shut = freeAt(rate("fixedFromFirst", 2), second.states[0]!, CLOCK, NOW + 5001, 2);
  assert.ok(shut >= NOW + 15_000, `free after ${shut - NOW} ms`);
});

test("a bucket gives back evenly", () => {
  const empty = state({ bucket: [10, NOW, 0, 10] });
  assert.equal(freeAt(rate("bucket", 10), empty, CLOCK, NOW, 1), NOW + 1000 + 3);
  assert.equal(freeAt(rate("bucket", 10), empty, CLOCK, NOW + 5000, 3), NOW + 5000);
});

test("a bucket gives back what may have arrived late as much later, not at the very end", () => {
  const late = state({ bucket: [3, NOW, 2_000, 5] });
  assert.equal(freeAt(rate("bucket", 5), late, CLOCK, NOW, 1), NOW);
  assert.equal(freeAt(rate("bucket", 5), late, CLOCK, NOW, 2), NOW + 2_003);
  assert.equal(freeAt(rate("bucket", 5), late, CLOCK, NOW + 1_000, 2), NOW + 2_003);
  assert.equal(freeAt(rate("bucket", 5), late, CLOCK, NOW + 2_000, 2), NOW + 2_000);
});

test("who is told an instant and asks again then may go: nobody is put off from moment to moment", () => {
  const ago = fc.integer({ min: 0, max: 25_000 });
  const spend = fc.tuple(ago, fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 1, max: 2 }));
  const books = fc.record({
    kind: fc.constantFrom<CountingKind>("fixed", "fixedFromFirst", "sliding", "bucket", "counter"),
    limit: fc.integer({ min: 2, max: 6 }),
    log: fc.array(spend, { maxLength: 8 }),
    flying: fc.array(spend, { maxLength: 4 }),
    opened: fc.option(spend),
    bucket: fc.option(fc.tuple(fc.double({ min: 0, max: 6, noNaN: true }), ago, ago, fc.nat(8))),
    theta: fc.option(fc.tuple(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: 0, max: 1100 }))),
    rttMax: fc.integer({ min: 20, max: 2_000 }),
  });
  fc.assert(
    fc.property(books, ({ kind, limit, log, flying, opened, bucket, theta, rttMax }) => {
      const clock = { ...CLOCK, rttMax, lo: theta?.[0] ?? null, hi: theta && theta[0] + theta[1] };
      const full = state({
        log: log.map(([ms, doubt, units]) => [NOW - ms, NOW - ms + doubt, units]),
        flying: flying.map(([ms, doubt, units], i) => [`f${i}`, NOW - ms, units, doubt]),
        opened: opened && [NOW - opened[0], NOW - opened[0] + opened[1]],
        bucket: bucket && [bucket[0], NOW - bucket[1], bucket[2], bucket[3]],
      });
      const told = freeAt(rate(kind, limit), full, clock, NOW, 2);
      // The clocks may have drifted apart meanwhile, by 30 parts in a million.
      const later = freeAt(rate(kind, limit), full, clock, told, 2);
      assert.ok(later - told <= 2, `${told - NOW} ms, then ${later - told} more`);
      assert.equal(freeAt(rate(kind, limit), full, clock, later, 2), later);
    }),
    { numRuns: 5_000 },
  );
});

test("a two-bucket counter weighs the older bucket by how much of it is in sight, rounded down", () => {
  const cell = Math.floor((NOW + 1000) / 10_000);
  const start = cell * 10_000 - 1000;
  const older = state({ cells: [[cell - 1, 10, start - 1]] });
  const at = freeAt(rate("counter", 10), older, CLOCK, start + 50, 5);
  assert.ok(at >= start + 4000 && at <= start + 4060, `${at - start}`);
});

test("a claim is granted in all its partitions or changes none", () => {
  const words = { title: "", noun: "", refusedCount: false, evidence: "published" } as const;
  const part = (id: string, limit: number) => {
    const policy = {
      ...words,
      type: "rate" as const,
      id,
      kind: "sliding" as const,
      limit,
      quotaWindowMs: 10_000,
    };
    return { partition: id, cost: 1, policy };
  };
  const claim: Claim = { accountId: "a", parts: [part("wide", 5), part("tight", 1)] };
  const booking = { claim, lane: "batch" as const, flight: "f", holder: "f" };
  const full = state({ log: [[NOW, NOW, 1]] });
  const outcome = reserve(booking, [EMPTY, full], CLOCK, NOW + 1);
  assert.ok(!outcome.granted);
  assert.deepEqual([outcome.wait.policyId, outcome.wait.until], ["tight", NOW + 10_003]);
});

const jobs: SlotPolicy = { type: "slots", id: "jobs", title: "", noun: "", limit: 3, evidence: "published" };

test("slots that others took are believed for a while, then doubted, and longer each time", () => {
  const first = concurrencyRefused(jobs, state({ holders: [["mine", NOW, 1]] }), NOW);
  assert.equal(slotsTaken(first, NOW), 3);
  const doubtAt = slotFreeAt(jobs, first, NOW, 1, "next");
  assert.equal(doubtAt, NOW + 5000);
  const second = concurrencyRefused(jobs, first, NOW + 5000);
  assert.equal(slotFreeAt(jobs, second, NOW + 5000, 1, "next"), NOW + 15_000);
});

test("after a refusal for want of a slot the end of an own job lets the next one in at once", () => {
  const refused = concurrencyRefused(jobs, state({ holders: [["mine", NOW, 1]] }), NOW);
  assert.equal(slotFreeAt(jobs, release(refused, "mine"), NOW + 1, 1, "next"), NOW + 1);
});

test("the server's count of slots tells how many others hold", () => {
  const counted = reconcile(state({ holders: [["mine", NOW, 1]] }), 3, NOW);
  assert.equal(slotsTaken(counted, NOW + 1), 3);
  assert.equal(slotsTaken(reconcile(counted, 1, NOW + 2), NOW + 3), 1);
});

test("a count below our own gives back the slots of jobs that ended unseen, but not of what may not have arrived", () => {
  const held = state({
    holders: [
      ["lost", NOW, 1],
      ["running", NOW + 1, 1],
      ["new", NOW + 59_000, 1],
    ],
  });
  const later = NOW + 61_000;
  assert.equal(slotsTaken(reconcile(held, 2, later), later), 2);
  assert.equal(slotsTaken(reconcile(held, 0, later), later), 1);
  assert.equal(slotsTaken(reconcile(held, 0, NOW + 10_000), NOW + 10_000), 3);
});

test("a stored state is read as it was written", () => {
  const one = state({ log: [[NOW, NOW + 3, 2]], flying: [["f", NOW, 1, 5]], polledAt: NOW, probing: true });
  assert.deepEqual(decode(encode(one).text), one);
  assert.equal(encode(EMPTY).text, "{}");
});
