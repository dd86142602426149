// Opens the one SQLite database that all editor windows share: lazily, checked, migrated forward, never trusted
// blindly. It knows no table; those come as migrations. It must not import vscode or undici.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { fileNumber, type Opened, open } from "./database-open.ts";
import { isBusy, isDamage } from "./sqlite-errors.ts";

/** One step of the schema. */
export interface Migration {
  /** The schema version this step leads to, from 1, each one more than the step before. Never changed once released. */
  readonly version: number;
  /** What it brings, as said where it fails. */
  readonly name: string;
  /** SQL to run. Forward only. */
  readonly up: string;
}

/** Something the person should hear about the file. */
export type StoreNotice =
  | { readonly kind: "rebuilt"; readonly setAside: string; readonly cause: string }
  | { readonly kind: "gone" }
  | { readonly kind: "newer"; readonly found: number; readonly known: number }
  | { readonly kind: "migrated"; readonly from: number; readonly to: number; readonly backup: string | null }
  | { readonly kind: "noWal"; readonly mode: string };

export interface DatabaseOptions {
  /** File, or ":memory:". Its folder is made if missing. */
  readonly path: string;
  readonly migrations: readonly Migration[];
  /** Names copies and files set aside. Epoch ms. */
  readonly now: () => number;
  /** Hears what happens to the file after it was opened: replaced, damaged, or taken over by a newer Headroom. */
  readonly heard?: (notice: StoreNotice) => void;
}

/** How often it is looked whether the file is still the one that was opened. ms */
const LOOK_MS = 1_000;
/** How long a transaction that cannot be put off waits for it in all. ms */
const PATIENCE_MS = 200;

/** The shared database of Headroom. Nothing is read or loaded before the first use. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #statements = new Map<string, StatementSync>();
  readonly #undone: (() => void)[] = [];
  readonly #after: (() => void)[] = [];
  #opened: Opened | null = null;
  #file: bigint | null = null;
  #lookedAt = 0;
  #generation = 0;
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

  /** Grows when the file had to be opened anew: what was read before is not there any more. */
  get generation(): number {
    return this.#generation;
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
   * `patienceMs` says, default 200, and then throws; see `isBusy`. A file that was deleted, replaced or damaged meanwhile is
   * opened anew, by the rules of opening, for the next transaction at the latest.
   */
  transaction<T>(work: () => T, patienceMs = PATIENCE_MS): T {
    if (this.db.isTransaction) return work();
    this.#look();
    const value = this.#committed(work, patienceMs);
    for (const one of this.#after.splice(0)) one();
    return value;
  }

  /** Runs `work`, which must not throw, once the open transaction is committed, and not if it is not; at once where none is open. */
  afterCommit(work: () => void): void {
    if (this.db.isTransaction) this.#after.push(work);
    else work();
  }

  #committed<T>(work: () => T, patienceMs: number): T {
    try {
      this.#begin(patienceMs);
      this.#isOurs();
      const value = work();
      this.prepare("COMMIT").run();
      return value;
    } catch (error) {
      this.#after.length = 0;
      if (this.db.isTransaction) this.prepare("ROLLBACK").run();
      for (const undo of this.#undone) undo();
      if (isDamage(error)) this.#reopen(null);
      throw error;
    }
  }

  /**
   * As `transaction`, and once it returns, neither it nor anything committed before is lost when the power fails; that costs a
   * write to the disk, some milliseconds. Inside another transaction it is as lasting as that one.
   */
  lasting<T>(work: () => T): T {
    if (this.db.isTransaction) return work();
    this.#look();
    const { db } = this;
    db.exec("PRAGMA synchronous = FULL");
    try {
      return this.transaction(work);
    } finally {
      // The file may have been opened anew meanwhile, as fast as ever.
      if (db.isOpen) db.exec("PRAGMA synchronous = NORMAL");
    }
  }

  /**
   * Writes the file anew without what was deleted from it, and empties its journal. Throws `isBusy` where another process holds it
   * for seconds; what was deleted is gone all the same, only its bytes are not.
   */
  erase(): void {
    const { db } = this;
    db.exec("PRAGMA busy_timeout = 3000");
    try {
      db.exec("VACUUM");
      db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      db.exec("PRAGMA busy_timeout = 0");
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
    this.#drop();
  }

  #drop(): void {
    this.#statements.clear();
    this.#opened?.db.close();
    this.#opened = null;
  }

  /** Now and then: whether the file that was opened still lies at its path. */
  #look(): void {
    const now = performance.now();
    if (this.#file === null || now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    if (fileNumber(this.path) !== this.#file) this.#reopen({ kind: "gone" });
  }

  /** An older Headroom must not write what a newer one has brought forward meanwhile. */
  #isOurs(): void {
    const found = Number(this.prepare("PRAGMA user_version").get()?.user_version);
    if (found <= (this.#opened?.known ?? 0)) return;
    this.prepare("ROLLBACK").run();
    this.#reopen(null);
    throw new Error("A newer Headroom wrote the ledger meanwhile.");
  }

  #reopen(notice: StoreNotice | null): void {
    this.#drop();
    this.#generation++;
    const { notices } = this.#open();
    for (const one of notice === null ? notices : [notice, ...notices]) this.#options.heard?.(one);
  }

  #open(): Opened {
    if (this.#closed) throw new Error("The database is closed.");
    if (this.#opened === null) {
      this.#opened = open(this.#options);
      this.#file = this.path === ":memory:" ? null : fileNumber(this.path);
      this.#lookedAt = performance.now();
    }
    return this.#opened;
  }
}
