// The ledger asked for many requests that are alike at once, and told of answers that say the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ask } from "../../src/core/quota/ledger.ts";
import type { Claim, Head, Policy } from "../../src/core/quota/model.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { LedgerRows } from "../../src/store/ledger-rows.ts";
import { schema } from "../../src/store/schema.ts";

const START = Date.UTC(2026, 10, 1);

function claimOf(limit: number, kind: "sliding" | "fixed" = "sliding"): Claim {
  const words = { title: "", noun: "", refusedCount: false, evidence: "published" as const };
  const policy: Policy = { type: "rate", id: "r", kind, limit, quotaWindowMs: 60_000, ...words };
  return { accountId: "a", parts: [{ partition: "p/key:k/r", policy, cost: 1 }] };
}

/** A ledger, and what tells how full the quota window is. */
function ledger(others = 0) {
  const database = new Database({ path: ":memory:", migrations: schema, now: () => START });
  const signal = { announce() {}, onChange: () => () => {}, others: () => others };
  const books = new SqlLedger({ database, random: () => 0.5, signal });
  const rows = new LedgerRows(database);
  return {
    books,
    used: (claim: Claim, at = START) => books.meters(claim, at)[0]?.used,
    heard: () => rows.partition("p/key:k/r").heard?.answers,
  };
}

let number = 0;
function asks(count: number, claim: Claim, more: Partial<Ask> = {}): Ask[] {
  const plain = { claim, lane: "batch", since: START, holder: null, title: "Speak" } as const;
  return Array.from({ length: count }, () => ({ id: `ask ${number++}`, ...plain, ...more }));
}

function head(gotAt: number, headers: Record<string, string> = {}): Head {
  return { status: 200, headers, sentAt: START, gotAt, quick: true };
}

test("many are booked in one step where all find room, else none of them", () => {
  const claim = claimOf(10);
  const { books, used } = ledger();
  assert.equal(books.reserveAlike(asks(7, claim), START), true);
  assert.equal(used(claim), 7);
  assert.equal(books.reserveAlike(asks(4, claim), START), false);
  assert.equal(used(claim), 7);
  assert.equal(books.reserveAlike(asks(3, claim), START), true);
  assert.equal(books.reserve(asks(1, claim)[0]!, START).granted, false);
});

test("each of them is taken back, lost or settled by itself", () => {
  const claim = claimOf(10);
  const { books, used } = ledger();
  const [back, lost, answered, flying] = asks(4, claim) as [Ask, Ask, Ask, Ask];
  books.reserveAlike([back, lost, answered, flying], START);
  books.refund(back.id, START);
  books.lost(lost.id, START + 10);
  books.settle(answered.id, head(START + 10), null, START + 10);
  assert.equal(used(claim, START + 20), 3);
  books.refund(lost.id, START + 20);
  books.refund(answered.id, START + 20);
  assert.equal(used(claim, START + 20), 3);
  books.refund(flying.id, START + 20);
  assert.equal(used(claim, START + 20), 2);
});

test("where somebody waits for the same, they are asked for one by one", () => {
  const claim = claimOf(10);
  const { books, used } = ledger();
  books.reserveAlike(asks(10, claim), START);
  const [waits] = asks(1, claim);
  assert.equal(books.reserve(waits!, START).granted, false);
  const later = START + 60_100;
  assert.equal(books.reserveAlike(asks(5, claim), later), false);
  assert.equal(used(claim, later), 0);
  assert.equal(books.reserve(waits!, later).granted, true);
  assert.equal(books.reserveAlike(asks(5, claim), later), true);
});

test("at the beginning of a burst no more is booked in one step than this process' part", () => {
  const claim = claimOf(40);
  const { books } = ledger(1);
  assert.equal(books.reserveAlike(asks(21, claim), START), false);
  assert.equal(books.reserveAlike(asks(20, claim), START), true);
  assert.equal(books.reserveAlike(asks(2, claim), START), false);
  const alone = ledger(0);
  assert.equal(alone.books.reserveAlike(asks(40, claim), START), true);
});

test("answers that say the same are settled in one step, and count once each", () => {
  const claim = claimOf(10);
  const { books, used } = ledger();
  const [first, ...others] = asks(6, claim).map((one, _, all) => {
    if (one === all[0]) books.reserveAlike(all, START);
    return one.id;
  });
  books.settle(first!, head(START + 40), null, START + 40, others);
  // They are over: what comes later for one of them changes nothing.
  for (const id of [first!, ...others]) {
    books.settle(id, head(START + 50), null, START + 50);
    books.refund(id, START + 50);
  }
  assert.equal(used(claim, START + 50), 6);
  assert.equal(used(claim, START + 59_000), 6);
  assert.equal(used(claim, START + 60_100), 0);
});

test("answers that tell what is left of a quota are looked at one by one", () => {
  const claim = claimOf(10);
  const { books, used, heard } = ledger();
  const all = asks(3, claim);
  books.reserveAlike(all, START);
  const [first, ...others] = all.map((one) => one.id);
  const left = { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "2" };
  books.settle(first!, head(START + 40, left), null, START + 40, others);
  assert.deepEqual([used(claim, START + 50), heard()], [8, 3]);
});

test("a booked request that stands in another claim than the first is settled by its own", () => {
  const { books, used } = ledger();
  const [ours] = asks(1, claimOf(10));
  const other = claimOf(10);
  const theirs = { ...other, parts: [{ ...other.parts[0]!, partition: "p/key:k/other" }] };
  const [second] = asks(1, theirs);
  books.reserve(ours!, START);
  books.reserve(second!, START);
  books.settle(ours!.id, head(START + 40), null, START + 40, [second!.id]);
  assert.deepEqual([used(ours!.claim, START + 50), used(theirs, START + 50)], [1, 1]);
  assert.equal(used(theirs, START + 60_100), 0);
});
