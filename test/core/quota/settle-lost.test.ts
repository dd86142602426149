// Requests whose answer is lost, that never left, or that left late; and whose slots an answer gives back.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClockState } from "../../../src/core/quota/clock.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";
import type { Claim, RatePolicy, Refusal, SlotPolicy } from "../../../src/core/quota/model.ts";
import { departed, lose, refund, settle } from "../../../src/core/quota/settle.ts";
import { type Bucket, EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

const NOW = 1_800_000_000_000;
const CLOCK: ClockState = { lo: 0, hi: 20, at: NOW, rttMin: 40, rttMax: 40, n: 10_000 };
const jobs: SlotPolicy = { type: "slots", id: "j", title: "", noun: "", limit: 3, evidence: "published" };
const slots: Claim = { accountId: "a", parts: [{ partition: "p/j", policy: jobs, cost: 1 }] };
const holders = [
  ["h", NOW - 9, 1],
  ["other", NOW - 9, 1],
] as const;
const flying = [
  ["e", NOW - 90, 1, 5],
  ["f", NOW - 100, 2, 70],
] as const;
const bucket: Bucket = [5, NOW - 7, 8, 6];

function lost(
  books: Partial<PartitionState>,
  kind: "sliding" | "fixed" = "sliding",
  flight = "f",
): PartitionState {
  const state = { ...EMPTY, flying, bucket, ...books };
  return lose(claimOf(["r", kind, 10, 10_000]), flight, [state], CLOCK, NOW)[0]!;
}

test("a lost request counts up to its latest possible arrival, and what differs is in doubt while it does", () => {
  const state = lost({ log: [[NOW - 500, NOW - 499, 1]] });
  assert.deepEqual(state.log, [
    [NOW - 500, NOW - 499, 1],
    [NOW - 100, NOW - 30, 2],
  ]);
  assert.deepEqual([state.flying, state.unsureUntil], [[flying[0]], NOW - 30 + 20_000]);
  assert.deepEqual(state.bucket, [5, NOW - 7, 70, 6]);
  assert.equal(lost({ unsureUntil: NOW + 90_000 }).unsureUntil, NOW + 90_000);
  assert.deepEqual(lost({}, "fixed").cells, [[NOW / 10_000 - 1, 2, NOW - 30]]);
});

test("a lost request may have been the one that was to open the quota window", () => {
  assert.equal(lost({ opened: [NOW - 200, NOW - 100] }).opened, null);
  assert.deepEqual(lost({ opened: [NOW - 200, NOW - 101] }).opened, [NOW - 200, NOW - 101]);
});

test("a request that is not in the books is not lost from them, and slots stay with their job", () => {
  const state = { ...EMPTY, flying, holders };
  assert.deepEqual(lost({ cellMs: 10_000 }, "sliding", "x"), { ...EMPTY, cellMs: 10_000, flying, bucket });
  assert.equal(lose(slots, "f", [state], CLOCK, NOW)[0], state);
});

test("a refused request that counts makes nobody go alone where our own count explains it", () => {
  const plain = claimOf(["r", "sliding", 1, 10_000]);
  const counts = { ...plain.parts[0]!.policy, refusedCount: true } as RatePolicy;
  const claim: Claim = { ...plain, parts: [{ ...plain.parts[0]!, policy: counts }] };
  const head = { status: 429, headers: {}, sentAt: NOW - 100, gotAt: NOW, quick: true };
  const own = { claim, flight: "f", holder: "h", tookSlots: false, briefSlots: false, chance: 0 };
  const refusal: Refusal = { kind: "rate", until: NOW + 9000, evidence: "stated" };
  const settlement = { ...own, head, reading: readHead(head, null), refusal };
  const { states } = settle(settlement, [{ ...EMPTY, log: [[NOW - 900, NOW - 900, 1]] }], CLOCK, NOW);
  assert.deepEqual([states[0]?.log.length, states[0]?.probing], [2, false]);
});

test("what never left is taken back: its units, its place in the bucket, and the quota window that it was to open", () => {
  const back = (books: Partial<PartitionState>, flight = "f") =>
    refund(claimOf(["r", "sliding", 10, 10_000]), flight, "h", [{ ...EMPTY, flying, bucket, ...books }])[0]!;
  const state = back({ opened: [NOW - 200, NOW - 101], holders });
  assert.deepEqual([state.flying, state.bucket], [[flying[0]], [3, NOW - 7, 8, 4]]);
  assert.deepEqual([state.opened, state.holders], [[NOW - 200, NOW - 101], holders]);
  assert.equal(back({ opened: [NOW - 200, NOW - 100] }).opened, null);
  assert.deepEqual(back({}, "x"), { ...EMPTY, flying, bucket });
  assert.equal(back({ bucket: null }).bucket, null);
});

test("slots of what never left are given back to all but the job itself", () => {
  const back = (holder: string | null) => refund(slots, "f", holder, [{ ...EMPTY, holders, flying }])[0]!;
  assert.deepEqual([back("h").holders, back(null).holders], [[holders[1]], holders]);
  assert.deepEqual(back("h").flying, flying);
});

test("a request counts from when it really left, and a bucket from its latest arrival after it was booked", () => {
  const books = { ...EMPTY, flying, bucket };
  const gone = departed(books, "f", NOW + 3);
  assert.deepEqual(gone, {
    ...books,
    flying: [flying[0], ["f", NOW + 3, 2, 70]],
    bucket: [5, NOW - 7, 173, 6],
  });
  assert.deepEqual(departed(books, "f", NOW - 170).bucket, bucket);
  assert.equal(departed(books, "x", NOW), books);
  assert.equal(departed({ ...books, bucket: null }, "f", NOW).bucket, null);
});

/** Whether the slots are kept, and what is believed of others, after an answer. */
function kept(
  status: number,
  {
    took = true,
    brief = false,
    refusal = null as Refusal | null,
    elsewhere = null as PartitionState["elsewhere"],
  } = {},
) {
  const head = { status, headers: {}, sentAt: NOW - 40, gotAt: NOW, quick: true };
  const own = { claim: slots, flight: "f", holder: "h", tookSlots: took, briefSlots: brief, chance: 0.5 };
  const settlement = { ...own, head, reading: readHead(head, null), refusal };
  const state = settle(settlement, [{ ...EMPTY, holders, elsewhere }], CLOCK, NOW).states[0]!;
  return [state.holders.length === 2, state.elsewhere];
}

test("a submission that was turned down gives its slots back, one that broke or got in keeps them", () => {
  const refusal: Refusal = { kind: "rate", until: null, evidence: "unknown" };
  const table = [
    [200, true],
    [302, true],
    [399, true],
    [400, false],
    [404, false],
    [499, false],
    [500, true],
    [503, true],
  ] as const;
  for (const [status, keeps] of table) assert.equal(kept(status)[0], keeps, `${status}`);
  assert.equal(kept(503, { refusal })[0], false);
  assert.equal(kept(404, { took: false })[0], true);
  assert.equal(kept(503, { took: false, refusal })[0], true);
});

test("slots that no job keeps are given back with whatever answer", () => {
  assert.equal(kept(200, { brief: true, took: false })[0], false);
  assert.equal(kept(503, { brief: true })[0], false);
});

test("who got in forgets what was believed of others' slots and has run out", () => {
  const old = [1, NOW - 5000, 5000] as const;
  const fresh = [1, NOW - 4999, 5000] as const;
  assert.deepEqual(kept(200, { elsewhere: old }), [true, null]);
  assert.deepEqual(kept(399, { elsewhere: old }), [true, null]);
  assert.deepEqual(kept(200, { elsewhere: fresh }), [true, fresh]);
  assert.deepEqual(kept(400, { elsewhere: old, took: false }), [true, old]);
  assert.deepEqual(kept(503, { elsewhere: old }), [true, old]);
});
