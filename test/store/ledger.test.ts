// The ledger in one process, in memory, with a clock that the tests own.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ask } from "../../src/core/quota/ledger.ts";
import type { Claim, Head, Policy } from "../../src/core/quota/model.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";

const START = Date.UTC(2026, 10, 1);

function rate(id: string, kind: "sliding" | "fixed", limit: number, quotaWindowMs = 60_000): Policy {
  const words = { title: id, noun: "requests", refusedCount: false, evidence: "published" as const };
  return { type: "rate", id, kind, limit, quotaWindowMs, ...words };
}

const slots: Policy = {
  type: "slots",
  id: "jobs",
  title: "jobs",
  noun: "jobs",
  limit: 2,
  evidence: "published",
};

function claimOf(...policies: Policy[]): Claim {
  return {
    accountId: "a",
    parts: policies.map((policy) => ({ partition: `p/key:k/${policy.id}`, policy, cost: 1 })),
  };
}

function ledger(): SqlLedger {
  const database = new Database({ path: ":memory:", migrations: schema, now: () => START });
  return new SqlLedger({ database, random: () => 0.5 });
}

let number = 0;
function ask(claim: Claim, more: Partial<Ask> = {}): Ask {
  return { id: `ask ${number++}`, claim, lane: "batch", since: START, holder: null, title: "Speak", ...more };
}

function head(sentAt: number, gotAt: number, headers: Record<string, string> = {}, status = 200): Head {
  return { status, headers, sentAt, gotAt, quick: true };
}

test("a sliding quota window grants its limit and no more", () => {
  const books = ledger();
  const claim = claimOf(rate("s", "sliding", 3));
  for (let i = 0; i < 3; i++) assert.equal(books.reserve(ask(claim), START).granted, true);
  const fourth = books.reserve(ask(claim), START);
  assert.equal(fourth.granted, false);
});

test("a claim is booked in all its partitions or in none", () => {
  const books = ledger();
  const wide = rate("wide", "sliding", 10);
  assert.equal(books.reserve(ask(claimOf(rate("tight", "sliding", 1), wide)), START).granted, true);
  assert.equal(books.reserve(ask(claimOf(rate("tight", "sliding", 1), wide)), START).granted, false);
  assert.equal(books.meters(claimOf(wide), START)[0]?.used, 1);
});

test("a spend in a sliding quota window is counted from its latest possible arrival", () => {
  const books = ledger();
  const claim = claimOf(rate("s", "sliding", 1));
  const first = ask(claim);
  books.reserve(first, START);
  books.settle(first.id, head(START, START + 400), null, START + 400);
  const decision = books.reserve(ask(claim), START + 1000);
  assert.ok(!decision.granted && decision.wait.until !== null);
  assert.ok(decision.wait.until > START + 60_000 && decision.wait.until < START + 60_450);
  assert.equal(books.reserve(ask(claim, { lane: "person" }), decision.wait.until).granted, true);
});

test("a fixed quota window is crossed when the server's clock has surely passed its end", () => {
  const books = ledger();
  const claim = claimOf(rate("f", "fixed", 1));
  const sentAt = START + 30_250;
  const first = ask(claim);
  books.reserve(first, sentAt);
  // The server is 1.3 s ahead.
  const date = new Date(Math.floor((sentAt + 1300) / 1000) * 1000).toUTCString();
  books.settle(first.id, head(sentAt, sentAt + 10, { date }), null, sentAt + 10);
  const decision = books.reserve(ask(claim), sentAt + 20);
  assert.ok(!decision.granted && decision.wait.until !== null);
  const boundary = START + 60_000 - 1300;
  assert.ok(
    decision.wait.until > boundary && decision.wait.until <= boundary + 1050,
    `${decision.wait.until - boundary}`,
  );
});

test("a slot is held by a job until it is freed, and waits for no clock", () => {
  const books = ledger();
  const claim = claimOf(slots);
  for (const holder of ["job 1", "job 2"])
    assert.equal(books.reserve(ask(claim, { holder }), START).granted, true);
  const third = ask(claim, { holder: "job 3" });
  const decision = books.reserve(third, START);
  assert.ok(!decision.granted && decision.wait.cause === "slots" && decision.wait.until === null);
  books.free("job 1", START + 5000);
  books.free("job 1", START + 5000);
  assert.equal(books.reserve(third, START + 5000).granted, true);
});

test("a later step of the same job takes no second slot", () => {
  const books = ledger();
  for (let i = 0; i < 4; i++)
    assert.equal(books.reserve(ask(claimOf(slots), { holder: "job" }), START).granted, true);
  assert.equal(books.meters(claimOf(slots), START)[0]?.used, 1);
});

test("what surely never left is given back, and once only", () => {
  const books = ledger();
  const claim = claimOf(rate("s", "sliding", 1), slots);
  const first = ask(claim, { holder: "job" });
  books.reserve(first, START);
  books.refund(first.id, START);
  books.refund(first.id, START);
  assert.deepEqual(
    books.meters(claim, START).map((one) => one.used),
    [0, 0],
  );
});

test("a request whose answer was lost stays counted", () => {
  const books = ledger();
  const claim = claimOf(rate("s", "sliding", 1));
  const first = ask(claim);
  books.reserve(first, START);
  books.lost(first.id, START + 30_000);
  assert.equal(books.reserve(ask(claim), START + 59_000).granted, false);
  assert.equal(books.reserve(ask(claim), START + 60_100).granted, true);
});

test("a refusal closes the gate until the server's instant, and a shorter one later does not open it", () => {
  const books = ledger();
  const claim = claimOf(rate("s", "sliding", 5));
  const both = [ask(claim), ask(claim)];
  for (const one of both) books.reserve(one, START);
  for (const [i, waitMs] of [17_000, 3_000].entries()) {
    const refusal = { kind: "rate", until: START + waitMs, evidence: "stated" } as const;
    books.settle(both[i]!.id, head(START, START + 10 + i, {}, 429), refusal, START + 10 + i);
  }
  const decision = books.reserve(ask(claim), START + 20);
  assert.ok(!decision.granted && decision.wait.cause === "refused");
  assert.equal(decision.wait.until, START + 17_000);
});

test("a waiting request has a ticket that ends with its grant or when it leaves", () => {
  const books = ledger();
  const claim = claimOf(rate("s", "sliding", 1));
  books.reserve(ask(claim), START);
  const second = ask(claim, { title: "second" });
  const third = ask(claim, { title: "third" });
  books.reserve(second, START);
  books.reserve(third, START);
  assert.deepEqual(
    books.tickets().map((one) => one.title),
    ["second", "third"],
  );
  books.leave(third.id);
  books.reserve(second, START + 61_000);
  assert.deepEqual(books.tickets(), []);
});

test("listeners hear of a change once a turn", async () => {
  const books = ledger();
  let heard = 0;
  books.onChange(() => heard++);
  const claim = claimOf(rate("s", "sliding", 5));
  books.reserve(ask(claim), START);
  books.reserve(ask(claim), START);
  await Promise.resolve();
  assert.equal(heard, 1);
});
