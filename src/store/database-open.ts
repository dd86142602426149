// Opens the database's file: checked, set aside where it is damaged, backed up and migrated forward; read only where a newer
// Headroom wrote it. It keeps nothing open but what it returns.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { DatabaseOptions, Migration, StoreNotice } from "./database.ts";
import { Damage, isBusy, isDamage } from "./sqlite-errors.ts";

/** A database that stands. */
export interface Opened {
  readonly db: DatabaseSync;
  readonly readOnly: boolean;
  readonly notices: readonly StoreNotice[];
  /** The newest schema version that this Headroom knows. */
  readonly known: number;
}

/** How long one statement waits for another process' lock. The event loop stands still meanwhile. ms */
const BUSY_MS = 5;

/** node:sqlite, loaded synchronously and only when a database is really opened. */
function sqlite(): typeof import("node:sqlite") {
  return process.getBuiltinModule("node:sqlite");
}

/** Opens the file, sets a damaged one aside, and brings the schema forward. Throws where the folder cannot be used. */
export function open(options: DatabaseOptions): Opened {
  const { path } = options;
  if (path === ":memory:") return prepare(connect(options, false), options, []);
  mkdirSync(dirname(path), { recursive: true });
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new Error(`${path} is a folder where a file should be.`);
  // The history holds the person's texts: for them alone. SQLite gives its side files the same rights.
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
  const before = fileNumber(path);
  try {
    return openFile(options, []);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const setAside = `${path}.damaged-${options.now()}`;
    // Another editor window may have set the damaged file aside just now: then ours is already the new one.
    if (fileNumber(path) === before && before !== null) {
      renameSync(path, setAside);
      for (const end of ["-wal", "-shm"]) rmSync(path + end, { force: true });
    }
    closeSync(openSync(path, "a", 0o600));
    return openFile(options, [{ kind: "rebuilt", setAside, cause: String(error) }]);
  }
}

function openFile(options: DatabaseOptions, notices: StoreNotice[]): Opened {
  const db = connect(options, false);
  try {
    check(db, options.path);
    return prepare(db, options, notices);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Up to this size the whole file is checked; beyond it, what budgets and jobs rest on. Bytes */
const CHECKED_WHOLE = 4 * 1024 * 1024;
/** Small tables that everything rests on. */
const VITAL = ["partitions", "clocks", "lines", "tickets", "peers", "topics", "jobs", "accounts"];

/** Looks whether a file can be trusted, in a few milliseconds whatever its size. */
function check(db: DatabaseSync, path: string): void {
  const size = statSync(path).size;
  const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const vital = names.map((row) => String(row.name)).filter((name) => VITAL.includes(name));
  for (const what of size <= CHECKED_WHOLE ? ["1"] : vital)
    if (first(db, `PRAGMA quick_check(${what})`) !== "ok") throw new Damage("The integrity check failed.");
}

function connect(options: DatabaseOptions, readOnly: boolean): DatabaseSync {
  return new (sqlite().DatabaseSync)(options.path, {
    readOnly,
    timeout: BUSY_MS,
    enableForeignKeyConstraints: true,
  });
}

/** Sets the pragmas and brings the schema forward. */
function prepare(db: DatabaseSync, options: DatabaseOptions, notices: StoreNotice[]): Opened {
  const known = Math.max(0, ...options.migrations.map((one) => one.version));
  const found = version(db);
  if (found > known) {
    db.close();
    notices.push({ kind: "newer", found, known });
    return { db: connect(options, true), readOnly: true, notices, known };
  }
  const mode = String(patiently(() => first(db, "PRAGMA journal_mode = WAL")));
  // On a network file system WAL cannot be had; SQLite then keeps the rollback journal, which is slower but safe.
  if (mode !== "wal" && mode !== "memory") notices.push({ kind: "noWal", mode });
  // Commits outlast this process; those of `lasting` the power too, on macOS by asking the drive itself to write.
  db.exec("PRAGMA synchronous = NORMAL; PRAGMA fullfsync = ON");
  if (found < known) {
    const backup = found === 0 ? null : copyBefore(db, options, known);
    patiently(() => migrate(db, options.migrations, known));
    if (found > 0) notices.push({ kind: "migrated", from: found, to: known, backup });
  }
  return { db, readOnly: false, notices, known };
}

/** All missing steps in one transaction; another process may have done them meanwhile. */
function migrate(db: DatabaseSync, migrations: readonly Migration[], known: number): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    const from = version(db);
    for (const one of migrations) if (one.version > from) step(db, one);
    if (from < known) db.exec(`PRAGMA user_version = ${known}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function step(db: DatabaseSync, { version, name, up }: Migration): void {
  try {
    db.exec(up);
  } catch (error) {
    if (error instanceof Error) error.message = `Schema step ${version} (${name}): ${error.message}`;
    throw error;
  }
}

/** A whole copy beside the file, made before its schema is changed; one that an earlier try left is replaced. */
function copyBefore(db: DatabaseSync, options: DatabaseOptions, known: number): string {
  const copy = `${options.path}.before-v${known}`;
  const partial = `${copy}.${process.pid}`;
  rmSync(partial, { force: true });
  closeSync(openSync(partial, "a", 0o600));
  db.prepare("VACUUM INTO ?").run(partial);
  const made = new (sqlite().DatabaseSync)(partial, { readOnly: true });
  const from = version(made);
  made.close();
  // Another process was faster, schema and all: then its copy is the one from before.
  if (from < known) renameSync(partial, copy);
  else rmSync(partial, { force: true });
  return copy;
}

function version(db: DatabaseSync): number {
  return Number(first(db, "PRAGMA user_version"));
}

function first(db: DatabaseSync, sql: string): unknown {
  return Object.values(db.prepare(sql).get() ?? {})[0];
}

/** Opening several windows at once: changing the journal mode is refused at once while another does it. */
function patiently<T>(work: () => T): T {
  for (let tries = 0; ; tries++) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || tries >= 50) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + tries);
    }
  }
}

/** Deletes what was kept beside the file: copies from before a schema change, damaged files that were set aside. */
export function removeCopies(path: string): void {
  const copy = /\.(before-v|damaged-)\d/;
  for (const name of readdirSync(dirname(path)))
    if (name.startsWith(basename(path)) && copy.test(name))
      rmSync(join(dirname(path), name), { force: true });
}

/** Names the file that lies at a path now; null where none does. */
export function fileNumber(path: string): bigint | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}
