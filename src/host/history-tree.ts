// The history as a tree: exchanges by day, newest first, searched and filtered. It shows what the app tells and
// changes nothing.
import * as vscode from "vscode";
import type { App } from "../app/api.ts";
import type { Translate } from "../app/ports.ts";
import type { ExchangeState } from "../core/jobs/model.ts";
import type { Exchange, ExchangeFilter } from "../core/jobs/stores.ts";
import { type Day, daysOf } from "./days.ts";
import type { LazyApp } from "./lazy-app.ts";

/** At most so many exchanges are listed; older ones are found by searching. */
const MOST = 500;

/** What of the history is listed; empty for all. */
export type HistoryFilter = Pick<ExchangeFilter, "text" | "providerId" | "states">;

/** An entry of the tree. */
export type HistoryItem =
  | { readonly kind: "day"; readonly day: Day<Exchange> }
  | { readonly kind: "exchange"; readonly exchange: Exchange };

const ICONS: Readonly<Record<ExchangeState, readonly [icon: string, colour?: string]>> = {
  intent: ["circle-outline"],
  waiting: ["watch", "charts.yellow"],
  sent: ["sync"],
  accepted: ["sync"],
  outcomeUnknown: ["question", "charts.orange"],
  done: ["pass", "testing.iconPassed"],
  failed: ["error", "testing.iconFailed"],
  refused: ["circle-slash", "testing.iconFailed"],
  cancelled: ["circle-slash"],
};

/** Provides the view `headroom.history`. */
export class HistoryTree implements vscode.TreeDataProvider<HistoryItem>, vscode.Disposable {
  static readonly id = "headroom.history";
  readonly #app: LazyApp;
  readonly #t: Translate;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #disposables: { dispose(): unknown }[] = [this.#changed];
  readonly onDidChangeTreeData = this.#changed.event;
  #view: vscode.TreeView<HistoryItem> | null = null;
  #filter: HistoryFilter = {};

  constructor(app: LazyApp, t: Translate) {
    this.#app = app;
    this.#t = t;
    let unsubscribe = () => {};
    const cancel = app.onReady((ready) => {
      unsubscribe = ready.history.onChange(() => this.#changed.fire(undefined));
      this.#changed.fire(undefined);
    });
    this.#disposables.push({ dispose: () => [cancel(), unsubscribe()] });
  }

  /** Registers the view. */
  register(): void {
    this.#view = vscode.window.createTreeView(HistoryTree.id, {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.#disposables.push(this.#view);
  }

  /** What is listed: words, provider, states. */
  get filter(): HistoryFilter {
    return this.#filter;
  }

  /** Lists what fits only; `title` says so beside the view's name, empty for all. */
  show(filter: HistoryFilter, title: string): void {
    this.#filter = filter;
    if (this.#view !== null) this.#view.description = title;
    this.#changed.fire(undefined);
  }

  async getChildren(item?: HistoryItem): Promise<HistoryItem[]> {
    if (item?.kind === "day") return item.day.entries.map((exchange) => ({ kind: "exchange", exchange }));
    if (item !== undefined) return [];
    // A failed start is told once for all views; the tree then shows its welcome.
    const app = await this.#app.get().catch(() => null);
    if (app === null) return [];
    const found = app.history.list({ ...this.#filter, limit: MOST + 1 });
    if (this.#view !== null)
      this.#view.message =
        found.length > MOST
          ? this.#t("The newest {count} are shown. Search to find older ones.", { count: MOST })
          : "";
    const days = daysOf(found.slice(0, MOST), (exchange) => exchange.createdAt, Date.now());
    return days.map((day) => ({ kind: "day", day }));
  }

  getTreeItem(item: HistoryItem): vscode.TreeItem {
    return item.kind === "day" ? this.#dayItem(item.day) : this.#exchangeItem(item.exchange);
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
  }

  #dayItem(day: Day<Exchange>): vscode.TreeItem {
    const full = new Intl.DateTimeFormat(vscode.env.language, {
      weekday: "long",
      day: "numeric",
      month: "long",
      year: "numeric",
    });
    const name =
      day.ago === 0 ? this.#t("Today") : day.ago === 1 ? this.#t("Yesterday") : full.format(day.at);
    const state =
      day.ago <= 1 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(name, state);
    item.id = `day/${day.key}/${JSON.stringify(this.#filter)}`;
    item.contextValue = "day";
    item.description = String(day.entries.length);
    item.accessibilityInformation = {
      label: this.#t("{day}, {count} requests", { day: name, count: day.entries.length }),
    };
    return item;
  }

  #exchangeItem(exchange: Exchange): vscode.TreeItem {
    const app = this.#app.now as App;
    const { state, detail } = app.history.describe(exchange);
    const item = new vscode.TreeItem(exchange.title, vscode.TreeItemCollapsibleState.None);
    item.id = `exchange/${exchange.id}`;
    const time = new Intl.DateTimeFormat(vscode.env.language, { hour: "2-digit", minute: "2-digit" });
    item.description = `${state} · ${time.format(exchange.createdAt)}`;
    const [icon, colour] = ICONS[exchange.state];
    item.iconPath = new vscode.ThemeIcon(
      icon,
      colour === undefined ? undefined : new vscode.ThemeColor(colour),
    );
    item.tooltip = [exchange.title, detail, exchange.problem?.sentence, exchange.problem?.remedy]
      .filter(Boolean)
      .join("\n");
    item.contextValue = exchange.answer === null ? "exchange" : "exchange answered";
    item.accessibilityInformation = { label: `${exchange.title}, ${state}, ${detail}` };
    const command = exchange.answer === null ? "headroom.openTimeline" : "headroom.openAnswer";
    item.command = {
      command,
      title: this.#t("Open"),
      arguments: [{ kind: "exchange", exchange } satisfies HistoryItem],
    };
    return item;
  }
}
