// Bookings that must not get lost: done at once, or, while another process holds the database, kept in order and tried
// again. It knows no table, never blocks the event loop, and no timer runs while nothing is kept.
import { isPassing } from "./sqlite-errors.ts";

/** Time as the store needs it; the app's clock has this form. */
export interface Later {
  /** Epoch ms. */
  now(): number;
  /** Runs once after so many ms; returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Real time. Its timers keep no process alive. */
export const machineLater: Later = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The first pause after a failure, doubled each time. ms */
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;
/** So often in a row the database may not be had before somebody is told; it is still tried. About 10 s. */
const TRIES_UNTIL_TOLD = 100;
/** How long `flush` waits for the database, in pauses of 5 ms. */
const FLUSH_TRIES = 400;

interface Kept {
  readonly work: (lateMs: number) => void;
  readonly failed: (error: unknown) => void;
  readonly keptAt: number;
}

/** What still has to be written. One for each ledger. */
export class Pending {
  readonly #later: Later;
  readonly #trouble: (error: unknown) => void;
  #kept: Kept[] = [];
  #cancel: (() => void) | null = null;
  #tries = 0;

  /** @param trouble hears what cannot be written at all, and once of a database that cannot be had for long. */
  constructor(later: Later, trouble: (error: unknown) => void) {
    this.#later = later;
    this.#trouble = trouble;
  }

  /** How many bookings wait for the database. */
  get size(): number {
    return this.#kept.length;
  }

  /**
   * Does `work` now, or as soon as the database can be had, after all that was kept before, and tells it how late that is.
   * Where it cannot be done at all, `failed` hears why; default the ledger's own trouble.
   */
  do(work: (lateMs: number) => void, failed = this.#trouble): void {
    this.#kept.push({ work, failed, keptAt: this.#later.now() });
    if (this.#cancel === null) this.#run();
  }

  /** Does all that is kept, for what comes next builds on it. Throws where the database still cannot be had. */
  catchUp(): void {
    if (this.#kept.length === 0) return;
    const error = this.#drain();
    if (error !== null) throw error;
  }

  /** Resolves when nothing is kept, or after about two seconds. */
  async flush(): Promise<void> {
    for (let tries = 0; this.#drain() !== null && tries < FLUSH_TRIES; tries++)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Forgets what is still kept. */
  close(): void {
    this.#kept = [];
    this.#cancel?.();
    this.#cancel = null;
  }

  #run(): void {
    this.#cancel = null;
    const error = this.#drain();
    if (error === null) return;
    if (++this.#tries === TRIES_UNTIL_TOLD) this.#trouble(error);
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#tries, 10));
    this.#cancel = this.#later.after(pause, () => this.#run());
  }

  /** Null when nothing is kept any more, else what keeps the first of it from being written. */
  #drain(): unknown {
    for (let first = this.#kept[0]; first !== undefined; first = this.#kept[0]) {
      try {
        first.work(Math.max(0, this.#later.now() - first.keptAt));
        this.#kept.shift();
      } catch (error) {
        if (isPassing(error)) return error;
        // Trying again would not help, and must not hold up the others.
        this.#kept.shift();
        first.failed(error);
      }
    }
    this.#tries = 0;
    this.#cancel?.();
    this.#cancel = null;
    return null;
  }
}
