// Requests that are alike, booked and settled in one step: the same as one after another, and never less careful.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isSameClaim, reserveAlike } from "../../../src/core/quota/alike.ts";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";
import type { Claim, Lane, Policy } from "../../../src/core/quota/model.ts";
import { type Booking, reserve } from "../../../src/core/quota/reserve.ts";
import { departed, settle } from "../../../src/core/quota/settle.ts";
import { EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

const NOW = 1_800_000_000_000;
const CLOCK: ClockState = { lo: 0, hi: 20, at: NOW, rttMin: 20, rttMax: 60, n: 500 };
const SLOTS: Policy = { type: "slots", id: "s", title: "", noun: "", limit: 9, evidence: "published" };

const kind = fc.constantFrom("fixed", "fixedFromFirst", "sliding", "bucket", "unknown" as const);
const figures = fc.record({
  kind,
  limit: fc.option(fc.integer({ min: 1, max: 30 }), { freq: 6 }),
  quotaWindowMs: fc.integer({ min: 1, max: 20 }).map((seconds) => seconds * 1000),
});
const claims = fc
  .array(figures, { minLength: 1, maxLength: 3 })
  .map((all) =>
    claimOf(
      ...all.map(({ kind, limit, quotaWindowMs }, i) => [`p${i}`, kind, limit, quotaWindowMs] as const),
    ),
  );
/** What came before: how long before now each was sent, and whether it was answered. */
const history = fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.boolean()), { maxLength: 12 });
const lanes = fc.constantFrom<Lane>("person", "flow", "batch");

function bookingOf(claim: Claim, lane: Lane, flight: string): Booking {
  return { claim, lane, flight, holder: flight };
}

/** The books after so many requests before now, as far as they were let go. */
function booksAfter(claim: Claim, past: readonly (readonly [number, boolean])[]): readonly PartitionState[] {
  let states: readonly PartitionState[] = claim.parts.map(() => EMPTY);
  for (const [i, [agoMs, answered]] of past.toSorted((a, b) => b[0] - a[0]).entries()) {
    const sentAt = NOW - agoMs - 100;
    const outcome = reserve(bookingOf(claim, "batch", `old ${i}`), states, CLOCK, sentAt);
    if (!outcome.granted) continue;
    states = answered
      ? settled(claim, outcome.states, [`old ${i}`], sentAt, sentAt + 40).states
      : outcome.states;
  }
  return states;
}

interface Settling {
  readonly states: readonly PartitionState[];
  readonly clock: ClockState;
}

function settled(
  claim: Claim,
  states: readonly PartitionState[],
  [flight, ...others]: readonly string[],
  sentAt: number,
  gotAt: number,
  quick = true,
  clock = CLOCK,
): Settling {
  const head = { status: 200, headers: {}, sentAt, gotAt, quick };
  const own = { claim, flight: flight!, others, holder: flight!, tookSlots: false, briefSlots: false };
  const settlement = { ...own, head, reading: readHead(head, null), refusal: null, chance: 0.5 };
  return settle(settlement, states, clock, gotAt);
}

/** Asks one after another; null where one of them must wait. */
function oneByOne(claim: Claim, lane: Lane, names: readonly string[], before: readonly PartitionState[]) {
  let states = before;
  for (const name of names) {
    const outcome = reserve(bookingOf(claim, lane, name), states, CLOCK, NOW);
    if (!outcome.granted) return null;
    states = outcome.states;
  }
  return states;
}

/** Whether two values are the same but for what adding in another order, or measuring at another instant, changes. */
function isClose(a: unknown, b: unknown, within: number): boolean {
  if (typeof a === "number" && typeof b === "number") return a === b || Math.abs(a - b) < within;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(([name, value], i) => right[i]![0] === name && isClose(value, right[i]![1], within))
  );
}

function assertClose(a: unknown, b: unknown, within = 0.2): void {
  assert.ok(isClose(a, b, within), `${JSON.stringify(a)}\n${JSON.stringify(b)}`);
}

const names = fc.integer({ min: 2, max: 20 }).map((n) => Array.from({ length: n }, (_, i) => `new ${i}`));

test("booked in one step is booked as one after another, and where one of them must wait nothing is booked", () => {
  let both = [0, 0];
  fc.assert(
    fc.property(claims, history, lanes, names, (claim, past, lane, asked) => {
      const before = booksAfter(claim, past);
      const [first, ...others] = asked;
      const found = reserveAlike(bookingOf(claim, lane, first!), others, before, CLOCK, NOW);
      const wanted = oneByOne(claim, lane, [...others, first!], before);
      both = found === null ? [both[0]!, both[1]! + 1] : [both[0]! + 1, both[1]!];
      assertClose(found, wanted);
    }),
    { numRuns: 1_000 },
  );
  assert.ok(
    both.every((times) => times > 50),
    "both happen",
  );
});

