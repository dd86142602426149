// The status bar item: the tightest budget, or what a waiting request waits for. At most one update a second, and no
// timer while nothing counts down.
import * as vscode from "vscode";
import type { Headline } from "../app/api.ts";
import type { Clock, Format, Translate } from "../app/ports.ts";
import { formatFor } from "./format.ts";
import type { LazyApp } from "./lazy-app.ts";
import { onSettings, readSettings } from "./settings.ts";
import { statusText, tightestOf } from "./status-text.ts";

const COLOURS = {
  plain: undefined,
  warning: "statusBarItem.warningBackground",
  error: "statusBarItem.errorBackground",
} as const;
/** At most one update in so long, ms. */
const CALM_MS = 1_000;

/** The item, from activation on; before the app stands it names Headroom without figures. */
export class StatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #clock: Clock;
  readonly #t: Translate;
  readonly #words: { readonly t: Translate; readonly format: Format };
  readonly #app: LazyApp;
  readonly #disposables: vscode.Disposable[] = [];
  #drawnAt = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;
  #hoverText = "";

  constructor(app: LazyApp, clock: Clock, t: Translate) {
    this.#app = app;
    this.#clock = clock;
    this.#t = t;
    this.#words = { t, format: formatFor(vscode.env.language) };
    this.#item = vscode.window.createStatusBarItem("headroom.budget", vscode.StatusBarAlignment.Right, 90);
    this.#item.name = "Headroom";
    this.#item.command = "headroom.openPlayground";
    this.#item.text = "$(dashboard) Headroom";
    this.#item.tooltip = t("Open the Headroom playground");
    this.#item.accessibilityInformation = { label: t("Headroom: open the playground"), role: "button" };
    const unsubscribe = app.onChange(() => this.#changed());
    this.#disposables.push(
      onSettings(() => this.#draw()),
      { dispose: unsubscribe },
    );
    this.#draw();
  }

  /** What the item says now. */
  get text(): string {
    return this.#item.text;
  }

  dispose(): void {
    this.#cancel?.();
    for (const one of this.#disposables) one.dispose();
    this.#item.dispose();
  }

  /** Draws now, or once the second since the last drawing is over. */
  #changed(): void {
    const wait = this.#drawnAt + CALM_MS - this.#clock.now();
    if (wait <= 0 || wait > CALM_MS) this.#draw();
    else this.#later(wait);
  }

  #later(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(Math.max(ms, 1), () => this.#draw());
  }

  #draw(): void {
    this.#cancel?.();
    this.#cancel = null;
    const settings = readSettings();
    if (settings.statusBarShow === "hidden") {
      this.#item.hide();
      return;
    }
    this.#item.show();
    const app = this.#app.now;
    if (app === null) return;
    const now = this.#clock.now();
    this.#drawnAt = now;
    const headline = app.headline();
    const budget = settings.statusBarShow === "chosen" ? tightestOf(app.snapshot().meters) : headline.meter;
    const shown = statusText(headline, budget, settings.warnAtPercent, now, this.#words);
    this.#item.text = shown.text;
    const colour = COLOURS[shown.level];
    this.#item.backgroundColor = colour === undefined ? undefined : new vscode.ThemeColor(colour);
    this.#item.accessibilityInformation = { label: headline.sentence, role: "button" };
    const hover = this.#hover(headline);
    // A hover that says the same is left alone: the editor would draw it anew under the pointer.
    if (hover.value !== this.#hoverText) this.#item.tooltip = hover;
    this.#hoverText = hover.value;
    if (shown.changesAt !== null) this.#later(Math.max(CALM_MS, shown.changesAt - now));
  }

  #hover(headline: Headline): vscode.MarkdownString {
    const hover = new vscode.MarkdownString("", true);
    hover.isTrusted = {
      enabledCommands: [
        "headroom.openPlayground",
        "headroom.whyWaiting",
        "headroom.cancelAll",
        "headroom.chooseAccount",
      ],
    };
    hover.appendMarkdown(`**${plain(headline.providerName)}** · ${plain(headline.accountName)}\n\n`);
    if (headline.simulated) hover.appendMarkdown(`$(beaker) ${this.#t("Simulated, costs nothing")}\n\n`);
    if (headline.decisions > 0) {
      const waits = this.#t("Waiting for your decision: {count}", { count: headline.decisions });
      hover.appendMarkdown(`$(question) ${plain(waits)}\n\n`);
    }
    for (const line of headline.lines)
      hover.appendMarkdown(`- ${plain(line.title)}: ${plain(line.sentence)}\n`);
    const { first } = headline;
    if (first !== null) {
      hover.appendMarkdown(`\n$(watch) ${plain(first.title)}: ${plain(first.wait.sentence)}\n\n`);
      for (const { title, value } of first.wait.facts)
        hover.appendMarkdown(`- ${plain(title)}: ${plain(value)}\n`);
    }
    const links = [
      `[${this.#t("Open Playground")}](command:headroom.openPlayground)`,
      `[${this.#t("Choose Account")}](command:headroom.chooseAccount)`,
      ...(headline.waiting > 0
        ? [
            `[${this.#t("Why It Waits")}](command:headroom.whyWaiting)`,
            `[${this.#t("Cancel Waiting")}](command:headroom.cancelAll)`,
          ]
        : []),
    ];
    hover.appendMarkdown(`\n---\n\n${links.join(" · ")}`);
    return hover;
  }
}

/** Text of a server or person as Markdown that shows exactly it. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, "\\$&").replace(/\s+/g, " ");
}
