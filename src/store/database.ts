// Opens the one SQLite database that all editor windows share: lazily, checked, migrated forward, never trusted
// blindly. It knows no table; those come as migrations. It must not import vscode or undici.
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** One step of the schema. Several files may bring steps of the same version; they run in list order. */
export interface Migration {
  /** The schema version this step leads to, from 1. Never changed once released. */
  readonly version: number;
  /** SQL to run. Forward only. */
  readonly up: string;
}

/** Something the person should hear about the file. */
export type StoreNotice =
  | { readonly kind: "rebuilt"; readonly setAside: string; readonly cause: string }
  | { readonly kind: "newer"; readonly found: number; readonly known: number }
  | { readonly kind: "migrated"; readonly from: number; readonly to: number; readonly backup: string | null }
  | { readonly kind: "noWal"; readonly mode: string };

export interface DatabaseOptions {
  /** File, or ":memory:". Its folder is made if missing. */
  readonly path: string;
  readonly migrations: readonly Migration[];
  /** Names copies and files set aside. Epoch ms. */
  readonly now: () => number;
}

interface Opened {
  readonly db: DatabaseSync;
  readonly readOnly: boolean;
  readonly notices: readonly StoreNotice[];
}

/** How long one statement waits for another process' lock. The event loop stands still meanwhile. ms */
const BUSY_MS = 5;
/** How long a transaction that cannot be put off waits for it in all. ms */
const PATIENCE_MS = 200;

/** The shared database of Headroom. Nothing is read or loaded before the first use. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #statements = new Map<string, StatementSync>();
  readonly #undone: (() => void)[] = [];
  #opened: Opened | null = null;
  #closed = false;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  get path(): string {
    return this.#options.path;
  }

  /** The open connection; opens it at first use. Throws SQLite's error where the folder cannot be used at all. */
  get db(): DatabaseSync {
    return this.#open().db;
  }

  /** Whether a newer Headroom wrote this file, so that it may only be read. */
  get readOnly(): boolean {
    return this.#open().readOnly;
  }

  /** What opening found out; empty when all was in order. */
  get notices(): readonly StoreNotice[] {
    return this.#open().notices;
  }

  /** A prepared statement, kept for the next call with the same SQL. */
  prepare(sql: string): StatementSync {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    const made = this.db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  /**
   * Runs `work` in one BEGIN IMMEDIATE transaction; rolls back and rethrows what it throws. Inside another one it joins
   * that one: all is committed with it, or nothing. Where another process holds the lock it waits 5 ms, or as long as
   * `patienceMs` says, default 200, and then throws; see `isBusy`.
   */
  transaction<T>(work: () => T, patienceMs = PATIENCE_MS): T {
    if (this.db.isTransaction) return work();
    this.#begin(patienceMs);
    try {
      const value = work();
      this.prepare("COMMIT").run();
      return value;
    } catch (error) {
      if (this.db.isTransaction) this.prepare("ROLLBACK").run();
      for (const undo of this.#undone) undo();
      throw error;
    }
  }

  /** Calls back after a transaction that came to nothing: what was kept in memory of it is not so. */
  onRollback(listener: () => void): void {
    this.#undone.push(listener);
  }

  #begin(patienceMs: number): void {
    const begin = this.prepare("BEGIN IMMEDIATE");
    const from = performance.now();
    for (;;) {
      try {
        begin.run();
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() - from >= patienceMs) throw error;
      }
    }
  }

  /** Closes the connection for good. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#statements.clear();
    this.#opened?.db.close();
    this.#opened = null;
  }

  #open(): Opened {
    if (this.#closed) throw new Error("The database is closed.");
    this.#opened ??= open(this.#options);
    return this.#opened;
  }
}

/** node:sqlite, loaded synchronously and only when a database is really opened. */
function sqlite(): typeof import("node:sqlite") {
  return process.getBuiltinModule("node:sqlite");
}

function open(options: DatabaseOptions): Opened {
  const { path } = options;
  if (path === ":memory:") return prepare(connect(options, false), options, []);
  mkdirSync(dirname(path), { recursive: true });
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
    if (first(db, "PRAGMA quick_check(1)") !== "ok") throw new Damage("The integrity check failed.");
    return prepare(db, options, notices);
  } catch (error) {
    db.close();
    throw error;
  }
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
    return { db: connect(options, true), readOnly: true, notices };
  }
  const mode = String(patiently(() => first(db, "PRAGMA journal_mode = WAL")));
  // On a network file system WAL cannot be had; SQLite then keeps the rollback journal, which is slower but safe.
  if (mode !== "wal" && mode !== "memory") notices.push({ kind: "noWal", mode });
  db.exec("PRAGMA synchronous = NORMAL");
  if (found < known) {
    const backup = found === 0 ? null : copyBefore(db, options, known);
    patiently(() => migrate(db, options.migrations, known));
    if (found > 0) notices.push({ kind: "migrated", from: found, to: known, backup });
  }
  return { db, readOnly: false, notices };
}

/** All missing steps in one transaction; another process may have done them meanwhile. */
function migrate(db: DatabaseSync, migrations: readonly Migration[], known: number): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    const from = version(db);
    const due = migrations.filter((one) => one.version > from);
    for (const one of due.toSorted((a, b) => a.version - b.version)) db.exec(one.up);
    if (due.length > 0) db.exec(`PRAGMA user_version = ${known}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** A whole copy beside the file, made before its schema is changed. */
function copyBefore(db: DatabaseSync, options: DatabaseOptions, known: number): string {
  const copy = `${options.path}.before-v${known}`;
  if (existsSync(copy)) return copy;
  const partial = `${copy}.${process.pid}`;
  rmSync(partial, { force: true });
  db.prepare("VACUUM INTO ?").run(partial);
  renameSync(partial, copy);
  return copy;
}

function version(db: DatabaseSync): number {
  return Number(first(db, "PRAGMA user_version"));
}

function first(db: DatabaseSync, sql: string): unknown {
  return Object.values(db.prepare(sql).get() ?? {})[0];
}

class Damage extends Error {}

/** SQLite's words for a file that cannot be trusted: 11 SQLITE_CORRUPT, 26 SQLITE_NOTADB. */
function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode;
  return error instanceof Damage || code === 11 || code === 26;
}

/** Whether SQLite gave up because another process holds the lock (5 SQLITE_BUSY, 6 SQLITE_LOCKED). */
export function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === "number" && ((code & 0xff) === 5 || (code & 0xff) === 6);
}

/** Whether what kept SQLite from writing may pass: a lock, a full disk (13), an error of the disk (10). */
export function isPassing(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode;
  return isBusy(error) || (typeof code === "number" && ((code & 0xff) === 10 || (code & 0xff) === 13));
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

function fileNumber(path: string): bigint | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}
