// What the ledger does while the database cannot be had: it never blocks, and loses and doubles no booking.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Ask, Finding } from "../../src/core/quota/ledger.ts";
import type { Claim, Policy } from "../../src/core/quota/model.ts";
import { Database } from "../../src/store/database.ts";
import { type LedgerOptions, SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";
import { temporaryFolder } from "../harness/paths.ts";

const START = Date.UTC(2026, 10, 1);
const folder = temporaryFolder("held");
const opened: { close(): void }[] = [];
after(() => {
  for (const one of opened.reverse()) one.close();
});

const words = { noun: "requests", evidence: "published" as const };
const sliding: Policy = {
  ...words,
  type: "rate",
  id: "s",
  title: "s",
  kind: "sliding",
  limit: 100,
  quotaWindowMs: 60_000,
  refusedCount: false,
};
const slots: Policy = { ...words, type: "slots", id: "jobs", title: "jobs", limit: 30 };

function claimOf(...policies: Policy[]): Claim {
  return {
    accountId: "a",
    parts: policies.map((policy) => ({ partition: `p/key:k/${policy.id}`, policy, cost: 1 })),
  };
}

let files = 0;
const fresh = () => join(folder, `${files++}.db`);
let number = 0;
function ask(claim: Claim, more: Partial<Ask> = {}): Ask {
  return { id: `ask ${number++}`, claim, lane: "batch", since: START, holder: null, title: "Speak", ...more };
}

function open(path: string, options: Partial<LedgerOptions> = {}) {
  const database = new Database({ path, migrations: schema, now: () => START });
  const ledger = new SqlLedger({ database, random: () => 0.5, ...options });
  opened.push(database, ledger);
  return { database, ledger };
}

/** Time and retries by hand. */
function byHand() {
  const due: (() => void)[] = [];
  const later = {
    at: START,
    now: () => later.at,
    after: (_: number, run: () => void) => {
      due.push(run);
      return () => void due.splice(due.indexOf(run), 1);
    },
  };
  return { later, due, tryAgain: () => due.shift()?.() };
}

const head = (sentAt: number, gotAt: number) => ({ status: 200, headers: {}, sentAt, gotAt, quick: true });

function booked(ledger: SqlLedger, claim: Claim, count: number, more: Partial<Ask> = {}): Ask[] {
  const asks = Array.from({ length: count }, () => ask(claim, more));
  for (const one of asks) assert.equal(ledger.reserve(one, START).granted, true);
  return asks;
}

const usedIn = (ledger: SqlLedger, claim: Claim) => ledger.meters(claim, START + 1000).map((one) => one.used);

async function heard(child: ChildProcess, word: string): Promise<void> {
  for (;;) if ((await once(child, "message"))[0] === word) return;
}

test("while another process holds the database for a second, the event loop turns and every booking is written once", {
  timeout: 20_000,
}, async () => {
  const path = fresh();
  const { ledger } = open(path);
  const claim = claimOf(sliding, slots);
  const [answered, lost, back] = [
    booked(ledger, claim, 10),
    booked(ledger, claim, 5),
    booked(ledger, claim, 5),
  ];
  booked(ledger, claim, 1, { holder: "job" });
  assert.deepEqual(usedIn(ledger, claim), [21, 21]);
  const child = fork(new URL("./lock-child.ts", import.meta.url));
  await heard(child, "ready");
  child.send({ path, forMs: 1000 });
  await heard(child, "held");
  let turns = 0;
  let isHeld = true;
  const letGo = heard(child, "let go").then(() => {
    isHeld = false;
  });
  for (const one of answered) ledger.settle(one.id, head(START, START + 10), null, START + 10);
  for (const one of lost) ledger.lost(one.id, START + 10);
  for (const one of back) ledger.refund(one.id, START + 10);
  ledger.free("job", START + 10);
  assert.throws(() => ledger.reserve(ask(claim), START + 10), /locked/);
  while (isHeld) {
    turns++;
    await new Promise(setImmediate);
  }
  await letGo;
  assert.ok(turns > 100, `the event loop turned ${turns} times in a second`);
  await ledger.flush();
  const other = open(path).ledger;
  assert.deepEqual(usedIn(other, claim), [16, 0]);
  for (const one of [...answered, ...lost, ...back]) ledger.refund(one.id, START + 20);
  ledger.free("job", START + 20);
  assert.deepEqual(usedIn(other, claim), [16, 0]);
});

test("bookings that waited are written in the order in which they were made, before the next reservation", () => {
  const path = fresh();
  const { later } = byHand();
  const { ledger } = open(path, { later });
  const rival = open(path);
  const claim = claimOf({ ...sliding, limit: 1 });
  const [one] = booked(ledger, claim, 1);
  const waiting = ask(claim);
  assert.equal(ledger.reserve(waiting, START).granted, false);
  rival.database.prepare("BEGIN IMMEDIATE").run();
  ledger.sent(one!.id, START + 5000);
  ledger.lost(one!.id, START + 9000);
  ledger.leave(waiting.id);
  rival.database.prepare("ROLLBACK").run();
  assert.equal(rival.ledger.tickets().length, 1);
  const next = ledger.reserve(ask(claim, { lane: "person" }), START + 9000);
  // Counted from when it was sent, not from when it was booked.
  assert.ok(!next.granted && next.wait.until !== null && next.wait.until > START + 65_000);
  assert.deepEqual(
    rival.ledger.tickets().map((ticket) => ticket.lane),
    ["person"],
  );
});

test("a booking that waited takes nobody's later spend for one in the future", () => {
  const path = fresh();
  const { later, tryAgain } = byHand();
  const { ledger } = open(path, { later, machine: { steady: () => later.at, up: () => later.at } });
  const rival = open(path);
  const claim = claimOf({ ...sliding, limit: 2 });
  const [one] = booked(ledger, claim, 1);
  rival.database.prepare("BEGIN IMMEDIATE").run();
  ledger.lost(one!.id, START);
  rival.database.prepare("ROLLBACK").run();
  later.at = START + 30_000;
  assert.equal(rival.ledger.reserve(ask(claim), later.at).granted, true);
  tryAgain();
  const third = rival.ledger.reserve(ask(claim), START + 61_000);
  assert.equal(third.granted, true);
  const fourth = rival.ledger.reserve(ask(claim, { lane: "person" }), START + 61_000);
  assert.ok(!fourth.granted && fourth.wait.until !== null && fourth.wait.until >= START + 90_000);
});

test("what a late batch taught is told when it is booked, and no timer runs once nothing waits", () => {
  const path = fresh();
  const { later, due, tryAgain } = byHand();
  const findings: Finding[] = [];
  const { ledger } = open(path, { later });
  const rival = open(path);
  const claim = claimOf(sliding);
  const [one] = booked(ledger, claim, 1);
  rival.database.prepare("BEGIN IMMEDIATE").run();
  const headers = { "x-ratelimit-limit": "7", "x-ratelimit-remaining": "6", "x-ratelimit-reset": "60" };
  let heard: readonly string[] = [];
  ledger.eventually(
    () => findings.push(...ledger.settle(one!.id, { ...head(START, START + 9), headers }, null, START + 9)),
    () => {
      heard = findings.map((found) => `${found.kind} ${found.limit}`);
    },
    (error) => assert.fail(String(error)),
  );
  tryAgain();
  assert.equal(due.length, 1);
  assert.deepEqual(heard, []);
  rival.database.prepare("ROLLBACK").run();
  tryAgain();
  assert.deepEqual(heard, ["stricter 7"]);
  assert.equal(due.length, 0);
});

test("with a full disk a booking waits for room and is then written", () => {
  const path = fresh();
  const { later, due, tryAgain } = byHand();
  const { ledger, database } = open(path, { later });
  const claim = claimOf(sliding);
  const [one] = booked(ledger, claim, 1);
  const jobs = Array.from({ length: 300 }, (_, i) => ({ ...slots, id: `jobs${i}` }));
  database.prepare("PRAGMA max_page_count = 1").get();
  assert.throws(() => {
    for (const job of jobs) ledger.reserve(ask(claimOf(job)), START);
  }, /full/);
  // One of another name, as long as the whole page: its row finds no room.
  ledger.reconcileSlots(`p/key:${"k".repeat(9000)}/jobs`, 3, START);
  ledger.refund(one!.id, START);
  assert.equal(due.length, 1);
  database.prepare("PRAGMA max_page_count = 100000").get();
  tryAgain();
  assert.deepEqual(usedIn(ledger, claim), [0]);
  assert.equal(due.length, 0);
});

test("a booking that meets a closed ledger or database throws nothing", () => {
  const troubles: unknown[] = [];
  const { ledger, database } = open(fresh(), { trouble: (error) => troubles.push(error) });
  const claim = claimOf(sliding);
  const [one, two] = booked(ledger, claim, 2);
  database.close();
  ledger.lost(one!.id, START);
  assert.match(String(troubles[0]), /closed/);
  ledger.close();
  ledger.lost(two!.id, START);
  assert.equal(troubles.length, 1);
});
