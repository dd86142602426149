// Which policy a refusal closes, until when, and what it leaves open.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClockState, latest } from "../../../src/core/quota/clock.ts";
import type { Finding } from "../../../src/core/quota/ledger.ts";
import type { Claim, ClaimPart, Refusal } from "../../../src/core/quota/model.ts";
import { refuse } from "../../../src/core/quota/refuse.ts";
import { type Closed, EMPTY, type PartitionState, type Spend } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

/** Twenty seconds into a minute of the server, whose clock is ours within 20 ms. */
const NOW = 1_800_000_000_000 + 20_000;
const CLOCK: ClockState = { lo: 0, hi: 20, at: NOW, rttMin: 40, rttMax: 40, n: 10_000 };
const HEAD = { status: 429, headers: {}, sentAt: NOW - 40, gotAt: NOW, quick: true };
const READING = { dateAt: null, cached: false, retryAfterMs: null, quotas: [] };

interface More {
  readonly kind?: Refusal["kind"];
  readonly culprit?: number | null;
  readonly roomy?: readonly number[];
  readonly chance?: number;
  readonly clock?: ClockState;
}

/** The states after a refusal that lasts so long after NOW; null where no end was told. */
function after(
  claim: Claim,
  books: readonly Partial<PartitionState>[],
  untilMs: number | null,
  more: More = {},
) {
  const { kind = "rate", culprit = null, roomy = [], chance = 0, clock = CLOCK } = more;
  const refusal: Refusal = { kind, until: untilMs === null ? null : NOW + untilMs, evidence: "stated" };
  const own = {
    claim,
    flight: "f",
    holder: "h",
    tookSlots: false,
    briefSlots: false,
    head: HEAD,
    reading: READING,
  };
  const states = claim.parts.map((_, i): PartitionState => ({ ...EMPTY, ...books[i] }));
  const findings: Finding[] = [];
  const told = { refusal, culprit, roomy: new Set(roomy), clock, now: NOW };
  refuse({ settlement: { ...own, refusal, chance }, ...told }, states, findings);
  return { states, findings };
}

/** Until when each part is closed, in milliseconds after NOW. */
const closes = (...args: Parameters<typeof after>) =>
  after(...args).states.map(({ closed }) => (closed === null ? null : closed.until - NOW));

const spend = (ms: number, units = 1): Spend => [NOW + ms, NOW + ms, units];
const gate = (untilMs: number, strikes: number): Closed => ({
  until: NOW + untilMs,
  at: NOW - 9000,
  evidence: "stated",
  strikes,
});
const SLOTS: ClaimPart = {
  partition: "p/j",
  cost: 1,
  policy: { type: "slots", id: "j", title: "", noun: "", limit: 3, evidence: "published" },
};
const SLIDING = claimOf(["s", "sliding", 3, 10_000]);
const FULL = { log: [spend(-1000, 3)] };

test("want of credit closes nothing, and want of a slot tells that others hold what is free", () => {
  const claim = { ...SLIDING, parts: [...SLIDING.parts, SLOTS] };
  assert.deepEqual(after(claim, [], 5000, { kind: "credit" }).states, [EMPTY, EMPTY]);
  const [rate, jobs] = after(claim, [], 5000, { kind: "concurrency" }).states;
  assert.deepEqual([rate, jobs?.elsewhere], [EMPTY, [3, NOW, 5000]]);
});

test("an overload and a poll that came too soon close until their instant and teach nothing", () => {
  for (const kind of ["busy", "pollRate"] as const) {
    const closed = { until: NOW + 5000, at: NOW, evidence: "stated", strikes: 1 };
    assert.deepEqual(after(SLIDING, [], 5000, { kind }).states, [{ ...EMPTY, closed }]);
    assert.deepEqual(after(SLIDING, [], null, { kind }).states, [EMPTY]);
  }
});

test("what our own count explains closes the gate, what it does not makes the next go alone as well", () => {
  const explained = after(SLIDING, [FULL], 9003).states[0]!;
  assert.deepEqual([explained.probing, explained.lesson, explained.closed?.strikes], [false, null, 1]);
  const open = after(SLIDING, [{}], 9003).states[0]!;
  assert.deepEqual([open.probing, open.lesson?.refusals.length], [true, 1]);
});

