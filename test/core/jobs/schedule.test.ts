// When a job is polled next.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Length } from "../../../src/core/jobs/lengths.ts";
import {
  apart,
  joined,
  nextPollAt,
  type PollFacts,
  sharedIntervalMs,
  stretch,
} from "../../../src/core/jobs/schedule.ts";
import type { RatePolicy } from "../../../src/core/quota/model.ts";

const watch = { intervalMs: 3_000, jitterMs: 1_000, minimumIntervalMs: 3_000 };
const facts = (more: Partial<PollFacts>): PollFacts => ({
  watch,
  now: 1_000_000,
  ageMs: 0,
  aliveMs: 0,
  lengths: [],
  pressed: false,
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

const lasting = (...lengths: number[]): Length[] =>
  lengths.map((ms) => ({ from: ms - 100, to: ms + 100, size: 10 }));

test("polls come when such jobs usually end, with few on the way there", () => {
  const lengths = lasting(30_000, 30_100, 29_900, 30_200, 29_800, 30_000, 30_050, 29_950);
  const ages: number[] = [];
  for (let age = 0; age < 30_100; ages.push(age))
    age += wait({ polls: ages.length, ageMs: age, aliveMs: age, lengths });
  assert.ok(ages.length <= 3, ages.join());
  assert.ok((ages.at(-1) ?? 0) <= 31_000, ages.join());
});

test("a job that has lived on is asked about when the next usual end comes", () => {
  const lengths = lasting(...Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? 10_000 : 60_000)));
  const first = wait({ polls: 0, lengths });
  assert.ok(first >= 9_500 && first < 12_000, String(first));
  const next = wait({ ageMs: first, aliveMs: first, lengths });
  assert.ok(first + next >= 20_000, String(next));
});

test("while work waits for the job's place the permitted interval is used, without jitter; else the wished one", () => {
  const slow = { intervalMs: 5_000, jitterMs: 1_000, minimumIntervalMs: 2_000 };
  assert.equal(wait({ watch: slow, pressed: true, random: 0.9 }), 2_000);
  assert.equal(wait({ watch: slow, random: 0.5 }), 5_500);
});

test("polls of many jobs keep apart, and none is moved forward", () => {
  assert.equal(apart(1_000, [], 100), 1_000);
  assert.equal(apart(1_000, [950, 1_000, 1_120], 100), 1_220);
  assert.equal(apart(1_000, [1_100], 100), 1_000);
  fc.assert(
    fc.property(
      fc.array(fc.nat(5_000)),
      fc.nat(5_000),
      fc.integer({ min: 1, max: 500 }),
      (others, wished, spacing) => {
        const at = apart(wished, others, spacing);
        assert.ok(at >= wished && others.every((other) => Math.abs(other - at) >= spacing));
      },
    ),
  );
});

test("jobs on a list share the instant of the one that is asked about first", () => {
  assert.equal(joined(5_000, [], 4_000, 3_000), 5_000);
  assert.equal(joined(5_000, [3_000, 4_500, 7_000], 4_000, 3_000), 4_500);
  assert.equal(joined(5_000, [9_000], 4_000, 3_000), 5_000);
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
});

test("one that is far older than any before is asked about ever more seldom", () => {
  const lengths = lasting(10_000, 10_000, 10_000);
  assert.equal(wait({ ageMs: 80_000, aliveMs: 80_000, lengths }), 6_000);
  assert.equal(wait({ ageMs: 1e7, aliveMs: 1e7 }), 12_000);
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
