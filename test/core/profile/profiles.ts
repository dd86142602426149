// The built-in profiles for tests, and quick ways to an action or an account of one. Loads once.
import type { Account } from "../../../src/core/profile/account.ts";
import type { Action, Profile } from "../../../src/core/profile/schema.ts";
import { loadProfiles } from "../../../src/providers/registry.ts";

const profiles = await loadProfiles();

/** A built-in profile by id. */
export function profileOf(id: string): Profile {
  const profile = profiles.get(id);
  if (profile === undefined) throw new Error(`no profile ${id}`);
  return profile;
}

/** An action of a built-in profile. */
export function actionOf(providerId: string, actionId: string): Action {
  const action = profileOf(providerId).actions.find((one) => one.id === actionId);
  if (action === undefined) throw new Error(`no action ${actionId}`);
  return action;
}

/** Every action of every built-in profile. */
export const everyAction: readonly { readonly profile: Profile; readonly action: Action }[] = [
  ...profiles.values(),
].flatMap((profile) => profile.actions.map((action) => ({ profile, action })));

/** All built-in profiles. */
export const everyProfile: readonly Profile[] = [...profiles.values()];

/** An account with nothing special. */
export function account(providerId: string, more: Partial<Account> = {}): Account {
  return {
    id: "a1",
    providerId,
    name: "Test",
    simulated: true,
    planId: null,
    keys: [{ id: "k1", name: "Key", hint: "…" }],
    overrides: [],
    ...more,
  };
}