test("a gate is never opened sooner than it was to, and each refusal in a row is a strike", () => {
  const closed = (until: number | null, before: Closed) =>
    after(SLIDING, [{ ...FULL, closed: before }], until).states[0]!.closed;
  assert.deepEqual(closed(5000, gate(7000, 1)), {
    until: NOW + 7000,
    at: NOW,
    evidence: "stated",
    strikes: 2,
  });
  assert.deepEqual(closed(8000, gate(7000, 1)), {
    until: NOW + 8000,
    at: NOW,
    evidence: "stated",
    strikes: 2,
  });
  assert.equal(closed(null, gate(7000, 1))?.evidence, "inferred");
});

test("without an end our own count names it, and without one of those a second, spread over its later half", () => {
  assert.deepEqual(closes(SLIDING, [FULL], null), [9003]);
  const spread = (chance: number) => closes(SLIDING, [{}], null, { chance })[0];
  assert.deepEqual([0, 0.0005, 0.5, 0.9].map(spread), [500, 501, 750, 950]);
  const dear = { ...SLIDING, parts: SLIDING.parts.map((part) => ({ ...part, cost: 4 })) };
  assert.deepEqual(closes(dear, [{}], null), [500]);
});

test("an end of our own count is taken as it is at first, however soon, and doubted when the server refuses again", () => {
  const soon = { log: [spend(-9900, 3)] };
  assert.deepEqual(closes(SLIDING, [soon], null), [103]);
  assert.deepEqual(closes(SLIDING, [{ ...soon, closed: gate(-1, 1) }], null), [1000]);
});

test("every refusal in a row doubles the wait, to somewhat more than a quota window or a minute", () => {
  const wait = (strikes: number, books: Partial<PartitionState> = {}, length = 10_000) =>
    closes(claimOf(["s", "sliding", 3, length]), [{ ...books, closed: gate(-1, strikes) }], null, {
      chance: 0.5,
    })[0];
  assert.deepEqual(
    [1, 3, 5].map((strikes) => wait(strikes)),
    [1500, 6000, 24_000],
  );
  const most = wait(6)!;
  assert.ok(most >= 45_000 && most <= 60_000, `${most}`);
  assert.deepEqual([wait(7), wait(9)], [56_250, 56_250]);
  assert.deepEqual([wait(16, {}, 86_400_000), wait(40, {}, 86_400_000)], [49_152_000, 49_152_000]);
  assert.deepEqual([wait(1, FULL), wait(5, FULL)], [9003, 24_000]);
});

test("a wait in whole seconds is cut to a finer known end of the quota window, by less than a second", () => {
  const cut = (until: number, hi = 20, length = 60_000, books: Partial<PartitionState> = {}) =>
    closes(claimOf(["p", "fixed", 10, length]), [books], until, { clock: { ...CLOCK, hi } })[0];
  assert.deepEqual([cut(40_002), cut(40_003), cut(41_002), cut(41_003)], [40_002, 40_003, 40_003, 41_003]);
  assert.deepEqual([cut(40_500, 500), cut(40_500, 501)], [40_003, 40_500]);
  const lowered = { learned: { limit: 5, quotaWindowMs: null, kind: null, at: NOW } };
  assert.equal(cut(40_500, 20, 60_000, lowered), 40_500);
  assert.equal(cut(40_500, 20, 60_000, { learned: { ...lowered.learned, at: NOW - 1 } }), 40_003);
  assert.equal(cut(500, 20, 20_000), 3);
  // Refused at the very instant at which a quota window may begin, it may have been refused in that one.
  const counted = NOW - latest(CLOCK, HEAD);
  assert.deepEqual([cut(500, counted - 0.1, 20_000), cut(500, counted, 20_000)], [3, 500]);
  const past = { clock: { ...CLOCK, lo: 10 } };
  assert.deepEqual(closes(claimOf(["p", "fixed", 10, 20_000]), [], 500, past), [500]);
});

test("a wait is cut to the last end of several quota windows, slots aside, and not where one has no grid", () => {
  const clock = { ...CLOCK, lo: 100, hi: 120 };
  const minute = claimOf(["p", "fixed", 10, 60_000]);
  const cut = (...others: ClaimPart[]) =>
    closes({ ...minute, parts: [...minute.parts, ...others] }, [], 40_500, { clock })[0];
  const fixed = (length: number) => claimOf(["q", "fixed", 10, length]).parts[0]!;
  assert.deepEqual([cut(), cut(SLOTS), cut(fixed(20_250))], [39_903, 39_903, cut(fixed(20_250))]);
  assert.equal(cut(fixed(10_000)), 39_903);
  assert.equal(cut(claimOf(["q", "sliding", 10, 3_600_000]).parts[0]!), 40_500);
  assert.equal(cut(claimOf(["q", "sliding", 10, 10_000]).parts[0]!), 40_500);
  assert.equal(closes(minute, [{}], 40_500, { clock: { ...CLOCK, lo: null } })[0], 40_500);
});

