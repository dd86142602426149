// Accounts and keys: the simulated one of each provider, which is always there, and the person's own. Key text passes
// through here once, on its way into the SecretStorage.
import type { Account, LimitOverride } from "../core/profile/account.ts";
import { policiesFor } from "../core/profile/claim.ts";
import type { Profile } from "../core/profile/schema.ts";
import type { Accounts, LimitInfo, NewAccount, ProviderInfo } from "./api.ts";
import { newId } from "./context.ts";
import type { Keys, Ports, Simulator } from "./ports.ts";
import { limitSentence, limitWords } from "./sentences.ts";

const PREFIX = "sim-";

/** The simulated account of a provider. */
export function simulatedId(providerId: string): string {
  return `${PREFIX}${providerId}`;
}

/** Reads a key's text for the client: a simulated account's from the simulator, any other from the SecretStorage. */
export function keyReader(keys: Keys, simulator: Simulator): (keyId: string) => Promise<string | null> {
  return async (keyId) => {
    const simulated = /^sim-(.+)-1$/.exec(keyId)?.[1];
    return simulated === undefined ? keys.read(keyId) : simulator.keyOf(simulated);
  };
}

/** Where an account's requests go: the simulator, or the profile's own origin and nowhere else. */
export async function baseOf(simulator: Simulator, profile: Profile, account: Account): Promise<string> {
  return account.simulated ? simulator.baseOf(profile.id) : profile.baseUrl;
}

/** Enough of a key to recognise it, never more than a fourth of it. */
export function hintOf(text: string): string {
  const prefix = /^[A-Za-z]+[_-]/.exec(text)?.[0] ?? "";
  const tail = text.length >= 16 ? text.slice(-4) : "";
  return `${prefix.slice(0, 12)}…${tail}`;
}

type AccountPorts = Pick<
  Ports,
  "profiles" | "accounts" | "keys" | "together" | "t" | "format" | "forgetTraces"
>;

/** Accounts as the host sees them. */
export class AccountBook implements Accounts {
  readonly #ports: AccountPorts;
  readonly #forgetRest: () => Promise<void>;

  /** `forgetRest` removes history and results. */
  constructor(ports: AccountPorts, forgetRest: () => Promise<void>) {
    this.#ports = ports;
    this.#forgetRest = forgetRest;
  }

