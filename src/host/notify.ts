// Tells what happened while nobody looked: ended jobs, several as one, and quota that runs low. Never twice, never
// while the playground is visible, and only as the settings allow.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import type { App } from "../app/api.ts";
import type { Clock, Translate } from "../app/ports.ts";
import type { CardView, Snapshot } from "../protocol/snapshot.ts";
import type { LazyApp } from "./lazy-app.ts";
import { quotaWarnings, type Warned } from "./quota-warnings.ts";
import { readSettings } from "./settings.ts";

/** Endings within so long become one notification. ms */
const GATHER_MS = 1_500;
const ENDED: ReadonlySet<CardView["state"]> = new Set(["succeeded", "failed", "lost", "unknown", "decide"]);

/** What the notifications need. */
export interface NotifyOptions {
  readonly app: LazyApp;
  readonly clock: Clock;
  readonly t: Translate;
  readonly isVisible: () => boolean;
  /** Folder shared by all editor windows, to remember until when was told. */
  readonly folder: string;
}

/** Watches the app and tells. */
export class Notifications implements vscode.Disposable {
  readonly #options: NotifyOptions;
  readonly #unsubscribe: () => void;
  readonly #states = new Map<string, CardView["state"]>();
  readonly #ended = new Map<string, CardView>();
  #warned: Warned = new Map();
  #gathering: (() => void) | null = null;

  constructor(options: NotifyOptions) {
    this.#options = options;
    this.#unsubscribe = options.app.onChange((app, snapshot) => this.#look(app, snapshot()));
  }

  dispose(): void {
    this.#gathering?.();
    this.#unsubscribe();
  }

  #look(app: App, { cards, meters }: Snapshot): void {
    for (const card of cards) {
      const before = this.#states.get(card.id);
      this.#states.set(card.id, card.state);
      // What had ended before this editor window looked is no news.
      if (before !== undefined && before !== card.state && ENDED.has(card.state) && !ENDED.has(before))
        this.#ended.set(card.id, card);
    }
    if (this.#ended.size > 0)
      this.#gathering ??= this.#options.clock.after(GATHER_MS, () => void this.#tellEnded());
    this.#tellQuota(app, meters);
  }

  async #tellEnded(): Promise<void> {
    const { t, isVisible, clock } = this.#options;
    const cards = [...this.#ended.values()];
    this.#ended.clear();
    this.#gathering = null;
    if (isVisible() || !readSettings().notifyJobs) return;
    // Another editor window may have told it already: the shared mark says until when.
    const told = this.#toldUntil();
    const news = cards.filter((card) => (card.endedAt ?? clock.now()) > told);
    if (news.length === 0) return;
    this.#markTold();
    const open = t("Open Playground");
    const never = t("Do Not Show Again");
    const bad = news.some((card) => card.state !== "succeeded");
    const show = bad ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    const chosen = await show(endedSentence(news, t), open, never);
    if (chosen === open) await vscode.commands.executeCommand("headroom.openPlayground");
    if (chosen === never) await change("notifications.jobs", false);
  }

  #tellQuota(app: App, meters: Snapshot["meters"]): void {
    const { t, isVisible, clock } = this.#options;
    const { due, warned } = quotaWarnings(meters, readSettings().quotaAtPercents, this.#warned, clock.now());
    this.#warned = warned;
    if (due.length === 0 || isVisible()) return;
    const open = t("Open Playground");
    const never = t("Do Not Show Again");
    const name = app.headline().providerName;
    const sentence = due
      .map(({ meter, percent }) =>
        t("{provider}: {percent}\u00a0% spent. {sentence}", {
          provider: name,
          percent,
          sentence: meter.sentence,
        }),
      )
      .join(" ");
    void vscode.window.showWarningMessage(sentence, open, never).then(async (chosen) => {
      if (chosen === open) await vscode.commands.executeCommand("headroom.openPlayground");
      if (chosen === never) await change("notifications.quotaAt", []);
    });
  }

  get #mark(): string {
    return path.join(this.#options.folder, "told");
  }

  /** The instant up to which endings were told by any editor window. Epoch ms. */
  #toldUntil(): number {
    try {
      return Number(readFileSync(this.#mark, "utf8")) || 0;
    } catch {
      return 0;
    }
  }

  #markTold(): void {
    mkdirSync(this.#options.folder, { recursive: true });
    writeFileSync(this.#mark, String(this.#options.clock.now()));
  }
}

/** One ending in its own words, several as counts. */
export function endedSentence(cards: readonly CardView[], t: Translate): string {
  const [only] = cards;
  if (only !== undefined && cards.length === 1)
    return [
      `${only.providerName}, ${only.title}: ${only.stateTitle}.`,
      only.problem?.sentence,
      only.problem?.remedy,
    ]
      .filter(Boolean)
      .join(" ");
  const count = (states: readonly CardView["state"][]) =>
    cards.filter((card) => states.includes(card.state)).length;
  const parts = [
    [count(["succeeded"]), t("succeeded")],
    [count(["failed", "lost"]), t("failed")],
    [count(["decide", "unknown"]), t("need your decision")],
  ] as const;
  const list = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  return t("{count} requests have ended: {list}.", { count: cards.length, list: list.join(", ") });
}

async function change(setting: string, value: unknown): Promise<void> {
  await vscode.workspace
    .getConfiguration("headroom")
    .update(setting, value, vscode.ConfigurationTarget.Global);
}
