// What holds a request back, until when, and by whose word: each reason alone, and which of several is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClockState } from "../../../src/core/quota/clock.ts";
import type { ClaimPart, Lane, RatePolicy, SlotPolicy } from "../../../src/core/quota/model.ts";
import {
  holdsBack,
  leftAt,
  partWait,
  pollEveryMs,
  refresh,
  reserve,
} from "../../../src/core/quota/reserve.ts";
import { EMPTY, inForce, type PartitionState, type Spend } from "../../../src/core/quota/state.ts";
import { claimOf, type Figures } from "./exchange.ts";

const NOW = 1_800_000_000_000;
const LENGTH_MS = 10_000;
const CLOCK: ClockState = { lo: 0, hi: 20, at: NOW, rttMin: 20, rttMax: 20, n: 10_000 };
/** Known to a second: worth measuring. */
const ROUGH: ClockState = { ...CLOCK, lo: 100, hi: 1100 };
const WORDS = { title: "", noun: "", evidence: "published" } as const;

function rate(
  figures: Figures,
  change: Partial<ClaimPart> = {},
  policy: Partial<RatePolicy> = {},
): ClaimPart {
  const part = claimOf(figures).parts[0]!;
  return { ...part, ...change, policy: { ...(part.policy as RatePolicy), ...policy } };
}

function slots(limit: number | null, cost = 1): ClaimPart {
  const policy: SlotPolicy = { type: "slots", id: "jobs", ...WORDS, limit };
  return { partition: "p/jobs", policy, cost };
}

const spend = (ms: number, units = 1): Spend => [NOW + ms, NOW + ms, units];

/** Cause, milliseconds until it is worth asking again, what is left. */
function waits(part: ClaimPart, books: Partial<PartitionState>, ahead = 0, behind = 0, clock = CLOCK) {
  const wait = partWait(part, { ...EMPTY, ...books }, "me", clock, NOW, ahead, behind);
  return wait === null ? null : [wait.cause, wait.until === null ? null : wait.until - NOW, wait.left];
}

test("slots wait for a job's end, or until what others hold is doubted", () => {
  const holders = ["a", "b"].map((one) => [one, NOW - 9, 1] as const);
  const elsewhere = [1, NOW - 100, 5000] as const;
  assert.equal(waits(slots(3), { holders }), null);
  assert.deepEqual(waits(slots(3), { holders }, 1), ["ahead", null, 1]);
  assert.deepEqual(waits(slots(3, 2), { holders }), ["slots", null, 1]);
  assert.deepEqual(waits(slots(3), { holders, elsewhere }), ["slots", 4900, 0]);
  assert.deepEqual(waits(slots(1), { holders }), ["slots", null, 0]);
  assert.equal(waits(slots(null), { holders }), null);
  assert.equal(waits(slots(2), { holders: [...holders, ["me", NOW, 1]] }), null);
  const wait = (books: Partial<PartitionState>) =>
    partWait(slots(2), { ...EMPTY, holders, ...books }, "me", CLOCK, NOW, 0)?.evidenceAt;
  assert.deepEqual([wait({}), wait({ elsewhere })], [null, NOW - 100]);
});

test("a gate that a refusal closed is closed until its instant, by the refusal's evidence", () => {
  const closed = { until: NOW + 1, at: NOW - 7, evidence: "inferred", strikes: 1 } as const;
  const part = rate(["r", "sliding", 3, LENGTH_MS]);
  assert.deepEqual(partWait(part, { ...EMPTY, closed, log: [spend(-5)] }, "me", CLOCK, NOW, 0), {
    ...{ partition: "p/account:a/r", policyId: "r", cause: "refused", until: NOW + 1 },
    ...{ evidence: "inferred", evidenceAt: NOW - 7, left: 2, limit: 3 },
  });
  assert.equal(waits(part, { closed: { ...closed, until: NOW } }), null);
});

test("near the end of a quota window one waits for it, though something is left and nobody is ahead", () => {
  const part = rate(["r", "fixedFromFirst", 10, LENGTH_MS]);
  const books = { opened: [NOW - 9_995, NOW - 9_985] as const, log: [spend(-9_998, 9), spend(-9_990)] };
  assert.deepEqual(waits(part, books), ["rate", 5, 9]);
});

test("a request that costs more than a stricter server holds waits for a whole quota window, one above the page's for ever", () => {
  const stated = (limit: number) => ({ limit, quotaWindowMs: null, kind: null, at: NOW });
  const part = rate(["r", "sliding", 10, LENGTH_MS], { cost: 5 });
  assert.equal(waits(part, { stated: stated(2) }), null);
  assert.deepEqual(waits(part, { stated: stated(2), log: [spend(-1000)] }), ["rate", 9003, 1]);
  assert.deepEqual(waits(part, { stated: stated(6), log: [spend(-1000, 2)] }), ["rate", 9003, 4]);
  assert.equal(waits(part, { stated: stated(7), log: [spend(-1000, 2)] }), null);
  assert.deepEqual(waits(rate(["r", "sliding", 3, LENGTH_MS], { cost: 5 }), {}), ["rate", null, 3]);
});

