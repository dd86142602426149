// Finds what a command on accounts is about: the tree's entry it was called on, or one that the person picks from a list.
// It changes nothing.
import * as vscode from "vscode";
import type { App } from "../app/api.ts";
import type { Translate } from "../app/ports.ts";
import type { Account, AccountKey } from "../core/profile/account.ts";
import type { AccountItem } from "./accounts-tree.ts";
import type { Tools } from "./intents.ts";

/** The entry of the accounts tree that a command was called on; null from the palette, or on another kind of entry. */
export function itemOf<K extends AccountItem["kind"]>(
  entry: unknown,
  kind: K,
): Extract<AccountItem, { kind: K }> | null {
  const item = entry as Partial<AccountItem> | undefined;
  return item?.kind === kind ? (item as Extract<AccountItem, { kind: K }>) : null;
}

/** The entry's account, or one of the person's own from a list; a list to pick from offers a new one where asked to. */
export async function realAccount(
  app: App,
  entry: unknown,
  title: string,
  { t }: Tools,
  offersNew = false,
): Promise<Account | "new" | null> {
  const given = itemOf(entry, "account")?.account;
  if (given !== undefined) return given.simulated ? null : given;
  const own = app.accounts.list().filter((one) => !one.simulated);
  if (own.length === 0) {
    if (offersNew) return "new";
    void vscode.window.showInformationMessage(
      t("There is no account of yours yet. The simulated ones stay as they are."),
    );
    return null;
  }
  const fresh = { label: `$(add) ${t("Add a new account…")}`, description: "", account: "new" as const };
  const choices = [...accountChoices(app, own), ...(offersNew ? [fresh] : [])];
  return (await vscode.window.showQuickPick(choices, { title, matchOnDescription: true }))?.account ?? null;
}

/** Accounts as entries of a list, each with its provider. */
export function accountChoices(app: App, accounts: readonly Account[]) {
  const names = new Map(app.accounts.providers().map((one) => [one.id, one.name]));
  return accounts.map((account) => ({
    label: account.name,
    description: names.get(account.providerId) ?? "",
    account,
  }));
}

/** A key of the person's own accounts from a list; says so where there is none. */
export async function pickKey(
  app: App,
  title: string,
  t: Translate,
): Promise<{ account: Account; key: AccountKey } | null> {
  const choices = app.accounts
    .list()
    .filter((one) => !one.simulated)
    .flatMap((account) =>
      account.keys.map((key) => ({
        label: key.name,
        description: key.hint,
        detail: account.name,
        account,
        key,
      })),
    );
  if (choices.length === 0) {
    void vscode.window.showInformationMessage(
      t("There is no key of yours yet. Those of the simulated accounts stay as they are."),
    );
    return null;
  }
  return (await vscode.window.showQuickPick(choices, { title, matchOnDetail: true })) ?? null;
}
