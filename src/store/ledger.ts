// The ledger in SQLite: one BEGIN IMMEDIATE transaction a reservation, shared by all editor windows. The arithmetic is
// core/quota's; here rows are read, written and told about. It must not wait: what finds the database held is done later.
import type { HeaderDialect } from "../core/profile/schema.ts";
import { reserveAlike } from "../core/quota/alike.ts";
import { tailMs } from "../core/quota/clock.ts";
import type { Ask, Decision, Finding, Ledger, Ticket } from "../core/quota/ledger.ts";
import type { Claim, Head, Meter, Refusal } from "../core/quota/model.ts";
import { reserve } from "../core/quota/reserve.ts";
import { Listeners, type Signal } from "./changes.ts";
import type { Database } from "./database.ts";
import { type Jump, Jumps } from "./jumps.ts";
import { LedgerBooks } from "./ledger-books.ts";
import { isAlive, keysOf, LedgerLines } from "./ledger-lines.ts";
import { aheadOf, withGrace } from "./ledger-order.ts";
import { LedgerRows, type Rows } from "./ledger-rows.ts";
import { metersOf, previewOf, ticketsOf, turnsOf } from "./ledger-views.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { type Later, machineLater, Pending } from "./pending.ts";

export interface LedgerOptions {
  /** The rows' place: the shared database, or rows of one's own. */
  readonly database: Database | Rows;
  /** Wakes the other processes; null where there are none. Default null. */
  readonly signal?: Signal | null;
  /** How a provider writes its headers; null to try the common names. Default null for all. */
  readonly dialect?: (providerId: string) => HeaderDialect | null;
  /** In [0, 1). Default Math.random. */
  readonly random?: () => number;
  /** Whether a process still runs. Default asks the system. */
  readonly alive?: (pid: number) => boolean;
  /** When to try again what found the database held. Default the machine's time. */
  readonly later?: Later;
  /** Default this machine's clocks. */
  readonly machine?: Machine;
  /** Hears of a booking that cannot be written, and of a database that cannot be had for long. Default nobody hears. */
  readonly trouble?: (error: unknown) => void;
}

/** All reservations and what the servers said. One per process and database. */
export class SqlLedger implements Ledger {
  readonly #rows: Rows;
  readonly #random: () => number;
  readonly #lines: LedgerLines;
  readonly #books: LedgerBooks;
  readonly #later: Later;
  readonly #pending: Pending;
  readonly #jumps: Jumps;
  readonly #listeners: Listeners;
  #open = false;
  #closed = false;
  /** How much later than its `now` says what is being booked is booked. ms */
  #lateMs = 0;

