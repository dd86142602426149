// This process' way to the ledger: what answers brought in one turn is booked in one transaction at the end of the turn, and
// nothing gets lost because another process holds the database just now. It decides nothing.
import type { Ledger } from "../core/quota/ledger.ts";
import type { Clock } from "./clock.ts";

/** One thing to be booked. */
export interface Booking {
  book(ledger: Ledger): void;
  /** It holds. */
  done(): void;
  /** It could not be booked, however often it was tried. */
  trouble(error: unknown): void;
}

/** How often a booking is tried while another process holds the database. */
const TRIES = 50;

/** Collects bookings. One for each ledger and process, shared by its gate and its passes. */
export class Bookings {
  readonly ledger: Ledger;
  readonly clock: Clock;
  #collected: Booking[] = [];
  #soon: NodeJS.Immediate | null = null;
  #done: PromiseWithResolvers<void> | null = null;

  constructor(ledger: Ledger, clock: Clock) {
    this.ledger = ledger;
    this.clock = clock;
  }

  /** Books at the end of this turn, in the order in which bookings came. */
  add(booking: Booking): void {
    this.#collected.push(booking);
    this.#soon ??= setImmediate(() => this.flush());
  }

  /** Resolves when what has been collected was booked, or tried for the first time; null where nothing was. */
  get done(): Promise<void> | null {
    if (this.#collected.length === 0) return null;
    this.#done ??= Promise.withResolvers();
    return this.#done.promise;
  }

  /** Books what has been collected now. */
  flush(): void {
    if (this.#soon === null) return;
    clearImmediate(this.#soon);
    this.#soon = null;
    const [collected, done] = [this.#collected, this.#done];
    this.#collected = [];
    this.#done = null;
    this.#book(collected, 0);
    done?.resolve();
  }

  /** Books without waiting for the end of the turn. */
  now(booking: Booking): void {
    try {
      booking.book(this.ledger);
    } catch {
      this.#book([booking], 0);
    }
  }

  #book(bookings: readonly Booking[], tries: number): void {
    let begun = false;
    try {
      this.ledger.together(() => {
        begun = true;
        for (const one of bookings) one.book(this.ledger);
      });
    } catch (error) {
      // One that cannot be booked must not keep the others from it.
      if (begun && bookings.length > 1) for (const one of bookings) this.#book([one], tries);
      else if (tries >= TRIES) for (const one of bookings) one.trouble(error);
      else this.clock.after(2 + this.clock.random() * 20, () => this.#book(bookings, tries + 1));
      return;
    }
    for (const one of bookings) one.done();
  }
}
