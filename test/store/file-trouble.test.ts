// What can happen to the ledger's file before and while it is open: it is never trusted blindly, never written by an older
// Headroom, and each case has its sentence.
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { isHeadroomError } from "../../src/core/errors.ts";
import type { Ask } from "../../src/core/quota/ledger.ts";
import type { Claim } from "../../src/core/quota/model.ts";
import { storeNotice } from "../../src/host/store-notices.ts";
import { Database, type StoreNotice } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";
import { temporaryFolder } from "../harness/paths.ts";

const START = Date.UTC(2026, 10, 1);
const folder = temporaryFolder("file-trouble");
let files = 0;
const fresh = () => join(folder, `${files++}`, "headroom.db");

const claim: Claim = {
  accountId: "a",
  parts: [
    {
      partition: "p/account:a/s",
      policy: {
        type: "rate",
        id: "s",
        title: "s",
        noun: "requests",
        kind: "sliding",
        limit: 5,
        quotaWindowMs: 60_000,
        refusedCount: false,
        evidence: "published",
      },
      cost: 1,
    },
  ],
};
let number = 0;
const ask = (): Ask => {
  return { id: `ask ${number++}`, claim, lane: "person", since: START, holder: null, title: "Speak" };
};
const used = (ledger: SqlLedger) => ledger.meters(claim, START)[0]?.used;
/** The sentence's beginning, as the playground shows it. */
const said = (notice: StoreNotice) => storeNotice(notice, (text) => text)?.sentence.slice(0, 60) ?? null;

function open(path: string) {
  const heard: StoreNotice[] = [];
  const database = new Database({
    path,
    migrations: schema,
    now: () => START,
    heard: (one) => heard.push(one),
  });
  const ledger = new SqlLedger({ database });
  return { database, ledger, heard };
}

/** Lets the next transaction look at the file, as it does once a second. */
function aSecondLater<T>(t: { mock: { method: typeof import("node:test").mock.method } }, work: () => T): T {
  const now = performance.now.bind(performance);
  const later = t.mock.method(performance, "now", () => now() + 2_000);
  try {
    return work();
  } finally {
    later.mock.restore();
  }
}

test("a file that is deleted while open is begun anew, with a sentence, and what waits keeps waiting", (t) => {
  const path = fresh();
  const { database, ledger, heard } = open(path);
  for (let i = 0; i < 5; i++) ledger.reserve(ask(), START);
  const waiting = ask();
  assert.equal(ledger.reserve(waiting, START).granted, false);
  for (const name of readdirSync(dirname(path))) rmSync(join(dirname(path), name));
  aSecondLater(t, () => assert.equal(ledger.reserve(ask(), START).granted, true));
  assert.deepEqual(heard.map(said), ["The file of the ledger and history was removed or replaced w"]);
  for (let i = 0; i < 4; i++) assert.equal(ledger.reserve(ask(), START).granted, true);
  assert.equal(ledger.reserve(waiting, START).granted, false);
  assert.equal(ledger.tickets().length, 1);
  assert.equal(used(ledger), 5);
  const other = open(path);
  assert.equal(used(other.ledger), 5);
  for (const one of [database, other.database]) one.close();
});

test("a file that is overwritten while open is set aside and rebuilt for the next transaction", () => {
  const path = fresh();
  const { database, ledger, heard } = open(path);
  ledger.reserve(ask(), START);
  database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
  writeFileSync(path, Buffer.alloc(64 * 1024, "rubbish"));
  // What is still kept in memory would hide it for a while.
  database.db.exec("PRAGMA shrink_memory");
  assert.throws(() => ledger.reserve(ask(), START), /malformed|not a database/);
  assert.deepEqual(heard.map(said), ["The ledger and history were damaged and begin anew. The old "]);
  assert.equal(ledger.reserve(ask(), START).granted, true);
  assert.equal(used(ledger), 1);
  database.close();
});

test("a file that lost its end is set aside and rebuilt", () => {
  const path = fresh();
  const before = open(path);
  for (let i = 0; i < 3; i++) before.ledger.reserve(ask(), START);
  before.database.close();
  truncateSync(path, 8192 + 100);
  const { database, ledger } = open(path);
  assert.deepEqual(
    database.notices.map((one) => one.kind),
    ["rebuilt"],
  );
  assert.deepEqual(database.notices.map(said), [
    "The ledger and history were damaged and begin anew. The old ",
  ]);
  assert.equal(ledger.reserve(ask(), START).granted, true);
  database.close();
});