test("room that those ahead will take is waited for; behind more than a quota window holds one looks again in a second", () => {
  const part = rate(["r", "sliding", 3, LENGTH_MS]);
  const one = { log: [spend(-1000)] };
  assert.equal(waits(part, {}, 2), null);
  assert.deepEqual(waits(part, {}, 3), ["ahead", 1000, 3]);
  assert.deepEqual(waits(part, one, 2), ["ahead", 9003, 2]);
  assert.deepEqual(waits(part, one, 3), ["ahead", 9003, 2]);
  assert.deepEqual(waits(part, { log: [spend(-1000, 3)] }, 1), ["rate", 9003, 0]);
  assert.deepEqual(waits(rate(["r", "sliding", 3, LENGTH_MS], { cost: 2 }), one, 1), ["ahead", 9003, 2]);
  assert.deepEqual(waits(rate(["r", "sliding", 3, LENGTH_MS], { cost: 3 }), one), ["rate", 9003, 2]);
  assert.equal(waits(rate(["r", "unknown", null, null]), {}, 5), null);
});

test("caution, a look and a measurement are told as learning", () => {
  const flying = [["f", NOW - 200, 1, 5]] as const;
  const evidence = (part: ClaimPart, books: Partial<PartitionState>, clock = CLOCK) => {
    const wait = partWait(part, { ...EMPTY, ...books }, "me", clock, NOW, 0, 9);
    return wait === null ? null : [wait.cause, wait.until! - NOW, wait.evidence, wait.left];
  };
  assert.deepEqual(evidence(rate(["r", "unknown", null, null]), { flying }), [
    "learning",
    1800,
    "inferred",
    null,
  ]);
  const told = rate(["r", "sliding", 3, LENGTH_MS], {}, { told: true });
  assert.deepEqual(evidence(told, { flying }), ["learning", 800, "inferred", 2]);
  const log = [spend(-15_000, 3)];
  assert.deepEqual(
    evidence(
      rate(["r", "sliding", 3, LENGTH_MS]),
      { flying, log, confirmedAt: NOW },
      { ...CLOCK, lo: null, hi: null },
    ),
    ["learning", 800, "inferred", 2],
  );
  const fixed = rate(["r", "fixed", 3, LENGTH_MS]);
  const cells = [[NOW / LENGTH_MS, 2, NOW - 50]] as const;
  assert.deepEqual(evidence(fixed, { cells }, ROUGH), ["learning", 400, "counted", 1]);
});

test("one request may go beyond a learned limit when nobody stands ahead of it", () => {
  const learned = { limit: 4, quotaWindowMs: LENGTH_MS, kind: "sliding", at: NOW - 3_600_000 } as const;
  const books = { learned, log: [spend(-1000, 4)] };
  const part = rate(["r", "unknown", null, null]);
  assert.equal(waits(part, books), null);
  assert.deepEqual(waits(part, books, 1), ["rate", 9003, 0]);
  assert.equal(partWait(part, { ...EMPTY, ...books }, "me", CLOCK, NOW, 1)?.evidence, "inferred");
});

/** What holds a claim of these parts back, as policy and milliseconds. */
function worst(
  all: readonly (readonly [ClaimPart, Partial<PartitionState>])[],
  lane: Lane = "batch",
  more = {},
  clock = CLOCK,
) {
  const claim = { accountId: "a", parts: all.map(([part]) => part) };
  const states = all.map(([, books]) => ({ ...EMPTY, ...books }));
  const wait = holdsBack({ claim, lane, flight: "f", holder: "me", ...more }, states, clock, NOW);
  return wait === null ? null : [wait.policyId, wait.until === null ? null : wait.until - NOW];
}

test("of several reasons the one is told that holds longest, and the first of two alike", () => {
  const held = (id: string, ms: number) =>
    [rate([id, "sliding", 1, LENGTH_MS]), { log: [spend(ms)] }] as const;
  const never = (id: string) => [rate([id, "sliding", 1, LENGTH_MS], { cost: 2 }), {}] as const;
  const free = [rate(["free", "sliding", 1, LENGTH_MS]), {}] as const;
  assert.equal(worst([free, free]), null);
  assert.deepEqual(worst([free, held("a", -1000), held("b", -2000)]), ["a", 9003]);
  assert.deepEqual(worst([held("b", -2000), held("a", -1000), free]), ["a", 9003]);
  assert.deepEqual(worst([held("a", -1000), held("b", -1000)]), ["a", 9003]);
  assert.deepEqual(worst([held("a", -1000), never("x"), held("b", -1000)]), ["x", null]);
  assert.deepEqual(worst([never("x"), never("y")]), ["x", null]);
});

