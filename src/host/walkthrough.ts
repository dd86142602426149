// Ticks the steps of the walkthrough off once they were done, however it was done. It opens and shows nothing.
import * as vscode from "vscode";
import type { Clock } from "../app/ports.ts";

/** The steps, each with a context key `headroom.did.<step>` in the manifest. */
const STEPS = ["hear", "open", "wait", "account", "copy"] as const;
export type WalkthroughStep = (typeof STEPS)[number];

const STATE = "headroom.did";
/**
 * The editor knows a walkthrough up to 5 s after its start (read in its code, 2026-11-23), and never ticks a step whose event came
 * or whose key was true before that. ms
 */
const KNOWN_AFTER_MS = 10_000;

/** What was done, in this session or an earlier one. */
export class Walkthrough implements vscode.Disposable {
  readonly #state: vscode.Memento;
  readonly #done: Set<WalkthroughStep>;
  readonly #cancel: () => void;
  #isKnown = false;

  constructor(state: vscode.Memento, clock: Pick<Clock, "after">) {
    this.#state = state;
    const kept = state.get<readonly string[]>(STATE, []);
    this.#done = new Set(STEPS.filter((step) => kept.includes(step)));
    this.#cancel = clock.after(KNOWN_AFTER_MS, () => {
      this.#isKnown = true;
      for (const step of this.#done) tick(step);
    });
  }

  /** A step was done; each counts once. */
  did(step: WalkthroughStep): void {
    if (this.#done.has(step)) return;
    this.#done.add(step);
    void this.#state.update(STATE, [...this.#done]);
    if (this.#isKnown) tick(step);
  }

  dispose(): void {
    this.#cancel();
  }
}

function tick(step: WalkthroughStep): void {
  void vscode.commands.executeCommand("setContext", `headroom.did.${step}`, true);
}