test("a big file is opened by a look at what budgets and jobs rest on, not at all of it", (t) => {
  const path = fresh();
  const big = open(path);
  big.ledger.reserve(ask(), START);
  big.database.db.exec("CREATE TABLE ballast (x BLOB)");
  for (let i = 0; i < 6; i++) big.database.prepare("INSERT INTO ballast VALUES (zeroblob(1000000))").run();
  big.database.close();
  const prepare = t.mock.method(DatabaseSync.prototype, "prepare");
  const { database } = open(path);
  assert.deepEqual(database.notices, []);
  const checks = prepare.mock.calls
    .map((call) => String(call.arguments[0]))
    .filter((sql) => /quick_check/.test(sql));
  assert.ok(checks.includes("PRAGMA quick_check(partitions)"));
  assert.ok(!checks.some((sql) => sql.includes("(1)") || sql.includes("ballast")));
  prepare.mock.restore();
  database.close();
});

test("a folder in the file's place is named, and left alone", () => {
  const path = fresh();
  mkdirSync(join(path, "inside"), { recursive: true });
  assert.throws(() => open(path).database.db, /headroom\.db is a folder where a file should be/);
  assert.ok(existsSync(join(path, "inside")));
});

test("a newer Headroom's file is read and never written, with one sentence; a request fails at once", () => {
  const path = fresh();
  const newer = new Database({
    path,
    migrations: [...schema, { version: 99, name: "next", up: "SELECT 1" }],
    now: () => START,
  });
  newer.db.exec("SELECT 1");
  newer.close();
  const digest = readFileSync(path).toString("base64");
  const { database, ledger } = open(path);
  assert.deepEqual(database.notices.map(said), [
    "A newer Headroom wrote the ledger, so this one can only read",
  ]);
  assert.throws(
    () => ledger.reserve(ask(), START),
    (error) => isHeadroomError(error, "booksClosed") && error.fields.why === "newer",
  );
  ledger.free("job", START);
  assert.deepEqual(ledger.tickets(), []);
  assert.equal(used(ledger), 0);
  database.close();
  assert.equal(readFileSync(path).toString("base64"), digest);
});

test("a schema that a newer Headroom brings forward while this one runs is not written any more", () => {
  const path = fresh();
  const { database, ledger, heard } = open(path);
  const booked = ask();
  assert.equal(ledger.reserve(booked, START).granted, true);
  const newer = new Database({
    path,
    migrations: [...schema, { version: 99, name: "next", up: "CREATE TABLE next (x)" }],
    now: () => START,
  });
  newer.db.exec("SELECT 1");
  assert.throws(() => ledger.reserve(ask(), START), /newer Headroom/);
  assert.deepEqual(
    heard.map((one) => one.kind),
    ["newer"],
  );
  assert.throws(
    () => ledger.reserve(ask(), START),
    (error) => isHeadroomError(error, "booksClosed"),
  );
  ledger.lost(booked.id, START);
  const books = new SqlLedger({ database: newer });
  assert.equal(books.meters(claim, START)[0]?.inFlight, 1);
  for (const one of [database, newer]) one.close();
});

test("a write-protected file is told at once, and nothing is lost from it", () => {
  const path = fresh();
  const { database, ledger } = open(path);
  assert.equal(ledger.reserve(ask(), START).granted, true);
  database.db.exec("PRAGMA query_only = 1");
  assert.throws(
    () => ledger.reserve(ask(), START),
    (error) => isHeadroomError(error, "booksClosed") && error.fields.why === "readOnly",
  );
  assert.equal(used(ledger), 1);
  database.close();
});

test("where the quick journal cannot be had, two processes share the ledger all the same, and it is said", (t) => {
  const path = fresh();
  const prepare = DatabaseSync.prototype.prepare;
  // As on a network drive: SQLite answers with the journal it keeps instead.
  const mocked = t.mock.method(DatabaseSync.prototype, "prepare", function (this: DatabaseSync, sql: string) {
    return prepare.call(this, sql.replace("journal_mode = WAL", "journal_mode = DELETE"));
  });
  const [left, right] = [open(path), open(path)];
  assert.deepEqual(
    left.database.notices.map(said),
    ["Headroom's storage folder lies on a drive without shared memor"].map((one) => one.slice(0, 60)),
  );
  for (let i = 0; i < 5; i++)
    assert.equal((i % 2 === 0 ? left : right).ledger.reserve(ask(), START).granted, true);
  assert.equal(right.ledger.reserve(ask(), START).granted, false);
  assert.equal(used(left.ledger), 5);
  mocked.mock.restore();
  for (const one of [left.database, right.database]) one.close();
});
