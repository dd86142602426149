// Keeps the `headroom.*` context keys in step, which hide commands without meaning now, and remembers the slow ones
// for the next start. It must not decide what a command does.
import * as vscode from "vscode";
import type { App } from "../app/api.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { lastResult } from "./history-commands.ts";
import type { LazyApp } from "./lazy-app.ts";
import type { Walkthrough } from "./walkthrough.ts";

const KEYS = [
  "canSend",
  "waiting",
  "kept",
  "hasCards",
  "hasHistory",
  "hasResult",
  "hasAccounts",
  "historyFiltered",
  "broken",
] as const;
type Key = (typeof KEYS)[number];

/** What is remembered from the last session. */
export interface Memory {
  /** Whether anything was ever sent. */
  readonly used: boolean;
  /** Whether something waited or a job ran when it was last looked at. */
  readonly underWay: boolean;
}

const STATE = "headroom.remembered";
const REMEMBERED: readonly Key[] = ["hasHistory", "hasResult", "hasAccounts"];

/** The context keys and the memory of them. */
export class ContextKeys implements vscode.Disposable {
  readonly #state: vscode.Memento;
  readonly #walkthrough: Pick<Walkthrough, "did">;
  readonly #set = new Map<Key, boolean>();
  readonly #unsubscribe: readonly (() => void)[];
  #saved: string;

  constructor(app: LazyApp, state: vscode.Memento, walkthrough: Pick<Walkthrough, "did">) {
    this.#walkthrough = walkthrough;
    this.#state = state;
    const remembered = state.get<Partial<Record<Key | "underWay", boolean>>>(STATE, {});
    this.#saved = JSON.stringify(remembered);
    for (const key of REMEMBERED) if (remembered[key]) this.set(key, true);
    this.#unsubscribe = [
      app.onChange((ready, snapshot) => this.#look(ready, snapshot())),
      app.onFailed(() => this.set("broken", true)),
    ];
  }

  /** What was remembered when this editor window was opened. */
  get memory(): Memory {
    const found = JSON.parse(this.#saved) as Partial<Record<string, boolean>>;
    return { used: found.hasHistory === true, underWay: found.underWay === true };
  }

  /** Sets a key, if it changed. */
  set(key: Key, value: boolean): void {
    if ((this.#set.get(key) ?? false) === value) return;
    this.#set.set(key, value);
    void vscode.commands.executeCommand("setContext", `headroom.${key}`, value);
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #look(app: App, snapshot: Snapshot): void {
    const headline = app.headline();
    this.set("broken", false);
    this.set("canSend", snapshot.form?.canSend ?? false);
    this.set("waiting", snapshot.cards.some((card) => card.wait !== null) || headline.waiting > 0);
    this.set(
      "kept",
      snapshot.cards.some((card) => card.state === "kept"),
    );
    this.set("hasCards", snapshot.cards.length > 0);
    this.set("hasResult", lastResult(snapshot.cards) !== null);
    this.set("hasHistory", app.history.list({ limit: 1 }).length > 0);
    this.set(
      "hasAccounts",
      app.accounts.list().some((account) => !account.simulated),
    );
    for (const [key, step] of [
      ["hasResult", "hear"],
      ["waiting", "wait"],
      ["hasAccounts", "account"],
    ] as const)
      if (this.#set.get(key)) this.#walkthrough.did(step);
    const remembered = Object.fromEntries(REMEMBERED.map((key) => [key, this.#set.get(key) ?? false]));
    const saved = JSON.stringify({ ...remembered, underWay: headline.waiting + headline.running > 0 });
    if (saved === this.#saved) return;
    this.#saved = saved;
    void this.#state.update(STATE, JSON.parse(saved));
  }
}
