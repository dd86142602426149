// When what requests brought is dealt with: at the end of the turn of the event loop, or, with many on the wire, once some have
// landed, so that they share a transaction. It knows no request and no ledger.
import type { Clock } from "./clock.ts";

/** With so many on the wire the ledger is written less often: nobody notices, and the requests come sooner. */
const CROWD = 32;
/** How long it is collected at most. ms */
const COLLECT_MS = 1;
/** So many that have landed are enough: with more of them the connections would lie idle meanwhile (measured). */
const ENOUGH = 16;

/** The end of the turn as everybody in this process waits for it. */
export class Turns {
  readonly #clock: Clock;
  /** Requests on the wire. */
  #flying = 0;
  /** Landed since the last was dealt with. */
  #landed = 0;
  readonly #due = new Set<() => void>();
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A request goes on the wire. */
  flies(): void {
    this.#flying++;
  }

  /** It has come back from it. */
  lands(): void {
    this.#flying--;
    if (++this.#landed !== ENOUGH || this.#due.size === 0) return;
    this.#cancel?.();
    this.#cancel = atTurnsEnd(() => this.#end());
  }

  /** Runs at the end of this turn, or a little later. Returns what cancels it. */
  soon(run: () => void): () => void {
    if (this.#flying < CROWD) return atTurnsEnd(run);
    this.#due.add(run);
    const end = () => this.#end();
    this.#cancel ??= this.#landed >= ENOUGH ? atTurnsEnd(end) : this.#clock.after(COLLECT_MS, end);
    return () => {
      this.#due.delete(run);
      if (this.#due.size > 0) return;
      this.#cancel?.();
      this.#cancel = null;
    };
  }

  #end(): void {
    this.#cancel = null;
    this.#landed = 0;
    const due = [...this.#due];
    this.#due.clear();
    for (const run of due) run();
  }
}

/** Runs when this turn of the event loop ends; returns what cancels it. */
export function atTurnsEnd(run: () => void): () => void {
  const immediate = setImmediate(run);
  return () => clearImmediate(immediate);
}