  constructor(options: LedgerOptions) {
    const { database } = options;
    this.#rows = "prepare" in database ? new LedgerRows(database) : database;
    this.#listeners = new Listeners(options.signal ?? null);
    this.#random = options.random ?? Math.random;
    this.#lines = new LedgerLines(this.#rows, options.alive ?? isAlive, () => options.signal?.others() ?? 0);
    this.#books = new LedgerBooks(this.#rows, options.dialect ?? (() => null), (work) =>
      this.#lines.undo(work),
    );
    this.#later = options.later ?? machineLater;
    this.#jumps = new Jumps(this.#later.now, options.machine ?? thisMachine);
    this.#pending = new Pending(this.#later, options.trouble ?? (() => {}));
  }

  together<T>(work: () => T): T {
    if (!this.#open) this.#pending.catchUp();
    return this.#write(work);
  }

  eventually(work: () => void, done: () => void, trouble: (error: unknown) => void): void {
    this.#do(0, () => this.#write(work), done, trouble);
  }

  reserve(ask: Ask, now: number): Decision {
    if (ask.claim.parts.length === 0) return { granted: true };
    if (!this.#open) this.#pending.catchUp();
    let changed = true;
    const decision = this.#write((): Decision => {
      this.#lines.removeDead();
      const { claim, lane } = ask;
      const ahead = aheadOf(ask, this.#lines, this.#rows, now);
      for (const line of ahead.asleep) this.#lines.removeIfDead(line);
      const states = this.#books.states(claim);
      const holder = ask.holder ?? ask.id;
      const booking = { claim, lane, flight: ask.id, holder, ahead: ahead.units, behind: ahead.behind };
      const outcome = reserve(booking, states, this.#rows.clock(claim.accountId), now);
      if (!outcome.granted) {
        if (outcome.moved !== null) this.#books.save(claim, outcome.moved);
        const wait = withGrace(outcome.wait, ahead.graceUntil);
        changed = this.#lines.stand(ask, wait);
        return { granted: false, wait };
      }
      this.#books.book([ask], states, outcome.states, now);
      this.#lines.serve([ask], now);
      return { granted: true };
    });
    if (changed) this.#listeners.tell();
    return decision;
  }

  reserveAlike(asks: readonly Ask[], now: number): boolean {
    const [first, ...others] = asks;
    if (first === undefined) return true;
    if (!this.#open) this.#pending.catchUp();
    const booked = this.#write(() => {
      this.#lines.removeDead();
      if (!aheadOf(first, this.#lines, this.#rows, now, asks.length).alone) return false;
      const { claim, lane, id: flight } = first;
      const states = this.#books.states(claim);
      const clock = this.#rows.clock(claim.accountId);
      const names = others.map((one) => one.id);
      const after = reserveAlike({ claim, lane, flight, holder: flight }, names, states, clock, now);
      if (after === null) return false;
      this.#books.book(asks, states, after, now);
      this.#lines.serve(asks, now);
      return true;
    });
    if (booked) this.#listeners.tell();
    return booked;
  }

  leave(askId: string): void {
    this.#do(0, () => {
      if (!this.#lines.has(askId)) return;
      this.#write(() => this.#lines.remove(askId));
      this.#listeners.tell();
    });
  }

  sent(askId: string, now: number): void {
    this.#do(now, () => {
      if (this.#books.leftLater(askId, now)) this.#write(() => this.#books.sent(askId, now));
    });
  }

  settle(
    askId: string,
    head: Head,
    refusal: Refusal | null,
    now: number,
    others?: readonly string[],
  ): readonly Finding[] {
    let found: readonly Finding[] = [];
    this.#end(
      askId,
      now,
      (at) => {
        found = this.#books.settle(askId, { head, refusal, chance: this.#random() }, at, others);
      },
      others,
    );
    return found;
  }

  lost(askId: string, now: number): void {
    this.#end(askId, now, (at) => this.#books.lose(askId, at));
  }

  abandon(askPrefix: string, claim: Claim, now: number): void {
    this.#do(now, (at) => {
      const changed = this.#write(() => {
        const some = this.#books.abandon(askPrefix, claim, at);
        if (some) this.#lines.wake(keysOf(claim), at);
        return some;
      });
      if (changed) this.#listeners.tell();
    });
  }

  refund(askId: string, now: number): void {
    this.#end(askId, now, () => this.#books.refund(askId));
  }

  occupy(claim: Claim, holder: string, now: number): void {
    this.#do(now, (at) => {
      if (this.#write(() => this.#books.occupy(claim, holder, at))) this.#listeners.tell();
    });
  }

  free(holder: string, now: number): void {
    this.#do(now, (at) => {
      const freed = this.#write(() => {
        const keys = this.#books.free(holder);
        this.#lines.wake(keys, at);
        return keys.length;
      });
      if (freed > 0) this.#listeners.tell();
    });
  }

  reconcileSlots(partition: string, taken: number, now: number): void {
    this.#do(now, (at) => {
      this.#write(() => {
        this.#books.reconcile(partition, taken, at);
        this.#lines.wake([partition], at);
      });
      this.#listeners.tell();
    });
  }

  meters(claim: Claim, now: number): Meter[] {
    return metersOf(this.#rows, claim, now);
  }

  preview(claim: Claim, count: number, now: number): ReturnType<Ledger["preview"]> {
    return previewOf(this.#rows, claim, count, now);
  }

  tailMs(accountId: string): number {
    return tailMs(this.#rows.clock(accountId));
  }

  tickets(): Ticket[] {
    return ticketsOf(this.#rows, this.#lines.owner, this.#later.now());
  }

  turns(now: number): ReadonlyMap<string, number> {
    return turnsOf(this.#rows, this.#later.now(), now);
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Resolves when every booking is written, or after about two seconds in which the database could not be had. */
  flush(): Promise<void> {
    return this.#pending.flush();
  }

  /** Takes everything that waits here out of line; what is booked stays counted. Bookings that come later are dropped. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pending.close();
    this.#listeners.clear();
    if (this.#lines.size > 0) this.#write(() => this.#lines.removeAll());
  }

  /** Does a booking now, as part of the transaction that is open or by itself, or as soon as the database can be had. */
  #do(now: number, work: (now: number) => void, done?: () => void, trouble?: (error: unknown) => void): void {
    if (this.#open) work(now + this.#lateMs);
    else if (!this.#closed)
      this.#pending.do((lateMs) => {
        this.#lateMs = lateMs;
        try {
          work(now + lateMs);
        } finally {
          this.#lateMs = 0;
        }
        done?.();
      }, trouble);
  }

  /** Writes how a booked request ended, and wakes who waits for what it gave back. */
  #end(askId: string, now: number, work: (now: number) => void, others: readonly string[] = []): void {
    this.#do(now, (at) => {
      const claim = this.#books.claimOf(askId);
      if (claim === null) return;
      this.#write(() => {
        work(at);
        this.#books.forget([askId, ...others]);
        this.#lines.wake(keysOf(claim), at);
      });
      this.#listeners.tell();
    });
  }

  /** Who waits must ask again: the instants it was told are by the old clock. */
  #jumped(jump: Jump): void {
    this.#jumps.take(jump);
    this.#listeners.tell();
  }

  /** A transaction, or a part of the one that is open. */
  #write<T>(work: () => T): T {
    if (this.#open) return work();
    this.#open = true;
    this.#lines.begin();
    const jump = this.#jumps.look();
    try {
      const value = this.#rows.transaction(() => {
        if (jump !== null) this.#rows.moved(jump);
        if (jump !== null) this.#books.jumped(jump.byMs);
        const done = work();
        this.#lines.end();
        return done;
      });
      if (jump !== null) this.#jumped(jump);
      return value;
    } catch (error) {
      this.#lines.rollBack();
      throw error;
    } finally {
      this.#open = false;
    }
  }
}
