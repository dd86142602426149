// An account: a person's name for one contract with a provider, with its keys by id. Never holds key text.
import type { Evidence } from "../quota/model.ts";

/** One key of an account. The text lives in SecretStorage under this id. */
export interface AccountKey {
  readonly id: string;
  readonly name: string;
  /** Enough to recognise it, as `spk_…9f2c`; at most the prefix and the last four characters. */
  readonly hint: string;
}

/** A limit that the person or the evidence put in force for one account, instead of the profile's. */
export interface LimitOverride {
  readonly policyId: string;
  readonly limit: number | null;
  readonly quotaWindowMs: number | null;
  readonly evidence: Evidence;
  readonly setAt: number;
}

/** One contract with a provider. A simulated account talks to the local simulator and its key is not a secret. */
export interface Account {
  readonly id: string;
  readonly providerId: string;
  readonly name: string;
  readonly simulated: boolean;
  readonly planId: string | null;
  readonly keys: readonly AccountKey[];
  readonly overrides: readonly LimitOverride[];
}

/** Accounts as stored, shared by all editor windows. */
export interface AccountStore {
  list(): Account[];
  save(account: Account): void;
  remove(accountId: string): void;
  onChange(listener: () => void): () => void;
}
