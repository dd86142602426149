// What a job and an exchange are, as stored and shown. Types and the table of which state may follow which.
import type { Length } from "./lengths.ts";

/** The life of a job as Headroom sees it. `lost`: the server no longer knows it, or nobody can tell. */
export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "lost";

/** States after which nothing more comes. */
export const TERMINAL: ReadonlySet<JobState> = new Set(["succeeded", "failed", "cancelled", "lost"]);

/** Which states may follow a state; a terminal one stands. */
export const FOLLOWS: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: ["running", "succeeded", "failed", "cancelled", "lost"],
  running: ["queued", "succeeded", "failed", "cancelled", "lost"],
  succeeded: [],
  failed: [],
  cancelled: [],
  lost: [],
};

/**
 * The life of an exchange (one request and what came back). `intent`: stored with its key, not sent. `waiting`: in
 * the gate. `sent`: the first byte may have left. `accepted`: the server took it. `outcomeUnknown`: it may have been
 * taken, only the person decides. `kept`: the person took it out of the gate, it goes only when they say so. The last
 * four are ends.
 */
export type ExchangeState =
  | "intent"
  | "waiting"
  | "sent"
  | "accepted"
  | "outcomeUnknown"
  | "kept"
  | "done"
  | "failed"
  | "refused"
  | "cancelled";

/** A job as stored: everything that is needed to go on with it in another process. Epoch ms. */
export interface Job {
  readonly id: string;
  readonly exchangeId: string;
  readonly providerId: string;
  readonly accountId: string;
  readonly keyId: string;
  readonly actionId: string;
  /** Index into the action's steps; -1 while the action's own answer is watched. */
  readonly step: number;
  /** The provider's id of the job; null until an answer named it. */
  readonly remoteId: string | null;
  readonly state: JobState;
  /** The provider's own word, as last seen. */
  readonly word: string | null;
  readonly progress: number | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly polls: number;
  readonly nextPollAt: number | null;
  /** Answers of the steps so far by step name, as JSON values; the newest under `last`. */
  readonly answers: Readonly<Record<string, unknown>>;
  readonly input: Readonly<Record<string, unknown>>;
  /** What the person must decide before it goes on. */
  readonly asks: "confirm" | "edit" | null;
  readonly watched: boolean;
  readonly error: { readonly code: string | null; readonly detail: string } | null;
  /** Where the present step stands; default `watch`. */
  readonly stage?: Stage;
  /** Which entry of the step's answers fitted; default the first one that starts a job. */
  readonly answerIndex?: number;
  /** The idempotency key of the present step, made and stored before it leaves. */
  readonly stepKey?: string | null;
  /** When its first request left; not there before. Epoch ms. */
  readonly sentAt?: number;
  /** When a request first left under the present step's key; not there before. The provider forgets it some time after. Epoch ms. */
  readonly keyedAt?: number | null;
  /** A request of the present step left earlier and was not answered: the work may be done, whatever comes of a later one. */
  readonly mayBeDone?: boolean;
  /** What the person edited, by the name of the edit. */
  readonly edited?: Readonly<Record<string, unknown>>;
  /** Polls in a row that were refused or failed; each slows the next one. */
  readonly pollErrors?: number;
  /** Whether a poll has found the job at the provider at least once. */
  readonly seen?: boolean;
  /** When the provider took the present step's work; not there for an adopted job. Epoch ms. */
  readonly takenAt?: number;
  /** When the present step's work was last seen alive. Epoch ms. */
  readonly aliveAt?: number;
  /** How long the steps took that ended well, by step name. */
  readonly lengths?: Readonly<Record<string, Length>>;
}

/**
 * Where a step of an exchange stands. `send`: stored, has not left. `sent`: the first byte may have left. `watch`:
 * taken, its job is polled. `fetch`: over at the provider, results are still to be fetched. `ask`: the person decides.
 */
export type Stage = "send" | "sent" | "watch" | "fetch" | "ask";

/** A result on disk, or still to be fetched. */
export interface Result {
  readonly id: string;
  readonly exchangeId: string;
  readonly kind: "audio" | "video" | "json" | "text";
  readonly title: string;
  /** File name inside the result store; null until fetched. */
  readonly file: string | null;
  readonly bytes: number | null;
  /** Sniffed from the bytes, not believed from the header. */
  readonly mediaType: string | null;
  /** SHA-256 of the file in hex; null or missing where nobody made it. */
  readonly digest?: string | null;
  /** Whether the person saved it: then it does not leave the disk by itself. Default no. */
  readonly saved?: boolean;
  /** Whether it was there and left the disk to make room; where `file` is set it came again. Default no. */
  readonly left?: boolean;
  readonly link: string | null;
  readonly linkExpiresAt: number | null;
  readonly problem: string | null;
  /** The first characters of a text or JSON result, to be shown without reading the file. */
  readonly preview?: string | null;
  /** Where the answer says how long it plays. ms */
  readonly durationMs?: number | null;
  /** How it is come by again: the result's place among those of its step, and the step. */
  readonly place?: { readonly step: number; readonly index: number };
}
