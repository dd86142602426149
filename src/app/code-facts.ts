// What a request is written down from, in any language. Types and marks only.
import type { Action, Profile } from "../core/profile/schema.ts";
import type { Body } from "../core/wire.ts";

/** What the languages write down. */
export interface CodeFacts {
  readonly profile: Profile;
  readonly action: Action;
  /** Name of the environment variable that holds the key. */
  readonly env: string;
  readonly method: string;
  readonly url: string;
  /** Without the key's header. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  /** Stands in the body or in a header at this place, to be made anew for each piece of work. */
  readonly idempotencyKey: string | null;
  readonly poll: {
    readonly url: string;
    readonly idPath: string;
    readonly statusPath: string;
    readonly done: readonly string[];
    readonly failed: readonly string[];
    readonly intervalS: number;
    readonly jitterS: number;
  } | null;
  readonly fallbackS: number;
  readonly attempts: number;
  /** Limits in words, as comments. */
  readonly limits: readonly string[];
}

/** Where the key of the idempotency contract stands in what is written; replaced by code that makes one. */
export const KEY_MARK = "00000000-0000-4000-8000-000000000000";
/** Where the job's id stands in the poll's address. */
export const ID_MARK = "JOB-ID";
