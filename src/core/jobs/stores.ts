// Exchanges, jobs and results as stored, as interfaces. store/ keeps them in SQLite; the app knows only these.
import type { Head, Refusal, Retry, Wait } from "../quota/model.ts";
import type { Length } from "./lengths.ts";
import type { ExchangeState, Job, Result } from "./model.ts";

/** One line of an exchange's timeline: what was decided, on what. */
export type Moment =
  | {
      readonly at: number;
      readonly what: "waiting";
      readonly wait: Wait;
      /** When it began to wait; missing in what was stored before this was noted. Epoch ms. */
      readonly since?: number;
    }
  | {
      readonly at: number;
      readonly what: "sent";
      readonly attempt: number;
      /** What was called, where it is a further step of a flow. */
      readonly call?: string;
    }
  | { readonly at: number; readonly what: "answered"; readonly attempt: number; readonly head: Head }
  | { readonly at: number; readonly what: "refused"; readonly attempt: number; readonly refusal: Refusal }
  | ({
      readonly at: number;
      readonly what: "retrying";
      readonly until: number;
      readonly cause: string;
    } & Partial<Retry>)
  | {
      readonly at: number;
      /** A result's file left the disk, for all of them are kept within `bound` bytes. */
      readonly what: "left";
      readonly title: string;
      readonly bytes: number;
      readonly bound: number;
    }
  | {
      readonly at: number;
      readonly what: "state";
      readonly state: ExchangeState;
      readonly note: string | null;
    };

/** One request and what came back. `request` and `answer` are redacted before they are stored. */
export interface Exchange {
  readonly id: string;
  readonly providerId: string;
  readonly accountId: string;
  readonly keyId: string;
  readonly actionId: string;
  readonly title: string;
  readonly state: ExchangeState;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string | null;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  };
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
    readonly bytes: number;
  } | null;
  readonly problem: {
    readonly sentence: string;
    readonly remedy: string | null;
    /** The provider's own page on it, https. Default none. */
    readonly link?: string | null;
  } | null;
  readonly attempts: number;
}

export interface ExchangeFilter {
  readonly providerIds?: readonly string[];
  readonly states?: readonly ExchangeState[];
  /** Words that all stand in title, action, status, input or problem; or an exchange's id. */
  readonly text?: string;
  /** Begun at this instant or later. Epoch ms */
  readonly since?: number;
  /** Begun before this instant. Epoch ms */
  readonly before?: number;
  /** Only what follows this one in the list, for the next page. */
  readonly after?: Pick<Exchange, "id" | "createdAt">;
  readonly limit: number;
}

export interface ExchangeStore {
  /** Commits a new exchange before anything leaves. */
  begin(exchange: Exchange): void;
  update(id: string, change: Partial<Omit<Exchange, "id">>): void;
  note(id: string, moment: Moment): void;
  get(id: string): Exchange | null;
  timeline(id: string): Moment[];
  /** Newest first. */
  list(filter: ExchangeFilter): Exchange[];
  /** When each that a filter finds was begun, newest first: for counting them by day. Epoch ms */
  instants(filter: ExchangeFilter): number[];
  /** Those that have ended beyond the newest `most` of all, oldest first. The caller may write meanwhile. */
  beyond(most: number): Iterable<Exchange>;
  remove(id: string): void;
  onChange(listener: () => void): () => void;
}

export interface JobStore {
  add(job: Job): void;
  update(id: string, change: Partial<Omit<Job, "id">>): void;
  get(id: string): Job | null;
  /** Forgets a job with its input and answers. Unknown ids are ignored. */
  remove(id: string): void;
  /** Not ended, or ended after the instant. */
  open(endedSince: number): Job[];
  /** How long this step of such jobs took that ended, the newest ones first. */
  lengths(accountId: string, actionId: string, step: string): Length[];
  /** Takes or renews the right to poll a job until `until`; false while another live process has it. */
  lease(id: string, owner: string, now: number, until: number): boolean;
  unlease(id: string, owner: string): void;
  /** Whether a job's lease is this owner's, stale or not: nobody else has taken it since. */
  leased(id: string, owner: string): boolean;
  onChange(listener: () => void): () => void;
}

/** A file of the result folder, as its own bytes show it. */
export interface FoundFile {
  readonly file: string;
  readonly bytes: number;
  readonly sniffed: string | null;
  /** False where it is shorter than it says of itself. */
  readonly whole: boolean;
}

export interface ResultStore {
  /** Folder under which results lie; files are named by the store alone. */
  readonly folder: string;
  put(result: Result): void;
  of(exchangeId: string): Result[];
  get(id: string): Result | null;
  remove(id: string): void;
  /** What all files take that results name. bytes */
  bytesOnDisk(): number;
  /** Results with a file, oldest first. */
  onDisk(): Iterable<Result>;
  /** Whether a result has this file. */
  names(file: string): boolean;
}
