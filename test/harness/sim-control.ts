/**
 * A client for the simulator's control address, for tests in the editor: reads its books, orders trouble, ends it.
 * It must not use any of the extension's own code: it is how the simulator is asked as an independent judge.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** One line of a counter, as the simulator tells it. */
export interface CounterLine {
  readonly policy: string;
  readonly partition: string;
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
}

/** What the simulator's books say of one provider. */
export interface Books {
  readonly counters: readonly CounterLine[];
  readonly requests: number;
  /** How many requests were answered with 429. */
  readonly refusals: number;
  readonly charges: { readonly count: number };
  readonly jobs: readonly { readonly id: string; readonly status: string; readonly over: boolean }[];
}

/** One request that the simulator has seen. */
export interface Seen {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

interface Announced {
  readonly pid: number;
  readonly control: { readonly url: string; readonly token: string };
  readonly [providerId: string]: unknown;
}

/** The simulator that the extension has announced in its storage folder. */
export class SimControl {
  readonly #announced: Announced;

  /** @param announced the line that the simulator announced itself with, and its process id. */
  constructor(announced: Announced) {
    this.#announced = announced;
  }

  /** Waits until a simulator is announced in that folder, at most `patienceMs` (default 20 s). */
  static async in(storageFolder: string, patienceMs = 20_000): Promise<SimControl> {
    const file = path.join(storageFolder, "simulator.json");
    const deadline = performance.now() + patienceMs;
    while (!existsSync(file)) {
      assert.ok(performance.now() < deadline, "no simulator was announced");
      await pause(50);
    }
    return new SimControl(JSON.parse(readFileSync(file, "utf8")) as Announced);
  }

  /** The simulated provider's base address and the key of its announced account. */
  account(provider: string): { readonly url: string; readonly key: string } {
    return this.#announced[provider] as { url: string; key: string };
  }

  /** The books of one provider as they stand now. */
  async books(provider: string): Promise<Books> {
    const answer = await this.#ask(`state?provider=${provider}`);
    return (answer as Record<string, Books>)[provider] as Books;
  }

  /** The requests that one provider has seen, oldest first. */
  async log(provider: string): Promise<readonly Seen[]> {
    return (await this.#ask(`log?provider=${provider}`)) as readonly Seen[];
  }

  /** Changes limits and switches of one provider, such as `{ jobTimeScale: 0.1 }`. */
  async set(provider: string, change: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#ask("set", { provider, ...change });
  }

  /** Orders trouble at one provider, such as `{ kind: "brokenJson" }`. */
  async fault(provider: string, fault: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#ask("faults", { provider, ...fault });
  }

  /** Ends the simulator's process, which outlives the editor otherwise. */
  end(): void {
    try {
      process.kill(this.#announced.pid);
    } catch {
      // It has ended by itself.
    }
  }

  async #ask(what: string, order?: unknown): Promise<unknown> {
    const { url, token } = this.#announced.control;
    const answer = await fetch(`${url}/${what}`, {
      headers: { "x-sim-token": token, "content-type": "application/json" },
      ...(order !== undefined && { method: "POST", body: JSON.stringify(order) }),
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, `${what}: ${text}`);
    return JSON.parse(text) as unknown;
  }
}

/** Ends the simulator that is announced in that folder, if there is one. */
export async function endSimulator(storageFolder: string): Promise<void> {
  if (existsSync(path.join(storageFolder, "simulator.json"))) (await SimControl.in(storageFolder)).end();
}
