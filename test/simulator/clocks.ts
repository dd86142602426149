/** Clocks for tests: one that only moves when told, and one that runs but always starts at the same instant. */
import type { Clock } from "../../src/simulator/clock.ts";

/** Five seconds after a full minute and hour, so that no quota window ends while a test runs. */
export const steadyStartAt = Date.UTC(2026, 10, 2, 12, 0, 5);

/** A clock that runs on from `steadyStartAt`. */
export function createSteadyClock(): Clock {
  const startedAt = performance.now();
  return {
    now: () => steadyStartAt + Math.floor(performance.now() - startedAt),
    after: (delayMs, run) => {
      const timer = setTimeout(run, Math.min(delayMs, 2 ** 31 - 1));
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that stands still until it is moved; timers fire in their order on the way. */
export class ManualClock implements Clock {
  #now: number;
  #timers = new Set<{ readonly at: number; readonly run: () => void }>();

  constructor(startAt: number = steadyStartAt) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves the clock on, and lets promises settle after each timer. */
  async advance(byMs: number): Promise<void> {
    const until = this.#now + byMs;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const due = [...this.#timers]
        .filter(({ at }) => at <= until)
        .sort((one, other) => one.at - other.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = due.at;
      due.run();
    }
    this.#now = until;
  }
}
