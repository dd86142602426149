// Rules of the stores for exchanges, jobs, results and accounts, over a real database.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Job } from "../../src/core/jobs/model.ts";
import type { Exchange } from "../../src/core/jobs/stores.ts";
import { SqliteAccounts } from "../../src/store/accounts.ts";
import type { Signal } from "../../src/store/changes.ts";
import { Database } from "../../src/store/database.ts";
import { SqliteExchanges } from "../../src/store/exchanges.ts";
import { SqliteJobs } from "../../src/store/jobs.ts";
import { SqliteResults } from "../../src/store/results.ts";
import { schema } from "../../src/store/schema.ts";

const folder = mkdtempSync(join(tmpdir(), "headroom-stores-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const memory = () => new Database({ path: ":memory:", migrations: schema, now: () => 0 });
const turn = () => new Promise<void>((done) => setImmediate(done));

const exchange = (id: string, more: Partial<Exchange> = {}): Exchange => ({
  id,
  providerId: "sauti",
  accountId: "a1",
  keyId: "k1",
  actionId: "speak",
  title: "Speak",
  state: "intent",
  createdAt: 1,
  endedAt: null,
  input: { text: "Habari ya asubuhi" },
  idempotencyKey: null,
  request: { method: "POST", url: "https://x.test/", headers: {}, body: "{}" },
  answer: null,
  problem: null,
  attempts: 0,
  ...more,
});

const job = (id: string, more: Partial<Job> = {}): Job => ({
  id,
  exchangeId: "e1",
  providerId: "sync",
  accountId: "a1",
  keyId: "k1",
  actionId: "generate",
  step: -1,
  remoteId: null,
  state: "queued",
  word: null,
  progress: null,
  createdAt: 1,
  endedAt: null,
  polls: 0,
  nextPollAt: null,
  answers: {},
  input: {},
  asks: null,
  watched: true,
  error: null,
  ...more,
});

/** A wake-up shared by two stores, as between two editor windows. */
function signal(): Signal {
  const listeners = new Set<() => void>();
  return {
    announce: () => {
      for (const one of [...listeners]) one();
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    others: () => 1,
  };
}

test("an exchange is found again as it was, newest first, by provider, state and words of its input", () => {
  const store = new SqliteExchanges(memory());
  store.begin(exchange("e1", { createdAt: 1 }));
  store.begin(exchange("e2", { createdAt: 2, providerId: "sync", state: "done" }));
  assert.deepEqual(store.get("e1"), exchange("e1", { createdAt: 1 }));
  const ids = (filter: Parameters<typeof store.list>[0]) => store.list(filter).map((one) => one.id);
  assert.deepEqual(ids({ limit: 10 }), ["e2", "e1"]);
  assert.deepEqual(ids({ limit: 10, providerIds: ["sync"] }), ["e2"]);
  assert.deepEqual(ids({ limit: 10, states: ["intent", "failed"] }), ["e1"]);
  assert.deepEqual(ids({ limit: 10, text: "ASUBUHI habari" }), ["e2", "e1"]);
  assert.deepEqual(ids({ limit: 10, text: "nothing like it" }), []);
  assert.deepEqual(ids({ limit: 10, before: 2 }), ["e1"]);
});

test("a timeline keeps its order and goes with its exchange", () => {
  const store = new SqliteExchanges(memory());
  store.begin(exchange("e1", { state: "done" }));
  store.note("e1", { at: 1, what: "sent", attempt: 1 });
  store.note("e1", { at: 2, what: "sent", attempt: 2 });
  store.note("gone", { at: 2, what: "sent", attempt: 1 });
  assert.deepEqual(
    store.timeline("e1").map((one) => one.at),
    [1, 2],
  );
  store.remove("e1");
  assert.deepEqual(store.timeline("e1"), []);
});

test("beyond the newest come those that have ended, oldest first, also while they are removed", () => {
  const store = new SqliteExchanges(memory());
  for (let at = 0; at < 130; at++)
    store.begin(exchange(`e${at}`, { createdAt: at >> 1, state: at % 10 === 3 ? "sent" : "done" }));
  store.begin(exchange("open", { createdAt: 0, state: "outcomeUnknown" }));
  const found: string[] = [];
  for (const { id } of store.beyond(11)) {
    found.push(id);
    store.remove(id);
  }
  const expected = Array.from({ length: 119 }, (_, at) => at).filter((at) => at % 10 !== 3);
  assert.deepEqual(
    found,
    expected.map((at) => `e${at}`),
  );
  assert.deepEqual([...store.beyond(131)], []);
  assert.deepEqual(
    store
      .list({ limit: 1000 })
      .filter((one) => one.state === "sent")
      .map((one) => one.state),
    Array.from({ length: 13 }, () => "sent"),
  );
});

test("a list goes on after any of its entries, also where several began in the same instant", () => {
  const store = new SqliteExchanges(memory());
  for (let at = 0; at < 25; at++) store.begin(exchange(`e${at}`, { createdAt: at >> 2 }));
  const whole = store.list({ limit: 99 }).map((one) => one.id);
  const paged: string[] = [];
  let page = store.list({ limit: 7 });
  while (page.length > 0) {
    paged.push(...page.map((one) => one.id));
    page = store.list({ limit: 7, after: page.at(-1)! });
  }
  assert.deepEqual(paged, whole);
  assert.deepEqual(store.instants({ limit: 3, since: 2, before: 4 }), [3, 3, 3]);
});

test("a listener in another editor window hears of its own topic only, once a turn", async () => {
  const path = join(folder, "shared.db");
  const open = () => new Database({ path, migrations: schema, now: () => 0 });
  const [a, b] = [open(), open()];
  const wake = signal();
  const heard: string[] = [];
  new SqliteExchanges(b, wake).onChange(() => heard.push("exchanges"));
  new SqliteJobs(b, wake).onChange(() => heard.push("jobs"));
  const writer = new SqliteExchanges(a, wake);
  writer.begin(exchange("e1"));
  writer.update("e1", { state: "waiting" });
  await turn();
  assert.deepEqual(heard, ["exchanges"]);
  a.close();
  b.close();
});

test("a job that has ended stays ended, whatever a late answer says", () => {
  const store = new SqliteJobs(memory());
  store.add(job("j1"));
  store.update("j1", { state: "running", word: "PROCESSING" });
  store.update("j1", { state: "cancelled", endedAt: 9 });
  store.update("j1", { state: "running", word: "late" });
  assert.equal(store.get("j1")?.state, "cancelled");
  assert.equal(store.get("j1")?.word, "PROCESSING");
  assert.deepEqual(store.open(9), []);
  assert.equal(store.open(8).length, 1);
});

test("a lease keeps others out until it runs out, then belongs to who takes it first", () => {
  const store = new SqliteJobs(memory());
  store.add(job("j1"));
  assert.equal(store.lease("j1", "a", 0, 10_000), true);
  assert.equal(store.lease("j1", "b", 9_999, 20_000), false);
  assert.equal(store.lease("j1", "a", 5_000, 15_000), true);
  assert.equal(store.lease("j1", "b", 15_000, 25_000), true);
  assert.equal(store.lease("j1", "a", 16_000, 26_000), false);
  store.unlease("j1", "a");
  assert.equal(store.lease("j1", "a", 17_000, 27_000), false);
  store.unlease("j1", "b");
  assert.equal(store.lease("j1", "a", 17_000, 27_000), true);
});

test("a lease from before the clock was set back does not lock a job for hours", () => {
  const store = new SqliteJobs(memory());
  store.add(job("j1"));
  assert.equal(store.lease("j1", "a", 10_000_000, 10_010_000), true);
  assert.equal(store.lease("j1", "b", 1_000_000, 1_010_000), true);
});

test("a result's file cannot lie outside the result folder", () => {
  const database = memory();
  const store = new SqliteResults(database, join(folder, "results"));
  const result = {
    id: "r1",
    exchangeId: "e1",
    kind: "audio",
    title: "Speech",
    bytes: 1,
    mediaType: "audio/wav",
    link: null,
    linkExpiresAt: null,
    problem: null,
  } as const;
  for (const file of ["../x.wav", "/etc/x", "a/b.wav", "..", ".hidden", "a\\b", "a\0b"])
    assert.throws(() => store.put({ ...result, file }), /Not a result's file name/);
  // Of an exchange that is not there nothing is kept.
  store.put({ ...result, file: "r1.wav" });
  assert.deepEqual(store.of("e1"), []);
  new SqliteExchanges(database).begin(exchange("e1"));
  store.put({ ...result, file: "r1.wav" });
  writeFileSync(store.pathOf("r1.wav"), "x");
  assert.deepEqual(store.of("e1"), [{ ...result, file: "r1.wav" }]);
  store.remove("r1");
  assert.equal(existsSync(join(folder, "results", "r1.wav")), false);
  assert.equal(store.get("r1"), null);
});

test("accounts keep the order in which they were added when one is renamed", () => {
  const store = new SqliteAccounts(memory());
  const account = (id: string, name: string) => ({
    id,
    providerId: "sync",
    name,
    simulated: false,
    planId: null,
    keys: [],
    overrides: [],
  });
  store.save(account("a", "One"));
  store.save(account("b", "Two"));
  store.save(account("a", "Renamed"));
  assert.deepEqual(
    store.list().map((one) => one.name),
    ["Renamed", "Two"],
  );
  store.remove("a");
  assert.equal(store.list().length, 1);
});

test("a search scans the words, not the bodies", () => {
  const database = memory();
  const store = new SqliteExchanges(database);
  store.begin(exchange("e1"));
  const plan = database
    .prepare(
      `EXPLAIN QUERY PLAN SELECT data FROM exchanges
       WHERE number IN (SELECT number FROM findable WHERE instr(words, 'x') > 0)
       ORDER BY created_at DESC, number DESC LIMIT 10`,
    )
    .all()
    .map((row) => String(row.detail));
  assert.ok(
    plan.some((one) => one === "SCAN findable"),
    plan.join("\n"),
  );
  assert.ok(!plan.some((one) => one === "SCAN exchanges"), plan.join("\n"));
});

test("what was erased cannot be read from the file any more, nor from its journal", () => {
  const path = join(folder, "erased.db");
  const database = new Database({ path, migrations: schema, now: () => 0 });
  const store = new SqliteExchanges(database);
  const secret = "a prompt that nobody else may read";
  for (let at = 0; at < 50; at++)
    store.begin(exchange(`e${at}`, { title: `${secret} ${at}`, state: "done" }));
  const there = () =>
    [path, `${path}-wal`].some((file) => existsSync(file) && readFileSync(file).includes(secret));
  for (let at = 0; at < 50; at++) store.remove(`e${at}`);
  assert.equal(there(), true, "a deletion alone leaves it");
  database.erase();
  assert.equal(there(), false);
  database.close();
});
