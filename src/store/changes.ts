// Tells a store's listeners that something changed, here or in another editor window, by topic. The wake-up between
// processes itself is passed in. It must not poll.
import { tellEach } from "../core/listeners.ts";
import type { Database } from "./database.ts";

/** Wakes listeners after any commit of any process; the ledger's change signal has this form. */
export interface Signal {
  /** Wakes the other processes; called after a commit. */
  announce(): void;
  onChange(listener: () => void): () => void;
  /** How many other processes have the database open, as far as is known. */
  others(): number;
}

/** Who wants to hear of a change, in this process or another; costs nothing while idle. */
export class Listeners {
  readonly #signal: Signal | null;
  readonly #listeners = new Set<() => void>();
  #unsubscribe: (() => void) | null = null;
  #told = false;

  constructor(signal: Signal | null) {
    this.#signal = signal;
  }

  /** Returns the unsubscription. */
  add(listener: () => void): () => void {
    this.#unsubscribe ??= this.#signal?.onChange(() => this.#call()) ?? null;
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.clear();
    };
  }

  /** Tells all of this process, soon, and the other processes. */
  tell(): void {
    this.#call();
    this.#signal?.announce();
  }

  clear(): void {
    this.#listeners.clear();
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  /** Many changes in one turn are told once. */
  #call(): void {
    if (this.#told || this.#listeners.size === 0) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      tellEach(this.#listeners);
    });
  }
}

/** One topic of a store: `touch` inside its writing transaction, `onChange` for those who show it. */
export class Topic {
  readonly #database: Database;
  readonly #name: string;
  readonly #signal: Signal | null;
  readonly #listeners = new Set<() => void>();
  #seen = 0;
  #unsubscribe: (() => void) | null = null;
  #told = false;

  constructor(database: Database, name: string, signal: Signal | null) {
    this.#database = database;
    this.#name = name;
    this.#signal = signal;
  }

  /** Runs `work` and marks the topic as changed, in one transaction, then tells everyone. */
  write<T>(work: () => T): T {
    const value = this.#database.transaction(() => {
      const done = work();
      this.#database
        .prepare("INSERT INTO topics VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET number = number + 1")
        .run(this.#name);
      return done;
    });
    this.#tell();
    this.#signal?.announce();
    return value;
  }

  /** Calls back soon after a change by any process. Returns the unsubscription. */
  onChange(listener: () => void): () => void {
    if (this.#listeners.size === 0) {
      this.#seen = this.#number();
      this.#unsubscribe = this.#signal?.onChange(() => this.#look()) ?? null;
    }
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#unsubscribe?.();
      this.#unsubscribe = null;
    };
  }

  #look(): void {
    const number = this.#number();
    if (number === this.#seen) return;
    this.#seen = number;
    this.#tell();
  }

  /** Many writes in one turn are told once. */
  #tell(): void {
    if (this.#told || this.#listeners.size === 0) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.#seen = this.#number();
      tellEach(this.#listeners);
    });
  }

  #number(): number {
    const row = this.#database.prepare("SELECT number FROM topics WHERE name = ?").get(this.#name);
    return Number(row?.number ?? 0);
  }
}
