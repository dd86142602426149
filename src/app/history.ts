// The history of exchanges as the host's tree shows it. What is under way is never removed: it could be charged twice.
import { ENDED } from "../core/jobs/flow.ts";
import type { Exchange, ExchangeFilter } from "../core/jobs/stores.ts";
import type { History } from "./api.ts";
import { stateTitle } from "./card-words.ts";
import { stateOf } from "./cards.ts";
import type { Context } from "./context.ts";
import { whyDoc } from "./docs.ts";
import { type ExportFormat, exported, type Told } from "./export.ts";

/** More exchanges than anybody keeps. */
const MOST = 1_000_000;

/** The history over the stores. */
export class ExchangeHistory implements History {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  list(filter: ExchangeFilter): readonly Exchange[] {
    return this.#context.ports.exchanges.list(filter);
  }

  get(exchangeId: string): Exchange | null {
    return this.#context.ports.exchanges.get(exchangeId);
  }

  describe(exchange: Exchange): { readonly state: string; readonly detail: string } {
    const { jobs, clock, t, format } = this.#context.ports;
    const job = jobs.get(exchange.id);
    const state = stateTitle(t, stateOf(exchange, job), job?.word ?? null, job?.watched ?? true);
    const provider = this.#context.profile(exchange.providerId)?.name ?? exchange.providerId;
    const account = this.#context.account(exchange.accountId)?.name ?? "";
    const at = format.clock(exchange.createdAt, clock.now());
    const parts = [state, provider, account, at, exchange.problem?.sentence ?? ""];
    return { state, detail: parts.filter((one) => one !== "").join(" · ") };
  }

  /** Removes an exchange that has ended, with its results; leaves one that is under way. */
  async remove(exchangeId: string): Promise<void> {
    const exchange = this.get(exchangeId);
    if (exchange === null || !ENDED.has(exchange.state)) return;
    this.#removeRest(exchangeId);
    this.#context.ports.exchanges.remove(exchangeId);
    this.#context.changed();
  }

  async clear(): Promise<void> {
    const { exchanges } = this.#context.ports;
    for (const exchange of exchanges.list({ states: [...ENDED], limit: MOST })) this.#removeRest(exchange.id);
    exchanges.clear();
    this.#context.changed();
  }

  exported(filter: Omit<ExchangeFilter, "limit">, format: ExportFormat, version: string): Generator<string> {
    return exported(this.#told(filter), format, { name: "Headroom", version });
  }

  onChange(listener: () => void): () => void {
    return this.#context.ports.exchanges.onChange(listener);
  }

  *#told(filter: Omit<ExchangeFilter, "limit">): Generator<Told> {
    const { exchanges } = this.#context.ports;
    for (const exchange of exchanges.list({ ...filter, limit: MOST })) {
      const timeline = exchanges.timeline(exchange.id);
      yield { exchange, timeline, why: whyDoc(this.#context, exchange).text };
    }
  }

  /** Job and results with their files; the exchange itself is left to the caller. */
  #removeRest(exchangeId: string): void {
    const { results, jobs } = this.#context.ports;
    for (const result of results.of(exchangeId)) results.remove(result.id);
    jobs.remove(exchangeId);
  }
}
