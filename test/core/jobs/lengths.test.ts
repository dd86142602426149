// Learned lengths of jobs and what polls make of them: three slots, 24 jobs, in virtual time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { alike, type Length, middleOf } from "../../../src/core/jobs/lengths.ts";
import { nextPollAt } from "../../../src/core/jobs/schedule.ts";

const INTERVAL = 1_000;
const watch = { intervalMs: INTERVAL, jitterMs: 250, minimumIntervalMs: INTERVAL };
const SLOTS = 3;

type Random = () => number;
type Ages = (lengths: readonly Length[], age: number, size: number) => number;

/** A seeded stream of numbers below 1 (mulberry32). */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Work {
  readonly ms: number;
  readonly size: number;
}

/** Works off the jobs over three slots that are refilled when a poll sees an end; each poll comes so late. */
function run(work: readonly Work[], ages: Ages, known: readonly Length[] = [], lateMs = 0) {
  const lengths = [...known];
  const running: { at: number; startedAt: number; aliveMs: number; job: Work }[] = [];
  let next = 0;
  let polls = 0;
  let endedAt = 0;
  const begin = (now: number) => {
    const job = work[next++];
    if (job !== undefined)
      running.push({ at: now + ages(lengths, 0, job.size) + lateMs, startedAt: now, aliveMs: 0, job });
  };
  for (let i = 0; i < SLOTS; i++) begin(0);
  for (;;) {
    const [one] = running.sort((a, b) => a.at - b.at);
    if (one === undefined) return { endedAt, polls, lengths };
    polls++;
    const age = one.at - one.startedAt;
    if (age < one.job.ms) {
      one.aliveMs = age;
      one.at = one.startedAt + age + ages(lengths, age, one.job.size) + lateMs;
      continue;
    }
    running.shift();
    lengths.push({ from: one.aliveMs, to: age, size: one.job.size });
    endedAt = one.at;
    begin(one.at);
  }
}

const blind: Ages = () => INTERVAL;
const ours: Ages = (lengths, age, size) =>
  nextPollAt({
    watch,
    now: 0,
    ageMs: age,
    aliveMs: age,
    lengths: alike(lengths.slice(-32), size),
    pressed: true,
    polls: age === 0 ? 0 : 1,
    heldMs: 0,
    errors: 0,
    sharedMs: 0,
    random: 0,
  });

/** How long it would take were each end known at once. */
function knownEnds(work: readonly Work[]): number {
  const free = new Array<number>(SLOTS).fill(0);
  for (const { ms } of work) {
    free.sort((a, b) => a - b);
    free[0]! += ms;
  }
  return Math.max(...free);
}

const KINDS: Readonly<Record<string, (random: Random) => Work>> = {
  "of any length": (random) => ({ ms: 1_200 + random() * 4_000, size: 100 }),
  "of two lengths": (random) => ({ ms: random() < 0.5 ? 2_300 : 4_400, size: 100 }),
  "of one length, nearly": (random) => ({ ms: 3_200 * (0.97 + 0.06 * random()), size: 100 }),
  "round a middle": (random) => ({ ms: 3_200 * (0.7 + 0.2 * (random() + random() + random())), size: 100 }),
  "that grow with their input": (random) => {
    const size = [100, 250, 600][Math.floor(random() * 3)]!;
    return { ms: (1_100 + size * 7) * (0.97 + 0.06 * random()), size };
  },
};

function scored(kind: (random: Random) => Work, learned: boolean, lateMs = 0) {
  let blindly = 0;
  let knowing = 0;
  let polls = 0;
  const runs = 40;
  for (let seed = 1; seed <= runs; seed++) {
    const random = seeded(seed);
    const work = () => Array.from({ length: 24 }, () => kind(random));
    const before = learned ? run(work(), ours, [], lateMs).lengths : [];
    const jobs = work();
    const mine = run(jobs, ours, before, lateMs);
    blindly += mine.endedAt / run(jobs, blind, [], lateMs).endedAt / runs;
    knowing += mine.endedAt / knownEnds(jobs) / runs;
    polls += mine.polls / runs;
  }
  return { blindly, knowing, polls };
}

for (const [kind, make] of Object.entries(KINDS))
  test(`24 jobs ${kind} over three slots end no later than by blind polls, with at most 85 polls`, () => {
    for (const learned of [false, true]) {
      const { blindly, polls } = scored(make, learned);
      assert.ok(blindly <= 1.005, `${blindly.toFixed(3)} of the optimum that polls, learned: ${learned}`);
      assert.ok(polls <= 85, `${polls} polls`);
    }
  });

test("once their lengths are known, jobs whose length can be known end within a tenth of the optimum that knows the ends", () => {
  for (const kind of ["of two lengths", "of one length, nearly", "that grow with their input"]) {
    const { knowing } = scored(KINDS[kind]!, true);
    assert.ok(knowing <= 1.1, `${kind}: ${knowing.toFixed(3)}`);
  }
});

test("polls that come some milliseconds late lose no more than these: no age is rounded up", () => {
  for (const [kind, make] of Object.entries(KINDS)) {
    const { blindly } = scored(make, true, 10);
    assert.ok(blindly <= 1.015, `${kind}: ${blindly.toFixed(3)}`);
  }
});

test("jobs with an input of about the same size tell more than all others, if there are some", () => {
  const of = (size: number): Length => ({ from: 1, to: 2, size });
  const lengths = [of(100), of(110), of(95), of(1_000)];
  assert.deepEqual(alike(lengths, 105), lengths.slice(0, 3));
  assert.deepEqual(alike(lengths, 1_000), lengths);
});

test("the usual length is the one in the middle; without any it is not known", () => {
  const of = (to: number): Length => ({ from: to - 2, to, size: 1 });
  assert.equal(middleOf([of(10), of(1_000), of(30)]), 29);
  assert.equal(middleOf([]), null);
});
