// Rules of opening the shared database: forward only, backed up, rebuilt when damaged, left alone when newer.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Database, type Migration } from "../../src/store/database.ts";

const folder = mkdtempSync(join(tmpdir(), "headroom-db-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const fresh = () => join(folder, `db-${count++}`, "headroom.db");
const v1 = { version: 1, name: "first", up: "CREATE TABLE a (x INTEGER)" };
const v2 = {
  version: 2,
  name: "second",
  up: "CREATE TABLE b (y INTEGER); INSERT INTO b SELECT x * 2 FROM a",
};
const now = () => 1000;

function make(path: string, migrations: Migration[]): void {
  const database = new Database({ path, migrations, now });
  database.prepare("SELECT 1").get();
  database.close();
}

test("nothing is opened before the first use", () => {
  const path = fresh();
  const database = new Database({ path, migrations: [v1], now });
  assert.equal(existsSync(path), false);
  database.db.exec("INSERT INTO a VALUES (1)");
  assert.equal(existsSync(path), true);
  database.close();
});

test("a new file gets the whole schema, in WAL mode, with nothing to say", () => {
  const database = new Database({ path: fresh(), migrations: [v1, v2], now });
  assert.equal(database.prepare("PRAGMA journal_mode").get()?.journal_mode, "wal");
  assert.equal(database.prepare("PRAGMA user_version").get()?.user_version, 2);
  assert.deepEqual(database.notices, []);
  database.close();
});

test("the file and its side files are for their owner alone", { skip: process.platform === "win32" }, () => {
  const path = fresh();
  const database = new Database({ path, migrations: [v1], now });
  database.db.exec("INSERT INTO a VALUES (1)");
  for (const end of ["", "-wal", "-shm"]) assert.equal(statSync(path + end).mode & 0o777, 0o600, end);
  database.close();
});

test("an older file is migrated forward, keeps its rows, and a copy of it is kept", () => {
  const path = fresh();
  const old = new Database({ path, migrations: [v1], now });
  old.db.exec("INSERT INTO a VALUES (21)");
  old.close();
  const database = new Database({ path, migrations: [v1, v2], now });
  assert.equal(database.prepare("SELECT y FROM b").get()?.y, 42);
  const notice = database.notices[0];
  assert.ok(notice?.kind === "migrated" && notice.backup !== null);
  database.close();
  const copy = new Database({ path: notice.backup, migrations: [v1], now });
  assert.equal(copy.prepare("SELECT x FROM a").get()?.x, 21);
  copy.close();
});

test("a file of a newer schema is opened read-only and left as it is", () => {
  const path = fresh();
  make(path, [v1, v2]);
  const database = new Database({ path, migrations: [v1], now });
  assert.equal(database.readOnly, true);
  assert.deepEqual(database.notices, [{ kind: "newer", found: 2, known: 1 }]);
  assert.throws(() => database.db.exec("INSERT INTO a VALUES (1)"), /readonly/);
  database.close();
});

test("a damaged file is set aside and rebuilt with a notice", () => {
  const path = fresh();
  make(path, [v1]);
  writeFileSync(path, "this is no database at all, not even nearly");
  const database = new Database({ path, migrations: [v1], now });
  database.db.exec("INSERT INTO a VALUES (1)");
  const notice = database.notices[0];
  assert.ok(notice?.kind === "rebuilt");
  assert.match(readFileSync(notice.setAside, "utf8"), /no database/);
  database.close();
});

test("a transaction that throws leaves nothing behind and the next one works", () => {
  const database = new Database({ path: ":memory:", migrations: [v1], now });
  assert.throws(() =>
    database.transaction(() => {
      database.db.exec("INSERT INTO a VALUES (1)");
      throw new Error("no");
    }),
  );
  assert.equal(database.prepare("SELECT count(*) AS n FROM a").get()?.n, 0);
  assert.equal(
    database.transaction(() => 7),
    7,
  );
  database.close();
});

test("only what must outlast a power failure waits for the disk", () => {
  const database = new Database({ path: fresh(), migrations: [v1], now });
  const level = () => database.prepare("PRAGMA synchronous").get()?.synchronous;
  const [normal, full] = [1, 2];
  assert.equal(database.lasting(level), full);
  assert.equal(database.transaction(level), normal);
  assert.throws(() =>
    database.lasting(() => {
      throw new Error("no");
    }),
  );
  assert.equal(
    database.transaction(() => database.lasting(level)),
    normal,
  );
  database.close();
});

test("two connections see each other's rows, as two editor windows do", () => {
  const path = fresh();
  const one = new Database({ path, migrations: [v1], now });
  const two = new Database({ path, migrations: [v1], now });
  one.db.exec("INSERT INTO a VALUES (5)");
  assert.equal(two.prepare("SELECT x FROM a").get()?.x, 5);
  one.close();
  two.close();
});