test("of as many as a limit holds all are booked in one step, of one more none", () => {
  const claim = claimOf(["r", "sliding", 3, 10_000]);
  const booked = (...others: string[]) =>
    reserveAlike(bookingOf(claim, "batch", "one"), others, [EMPTY], CLOCK, NOW);
  assert.equal(booked("two", "three")?.[0]?.flying.length, 3);
  assert.equal(booked("two", "three", "four"), null);
});

test("settled in one step, they count as one by one, from the earliest of them and as late as the latest may have arrived", () => {
  const apartMs = fc.constantFrom(0, 2, 50);
  let waits = 0;
  fc.assert(
    fc.property(
      claims,
      history,
      lanes,
      names,
      apartMs,
      fc.boolean(),
      (claim, past, lane, asked, late, quick) => {
        const granted = oneByOne(claim, lane, asked, booksAfter(claim, past));
        if (granted === null) return;
        const last = asked.at(-1)!;
        const booked = granted.map((state) => (late > 0 ? departed(state, last, NOW + late) : state));
        const gotAt = NOW + 100;
        const together = settled(claim, booked, asked, NOW, gotAt, quick);
        const apart = asked.reduce<Settling>(
          (before, name) => settled(claim, before.states, [name], NOW, gotAt, quick, before.clock),
          { states: booked, clock: CLOCK },
        );
        assertClose(together.clock, apart.clock);
        assertClose(together.states.map(allButRows), apart.states.map(allButRows), late + 0.2);
        for (const state of together.states)
          assert.ok(
            state.flying.every(([name]) => !asked.includes(name)),
            "all have landed",
          );
        for (const more of [1, 5, 30]) {
          const next = Array.from({ length: more }, (_, i) => `next ${i}`);
          const [a, b] = [together, apart].map(({ states }) => firstWait(claim, next, states, gotAt));
          waits += a === null ? 0 : 1;
          assert.equal(a?.index, b?.index);
          const longer = (a?.until ?? 0) - (b?.until ?? 0);
          assert.ok(longer >= -1 && longer <= late + 1, `${longer} ms longer`);
        }
      },
    ),
    { numRuns: 1_000 },
  );
  assert.ok(waits > 100, "some wait");
});

/** A state without its spends, which may be counted together or not. */
function allButRows(state: PartitionState): unknown {
  const { lesson } = state;
  const units = lesson?.passes.reduce((sum, one) => sum + one[2], 0);
  return { ...state, log: [], cells: [], lesson: lesson === null ? null : { ...lesson, passes: units } };
}

/** Which of several asks is the first that waits, and until when; null where none does. */
function firstWait(claim: Claim, asked: readonly string[], before: readonly PartitionState[], now: number) {
  let states = before;
  for (const [index, name] of asked.entries()) {
    const outcome = reserve(bookingOf(claim, "batch", name), states, CLOCK, now);
    if (!outcome.granted) return { index, until: outcome.wait.until };
    states = outcome.states;
  }
  return null;
}

test("polls and what takes slots are booked one by one", () => {
  const plain = claimOf(["p", "sliding", 100, 1_000]);
  const slots = { ...plain, parts: [...plain.parts, { partition: "s", cost: 1, policy: SLOTS }] };
  const alike = (claim: Claim, lane: Lane) =>
    reserveAlike(
      bookingOf(claim, lane, "a"),
      ["b"],
      claim.parts.map(() => EMPTY),
      NO_CLOCK,
      NOW,
    ) !== null;
  assert.deepEqual(
    [alike(plain, "batch"), alike(plain, "poll"), alike(slots, "batch")],
    [true, false, false],
  );
});

test("claims are the same where account, partitions, costs and all figures of the policies are", () => {
  const make = () => claimOf(["p", "sliding", 10, 1_000], ["q", "fixed", 5, 60_000]);
  const claim = make();
  const [p, q] = claim.parts;
  assert.ok(isSameClaim(claim, claim) && isSameClaim(claim, make()));
  assert.ok(isSameClaim(claim, { ...claim, parts: [{ ...p! }, q!] }));
  assert.ok(!isSameClaim(claim, { ...make(), accountId: "b" }));
  assert.ok(!isSameClaim(claim, { ...claim, parts: [p!] }) && !isSameClaim({ ...claim, parts: [p!] }, claim));
  assert.ok(!isSameClaim(claim, { ...claim, parts: [q!, p!] }));
  for (const other of [
    { ...p!, cost: 2 },
    { ...p!, partition: "x" },
    { ...p!, shared: true as const },
    { ...p!, policy: { ...p!.policy, limit: 11 } as Policy },
    { ...p!, policy: { ...p!.policy, told: true } as Policy },
  ])
    assert.ok(!isSameClaim(claim, { ...claim, parts: [other, q!] }), JSON.stringify(other));
});