test("nothing is measured with a person's request, nor where nobody waits behind", () => {
  const part = [rate(["r", "fixed", 3, LENGTH_MS]), { cells: [[NOW / LENGTH_MS, 2, NOW - 50]] }] as const;
  assert.deepEqual(worst([part], "batch", { behind: [1] }, ROUGH), ["r", 400]);
  assert.equal(worst([part], "batch", {}, ROUGH), null);
  assert.equal(worst([part], "batch", { behind: [] }, ROUGH), null);
  assert.equal(worst([part], "person", { behind: [9] }, ROUGH), null);
});

test("polls beyond their share leave a twentieth over where a person's sends count, until their share is due", () => {
  const wait = (
    units: number,
    more: Partial<PartitionState> = {},
    limit = 100,
    lane: Lane = "poll",
    shared = true,
  ) =>
    worst(
      [
        [
          rate(["r", "sliding", limit, LENGTH_MS], { shared }),
          { log: [spend(-1000, units)], polledAt: NOW - 500, ...more },
        ],
      ],
      lane,
    );
  assert.equal(wait(94), null);
  assert.deepEqual(wait(95), ["r", 500]);
  assert.equal(wait(95, {}, 100, "batch"), null);
  assert.equal(wait(95, {}, 100, "poll", false), null);
  assert.equal(wait(95, { polledAt: NOW - 1000 }), null);
  assert.deepEqual(wait(95, { polledAt: NOW - 999 }), ["r", 1]);
  assert.deepEqual(wait(100), ["r", 9003]);
  assert.deepEqual(wait(0, { log: [spend(-9900, 95)] }), ["r", 103]);
  assert.deepEqual(wait(28, { polledAt: NOW }, 30), ["r", 3334]);
  assert.equal(wait(27, { polledAt: NOW }, 30), null);
  assert.equal(wait(0, {}, 1), null);
  assert.deepEqual(wait(1, {}, 2), ["r", 9003]);
});

test("what polls leave over comes on top of those ahead", () => {
  const part = rate(["r", "sliding", 100, LENGTH_MS], { shared: true });
  const books = (units: number) => ({ log: [spend(-1000, units)], polledAt: NOW - 500 });
  assert.deepEqual(worst([[part, books(94)]], "poll", { ahead: [1] }), ["r", 500]);
  assert.equal(worst([[part, books(93)]], "poll", { ahead: [1] }), null);
  assert.equal(worst([[part, books(99)]], "batch", { ahead: [] }), null);
  assert.deepEqual(worst([[part, books(99)]], "batch", { ahead: [1] }), ["r", 9003]);
  assert.equal(worst([[slots(3), {}]], "poll"), null);
});

test("a poll may go every tenth of what a quota window lets through, at least once in each", () => {
  const every = (limit: number | null) => {
    const { policy } = rate(["r", "sliding", limit, LENGTH_MS]);
    return pollEveryMs(inForce(policy as RatePolicy, EMPTY));
  };
  assert.deepEqual([100, 20, 10, 5, null].map(every), [1000, 5000, 10_000, 10_000, 10_000]);
});

test("nothing left is nothing, never less, and without a limit nobody can tell", () => {
  const left = (limit: number | null) => {
    const { policy } = rate(["r", "sliding", limit, LENGTH_MS]);
    const state = { ...EMPTY, log: [spend(-5, 3)] };
    return leftAt(inForce(policy as RatePolicy, state), state, CLOCK, NOW);
  };
  assert.deepEqual([5, 3, 2, null].map(left), [2, 0, 0, null]);
});

test("what was moved because a clock was set back is handed back with the wait, to be kept", () => {
  const part = rate(["r", "sliding", 1, LENGTH_MS]);
  const claim = { accountId: "a", parts: [part, part] };
  const moved = (first: number, second: number) => {
    const states = [first, second].map((ms) => ({ ...EMPTY, log: [spend(ms)] }));
    const outcome = reserve({ claim, lane: "batch", flight: "f", holder: "me" }, states, CLOCK, NOW);
    return outcome.granted ? null : outcome.moved;
  };
  assert.equal(moved(-5, -5), null);
  const kept = (ms: number) => ({ ...EMPTY, log: [spend(ms)] });
  assert.deepEqual(
    moved(60_000, -5)?.map((one) => one.log),
    [kept(0), kept(-5)].map((one) => one.log),
  );
});

test("a rate forgets what is long gone, slots have nothing to forget", () => {
  const state = { ...EMPTY, log: [spend(-90_000)] };
  assert.deepEqual(refresh(rate(["r", "sliding", 1, LENGTH_MS]), state, CLOCK, NOW).log, []);
  assert.equal(refresh(slots(3), state, CLOCK, NOW), state);
});
