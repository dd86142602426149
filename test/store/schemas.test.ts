// Files of every earlier schema, as they were written then: each is brought forward once, with all that it holds, and a copy
// of it stays. `schemas/rows.ts` says what they hold.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { SqliteAccounts } from "../../src/store/accounts.ts";
import { Database } from "../../src/store/database.ts";
import { removeCopies } from "../../src/store/database-open.ts";
import { SqliteExchanges } from "../../src/store/exchanges.ts";
import { SqliteJobs } from "../../src/store/jobs.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { SqliteResults } from "../../src/store/results.ts";
import { schema } from "../../src/store/schema.ts";
import { bench, json } from "../app/fakes.ts";
import { temporaryFolder } from "../harness/paths.ts";
import { accounts, claim, exchanges, jobs, momentsOf, results, SPENT, START } from "./schemas/rows.ts";

const TODAY = schema.length;
const folder = temporaryFolder("schemas");
const earlier = schema.slice(0, -1).map((step) => step.version);

/** A file as an earlier Headroom left it. */
function fileOf(version: number): string {
  const file = path.join(mkdtempSync(path.join(folder, `v${version}-`)), "headroom.db");
  const db = new DatabaseSync(file);
  db.exec(readFileSync(path.join(import.meta.dirname, "schemas", `v${version}.sql`), "utf8"));
  db.close();
  return file;
}

function storesOf(file: string, migrations = schema) {
  const database = new Database({ path: file, migrations, now: () => START });
  return {
    database,
    accounts: new SqliteAccounts(database),
    exchanges: new SqliteExchanges(database),
    jobs: new SqliteJobs(database),
    results: new SqliteResults(database, path.join(path.dirname(file), "results")),
    ledger: new SqlLedger({ database }),
  };
}

/** Everything that the file was given is there as it was. */
function holdsAll(stores: ReturnType<typeof storesOf>): void {
  assert.deepEqual(stores.accounts.list(), accounts);
  assert.deepEqual(stores.exchanges.list({ limit: 99 }), exchanges.toReversed());
  for (const one of exchanges) assert.deepEqual(stores.exchanges.timeline(one.id), momentsOf(one));
  const found = stores.exchanges.list({ limit: 9, text: "habari refused", states: ["refused"] });
  assert.deepEqual(
    found.map((one) => one.id),
    ["x-refused"],
  );
  assert.deepEqual(stores.jobs.open(0), jobs);
  assert.deepEqual(stores.results.of("x-done"), results);
  assert.deepEqual(
    [...stores.results.onDisk()].map((one) => one.id),
    ["x-done-0-0", "x-done-0-1"],
  );
  assert.equal(stores.results.bytesOnDisk(), 2_001);
  assert.equal(stores.ledger.meters(claim, START + 1_000)[0]?.used, SPENT);
}

test("the steps are numbered from one, and each earlier schema has its file", () => {
  assert.deepEqual(
    schema.map((step) => step.version),
    schema.map((_, index) => index + 1),
  );
  for (const version of earlier)
    assert.ok(existsSync(path.join(import.meta.dirname, "schemas", `v${version}.sql`)));
});

