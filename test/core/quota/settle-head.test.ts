// What an answer changes beside its own figures: the clock, the books of every part of the claim, gates, what is in doubt.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ClockState,
  latest,
  NO_CLOCK,
  withDate,
  withReset,
  withRoundTrip,
} from "../../../src/core/quota/clock.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";
import type { Claim, ClaimPart, RatePolicy, Refusal } from "../../../src/core/quota/model.ts";
import { type Settlement, settle } from "../../../src/core/quota/settle.ts";
import { EMPTY, type PartitionState, type Spend } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

/** A minute of the server begins here; its clock is ours within 20 ms. */
const MINUTE = 1_800_000_000_000;
const SENT = MINUTE + 20_000;
const GOT = SENT + 40;
const CLOCK: ClockState = { lo: 0, hi: 20, at: GOT, rttMin: 40, rttMax: 40, n: 10_000 };
const LATE = latest(CLOCK, { sentAt: SENT, gotAt: GOT, quick: true });
const OWN: Spend = [SENT, LATE, 1];
const HOUR_MS = 3_600_000;

interface More extends Partial<Omit<Settlement, "claim" | "head">> {
  readonly headers?: Record<string, string>;
  readonly status?: number;
  readonly clock?: ClockState;
  readonly sentAt?: number;
  readonly quick?: boolean;
}

/** Settles flight "f"; one state for each part, empty unless given. */
function answer(claim: Claim, books: readonly Partial<PartitionState>[] = [], more: More = {}) {
  const { headers = {}, status = 200, clock = CLOCK, sentAt = SENT, quick = true, ...rest } = more;
  const head = { status, headers, sentAt, gotAt: GOT, quick };
  const own = {
    claim,
    flight: "f",
    holder: "h",
    tookSlots: false,
    briefSlots: false,
    refusal: null,
    chance: 0.5,
  };
  const states = claim.parts.map((_, i) => ({ ...EMPTY, ...books[i] }));
  return settle({ ...own, head, reading: readHead(head, null), ...rest }, states, clock, GOT);
}

const SLIDING = claimOf(["s", "sliding", 10, 60_000]);
const date = (at: number) => ({ date: new Date(at).toUTCString() });
const left = (limit: number, remaining: number, resetAt?: number) => ({
  "x-ratelimit-limit": String(limit),
  "x-ratelimit-remaining": String(remaining),
  ...(resetAt === undefined ? {} : { "x-ratelimit-reset": String(resetAt / 1000) }),
});
const refused = (kind: Refusal["kind"], until: number | null = GOT + 5000): Refusal => ({
  kind,
  until,
  evidence: "stated",
});
const withPolicy = (claim: Claim, change: Partial<RatePolicy>, part: Partial<ClaimPart> = {}): Claim => ({
  ...claim,
  parts: claim.parts.map((one) => ({
    ...one,
    ...part,
    policy: { ...(one.policy as RatePolicy), ...change },
  })),
});

test("an answered request counts as it was booked, from its sending to the latest arrival; what else flies goes on", () => {
  const flying = [
    ["e", SENT - 9, 1, 5],
    ["f", SENT - 7, 3, 70],
  ] as const;
  const state = answer(SLIDING, [{ flying, log: [[0, SENT - 99, 2]] }]).states[0]!;
  assert.deepEqual(state.flying, [flying[0]]);
  assert.deepEqual(state.log, [
    [0, SENT - 99, 2],
    [SENT - 7, LATE, 3],
  ]);
  const slow = answer(SLIDING, [{ flying }], { quick: false, sentAt: SENT - 9000 }).states[0]!;
  assert.deepEqual(slow.log, [[SENT - 7, LATE, 3]]);
  const early = answer(SLIDING, [{ flying: [["f", SENT - 9000, 3, 70]] }], {
    quick: false,
    sentAt: SENT - 9000,
  });
  assert.deepEqual(early.states[0]!.log, [[SENT - 9000, SENT - 8930, 3]]);
  assert.deepEqual(answer(withPolicy(SLIDING, {}, { cost: 4 })).states[0]!.log, [[SENT, LATE, 4]]);
  const unknown = answer(SLIDING, [{ flying: [flying[0]] }]).states[0]!;
  assert.deepEqual([unknown.flying, unknown.log], [[flying[0]], [OWN]]);
});