  providers(): readonly ProviderInfo[] {
    return [...this.#ports.profiles.values()].map((profile) => ({
      id: profile.id,
      name: profile.name,
      summary: profile.summary,
      docs: profile.docs,
      keyHint: profile.auth.keyHint,
      keyPattern: profile.auth.keyPattern ?? null,
      plans: profile.plans,
    }));
  }

  list(): readonly Account[] {
    const stored = this.#ports.accounts.list();
    return [...this.#ports.profiles.values()].flatMap((profile) => [
      this.#simulated(profile, stored),
      ...stored.filter((one) => one.providerId === profile.id && !one.simulated),
    ]);
  }

  get(accountId: string): Account | null {
    return this.list().find((one) => one.id === accountId) ?? null;
  }

  keyProblem(providerId: string, keyText: string): string | null {
    const { profiles, t } = this.#ports;
    const profile = profiles.get(providerId);
    const text = keyText.trim();
    if (text === "") return t("Paste the key.");
    if (/\s/.test(text)) return t("A key has no spaces or line breaks.");
    // Header values outside printable ASCII never reach a server.
    if (!/^[\x21-\x7e]+$/.test(text)) return t("A key has only letters, digits and signs.");
    const pattern = profile?.auth.keyPattern;
    if (pattern !== undefined && !new RegExp(pattern, "u").test(text))
      return t("A key of {provider} looks like {hint}.", {
        provider: profile?.name ?? providerId,
        hint: profile?.auth.keyHint ?? "",
      });
    return null;
  }

  async add(account: NewAccount): Promise<Account> {
    const key = await this.#keep(account.keyName, account.keyText);
    const made: Account = {
      id: newId("a-"),
      providerId: account.providerId,
      name: account.name.trim(),
      simulated: false,
      planId: account.planId,
      keys: [key],
      overrides: [],
    };
    this.#ports.accounts.save(made);
    return made;
  }

  async addKey(accountId: string, name: string, text: string): Promise<void> {
    if (this.#own(accountId) === null) return;
    const key = await this.#keep(name, text);
    const isKept = this.#change(accountId, ({ keys }) => ({ keys: [...keys, key] }));
    // The account was forgotten meanwhile: nobody would ever name this key again.
    if (!isKept) await this.#ports.keys.forget(key.id);
  }

  rename(accountId: string, name: string): void {
    if (this.#own(accountId) !== null && name.trim() !== "")
      this.#change(accountId, () => ({ name: name.trim() }));
  }

  renameKey(accountId: string, keyId: string, name: string): void {
    if (this.#own(accountId) === null || name.trim() === "") return;
    this.#change(accountId, ({ keys }) => ({
      keys: keys.map((one) => (one.id === keyId ? { ...one, name: name.trim() } : one)),
    }));
  }

  changePlan(accountId: string, planId: string | null): void {
    this.#change(accountId, () => ({ planId }));
  }

  async forgetKey(accountId: string, keyId: string): Promise<void> {
    if (this.#own(accountId) === null) return;
    await this.#ports.keys.forget(keyId);
    this.#change(accountId, ({ keys }) => ({ keys: keys.filter((one) => one.id !== keyId) }));
  }

  async forgetAccount(accountId: string): Promise<void> {
    const { accounts, keys, together } = this.#ports;
    const known = this.#own(accountId)?.keys ?? [];
    for (const { id } of known) await keys.forget(id);
    const now = together(() => {
      const own = this.#own(accountId);
      if (own !== null) accounts.remove(accountId);
      return own?.keys ?? [];
    });
    // A key that was added meanwhile goes, too.
    for (const { id } of now) if (!known.some((one) => one.id === id)) await keys.forget(id);
  }

  async forgetEverything(): Promise<void> {
    await this.#forgetRest();
    for (const account of this.#ports.accounts.list()) {
      for (const key of account.keys) if (!account.simulated) await this.#ports.keys.forget(key.id);
      this.#ports.accounts.remove(account.id);
    }
    this.#ports.forgetTraces?.();
  }

  limits(accountId: string): readonly LimitInfo[] {
    const account = this.get(accountId);
    const profile = account === null ? undefined : this.#ports.profiles.get(account.providerId);
    if (account === null || profile === undefined) return [];
    const { t } = this.#ports;
    return policiesFor(profile, account).map(({ spec, policy }) => {
      const override = account.overrides.findLast((one) => one.policyId === spec.id);
      return {
        policyId: spec.id,
        title: spec.title,
        type: policy.type,
        limit: policy.limit,
        quotaWindowMs: policy.type === "rate" ? policy.quotaWindowMs : null,
        evidence: policy.evidence,
        source: override === undefined ? spec.fact.source : sourceOf(override, t),
        readOn:
          override === undefined ? spec.fact.readOn : new Date(override.setAt).toISOString().slice(0, 10),
        overridden: override !== undefined,
        noun: policy.noun,
        words: limitWords(this.#ports, policy),
        sentence: limitSentence(this.#ports, profile.name, policy),
      };
    });
  }

  saveLimit(accountId: string, limit: LimitOverride): void {
    this.#change(accountId, ({ overrides }) => ({
      overrides: [...overrides.filter((one) => one.policyId !== limit.policyId), limit],
    }));
  }

  resetLimit(accountId: string, policyId: string): void {
    this.#change(accountId, ({ overrides }) => ({
      overrides: overrides.filter((one) => one.policyId !== policyId),
    }));
  }

  /** Changes an account as it is by now, in any editor window; false where it is not there any more. */
  #change(accountId: string, change: (account: Account) => Partial<Account>): boolean {
    const { accounts, together } = this.#ports;
    return together(() => {
      const account = this.get(accountId);
      if (account !== null) accounts.save({ ...account, ...change(account) });
      return account !== null;
    });
  }

  /** The text goes to the SecretStorage first; an account never names a key that is not there. */
  async #keep(name: string, text: string) {
    const id = newId("k-");
    await this.#ports.keys.store(id, text.trim());
    return { id, name: name.trim(), hint: hintOf(text.trim()) };
  }

  /** Only the person's own accounts can be renamed or forgotten. */
  #own(accountId: string): Account | null {
    const account = this.get(accountId);
    return account === null || account.simulated ? null : account;
  }

  /** Plan and limits that were set for it are kept; the rest is always the same. */
  #simulated(profile: Profile, stored: readonly Account[]): Account {
    const id = simulatedId(profile.id);
    const kept = stored.find((one) => one.id === id);
    const { t } = this.#ports;
    return {
      id,
      providerId: profile.id,
      name: t("Simulated"),
      simulated: true,
      planId: kept === undefined ? defaultPlan(profile) : kept.planId,
      keys: [{ id: `${id}-1`, name: t("Simulated key"), hint: t("no secret") }],
      overrides: kept?.overrides ?? [],
    };
  }
}

/** Who put a limit in force: the person's own number, or one that an answer taught and the person kept. */
function sourceOf({ evidence }: LimitOverride, t: Ports["t"]): string {
  return evidence === "stated" || evidence === "inferred" ? t("kept by you") : t("set by you");
}

/** The plan with three places at once, as the simulator starts with it; else the first; null where there are none. */
function defaultPlan(profile: Profile): string | null {
  const bySlots = profile.policies.find((one) => one.type === "slots")?.limitByPlan ?? {};
  const three = Object.entries(bySlots).find(([, limit]) => limit === 3)?.[0];
  return three ?? profile.plans[0]?.id ?? null;
}
