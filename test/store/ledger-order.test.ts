// Who goes first, over lanes and over two ledgers on one file, as two editor windows have.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Ask } from "../../src/core/quota/ledger.ts";
import type { Claim, Policy } from "../../src/core/quota/model.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";

const START = Date.UTC(2026, 10, 1);
const folder = mkdtempSync(join(tmpdir(), "headroom-order-"));
const opened: Database[] = [];
after(() => {
  for (const one of opened) one.close();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
/** Two ledgers that share a file. */
function pair(alive: (pid: number) => boolean = () => true): [SqlLedger, SqlLedger] {
  const path = join(folder, `${files++}.db`);
  const one = () => {
    const database = new Database({ path, migrations: schema, now: () => START });
    opened.push(database);
    return new SqlLedger({ database, random: () => 0.5, alive });
  };
  return [one(), one()];
}

function rate(id: string, limit: number): Policy {
  const words = { title: id, noun: "requests", refusedCount: false, evidence: "published" as const };
  return { type: "rate", id, kind: "sliding", limit, quotaWindowMs: 60_000, ...words };
}

function claimOf(...policies: Policy[]): Claim {
  return {
    accountId: "a",
    parts: policies.map((policy) => ({ partition: `p/key:k/${policy.id}`, policy, cost: 1 })),
  };
}

let number = 0;
function ask(claim: Claim, since: number, more: Partial<Ask> = {}): Ask {
  return { id: `ask ${number++}`, claim, lane: "batch", since, holder: null, title: "Speak", ...more };
}

test("two editor windows share one count", () => {
  const [left, right] = pair();
  const claim = claimOf(rate("s", 3));
  assert.equal(left.reserve(ask(claim, START), START).granted, true);
  assert.equal(right.reserve(ask(claim, START), START).granted, true);
  assert.equal(left.meters(claim, START)[0]?.used, 2);
  assert.equal(left.reserve(ask(claim, START), START).granted, true);
  assert.equal(right.reserve(ask(claim, START), START).granted, false);
});

/** Fills the partition, lets both wait, and returns when both may ask again. */
function bothWait(left: SqlLedger, right: SqlLedger, older: Ask, younger: Ask): number {
  const { claim } = older;
  while (left.reserve(ask(claim, START, { lane: "person" }), START).granted);
  for (const waiting of left.tickets()) left.leave(waiting.id);
  const decision = left.reserve(older, START + 20);
  assert.equal(right.reserve(younger, START + 20).granted, false);
  assert.ok(!decision.granted && decision.wait.until !== null);
  return decision.wait.until;
}

test("who waits longer goes first, whichever window asks first", () => {
  const [left, right] = pair();
  const claim = claimOf(rate("s", 1));
  const older = ask(claim, START + 1);
  const younger = ask(claim, START + 2);
  const freeAt = bothWait(left, right, older, younger);
  const overtaking = right.reserve(younger, freeAt);
  assert.ok(!overtaking.granted && overtaking.wait.cause === "ahead");
  assert.equal(left.reserve(older, freeAt + 1).granted, true);
});

test("whatever gives a place back wakes who waits for it, and who sleeps nevertheless is passed", async () => {
  const head = { status: 200, headers: {}, sentAt: START, gotAt: START + 5, quick: true };
  const ends = [
    (ledger: SqlLedger, id: string) => void ledger.settle(id, head, null, START + 5),
    (ledger: SqlLedger, id: string) => ledger.lost(id, START + 5),
    (ledger: SqlLedger, id: string) => ledger.refund(id, START + 5),
  ];
  for (const end of ends) {
    const [left, right] = pair();
    const one = { type: "slots", id: "j", title: "", noun: "", limit: 1, evidence: "published" } as const;
    const claim = claimOf(one);
    const first = ask(claim, START);
    assert.equal(left.reserve(first, START).granted, true);
    assert.equal(right.reserve(ask(claim, START), START).granted, false);
    await Promise.resolve();
    let heard = 0;
    left.onChange(() => heard++);
    end(left, first.id);
    await Promise.resolve();
    assert.equal(heard, 1);
    const younger = ask(claim, START + 10);
    const decision = left.reserve(younger, START + 10);
    assert.ok(!decision.granted && decision.wait.cause === "ahead" && decision.wait.until !== null);
    assert.equal(left.reserve(younger, decision.wait.until).granted, true);
  }
});

test("what a person has sent goes by age over all windows, and both windows tell the same order", () => {
  const [left, right] = pair();
  const claim = claimOf(rate("s", 1));
  const older = ask(claim, START + 1, { lane: "person" });
  const younger = ask(claim, START + 2, { lane: "person" });
  // The left window was served just now; among batches that would let the right one go first.
  const freeAt = bothWait(left, right, older, younger);
  for (const window of [left, right])
    assert.deepEqual(
      window.tickets().map(({ id }) => id),
      [older.id, younger.id],
    );
  assert.deepEqual(
    right.tickets().map(({ own }) => own),
    [false, true],
  );
  const overtaking = right.reserve(younger, freeAt);
  assert.ok(!overtaking.granted && overtaking.wait.cause === "ahead");
  assert.equal(left.reserve(older, freeAt + 1).granted, true);
});

test("a window that does not take what it waited for is passed after a short grace", () => {
  const [left, right] = pair();
  const claim = claimOf(rate("s", 1));
  const younger = ask(claim, START + 2);
  const freeAt = bothWait(left, right, ask(claim, START + 1), younger);
  assert.equal(right.reserve(younger, freeAt).granted, false);
  assert.equal(right.reserve(younger, freeAt + 200).granted, true);
});

test("tickets of a process that has ended are removed", () => {
  const [left, right] = pair(() => false);
  const claim = claimOf(rate("s", 1));
  const younger = ask(claim, START + 2);
  const freeAt = bothWait(left, right, ask(claim, START + 1), younger);
  assert.equal(right.reserve(younger, freeAt + 200).granted, true);
  assert.deepEqual(right.tickets(), []);
});

test("a person's send goes before a batch that waits longer", () => {
  const [left, right] = pair();
  const claim = claimOf(rate("s", 1));
  const batch = ask(claim, START + 1);
  const person = ask(claim, START + 10, { lane: "person" });
  const freeAt = bothWait(left, right, batch, person);
  assert.equal(left.reserve(batch, freeAt).granted, false);
  assert.equal(right.reserve(person, freeAt).granted, true);
});

test("a waiting head does not hold up a lower lane whose partitions are free", () => {
  const [left] = pair();
  const shared = rate("all", 100);
  const submit = claimOf(rate("write", 1), shared);
  left.reserve(ask(submit, START), START);
  assert.equal(left.reserve(ask(submit, START), START).granted, false);
  assert.equal(
    left.reserve(ask(claimOf(rate("read", 5), shared), START, { lane: "poll" }), START).granted,
    true,
  );
});

test("while many wait, room for all of them lets both windows go without turns", () => {
  const [left, right] = pair();
  const claim = claimOf(rate("s", 4));
  const older = [1, 3].map((at) => ask(claim, START + at));
  const younger = [2, 4].map((at) => ask(claim, START + at));
  const freeAt = bothWait(left, right, older[0]!, younger[0]!);
  left.reserve(older[1]!, START + 30);
  right.reserve(younger[1]!, START + 30);
  for (const one of older) assert.equal(left.reserve(one, freeAt).granted, true);
  for (const one of younger) assert.equal(right.reserve(one, freeAt).granted, true);
});

test("polls get their share of a budget that batches use up", () => {
  const [left] = pair();
  const claim = claimOf(rate("s", 10));
  const batch = Array.from({ length: 20 }, (_, i) => ask(claim, START + i));
  const poll = ask(claim, START + 100, { lane: "poll" });
  for (const one of batch.slice(0, 10)) left.reserve(one, START);
  const waits = batch.slice(10).map((one) => left.reserve(one, START + 50));
  left.reserve(poll, START + 100);
  const until = waits[0]?.granted === false ? waits[0].wait.until : null;
  assert.ok(until !== null);
  let granted = 0;
  for (const one of batch.slice(10)) if (left.reserve(one, until).granted) granted++;
  assert.equal(granted, 9);
  assert.equal(left.reserve(poll, until).granted, true);
});

test("polls of a budget that sends share leave a twentieth to them, and have their own share all the same", () => {
  const [left] = pair();
  const plain = claimOf(rate("s", 20));
  const claim: Claim = { ...plain, parts: plain.parts.map((part) => ({ ...part, shared: true })) };
  const polls = Array.from({ length: 25 }, (_, i) => ask(claim, START + i, { lane: "poll" }));
  const decisions = polls.map((one) => left.reserve(one, START + 30));
  assert.equal(decisions.filter((one) => one.granted).length, 19);
  const click = ask(claim, START + 40, { lane: "person" });
  assert.equal(left.reserve(click, START + 40).granted, true);
  for (const one of [...polls, click]) left.lost(one.id, START + 50);
  // Sends take what they like; the polls' own share comes back with the quota window.
  const batch = Array.from({ length: 40 }, (_, i) => ask(claim, START + 100 + i));
  for (const one of batch) left.reserve(one, START + 200);
  const later = START + 61_000;
  for (const one of batch.slice(0, 19)) left.reserve(one, later);
  assert.ok(polls.slice(19).some((one) => left.reserve(one, later).granted));
});

test("a budget of polls alone is theirs to the last unit", () => {
  const [left] = pair();
  const claim = claimOf(rate("s", 20));
  const polls = Array.from({ length: 25 }, (_, i) => ask(claim, START + i, { lane: "poll" }));
  assert.equal(polls.filter((one) => left.reserve(one, START + 30).granted).length, 20);
});

test("closing takes what waits out of line and leaves what is booked counted", () => {
  const [left, right] = pair();
  const claim = claimOf(rate("s", 1));
  left.reserve(ask(claim, START), START);
  left.reserve(ask(claim, START), START);
  left.close();
  assert.deepEqual(right.tickets(), []);
  assert.equal(right.reserve(ask(claim, START), START).granted, false);
});

test("after the clock was set back, spends in the future count as now", () => {
  const [left] = pair();
  const claim = claimOf(rate("s", 1));
  const one = ask(claim, START);
  left.reserve(one, START);
  left.lost(one.id, START + 10);
  const back = START - 3_600_000;
  const decision = left.reserve(ask(claim, back), back);
  assert.ok(!decision.granted && decision.wait.until !== null && decision.wait.until <= back + 60_200);
  assert.equal(left.reserve(ask(claim, back, { lane: "person" }), decision.wait.until).granted, true);
});