test("only a quick call measures the network, and only a Date that is not out of a cache tells the clock", () => {
  const seen = (more: More) => answer(SLIDING, [], { clock: NO_CLOCK, ...more }).clock;
  const timed = withRoundTrip(NO_CLOCK, SENT, GOT);
  assert.deepEqual(seen({}), timed);
  assert.deepEqual(seen({ quick: false }), NO_CLOCK);
  assert.deepEqual(seen({ headers: date(SENT) }), withDate(timed, SENT, SENT, GOT));
  assert.deepEqual(seen({ headers: { ...date(SENT), age: "5" } }), timed);
});

test("after a clock was set the figures of all rates are in doubt for two quota windows, and slots are not", () => {
  const policy = { type: "slots", id: "j", title: "", noun: "", limit: 3, evidence: "published" } as const;
  const claim = { ...SLIDING, parts: [...SLIDING.parts, { partition: "p/j", policy, cost: 1 }] };
  const doubt = (at: number, unsureUntil = 0) =>
    answer(claim, [{ unsureUntil }], { headers: date(at) }).states.map((one) => one.unsureUntil);
  assert.deepEqual(doubt(SENT), [0, 0]);
  assert.deepEqual(doubt(SENT + HOUR_MS), [GOT + 120_000, 0]);
  assert.deepEqual(doubt(SENT + HOUR_MS, GOT + 500_000), [GOT + 500_000, 0]);
});

test("a reset is compared with the server's own clock, with ours where no Date is told", () => {
  const fixed = claimOf(["m", "fixed", 10, 60_000]);
  const ahead = { ...CLOCK, lo: HOUR_MS, hi: HOUR_MS + 1200 };
  const cells = (headers: Record<string, string>, clock: ClockState) =>
    answer(fixed, [], { headers, clock }).states[0]!.cells.map((one) => one[0]);
  const end = MINUTE + 60_000;
  const wide = { ...CLOCK, lo: -30_000, hi: 50_000 };
  assert.deepEqual(cells(left(10, 9, end), wide), [MINUTE / 60_000]);
  assert.deepEqual(cells({ ...left(10, 9, end + HOUR_MS), ...date(SENT + HOUR_MS) }, ahead), [
    (MINUTE + HOUR_MS) / 60_000,
  ]);
});

test("a reset on one policy's grid narrows the clock, and places the request on the grid of the others", () => {
  const claim = claimOf(["a", "fixed", 10, 60_000], ["b", "fixed", 20, 60_000], ["c", "sliding", 30, 60_000]);
  const wide = { ...CLOCK, lo: -30_000, hi: 50_000 };
  const { clock, states } = answer(claim, [], { headers: left(10, 9, MINUTE + 60_000), clock: wide });
  const late = latest(wide, { sentAt: SENT, gotAt: GOT, quick: true });
  assert.deepEqual(clock, withReset(wide, MINUTE + 60_000, 60_000, SENT, late, GOT));
  const cell = [[MINUTE / 60_000, 1, late]];
  assert.deepEqual(
    states.map((one) => one.cells),
    [cell, cell, []],
  );
  assert.deepEqual(
    states.map((one) => one.log.length),
    [0, 0, 1],
  );
});

