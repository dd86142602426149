// One clock and one timer for the whole page: parts say which instants they show, the timer wakes them when a shown
// text changes. It never counts ticks, and it keeps no timer when nothing counts down or nobody looks.
import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Where time comes from; tests pass their own. `after` returns what cancels it. */
export interface PageClock {
  now(): number;
  after(ms: number, run: () => void): () => void;
}

/** The browser's clock. */
export const browserClock: PageClock = {
  now: () => Date.now(),
  after(ms, run) {
    const id = setTimeout(run, ms);
    return () => clearTimeout(id);
  },
};

const hourMs = 3_600_000;
/** Browsers cut longer timers; waking once more is harmless. */
const longestMs = 2_000_000;
/** Sleep that ends this much after the change, so that a timer which fires early does not fire twice. */
const marginMs = 5;

/** The shared clock: the host's time as the page reckons it, and the one timer. */
export class Ticker {
  readonly #clock: PageClock;
  readonly #parts = new Set<Countdown>();
  #offsetMs = 0;
  #cancel: (() => void) | null = null;
  #dueAt = Number.POSITIVE_INFINITY;
  #hidden = false;

  constructor(clock: PageClock = browserClock) {
    this.#clock = clock;
  }

  /** The host's clock now, epoch ms. */
  now(): number {
    return this.#clock.now() + this.#offsetMs;
  }

  /** Takes the host's clock over, as told by a snapshot that has just arrived. */
  adjust(hostNow: number): void {
    this.#offsetMs = hostNow - this.#clock.now();
    this.reschedule();
  }

  /** Nobody looks: no timer. Shown again, every part is drawn anew. */
  hide(hidden: boolean): void {
    this.#hidden = hidden;
    if (!hidden) for (const part of this.#parts) part.wake();
    this.reschedule();
  }

  /** Whether a timer is under way; for tests. */
  get ticking(): boolean {
    return this.#cancel !== null;
  }

  add(part: Countdown): void {
    this.#parts.add(part);
    this.reschedule();
  }

  remove(part: Countdown): void {
    this.#parts.delete(part);
    this.reschedule();
  }

  /** Sets the one timer to the earliest change that any part shows. */
  reschedule(): void {
    let next = Number.POSITIVE_INFINITY;
    if (!this.#hidden) for (const part of this.#parts) next = Math.min(next, part.changesAt);
    if (next === this.#dueAt && this.#cancel !== null) return;
    this.#cancel?.();
    this.#cancel = null;
    this.#dueAt = next;
    if (next === Number.POSITIVE_INFINITY) return;
    const ms = Math.min(longestMs, Math.max(0, next - this.now()) + marginMs);
    this.#cancel = this.#clock.after(ms, () => this.#wake());
  }

  #wake(): void {
    this.#cancel = null;
    this.#dueAt = Number.POSITIVE_INFINITY;
    const now = this.now();
    for (const part of this.#parts) if (part.changesAt <= now) part.wake();
    this.reschedule();
  }
}

/** Draws one element again when a countdown or an age that it shows changes. */
export class Countdown implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #ticker: () => Ticker | undefined;
  #added: Ticker | null = null;
  changesAt = Number.POSITIVE_INFINITY;

  constructor(host: ReactiveControllerHost, ticker: () => Ticker | undefined) {
    this.#host = host;
    this.#ticker = ticker;
    host.addController(this);
  }

  hostUpdate(): void {
    this.changesAt = Number.POSITIVE_INFINITY;
  }

  hostUpdated(): void {
    const ticker = this.#ticker() ?? null;
    if (ticker !== this.#added) {
      this.#added?.remove(this);
      this.#added = ticker;
      ticker?.add(this);
    }
    ticker?.reschedule();
  }

  hostDisconnected(): void {
    this.#added?.remove(this);
    this.#added = null;
  }

  hostConnected(): void {
    if (this.#added === null) this.#host.requestUpdate();
  }

  wake(): void {
    this.changesAt = Number.POSITIVE_INFINITY;
    this.#host.requestUpdate();
  }

  /** The host's clock, without asking to be woken. */
  get now(): number {
    return this.#ticker()?.now() ?? 0;
  }

  /** Milliseconds left until an instant, 0 when it has passed; wakes the element when the shown second (from an hour on: minute) changes. */
  left(until: number): number {
    const left = until - this.now;
    if (left <= 0) return 0;
    const step = left > hourMs ? 60_000 : 1000;
    const shown = Math.ceil(left / step);
    this.#at(until - (shown - 1) * step);
    return left;
  }

  /** Milliseconds since an instant, 0 when it is still ahead; wakes when the shown age (seconds, then minutes, then hours) changes. */
  age(since: number): number {
    const age = Math.max(0, this.now - since);
    const step = age < 60_000 ? 5000 : age < hourMs ? 60_000 : hourMs;
    this.#at(since + (Math.floor(age / step) + 1) * step);
    return age;
  }

  #at(instant: number): void {
    if (instant > this.now) this.changesAt = Math.min(this.changesAt, instant);
  }
}
