// Tells listeners of changes, many at once as one. No timer runs while nothing changes.
import { tellEach } from "../core/listeners.ts";
import type { Clock } from "./ports.ts";

/** At most one call in so many ms. */
const PAUSE_MS = 100;

/** Coalesced change events. */
export class Changes {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #pending: (() => void) | null = null;
  #lastAt = Number.NEGATIVE_INFINITY;
  #reminder: { readonly at: number; readonly cancel: () => void } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Something changed; the listeners hear of it soon. */
  changed(): void {
    if (this.#pending !== null || this.#listeners.size === 0) return;
    const pause = Math.max(0, this.#lastAt + PAUSE_MS - this.#clock.now());
    this.#pending = this.#clock.after(pause, () => {
      this.#pending = null;
      this.#lastAt = this.#clock.now();
      tellEach(this.#listeners);
    });
  }

  /** Sentences that name an instant grow old when it passes: one timer for the earliest, null for none. */
  remindAt(at: number | null): void {
    if (this.#reminder !== null && this.#reminder.at === at) return;
    this.#reminder?.cancel();
    this.#reminder = null;
    if (at === null || this.#listeners.size === 0) return;
    const delay = Math.min(Math.max(1, at - this.#clock.now()), 3_600_000);
    const cancel = this.#clock.after(delay, () => {
      this.#reminder = null;
      this.changed();
    });
    this.#reminder = { at, cancel };
  }

  stop(): void {
    this.#pending?.();
    this.#reminder?.cancel();
    this.#pending = null;
    this.#reminder = null;
    this.#listeners.clear();
  }
}

/** Waits on the app's clock; resolves early, without an error, when the signal is aborted. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || ms <= 0) return resolve();
    const end = () => {
      signal.removeEventListener("abort", abort);
      resolve();
    };
    const cancel = clock.after(ms, end);
    const abort = () => {
      cancel();
      end();
    };
    signal.addEventListener("abort", abort, { once: true });
  });
}
