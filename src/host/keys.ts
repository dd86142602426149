// Key texts in the editor's SecretStorage, and nowhere else. Where the keyring fails they live for this session only,
// and that is said. No key text leaves this file but by `read`.
import type { Event, SecretStorage } from "vscode";
import type { Keys } from "../app/ports.ts";
import { HeadroomError } from "../core/errors.ts";

const PREFIX = "headroom.key.";

/** What of SecretStorage is needed. */
export type Secrets = Pick<SecretStorage, "get" | "store" | "delete" | "keys"> & {
  readonly onDidChange: Event<{ readonly key: string }>;
};

/** Keys by id. */
export class SecretKeys implements Keys {
  readonly #secrets: Secrets;
  readonly #sessionOnly: (cause: unknown) => void;
  readonly #session = new Map<string, string>();
  readonly #seen = new Map<string, string>();
  readonly #listening: { dispose(): void };

  /** @param sessionOnly hears that a key could not be stored and is kept for this session alone. */
  constructor(secrets: Secrets, sessionOnly: (cause: unknown) => void) {
    this.#secrets = secrets;
    this.#sessionOnly = sessionOnly;
    this.#listening = secrets.onDidChange(({ key }) => {
      if (key.startsWith(PREFIX)) void this.#changed(key.slice(PREFIX.length));
    });
  }

  /** Texts that were read or stored by this process, for the redaction. */
  known(): Iterable<string> {
    return this.#seen.values();
  }

  /** Null where there is no such key. Throws HeadroomError notConfigured (`keyring`) where nobody can tell. */
  async read(keyId: string): Promise<string | null> {
    const kept = this.#session.get(keyId);
    if (kept !== undefined) return kept;
    const text = await Promise.resolve(this.#secrets.get(PREFIX + keyId)).catch(unreadable);
    if (text === undefined) return null;
    this.#seen.set(keyId, text);
    return text;
  }

  /** Stores and reads back; keeps the text for this session where either fails. Never rejects. */
  async store(keyId: string, text: string): Promise<void> {
    this.#seen.set(keyId, text);
    this.#session.delete(keyId);
    try {
      await this.#secrets.store(PREFIX + keyId, text);
      if ((await this.#secrets.get(PREFIX + keyId)) === text) return;
      throw new Error("The keyring did not give back what was stored.");
    } catch (cause) {
      this.#session.set(keyId, text);
      this.#sessionOnly(cause);
    }
  }

  async forget(keyId: string): Promise<void> {
    this.#session.delete(keyId);
    await this.#secrets.delete(PREFIX + keyId);
  }

  /** Removes every key of Headroom's, also those that no account names any more. */
  async forgetAll(): Promise<void> {
    this.#session.clear();
    for (const key of await this.#secrets.keys()) if (key.startsWith(PREFIX)) await this.#secrets.delete(key);
  }

  /** Once the keyring has a text, also from another editor window, what was kept for the session is no longer the truth. */
  async #changed(keyId: string): Promise<void> {
    if (!this.#session.has(keyId)) return;
    const text = await Promise.resolve(this.#secrets.get(PREFIX + keyId)).catch(() => undefined);
    if (text !== undefined) this.#session.delete(keyId);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#session.clear();
    this.#seen.clear();
  }
}

function unreadable(cause: unknown): never {
  const what = cause instanceof Error ? cause.message : String(cause);
  throw new HeadroomError(
    "notConfigured",
    `The editor's secret storage could not be read (${what}). Unlock the keyring of this machine, then try again.`,
    { field: "keyring" },
    cause,
  );
}