test("spends of which the cell is certain are gathered in it, where the grid counts and the clock is known", () => {
  const log: Spend[] = [
    [MINUTE - 500, MINUTE - 300, 1],
    [MINUTE - 10, MINUTE, 2],
    [MINUTE + 50, MINUTE + 90, 3],
  ];
  const gathered = (kind: "fixed" | "sliding", books: Partial<PartitionState> = {}, clock = CLOCK) => {
    const { cells, log: rest } = answer(claimOf(["m", kind, 10, 60_000]), [{ log, ...books }], { clock })
      .states[0]!;
    return [cells, rest.length];
  };
  const cell = MINUTE / 60_000;
  const both = [
    [cell - 1, 1, MINUTE - 300],
    [cell, 4, LATE],
  ];
  assert.deepEqual(gathered("fixed"), [both, 1]);
  assert.deepEqual(
    gathered("sliding", { learned: { limit: null, quotaWindowMs: null, kind: "counter", at: 0 } }),
    [both, 1],
  );
  assert.deepEqual(gathered("sliding"), [[], 4]);
  assert.deepEqual(gathered("fixed", {}, { ...CLOCK, lo: null, hi: null }), [[], 4]);
});

test("figures show another way of counting only where no other rate of the claim has the same limit", () => {
  // Two thirds of the older eight, as a counter of two buckets weighs them.
  const log: Spend[] = [[SENT - 70_000, SENT - 70_000, 8]];
  const headers = { "ratelimit-policy": '"a";q=10;w=60', ratelimit: '"a";r=4' };
  const kind = (...others: Parameters<typeof claimOf>) => {
    const { states, findings } = answer(claimOf(["a", "sliding", 10, 60_000], ...others), [{ log }], {
      headers,
    });
    const names = findings.map((one) => [one.accountId, one.policyId, one.at, one.kind]);
    return [states[0]!.learned?.kind ?? null, ...names];
  };
  assert.deepEqual(kind(), ["counter", ["a", "a", GOT, "learned"]]);
  assert.deepEqual(kind(["b", "sliding", 11, 60_000]), ["counter", ["a", "a", GOT, "learned"]]);
  assert.deepEqual(kind(["b", "sliding", 10, 60_000]), [null, ["a", "a", GOT, "foreign"]]);
  assert.deepEqual(kind(["b", "sliding", 10, 60_000], ["c", "sliding", 11, 60_000]), [
    null,
    ["a", "a", GOT, "foreign"],
  ]);
  const policy = { type: "slots", id: "j", title: "", noun: "", limit: 10, evidence: "published" } as const;
  const single = claimOf(["a", "sliding", 10, 60_000]);
  const claim = { ...single, parts: [...single.parts, { partition: "p/j", policy, cost: 1 }] };
  assert.equal(answer(claim, [{ log }], { headers }).states[0]!.learned?.kind, "counter");
});

test("the request itself is in the server's count, but for one that was refused and is not counted", () => {
  const doubted = (remaining: number, refusal: Refusal | null, claim = SLIDING) =>
    answer(claim, [], { headers: left(10, remaining), refusal, status: refusal === null ? 200 : 429 })
      .states[0]!.doubt !== null;
  assert.deepEqual([doubted(9, null), doubted(10, null)], [false, true]);
  assert.equal(doubted(10, refused("rate")), false);
  assert.equal(doubted(10, refused("credit")), true);
  assert.equal(doubted(10, refused("rate"), withPolicy(SLIDING, { refusedCount: true })), true);
  assert.deepEqual(
    [8, 9].map((one) => doubted(one, null, withPolicy(SLIDING, {}, { cost: 2 }))),
    [false, true],
  );
});

test("an answer that does not say what is left is noted as one that tells of no others", () => {
  const told = withPolicy(SLIDING, { told: true });
  assert.deepEqual(answer(told).states[0]!.heard, { answers: Number.MAX_SAFE_INTEGER, at: SENT, pace: 0 });
  assert.deepEqual(answer(told, [{ heard: { answers: 2, at: 5, pace: 1 } }]).states[0]!.heard, {
    answers: 2,
    at: 5,
    pace: 1,
  });
  assert.equal(answer(SLIDING).states[0]!.heard, null);
});

