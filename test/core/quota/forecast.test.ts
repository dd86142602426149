// When so many requests would go if nothing else happened.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_CLOCK } from "../../../src/core/quota/clock.ts";
import { forecast, turns } from "../../../src/core/quota/forecast.ts";
import type { Claim, SlotPolicy } from "../../../src/core/quota/model.ts";
import { EMPTY, type PartitionState, type Spend } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

const NOW = Date.UTC(2026, 10, 1);
const claim = claimOf(["s", "sliding", 2, 10_000]);
/** A unit booked now comes back after the quota window, the first doubt and a safety. ms */
const BACK_MS = 10_000 + 50 + 3;

function ahead(count: number, before: number, log: Spend[] = [], of: Claim = claim) {
  const states = of.parts.map((): PartitionState => ({ ...EMPTY, log }));
  const { firstAt, lastAt, wait } = forecast(of, count, before, states, NO_CLOCK, NOW);
  const from = (at: number | null) => (at === null ? null : at - NOW);
  return { first: from(firstAt), last: from(lastAt), cause: wait?.cause ?? null };
}

test("what fits goes at once and waits for nothing", () => {
  assert.deepEqual(ahead(1, 0), { first: 0, last: 0, cause: null });
  assert.deepEqual(ahead(2, 0), { first: 0, last: 0, cause: null });
  assert.deepEqual(ahead(0, 0), { first: 0, last: 0, cause: null });
});

test("what does not fit goes with the quota windows that follow", () => {
  assert.deepEqual(ahead(3, 0), { first: 0, last: BACK_MS, cause: null });
  assert.deepEqual(ahead(5, 0), { first: 0, last: 2 * BACK_MS, cause: null });
});

test("those ahead go first, and the first wait is the one that is told", () => {
  assert.deepEqual(ahead(1, 2), { first: BACK_MS, last: BACK_MS, cause: "rate" });
  assert.deepEqual(ahead(2, 3), { first: BACK_MS, last: 2 * BACK_MS, cause: "rate" });
});

test("what is in the books already is waited for", () => {
  const log: Spend[] = [
    [NOW - 4000, NOW - 4000, 1],
    [NOW - 1000, NOW - 1000, 1],
  ];
  assert.deepEqual(ahead(1, 0, log), { first: 6003, last: 6003, cause: "rate" });
  assert.deepEqual(ahead(2, 0, log), { first: 6003, last: 9003, cause: "rate" });
});

test("beyond two hundred the pace found so far goes on", () => {
  const { first, last } = ahead(401, 0);
  assert.equal(first, 0);
  // Two hundred take 99 quota windows more; the other 201 go on at that pace.
  assert.equal(last, Math.ceil(99 * BACK_MS + (201 * 99 * BACK_MS) / 199));
});

test("behind many others the first and the last are told apart all the same", () => {
  assert.deepEqual(ahead(1, 205), { first: 102 * BACK_MS, last: 102 * BACK_MS, cause: "rate" });
  assert.deepEqual(ahead(2, 205), { first: 102 * BACK_MS, last: 103 * BACK_MS, cause: "rate" });
  const { first, last } = ahead(402, 2);
  assert.equal(first, BACK_MS);
  assert.equal(last, Math.ceil(100 * BACK_MS + (202 * 99 * BACK_MS) / 199));
});

test("a claim that never fits is told as one that nobody can tell", () => {
  const dear: Claim = { ...claim, parts: claim.parts.map((part) => ({ ...part, cost: 3 })) };
  assert.deepEqual(ahead(1, 0, [], dear), { first: null, last: null, cause: "rate" });
});

test("where only a job's end helps nobody can tell", () => {
  const words = { id: "jobs", title: "", noun: "", evidence: "published" } as const;
  const policy: SlotPolicy = { type: "slots", ...words, limit: 1 };
  const jobs: Claim = { accountId: "a", parts: [{ partition: "x/jobs", policy, cost: 1 }] };
  assert.deepEqual(ahead(1, 0, [], jobs), { first: 0, last: 0, cause: null });
  assert.deepEqual(ahead(2, 0, [], jobs), { first: 0, last: null, cause: null });
  assert.deepEqual(ahead(1, 1, [], jobs), { first: null, last: null, cause: "slots" });
});

test("caution about answers does not stop a forecast", () => {
  const unknown = claimOf(["u", "unknown", null, null]);
  assert.deepEqual(ahead(3, 0, [], unknown), { first: 0, last: 0, cause: null });
});

/** When each of those that wait goes, in milliseconds after NOW. */
function turn(line: readonly Claim[], stored: (partition: string) => PartitionState = () => EMPTY) {
  const instants = turns(line, stored, () => NO_CLOCK, NOW);
  return instants.map((one) => (one === null ? null : one - NOW));
}
const both = (...all: Claim[]): Claim => ({ ...claim, parts: all.flatMap((one) => one.parts) });
const NO_SLOT: Claim = {
  ...claim,
  parts: [
    {
      partition: "slots",
      cost: 1,
      policy: { type: "slots", id: "slots", title: "", noun: "", limit: 0, evidence: "published" },
    },
  ],
};

test("each of those that wait has its own turn, by the budgets in which it counts", () => {
  assert.deepEqual(turn(Array.from({ length: 5 }, () => claim)), [0, 0, BACK_MS, BACK_MS, 2 * BACK_MS]);
  const other = claimOf(["t", "sliding", 1, 5_000]);
  assert.deepEqual(turn([claim, other, other, claim]), [0, 0, 5_053, 0]);
});

test("nobody can tell the turn of one behind a job without an end, in any budget that the two share", () => {
  const other = claimOf(["t", "sliding", 1, 5_000]);
  assert.deepEqual(turn([claim, both(claim, NO_SLOT), claim, other]), [0, null, null, 0]);
  assert.deepEqual(turn([both(claim, NO_SLOT), both(other, claim), other]), [null, null, null]);
});

test("nobody is told an earlier turn than one ahead in the same budget, which waits for another one", () => {
  const full = claimOf(["f", "sliding", 1, 5_000]);
  const free = claimOf(["s", "sliding", 5, 10_000]);
  const log: Spend[] = [[NOW, NOW, 1]];
  const stored = (partition: string) => (partition.endsWith("/f") ? { ...EMPTY, log } : EMPTY);
  const fresh = claimOf(["n", "sliding", 5, 10_000]);
  assert.deepEqual(turn([both(full, free), free, both(fresh, free)], stored), [5_003, 5_003, 5_003]);
});
