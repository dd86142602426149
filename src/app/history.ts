// The history of exchanges as the host's tree shows it. What is under way is never removed: it could be charged twice.
import { ENDED } from "../core/jobs/flow.ts";
import type { Exchange, ExchangeFilter } from "../core/jobs/stores.ts";
import type { Described, History, Stock } from "./api.ts";
import { pause } from "./changes.ts";
import type { Context } from "./context.ts";
import { describe } from "./describe.ts";
import { whyDoc } from "./docs.ts";
import { type ExportFormat, exported, type Told } from "./export.ts";
import { redactorOf } from "./task.ts";

/** More exchanges than anybody keeps. */
const MOST = 1_000_000;
/** So many are read at once where all that a filter finds are walked through. */
const PAGE = 100;
/** So many are removed in one transaction, which takes 2 to 5 ms; others get their turn before the next ones. */
const PIECE = 10;
const PAUSE_MS = 5;

/** The history over the stores. */
export class ExchangeHistory implements History {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  list(filter: ExchangeFilter): readonly Exchange[] {
    return this.#context.ports.exchanges.list(filter);
  }

  instants(filter: Omit<ExchangeFilter, "limit">): readonly number[] {
    return this.#context.ports.exchanges.instants({ ...filter, limit: MOST });
  }

  get(exchangeId: string): Exchange | null {
    return this.#context.ports.exchanges.get(exchangeId);
  }

  stock(): Stock {
    const { results, jobs } = this.#context.ports;
    return {
      exchanges: this.instants({}).length,
      results: [...results.onDisk()].length,
      bytes: results.bytesOnDisk(),
      underWay: jobs.open(Number.MAX_SAFE_INTEGER).filter(({ id }) => this.get(id)?.state !== "kept").length,
    };
  }

  describe(exchange: Exchange): Described {
    return describe(this.#context, exchange);
  }

  /** Removes an exchange that has ended or is kept for later, with its results; leaves one that is under way. */
  async remove(exchangeId: string): Promise<void> {
    const exchange = this.get(exchangeId);
    if (exchange === null || !(ENDED.has(exchange.state) || exchange.state === "kept")) return;
    this.#removeAll([exchangeId]);
  }

  async clear(): Promise<void> {
    await this.#removeBeyond(0, () => true, new AbortController().signal);
  }

  /**
   * Lets the oldest leave beyond the newest `most`, a few at a time, until `signal` is aborted. What is under way stays, what only
   * the person can decide, and what has a result on disk that was not saved: it may have been paid for and be there alone.
   */
  async trim(most: number, signal: AbortSignal): Promise<void> {
    const { results } = this.#context.ports;
    const isAlone = (id: string) => results.of(id).some((one) => one.file !== null && one.saved !== true);
    await this.#removeBeyond(most, (id) => !isAlone(id), signal);
  }

  async *exported(
    filter: Omit<ExchangeFilter, "limit">,
    format: ExportFormat,
    version: string,
  ): AsyncGenerator<string> {
    const { accounts, keys } = this.#context.ports;
    // A key that was not used in this session may stand in what an earlier one has stored.
    for (const { id } of accounts.list().flatMap((one) => one.keys)) await keys.read(id);
    const redactor = redactorOf(this.#context);
    const told = this.#told(filter);
    for (const piece of exported(told, format, { name: "Headroom", version })) yield redactor.text(piece);
  }

  onChange(listener: () => void): () => void {
    return this.#context.ports.exchanges.onChange(listener);
  }

  *#told(filter: Omit<ExchangeFilter, "limit">): Generator<Told> {
    const { exchanges } = this.#context.ports;
    for (let after: Exchange | undefined; ; ) {
      const page = exchanges.list({ ...filter, limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const exchange of page) {
        const timeline = exchanges.timeline(exchange.id);
        yield { exchange, timeline, why: whyDoc(this.#context, exchange).text };
      }
      after = page.at(-1);
      if (after === undefined) return;
    }
  }

  async #removeBeyond(most: number, may: (id: string) => boolean, signal: AbortSignal): Promise<void> {
    const { exchanges, clock } = this.#context.ports;
    let piece: string[] = [];
    for (const { id } of exchanges.beyond(most)) {
      piece.push(id);
      if (piece.length < PIECE) continue;
      this.#removeAll(piece.filter(may));
      piece = [];
      await pause(clock, PAUSE_MS, signal);
      if (signal.aborted) return;
    }
    this.#removeAll(piece.filter(may));
  }

  /** Exchanges with their jobs, results and files. */
  #removeAll(exchangeIds: readonly string[]): void {
    const { exchanges, results, jobs, together } = this.#context.ports;
    if (exchangeIds.length === 0) return;
    together(() => {
      for (const id of exchangeIds) {
        for (const result of results.of(id)) results.remove(result.id);
        jobs.remove(id);
        exchanges.remove(id);
      }
    });
    this.#context.changed();
  }
}
