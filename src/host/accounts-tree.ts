// Providers with their accounts, keys (masked) and limits in force as a tree. It shows what the app tells and changes
// nothing; no key text is within its reach.
import * as vscode from "vscode";
import type { App, LimitInfo, ProviderInfo } from "../app/api.ts";
import type { Translate } from "../app/ports.ts";
import type { Account, AccountKey } from "../core/profile/account.ts";
import type { LazyApp } from "./lazy-app.ts";

/** An entry of the tree. */
export type AccountItem =
  | { readonly kind: "provider"; readonly provider: ProviderInfo }
  | { readonly kind: "account"; readonly account: Account }
  | { readonly kind: "key"; readonly account: Account; readonly key: AccountKey }
  | { readonly kind: "limit"; readonly account: Account; readonly limit: LimitInfo };

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

/** Provides the view `headroom.accounts`. */
export class AccountsTree implements vscode.TreeDataProvider<AccountItem>, vscode.Disposable {
  static readonly id = "headroom.accounts";
  readonly #app: LazyApp;
  readonly #t: Translate;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #disposables: { dispose(): unknown }[] = [this.#changed];
  readonly onDidChangeTreeData = this.#changed.event;
  #shown = "";

  constructor(app: LazyApp, t: Translate) {
    this.#app = app;
    this.#t = t;
    this.#disposables.push({ dispose: app.onChange((ready) => this.#look(ready)) });
  }

  /** Registers the view. */
  register(): void {
    this.#disposables.push(
      vscode.window.createTreeView(AccountsTree.id, { treeDataProvider: this, showCollapseAll: true }),
    );
  }

  async getChildren(item?: AccountItem): Promise<AccountItem[]> {
    // A failed start is told once for all views; the tree then shows its welcome.
    const app = await this.#app.get().catch(() => null);
    if (app === null) return [];
    if (item === undefined)
      return app.accounts.providers().map((provider) => ({ kind: "provider", provider }));
    if (item.kind === "provider")
      return app.accounts
        .list()
        .filter((account) => account.providerId === item.provider.id)
        .map((account) => ({ kind: "account", account }));
    if (item.kind !== "account") return [];
    const { account } = item;
    return [
      ...account.keys.map((key): AccountItem => ({ kind: "key", account, key })),
      ...app.accounts.limits(account.id).map((limit): AccountItem => ({ kind: "limit", account, limit })),
    ];
  }

  getTreeItem(item: AccountItem): vscode.TreeItem {
    if (item.kind === "provider") return this.#providerItem(item.provider);
    if (item.kind === "account") return this.#accountItem(item.account);
    return item.kind === "key"
      ? this.#keyItem(item.account, item.key)
      : this.#limitItem(item.account, item.limit);
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
  }

  /** The app tells of every change; the tree is drawn anew only when accounts are among them. */
  #look(app: App): void {
    const shown = JSON.stringify(app.accounts.list());
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#changed.fire(undefined);
  }

  #providerItem(provider: ProviderInfo): vscode.TreeItem {
    const item = new vscode.TreeItem(provider.name, Expanded);
    item.id = `provider/${provider.id}`;
    item.contextValue = "provider";
    item.iconPath = new vscode.ThemeIcon("globe");
    item.tooltip = provider.summary;
    return item;
  }

  #accountItem(account: Account): vscode.TreeItem {
    const provider = this.#provider(account.providerId);
    const plan = provider?.plans.find((one) => one.id === account.planId)?.title;
    const item = new vscode.TreeItem(account.name, Collapsed);
    item.id = `account/${account.id}`;
    item.contextValue = [
      "account",
      account.simulated ? "simulated" : "real",
      ...((provider?.plans.length ?? 0) > 0 ? ["plans"] : []),
    ].join(" ");
    item.description = plan ?? "";
    item.iconPath = new vscode.ThemeIcon(account.simulated ? "beaker" : "account");
    const about = account.simulated
      ? this.#t("Talks to the simulator on this machine. Its key is not a secret.")
      : this.#t("Keys: {count}. Their texts lie in the editor's secret storage.", {
          count: account.keys.length,
        });
    item.tooltip = [account.name, plan, about].filter(Boolean).join("\n");
    item.accessibilityInformation = { label: [account.name, plan, about].filter(Boolean).join(", ") };
    return item;
  }

  #keyItem(account: Account, key: AccountKey): vscode.TreeItem {
    const item = new vscode.TreeItem(key.name, None);
    item.id = `key/${account.id}/${key.id}`;
    item.contextValue = account.simulated ? "simulated key" : "key";
    item.description = key.hint;
    item.iconPath = new vscode.ThemeIcon("key");
    item.accessibilityInformation = {
      label: this.#t("Key {name}, {hint}", { name: key.name, hint: key.hint }),
    };
    return item;
  }

  #limitItem(account: Account, limit: LimitInfo): vscode.TreeItem {
    // The number first: a narrow side bar cuts what stands last.
    const item = new vscode.TreeItem(limit.words, None);
    item.id = `limit/${account.id}/${limit.policyId}`;
    item.contextValue = limit.overridden ? "limit own" : "limit";
    item.description = limit.overridden ? `${limit.title} · ${limit.source}` : limit.title;
    item.iconPath = new vscode.ThemeIcon(limit.type === "slots" ? "server-process" : "dashboard");
    // Of a number that the person set, nobody else vouches for anything.
    const source =
      limit.overridden && limit.evidence === "counted"
        ? this.#t("Set by you, {day}", { day: limit.readOn })
        : this.#t("{evidence}: {source}, {day}", {
            evidence: evidenceIn(limit, this.#t),
            source: limit.source,
            day: limit.readOn,
          });
    item.tooltip = [limit.title, limit.sentence, source].join("\n");
    item.accessibilityInformation = { label: `${limit.title}: ${limit.sentence} ${source}` };
    return item;
  }

  #provider(providerId: string): ProviderInfo | undefined {
    return this.#app.now?.accounts.providers().find((one) => one.id === providerId);
  }
}

function evidenceIn(limit: LimitInfo, t: Translate): string {
  const words = {
    stated: t("Stated by the server"),
    published: t("Published"),
    counted: t("Counted by Headroom"),
    inferred: t("Learned from refusals"),
    unknown: t("Unknown"),
  };
  return words[limit.evidence];
}
