// A client's agents, made at the first send: one for this machine, reached directly whatever is wrong with the proxy, and one for
// everything beyond. It must not decide what is sent.
import type { NetSettings } from "../core/wire.ts";
import { isLoopback } from "./settings.ts";
import type { Dispatcher, send } from "./undici.ts";

/** An agent with its interceptors, and the function that sends through it. */
export interface Opened {
  readonly wire: Dispatcher;
  readonly send: typeof send;
}

export interface AgentsOptions {
  /** Read whenever an agent is made. */
  readonly settings: () => NetSettings;
  /** From the innermost one outwards. */
  readonly interceptors: readonly Dispatcher.DispatcherComposeInterceptor[];
}

/** Makes agents and keeps them until the settings change. */
export class Agents {
  readonly #options: AgentsOptions;
  readonly #made = new Map<"here" | "beyond", Promise<Opened>>();

  constructor(options: AgentsOptions) {
    this.#options = options;
  }

  /** The agent for an address. Rejects with notConfigured where the settings name no proxy that could be one. */
  open(url: URL): Promise<Opened> {
    const place = isLoopback(url.hostname) ? "here" : "beyond";
    const before = this.#made.get(place);
    if (before !== undefined) return before;
    const made = this.#make(place);
    this.#made.set(place, made);
    // One that could not be made is tried again by whoever sends next.
    made.catch(() => this.#made.delete(place));
    return made;
  }

  /** Forgets all; requests under way end as they began. */
  async renew(): Promise<void> {
    await Promise.all(this.#taken().map(async (one) => (await one)?.wire.close()));
  }

  /** Ends all at once, what is under way with `reason`. */
  async destroy(reason: Error): Promise<void> {
    await Promise.all(this.#taken().map(async (one) => (await one)?.wire.destroy(reason)));
  }

  #taken(): Promise<Opened | null>[] {
    const all = [...this.#made.values()];
    this.#made.clear();
    // One that could not be made was told to whoever sent.
    return all.map((one) => one.catch(() => null));
  }

  /** undici loads at the first send: activation must not pay for it. */
  async #make(place: "here" | "beyond"): Promise<Opened> {
    const { makeAgent, send } = await import("./undici.ts");
    const settings = this.#options.settings();
    const agent = makeAgent(place === "here" ? { ...settings, proxy: null, environment: {} } : settings);
    return { wire: agent.compose(...this.#options.interceptors), send };
  }
}
