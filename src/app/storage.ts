// Keeps what is stored within the person's bounds: what dead processes left goes, the oldest results leave when all of them are
// larger than that, the oldest entries of the history when there are more. It must not touch what is in use or under way.
import { ENDED } from "../core/jobs/flow.ts";
import type { Result } from "../core/jobs/model.ts";
import { readFile } from "../core/profile/input.ts";
import type { Context } from "./context.ts";
import type { ExchangeHistory } from "./history.ts";
import type { Notice } from "./parts.ts";
import { pathOf } from "./results.ts";

/** What was fetched, played, opened or saved so lately is in use. ms */
const IN_USE_MS = 10 * 60_000;
/** Nothing of this is worth delaying a start for. ms */
const START_MS = 5_000;
/** Looks at the folder at most so often. ms */
const LOOK_MS = 2_000;
/** Counts the history at most so often. ms */
const COUNT_MS = 60_000;
/** A file that no result names may still get its name in the next moment, from another editor window. ms */
const ORPHAN_MS = 60 * 60_000;

/** The result folder of all editor windows, as this one looks after it. */
export class Storage {
  readonly #context: Context;
  readonly #notify: (notice: Notice) => void;
  readonly #history: Pick<ExchangeHistory, "trim">;
  readonly #stopped = new AbortController();
  #due: (() => void) | null = null;
  #left = 0;
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor(context: Context, history: Pick<ExchangeHistory, "trim">, notify: (notice: Notice) => void) {
    this.#context = context;
    this.#history = history;
    this.#notify = notify;
  }

  /** Soon, when what was under way has been taken up: clears away what dead processes left, and looks at the size. */
  start(): void {
    this.#after(START_MS, async () => {
      const { files, results, clock } = this.#context.ports;
      await files.tidy((file) => results.names(file), clock.now() - ORPHAN_MS);
      await this.#keepBounds();
    });
  }

  stop(): void {
    this.#stopped.abort();
    this.#due?.();
    this.#due = null;
  }

  /** Something may have been fetched. */
  look(): void {
    if (this.#due === null) this.#after(LOOK_MS, () => this.#keepBounds());
  }

  /** The person has set another bound. */
  lookAnew(): void {
    this.#countedAt = Number.NEGATIVE_INFINITY;
    this.look();
  }

  async #keepBounds(): Promise<void> {
    await this.#fit();
    const { clock, maxExchanges } = this.#context.ports;
    const most = maxExchanges?.() ?? 0;
    if (most <= 0 || clock.now() - this.#countedAt < COUNT_MS) return;
    this.#countedAt = clock.now();
    await this.#history.trim(most, this.#stopped.signal);
  }

  #after(ms: number, work: () => Promise<void>): void {
    const { clock, log } = this.#context.ports;
    this.#due = clock.after(ms, () => {
      this.#due = null;
      void work().catch((error: unknown) => log("error", `storage: ${String(error)}`));
    });
  }

  /** A result is played, opened or saved: it stays for now, and for good once it was saved. */
  async used(resultId: string, saved = false): Promise<void> {
    const { results, files } = this.#context.ports;
    const result = results.get(resultId);
    if (result === null || result.file === null) return;
    if (saved && result.saved !== true) results.put({ ...result, saved: true });
    await files.touch(result.file);
  }

  /** Lets the oldest results leave until the rest fits; tells what left, and where nothing more can. */
  async #fit(): Promise<void> {
    const { results, t, format, maxStorageBytes } = this.#context.ports;
    const most = maxStorageBytes?.() ?? 0;
    if (most <= 0) return;
    let over = results.bytesOnDisk() - most;
    for (const result of over > 0 ? results.onDisk() : []) {
      if (over <= 0) break;
      if (result.saved === true || (await this.#inUse(result))) continue;
      if (!(await this.#drop(result, most))) continue;
      over -= result.bytes ?? 0;
      this.#left++;
    }
    if (this.#left === 0) return;
    const { size, count } = { size: format.bytes(most), count: format.number(this.#left) };
    const sentence =
      this.#left === 1
        ? t("Results are kept within {size} on disk: the oldest has left. Its entry stays in the history.", {
            size,
          })
        : t(
            "Results are kept within {size} on disk: the {count} oldest have left. Their entries stay in the history.",
            { size, count },
          );
    const action = { command: "headroom.setStorage", title: t("Change the Bound") };
    this.#notify({ id: "storage", level: "info", sentence, action });
  }

  /** Under way, or used not long ago: the file's own time tells, for every editor window. */
  async #inUse(result: Result): Promise<boolean> {
    const { exchanges, files, clock } = this.#context.ports;
    const exchange = exchanges.get(result.exchangeId);
    if (exchange !== null && !ENDED.has(exchange.state)) return true;
    if (result.file !== null && this.#isInput(pathOf(this.#context, result.file))) return true;
    const at = result.file === null ? null : await files.usedAt(result.file);
    return at !== null && at > clock.now() - IN_USE_MS;
  }

  /** Whether something that has not ended sends this file. */
  #isInput(path: string): boolean {
    const open = this.#context.ports.jobs.open(Number.MAX_SAFE_INTEGER);
    return open.some(({ input }) => Object.values(input).some((value) => readFile(value)?.file === path));
  }

  /** Takes the file away and says so at the result; false where another editor window was faster. */
  async #drop(result: Result, bound: number): Promise<boolean> {
    const { exchanges, results, files, clock, together } = this.#context.ports;
    const { file, title } = result;
    const left = together(() => {
      const now = results.get(result.id);
      if (file === null || now?.file !== file || now.saved === true) return false;
      results.put({ ...now, file: null, left: true });
      const moment = { at: clock.now(), what: "left", title, bytes: result.bytes ?? 0, bound } as const;
      exchanges.note(result.exchangeId, moment);
      return true;
    });
    if (left && file !== null) await files.remove(file);
    this.#context.changed();
    return left;
  }
}