test("a refusal closes the policy that its headers show as spent, else the likeliest", () => {
  const claim = claimOf(["a", "sliding", 10, 60_000], ["b", "sliding", 20, 60_000]);
  // By our own count the first is full.
  const books = [{ log: [[SENT - 9, SENT - 9, 10]] as const }];
  const closed = (headers: Record<string, string>) =>
    answer(claim, books, { headers, status: 429, refusal: refused("rate") }).states.map(
      (one) => one.closed !== null,
    );
  assert.deepEqual(closed(left(20, 0)), [false, true]);
  assert.deepEqual(closed(left(20, 1)), [true, false]);
  assert.deepEqual(closed({ "x-ratelimit-limit": "20" }), [true, false]);
});

test("what was refused and is not counted is poured back, and may not have opened the quota window", () => {
  const flying = [["f", SENT, 2, 5]] as const;
  const books = { flying, bucket: [3, 7, 8, 5] as const, log: [[0, SENT - 99, 1]] as const };
  const of = (opened: readonly [number, number] | null, bucket: PartitionState["bucket"] = books.bucket) =>
    answer(SLIDING, [{ ...books, bucket, opened }], { status: 429, refusal: refused("rate") }).states[0]!;
  const state = of([SENT - 9, SENT]);
  assert.deepEqual(
    [state.flying, state.log, state.bucket, state.opened],
    [[], books.log, [1, 7, 8, 3], null],
  );
  assert.deepEqual(of([SENT - 9, SENT - 1]).opened, [SENT - 9, SENT - 1]);
  assert.deepEqual(of(null, [1, 7, 8, 1]).bucket, [0, 7, 8, 0]);
  assert.deepEqual([of(null, null).bucket, of(null).opened], [null, null]);
});

test("what was refused and counts is spent, but opens no gate and teaches no success", () => {
  const closed = { until: GOT - 1, at: 0, evidence: "stated", strikes: 1 } as const;
  const state = answer(SLIDING, [{ closed, probing: true }], { status: 402, refusal: refused("credit") })
    .states[0]!;
  assert.deepEqual([state.log, state.closed, state.probing], [[OWN], closed, true]);
  const opened = answer(SLIDING, [{ opened: [SENT, SENT + 9] }], { status: 402, refusal: refused("credit") });
  assert.deepEqual(opened.states[0]!.opened, [SENT, LATE]);
});

test("a success opens a gate whose time is over, ends caution, and tells when the quota window opened at the latest", () => {
  const closed = (until: number) => ({ until, at: 0, evidence: "stated", strikes: 1 }) as const;
  const after = (books: Partial<PartitionState>) => answer(SLIDING, [books]).states[0]!;
  assert.deepEqual(
    [after({ closed: closed(GOT) }).closed, after({ closed: closed(GOT + 1) }).closed],
    [null, closed(GOT + 1)],
  );
  assert.equal(after({ probing: true }).probing, false);
  assert.deepEqual(after({ opened: [SENT, SENT + 500] }).opened, [SENT, LATE]);
  const opened = [SENT - 9, SENT - 5] as const;
  assert.deepEqual(after({ opened }).opened, [SENT - 9, LATE]);
  assert.deepEqual(after({ opened, log: [[SENT - 10, SENT - 5, 1]] }).opened, [SENT - 9, LATE]);
  assert.deepEqual(after({ opened, log: [[SENT - 9, SENT - 5, 1]] }).opened, opened);
  assert.deepEqual(after({ opened: [SENT + 1, SENT + 500] }).opened, [SENT + 1, SENT + 500]);
  const unknown = claimOf(["u", "unknown", null, null]);
  assert.deepEqual(answer(unknown).states[0]!.lesson, { passes: [OWN], refusals: [], successes: 1 });
  const learned = { limit: 2, quotaWindowMs: 60_000, kind: "sliding", at: 5, triedAt: 9 } as const;
  const raised = answer(unknown, [{ learned, log: [[0, SENT - 9, 2]] }]).states[0]!.learned;
  assert.deepEqual(raised, { ...learned, limit: 3, at: GOT, triedAt: 0 });
});
