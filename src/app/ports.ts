// What the app needs from outside, as interfaces: the composition root passes in the real ones, tests their own.

import type { ExchangeStore, FoundFile, JobStore, ResultStore } from "../core/jobs/stores.ts";
import type { AccountStore } from "../core/profile/account.ts";
import type { Profile } from "../core/profile/schema.ts";
import type { Ledger } from "../core/quota/ledger.ts";
import type { Client } from "../core/wire.ts";

/** Time and chance, passed in so that tests own them. `after` returns what cancels it. */
export interface Clock {
  now(): number;
  random(): number;
  after(ms: number, run: () => void): () => void;
}

/** Translates an English sentence with {name} places; the English text is the key. */
export type Translate = (sentence: string, values?: Readonly<Record<string, string | number>>) => string;

/** Formats instants, numbers and durations in the person's language. */
export interface Format {
  /** A time of day to the second, as 14:02:10; with the day when it is not today. */
  clock(at: number, now: number): string;
  number(value: number): string;
  bytes(value: number): string;
  duration(ms: number): string;
}

/** Keys by id. Reading is the last thing before sending. */
export interface Keys {
  /** Null where there is no such key. Throws HeadroomError notConfigured (`keyring`) where the keyring cannot be read. */
  read(keyId: string): Promise<string | null>;
  store(keyId: string, text: string): Promise<void>;
  forget(keyId: string): Promise<void>;
  /** Texts that this process has read or stored, so that they can be taken out of whatever is kept. */
  known(): Iterable<string>;
}

/** The local simulator: started once for all editor windows when first needed. */
export interface Simulator {
  /** Base address (with path) of one provider; starts the simulator if none runs. Throws unreachable. */
  baseOf(providerId: string): Promise<string>;
  /** The well-known key of a provider's simulated account; not a secret. */
  keyOf(providerId: string): Promise<string>;
}

/** Bytes on disk that belong to results and chosen files. */
export interface Files {
  /** Makes a temporary file, which the network left in the result folder, a result's own. */
  take(path: string, file: string): Promise<void>;
  /** Deletes temporary files that nobody took; those that were taken are left alone. */
  discard(paths: readonly string[]): Promise<void>;
  writeText(file: string, text: string): Promise<{ bytes: number }>;
  size(path: string): Promise<number | null>;
  /**
   * Takes over the file that another process wrote for a result to the end of what came; null where there is none. It is renamed
   * with `mark`: the other may only be frozen, and then deletes what it can no longer book.
   */
  takeOver(resultId: string, mark: string): Promise<FoundFile | null>;
  /** Parts of a result that another process left and that can be gone on with, the longest first. */
  parts(resultId: string): Promise<string[]>;
  /**
   * Deletes what a dead process left behind of an exchange: what is half-written, with `whole` also what is whole. Files in
   * `booked` are results and stay.
   */
  sweep(exchangeId: string, booked: readonly string[], whole: boolean): Promise<void>;
  /**
   * Deletes the parts of processes that are dead, and files older than `before` that `isBooked` does not know; of those parts that
   * can be gone on with also only the older ones.
   */
  tidy(isBooked: (file: string) => boolean, before: number): Promise<void>;
  /** When a result's file was written or last used, epoch ms; null where it is gone. */
  usedAt(file: string): Promise<number | null>;
  /** A result's file is used now, as every editor window can see from the file. */
  touch(file: string): Promise<void>;
  /** Deletes a result's file. */
  remove(file: string): Promise<void>;
}

/** What was chosen in the playground. */
export interface Choice {
  readonly providerId: string;
  readonly accountId: string | null;
  readonly keyId: string | null;
  readonly actionId: string | null;
}

/** Keeps what was chosen, typed and offered in the playground over a reload of this editor window. No key is among it. */
export interface FormMemory {
  /** What was kept, whoever wrote it; undefined where nothing was. */
  read(part: FormPart): unknown;
  /** Keeps a part in place of what was kept of it; undefined forgets it. */
  keep(part: FormPart, value: unknown): void;
  /** What was kept before now is forgotten in every workspace and editor window. */
  forgetEverywhere(): void;
  /** When everything was forgotten last, in whichever editor window; 0 for never. Epoch ms. */
  forgottenAt(): number;
  /** Calls back soon after everything was forgotten, in whichever editor window. Returns the unsubscription. */
  onForgotten(listener: () => void): () => void;
}

/** The choice, the values of each form, and lists that were loaded for fields. */
export type FormPart = "choice" | "drafts" | "lists";

/** Everything the app is built from. */
export interface Ports {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly accounts: AccountStore;
  readonly ledger: Ledger;
  readonly exchanges: ExchangeStore;
  readonly jobs: JobStore;
  readonly results: ResultStore;
  /**
   * Runs writes to several of the stores above as one: after a crash all of them are there, or none. `work` must not wait
   * for anything. Throws what it throws, and then nothing of it is written. Only what is `lasting` surely outlasts the power
   * too, with all that was written before; that takes milliseconds. Default false.
   */
  readonly together: <T>(work: () => T, lasting?: boolean) => T;
  /** Whether what a store threw may pass by itself: another process holds the database, or the disk is full. */
  readonly isPassing: (error: unknown) => boolean;
  readonly client: Client;
  readonly keys: Keys;
  readonly simulator: Simulator;
  readonly files: Files;
  readonly clock: Clock;
  readonly t: Translate;
  readonly format: Format;
  /** Default: every editor window begins with the first provider and empty forms. */
  readonly memory?: FormMemory;
  /** The most that results may take on disk, bytes; 0 for no bound. Default none. */
  readonly maxStorageBytes?: () => number;
  /** Deletes what deleted rows leave on disk: copies beside the database, and pages in it that nobody reads any more. */
  readonly forgetTraces?: () => void;
  /** The most exchanges that the history keeps; 0 for no bound. Default none. */
  readonly maxExchanges?: () => number;
  /** The person's language as a BCP 47 tag; default en. */
  readonly language?: string;
  /** Names this process in leases. */
  readonly owner: string;
  /** How long a lease holds without being renewed. ms; default 6,000. */
  readonly leaseMs?: number;
  /** Writes one line to the log; the text is redacted before it is written. */
  log(level: "info" | "warn" | "error", line: string): void;
}
