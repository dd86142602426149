// One timer for the earliest of many instants, whatever happens to the wall clock. It knows nothing of what is due.
import type { Clock } from "./clock.ts";

/** So much later than asked for a timer fires where the machine is busy. ms */
const BUSY_MS = 1_000;

/** Rings once for each instant that it is set to. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: (until: number) => void;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;

  /** `ring` hears until when all is due; Infinity where the wall clock was set, and no instant is to be relied on. */
  constructor(clock: Clock, ring: (until: number) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Whether a timer runs; none does while nothing waits for an instant. */
  get armed(): boolean {
    return this.#timer !== null;
  }

  /** Rings at this instant, or earlier where it was set so; Infinity for never. Epoch ms. */
  set(at: number): void {
    if (this.#timer !== null && this.#timer.at <= at && at !== Number.POSITIVE_INFINITY) return;
    this.#timer?.cancel();
    this.#timer = null;
    if (at === Number.POSITIVE_INFINITY) return;
    const now = this.#clock.now();
    const until = Math.max(at, now);
    const cancel = this.#clock.after(until - now, () => {
      this.#timer = null;
      const jumped = Math.abs(this.#clock.now() - until) > BUSY_MS;
      this.#ring(jumped ? Number.POSITIVE_INFINITY : until);
    });
    this.#timer = { at, cancel };
  }
}
