// The history as a tree: exchanges by day, newest first, searched and filtered; a day's are read when it is opened. It shows
// what the app tells and changes nothing.
import * as vscode from "vscode";
import type { App } from "../app/api.ts";
import type { Translate } from "../app/ports.ts";
import type { ExchangeState } from "../core/jobs/model.ts";
import type { Exchange, ExchangeFilter } from "../core/jobs/stores.ts";
import { type Day, daysOf } from "./days.ts";
import type { LazyApp } from "./lazy-app.ts";

/** So many of a day's exchanges are listed at first, and so many more at each wish. */
const PAGE = 500;

/** What of the history is listed; empty for all. */
export type HistoryFilter = Pick<ExchangeFilter, "text" | "providerIds" | "states">;

/** An entry of the tree. A day knows when its exchanges were begun, newest first. */
export type HistoryItem =
  | { readonly kind: "day"; readonly day: Day<number> }
  | { readonly kind: "exchange"; readonly exchange: Exchange }
  | { readonly kind: "more"; readonly day: Day<number> }
  /** The way out where search and filter find nothing. */
  | { readonly kind: "clear" };

const ICONS: Readonly<Record<ExchangeState, readonly [icon: string, colour?: string]>> = {
  intent: ["circle-outline"],
  waiting: ["watch", "charts.yellow"],
  sent: ["sync"],
  accepted: ["sync"],
  outcomeUnknown: ["question", "charts.orange"],
  kept: ["debug-pause", "descriptionForeground"],
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
  /** Search and filter in words; empty for none. */
  #narrowed = "";
  /** How many of a day's exchanges are listed, by the day, where that is more than at first. */
  readonly #listed = new Map<string, number>();

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

  /** The one exchange that is chosen in the tree while the tree is seen; null for none. */
  get selected(): Exchange | null {
    const [item, ...more] = this.#view?.visible ? this.#view.selection : [];
    return item?.kind === "exchange" && more.length === 0 ? item.exchange : null;
  }

  /** What is listed: words, provider, states. */
  get filter(): HistoryFilter {
    return this.#filter;
  }

  /** Lists what fits only; `title` says so beside the view's name and above the list, empty for all. */
  show(filter: HistoryFilter, title: string): void {
    this.#filter = filter;
    this.#narrowed = title;
    this.#listed.clear();
    if (this.#view !== null) this.#view.description = title;
    this.#changed.fire(undefined);
  }

  /** Lists more of the day that such an entry ends. */
  more(item: unknown): void {
    const { kind, day } = (item ?? {}) as Partial<Extract<HistoryItem, { kind: "more" }>>;
    if (kind !== "more" || day === undefined) return;
    this.#listed.set(day.key, this.#listedOf(day) + PAGE);
    this.#changed.fire(undefined);
  }

  async getChildren(item?: HistoryItem): Promise<HistoryItem[]> {
    if (item !== undefined && item.kind !== "day") return [];
    // A failed start is told once for all views; the tree then shows its welcome.
    const app = await this.#app.get().catch(() => null);
    if (app === null) return [];
    if (item !== undefined) return this.#entriesOf(app, item.day);
    const instants = app.history.instants(this.#filter);
    const isNarrowed = Object.keys(this.#filter).length > 0;
    // Beside the view's name a narrow side bar cuts it off.
    if (this.#view !== null) this.#view.message = isNarrowed ? this.#found(instants.length) : "";
    if (isNarrowed && instants.length === 0) return [{ kind: "clear" }];
    const days = daysOf(instants, (at) => at, Date.now());
    return days.map((day) => ({ kind: "day", day }));
  }

  #found(count: number): string {
    const what = this.#narrowed;
    if (count === 0) return this.#t("Nothing in the history fits {what}.", { what });
    return this.#t("{what}: {count} found", { what, count });
  }

  getTreeItem(item: HistoryItem): vscode.TreeItem {
    switch (item.kind) {
      case "day":
        return this.#dayItem(item.day);
      case "exchange":
        return this.#exchangeItem(item.exchange);
      case "more":
        return this.#moreItem(item);
      case "clear":
        return this.#clearItem();
    }
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
  }

  #entriesOf(app: App, day: Day<number>): HistoryItem[] {
    const limit = this.#listedOf(day);
    const [newest = 0, oldest = newest] = [day.entries[0], day.entries.at(-1)];
    const found = app.history.list({ ...this.#filter, since: oldest, before: newest + 1, limit });
    const entries: HistoryItem[] = found.map((exchange) => ({ kind: "exchange", exchange }));
    return day.entries.length > limit ? [...entries, { kind: "more", day }] : entries;
  }

  #listedOf(day: Day<number>): number {
    return this.#listed.get(day.key) ?? PAGE;
  }

  #moreItem(more: Extract<HistoryItem, { kind: "more" }>): vscode.TreeItem {
    const count = Math.min(PAGE, more.day.entries.length - this.#listedOf(more.day));
    const title = this.#t("Show {count} more", { count });
    const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.None);
    item.id = `more/${more.day.key}`;
    item.iconPath = new vscode.ThemeIcon("fold-down");
    item.command = { command: "headroom.showMore", title, arguments: [more] };
    return item;
  }

  #clearItem(): vscode.TreeItem {
    const title = this.#t("Clear Search and Filter");
    const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.None);
    item.id = "clear";
    item.iconPath = new vscode.ThemeIcon("search-stop");
    item.command = { command: "headroom.clearSearch", title };
    return item;
  }

  #dayItem(day: Day<number>): vscode.TreeItem {
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
    const { state, at, provider, words, detail, left, results } = app.history.describe(exchange);
    // A narrow side bar cuts what stands last.
    const label = `${at} ${words === "" ? exchange.title : words}`;
    const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.None);
    item.id = `exchange/${exchange.id}`;
    const parts = [exchange.state === "done" ? "" : state, provider, words === "" ? "" : exchange.title];
    item.description = parts.filter((one) => one !== "").join(" · ");
    const [icon, colour] = ICONS[exchange.state];
    item.iconPath = new vscode.ThemeIcon(
      icon,
      colour === undefined ? undefined : new vscode.ThemeColor(colour),
    );
    item.tooltip = [exchange.title, words, detail, exchange.problem?.remedy].filter(Boolean).join("\n");
    const kinds = [
      "exchange",
      exchange.answer === null ? "" : "answered",
      left ? "left" : "",
      results.length === 0 ? "" : "results",
    ];
    item.contextValue = kinds.filter((one) => one !== "").join(" ");
    item.accessibilityInformation = { label: [label, exchange.title, detail].join(", ") };
    item.command = {
      command: "headroom.openHistoryEntry",
      title: this.#t("Open"),
      arguments: [{ kind: "exchange", exchange } satisfies HistoryItem],
    };
    return item;
  }
}
