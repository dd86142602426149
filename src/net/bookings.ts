// This process' way to the ledger: what answers brought in one turn is booked in one transaction at the end of the turn. It
// decides nothing, and tries nothing again: the ledger does.
import { isHeadroomError } from "../core/errors.ts";
import type { Ledger } from "../core/quota/ledger.ts";
import type { Clock } from "./clock.ts";
import { Turns } from "./turns.ts";

/** One thing to be booked. */
export interface Booking {
  /** Takes the one that comes next in, to be booked with it; false where that must be booked by itself. */
  join(next: Booking): boolean;
  book(ledger: Ledger): void;
  /** It holds. */
  done(): void;
  /** It could not be booked at all. */
  trouble(error: unknown): void;
}

/** How often in a row the ledger may fail before a request fails with it; about six seconds. */
const FAILURES = 50;

/** Whether asking the ledger again would not help, or has not for too long. */
export function isInVain(error: unknown, failures: number): boolean {
  return failures > FAILURES || isHeadroomError(error, "booksClosed");
}

/** Collects bookings. One for each ledger and process, shared by its gate and its passes. */
export class Bookings {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly turns: Turns;
  #collected: Booking[] = [];
  #soon: (() => void) | null = null;
  #done: PromiseWithResolvers<void> | null = null;

  constructor(ledger: Ledger, clock: Clock) {
    this.ledger = ledger;
    this.clock = clock;
    this.turns = new Turns(clock);
  }

  /** Books at the end of this turn or soon after, in the order in which bookings came. */
  add(booking: Booking): void {
    if (this.#collected.at(-1)?.join(booking) !== true) this.#collected.push(booking);
    this.#soon ??= this.turns.soon(() => this.flush());
  }

  /** Resolves when what has been collected was given to the ledger; null where nothing was. */
  get done(): Promise<void> | null {
    if (this.#collected.length === 0) return null;
    this.#done ??= Promise.withResolvers();
    return this.#done.promise;
  }

  /** Books what has been collected now. */
  flush(): void {
    if (this.#soon === null) return;
    this.#soon();
    this.#soon = null;
    const [collected, done] = [this.#collected, this.#done];
    this.#collected = [];
    this.#done = null;
    this.#book(collected);
    done?.resolve();
  }

  /** Books without waiting for the end of the turn. */
  now(booking: Booking): void {
    this.#book([booking]);
  }

  #book(bookings: readonly Booking[]): void {
    const work = () => {
      for (const one of bookings) one.book(this.ledger);
    };
    const done = () => {
      for (const one of bookings) one.done();
    };
    this.ledger.eventually(work, done, (error) => {
      // One that cannot be booked must not keep the others from it.
      for (const one of bookings)
        if (bookings.length > 1) this.#book([one]);
        else one.trouble(error);
    });
  }
}