for (const version of earlier) {
  test(`a file of schema ${version} is brought forward with all its rows, once, and a copy of it stays`, () => {
    const file = fileOf(version);
    const stores = storesOf(file);
    const backup = `${file}.before-v${TODAY}`;
    assert.deepEqual(stores.database.notices, [{ kind: "migrated", from: version, to: TODAY, backup }]);
    holdsAll(stores);
    stores.database.close();
    if (process.platform !== "win32") assert.equal(statSync(backup).mode & 0o777, 0o600);
    const copied = statSync(backup).mtimeMs;
    const again = storesOf(file);
    assert.deepEqual(again.database.notices, []);
    holdsAll(again);
    again.database.close();
    assert.equal(statSync(backup).mtimeMs, copied);
    const copy = new DatabaseSync(backup, { readOnly: true });
    assert.equal(copy.prepare("PRAGMA user_version").get()?.user_version, version);
    assert.equal(copy.prepare("SELECT count(*) AS n FROM exchanges").get()?.n, exchanges.length);
    copy.close();
    assert.deepEqual(readdirSync(path.dirname(file)).toSorted(), ["headroom.db", path.basename(backup)]);
  });

  test(`a file of schema ${version} takes what is done with it today`, () => {
    const { database, exchanges: store, results: held, jobs: open } = storesOf(fileOf(version));
    store.update("x-accepted", { state: "done", endedAt: START + 9 });
    store.note("x-accepted", { at: START + 9, what: "state", state: "done", note: null });
    store.note("x-accepted", { at: START + 10, what: "state", state: "done", note: "watched again" });
    assert.deepEqual(
      store
        .timeline("x-accepted")
        .slice(-2)
        .map((one) => one.at),
      [START + 9, START + 10],
    );
    assert.equal(store.get("x-accepted")?.state, "done");
    assert.ok(open.lease("x-accepted", "new", START + 7_000, START + 9_000));
    held.remove("x-done-0-0");
    assert.equal(held.bytesOnDisk(), 1_001);
    for (const { id } of store.beyond(0)) store.remove(id);
    assert.deepEqual(
      store.list({ limit: 99 }).map((one) => one.state),
      ["outcomeUnknown", "sent", "waiting", "intent"],
    );
    database.close();
  });

  test(`a step that breaks off leaves a file of schema ${version} as it was, to be brought forward later`, () => {
    const file = fileOf(version);
    const broken = schema.map((step) =>
      step.version < TODAY ? step : { ...step, name: "too early", up: `${step.up}; SELECT * FROM nowhere` },
    );
    assert.throws(() => storesOf(file, broken).database.db, /Schema step \d \(too early\): no such table/);
    const left = new DatabaseSync(file, { readOnly: true });
    assert.equal(left.prepare("PRAGMA user_version").get()?.user_version, version);
    assert.equal(left.prepare("SELECT count(*) AS n FROM exchanges").get()?.n, exchanges.length);
    left.close();
    const stores = storesOf(file);
    holdsAll(stores);
    stores.database.close();
  });

  test(`a job in a file of schema ${version} is asked about again, and ends`, async () => {
    const { database, ledger: _, ...stores } = storesOf(fileOf(version));
    const on = bench({ ...stores, together: (work) => database.transaction(work) });
    on.client.script = (request) =>
      request.url.includes("/generate/job-accepted")
        ? json(200, { id: "job-accepted", status: "FAILED", error: "the file was too long" })
        : json(404, {});
    await on.app.start();
    for (let tries = 0; tries < 60 && stores.jobs.get("x-accepted")?.state !== "failed"; tries++)
      await on.clock.pass(1_000);
    assert.ok(on.client.asked.some((one) => one.lane === "poll" && one.url.includes("/job-accepted")));
    assert.equal(stores.jobs.get("x-accepted")?.state, "failed");
    await on.close();
    database.close();
  });
}

test("a whole new file has the schema that the oldest one gets by its steps", () => {
  const sql = (file: string) => {
    const { database } = storesOf(file);
    const rows = database.db
      .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
      .all();
    database.close();
    return rows.map((row) => [row.name, String(row.sql).replace(/\s+/g, " ")]);
  };
  const fresh = sql(path.join(mkdtempSync(path.join(folder, "new-")), "headroom.db"));
  for (const version of earlier) assert.deepEqual(sql(fileOf(version)), fresh);
});

test("a copy that an earlier try left is replaced by one of today", () => {
  const file = fileOf(1);
  const backup = `${file}.before-v${TODAY}`;
  writeFileSync(backup, "of an earlier day");
  const { database } = storesOf(file);
  database.db.exec("SELECT 1");
  database.close();
  const copy = new DatabaseSync(backup, { readOnly: true });
  assert.equal(copy.prepare("SELECT count(*) AS n FROM exchanges").get()?.n, exchanges.length);
  copy.close();
  assert.deepEqual(readdirSync(path.dirname(file)).toSorted(), ["headroom.db", path.basename(backup)]);
});

test("when everything is forgotten, no copy from before stays beside the file", () => {
  const file = fileOf(1);
  const { database } = storesOf(file);
  database.db.exec("SELECT 1");
  writeFileSync(`${file}.damaged-1795356120000`, "x");
  assert.ok(existsSync(`${file}.before-v${TODAY}`));
  removeCopies(file);
  database.close();
  assert.deepEqual(readdirSync(path.dirname(file)), ["headroom.db"]);
});
