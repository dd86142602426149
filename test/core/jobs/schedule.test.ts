// When a job is polled next.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nextPollAt, type PollFacts, sharedIntervalMs, stretch } from "../../../src/core/jobs/schedule.ts";
import type { RatePolicy } from "../../../src/core/quota/model.ts";

const watch = { intervalMs: 3_000, jitterMs: 1_000, minimumIntervalMs: 3_000 };
const facts = (more: Partial<PollFacts>): PollFacts => ({
  watch,
  now: 1_000_000,
  ageMs: 0,
  polls: 1,
  heldMs: 0,
  errors: 0,
  sharedMs: 0,
  random: 0,
  ...more,
});
const wait = (more: Partial<PollFacts>): number => nextPollAt(facts(more)) - 1_000_000;

test("a poll follows the last answer after the profile's interval", () => {
  assert.equal(wait({}), 3_000);
});

test("jitter is only ever added, and the provider's minimum is never undercut", () => {
  const number = fc.double({ min: 0, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(
      number,
      fc.nat(1e7),
      fc.nat(20),
      fc.nat(60_000),
      fc.nat(9),
      (random, ageMs, polls, heldMs, errors) => {
        const longPoll = polls % 2 === 0 ? { bind: {}, holdMs: 20_000, fact: undefined as never } : undefined;
        const given = { ...watch, ...(longPoll === undefined ? {} : { longPoll }) };
        const ms = wait({ watch: given, random, ageMs, polls, heldMs, errors });
        assert.ok(ms >= watch.minimumIntervalMs && Number.isFinite(ms) && ms <= 200_000, String(ms));
      },
    ),
  );
});

test("the first poll of a long job comes near half its usual length, at most 8 s late", () => {
  assert.equal(wait({ polls: 0, watch: { ...watch, typicalMs: 12_000 } }), 6_000);
  assert.equal(wait({ polls: 0, watch: { ...watch, typicalMs: 90_000 } }), 8_000);
  assert.equal(wait({ polls: 0, watch: { ...watch, typicalMs: 1_000 } }), 3_000);
});

test("a long poll that was held is followed at once; one that was not held falls back to the interval", () => {
  const long = {
    intervalMs: 5_000,
    jitterMs: 0,
    minimumIntervalMs: 0,
    longPoll: { bind: {}, holdMs: 20_000, fact: undefined as never },
  };
  assert.ok(wait({ watch: long, polls: 0 }) < 1_000);
  assert.ok(wait({ watch: long, heldMs: 20_000 }) < 1_000);
  assert.equal(wait({ watch: long, heldMs: 40 }), 5_000);
});

test("every refused or failed poll in a row makes the next one rarer", () => {
  const waits = [1, 2, 3, 4].map((errors) => wait({ errors }));
  assert.deepEqual(waits, [6_000, 12_000, 24_000, 48_000]);
});

test("old jobs are polled more seldom, at most four times", () => {
  assert.equal(stretch(40_000, 10_000), 1);
  assert.equal(stretch(80_000, 10_000), 2);
  assert.equal(stretch(1e9, 10_000), 4);
  assert.equal(stretch(1e9, undefined), 1);
});

test("many jobs share the part of the budget that polls may use", () => {
  const policy: RatePolicy = {
    type: "rate",
    id: "status",
    title: "Status",
    noun: "polls",
    kind: "sliding",
    limit: 60,
    quotaWindowMs: 60_000,
    refusedCount: false,
    evidence: "published",
  };
  assert.equal(sharedIntervalMs(1, [policy], 0.5), 0);
  assert.equal(sharedIntervalMs(50, [policy], 0.5), 100_000);
  assert.equal(sharedIntervalMs(50, [{ ...policy, limit: null }], 0.5), 0);
  assert.equal(wait({ sharedMs: 100_000 }), 100_000);
});