test("refused again, the wait is taken as it stands", () => {
  const claim = claimOf(["p", "fixed", 10, 60_000]);
  assert.deepEqual(closes(claim, [{ closed: gate(-1, 0) }], 40_500), [40_003]);
  assert.deepEqual(closes(claim, [{ closed: gate(-1, 1) }], 40_500), [40_500]);
});

test("where a policy was waited for in full twice and is refused again, it may be any rate of the claim: each waits", () => {
  const two = claimOf(["a", "sliding", 3, 10_000], ["b", "sliding", 9, 10_000]);
  const claim = { ...two, parts: [...two.parts, SLOTS] };
  const others = (closed: Closed) => {
    const [, second, jobs] = after(claim, [{ ...FULL, closed }], 5000).states;
    assert.deepEqual(jobs, EMPTY);
    return second?.closed === null ? null : [second!.closed!.until - NOW, second!.probing];
  };
  assert.deepEqual(others(gate(-40, 2)), [5000, true]);
  assert.equal(others(gate(-40, 1)), null);
  assert.equal(others(gate(-39, 2)), null);
});

test("the culprit that headers name is closed, else a full one, else an unknown one, else the shortest that fits the wait", () => {
  const which = (
    claim: Claim,
    books: readonly Partial<PartitionState>[] = [],
    until: number | null = 5000,
    culprit: number | null = null,
  ) => after(claim, books, until, { culprit }).states.findIndex((one) => one.closed !== null);
  const three = claimOf(
    ["wide", "sliding", 9, 60_000],
    ["short", "sliding", 3, 10_000],
    ["open", "unknown", null, null],
  );
  assert.equal(which(three, [], 5000, 0), 0);
  assert.equal(which(three, [{}, FULL]), 1);
  assert.equal(which(three), 2);
  const known = { ...three, parts: three.parts.slice(0, 2) };
  assert.deepEqual([which(known), which(known, [], null)], [1, 1]);
  assert.deepEqual([which(known, [], 12_000), which(known, [], 12_001)], [1, 0]);
  assert.deepEqual([which(known, [{}, FULL], 12_001), which(known, [{}, FULL], 12_000)], [0, 1]);
  const alike = claimOf(["a", "sliding", 9, 10_000], ["b", "sliding", 9, 10_000]);
  assert.equal(which(alike), 0);
  const none = { accountId: "a", parts: [SLOTS] };
  assert.deepEqual(after(none, [], 5000).states, [EMPTY]);
  assert.equal(which({ ...known, parts: [SLOTS, ...known.parts] }), 2);
  assert.equal(which({ ...known, parts: [SLOTS, known.parts[0]!] }), 1);
  assert.equal(which({ ...three, parts: three.parts.toReversed() }, [{}, FULL]), 1);
  assert.equal(which(known, [], 600_000), 1);
});

test("a policy that the refusal's own headers show with room learns nothing from it, and one goes ahead", () => {
  const books = [
    {
      log: [spend(-2000, 2)],
      lesson: { passes: [], refusals: [{ at: NOW - 1, until: null, passed: 2 }], successes: 0 },
    },
  ];
  const known = claimOf(["s", "sliding", 30, 60_000]);
  assert.equal(after(known, books, 1000).states[0]?.learned?.limit, 2);
  const { states, findings } = after(known, books, 1000, { roomy: [0] });
  assert.deepEqual([states[0]?.learned, states[0]?.probing, findings], [null, true, []]);
  assert.equal(states[0]?.closed?.until, NOW + 1000);
  assert.equal(after(SLIDING, [FULL], 9000, { roomy: [0] }).states[0]?.probing, false);
});

test("what is learned from a refusal is said by account and policy", () => {
  const unknown = claimOf(["u", "unknown", null, null]);
  const { findings } = after(unknown, [{ log: [[NOW - 1000, NOW - 1000, 3]] }], 9000);
  assert.deepEqual(findings, [
    { accountId: "a", policyId: "u", at: NOW, kind: "learned", limit: 3, quotaWindowMs: 10_000 },
  ]);
});
