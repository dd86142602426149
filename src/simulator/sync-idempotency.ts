/**
 * Sync's `Idempotency-Key`: one create, however often it is sent.
 * Facts: https://sync.so/docs/api-reference/guides/idempotency, read 2026-11; exact codes, header name and retention are ASSUMED.
 */

/** ASSUMED: how long a key is kept. */
const keptMs = 24 * 60 * 60_000;

/** What a create with a key meets. */
export type KeyVerdict =
  | { readonly is: "new"; readonly settle: (jobId: string) => void; readonly abandon: () => void }
  | { readonly is: "replay"; readonly jobId: string }
  | { readonly is: "mismatch" }
  | { readonly is: "running" };

interface Entry {
  readonly at: number;
  readonly digest: string;
  jobId?: string;
}

/** The keys that an API has seen, by organisation. */
export class IdempotencyKeys {
  #entries = new Map<string, Entry>();

  /** Looks a key up and, when it is new, holds its place until the create is settled or abandoned. */
  look(organisation: string, key: string, digest: string, now: number): KeyVerdict {
    const name = `${organisation} ${key}`;
    const known = this.#entries.get(name);
    if (known && now - known.at < keptMs) {
      if (known.digest !== digest) return { is: "mismatch" };
      return known.jobId === undefined ? { is: "running" } : { is: "replay", jobId: known.jobId };
    }
    const entry: Entry = { at: now, digest };
    this.#entries.set(name, entry);
    return {
      is: "new",
      settle: (jobId) => {
        entry.jobId = jobId;
      },
      abandon: () => this.#entries.delete(name),
    };
  }

  /** Forgets all keys. */
  clear(): void {
    this.#entries.clear();
  }
}

/** Whether a header's value is one well-formed key: 1 to 128 of `[A-Za-z0-9._~-]`. Two headers arrive joined by a comma and fail. */
export function isWellFormed(key: string): boolean {
  return /^[A-Za-z0-9._~-]{1,128}$/.test(key);
}
