// The ledger in SQLite: one BEGIN IMMEDIATE transaction a reservation, shared by all editor windows. The arithmetic is
// core/quota's; here rows are read, written and told about. It must not wait, and starts no timer.
import type { HeaderDialect } from "../core/profile/schema.ts";
import { readHead } from "../core/quota/evidence.ts";
import { forecast } from "../core/quota/forecast.ts";
import type { Ask, Decision, Finding, Ledger, Ticket } from "../core/quota/ledger.ts";
import { meterOf } from "../core/quota/meter.ts";
import { type Claim, type Head, LANES, type Meter, type Refusal } from "../core/quota/model.ts";
import { refresh, reserve } from "../core/quota/reserve.ts";
import { departed, lose, refund, settle } from "../core/quota/settle.ts";
import { reconcile, release } from "../core/quota/slots.ts";
import { type PartitionState, providerOf } from "../core/quota/state.ts";
import { Listeners, type Signal } from "./changes.ts";
import type { Database } from "./database.ts";
import { isAlive, LedgerLines } from "./ledger-lines.ts";
import { aheadOf, withGrace } from "./ledger-order.ts";
import { LedgerRows, type Rows } from "./ledger-rows.ts";

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
}

/** A booked request of this process, until it is settled. */
interface Booked {
  readonly claim: Claim;
  readonly holder: string;
  readonly brief: boolean;
  readonly tookSlots: boolean;
  readonly at: number;
}

/** A request counts as sent when it was booked if no more than this lies between. ms; covered by every margin. */
const SAME_INSTANT_MS = 1;

/** All reservations and what the servers said. One per process and database. */
export class SqlLedger implements Ledger {
  readonly #rows: Rows;
  readonly #dialect: (providerId: string) => HeaderDialect | null;
  readonly #random: () => number;
  readonly #lines: LedgerLines;
  readonly #booked = new Map<string, Booked>();
  readonly #listeners: Listeners;
  #open = false;

  constructor(options: LedgerOptions) {
    const { database } = options;
    this.#rows = "prepare" in database ? new LedgerRows(database) : database;
    this.#listeners = new Listeners(options.signal ?? null);
    this.#dialect = options.dialect ?? (() => null);
    this.#random = options.random ?? Math.random;
    this.#lines = new LedgerLines(this.#rows, options.alive ?? isAlive);
  }

  together<T>(work: () => T): T {
    return this.#write(work);
  }

  reserve(ask: Ask, now: number): Decision {
    if (ask.claim.parts.length === 0) return { granted: true };
    let changed = true;
    const decision = this.#write((): Decision => {
      this.#lines.removeDead();
      const { claim, lane } = ask;
      const ahead = aheadOf(ask, this.#rows, now);
      for (const line of ahead.asleep) this.#lines.removeIfDead(line);
      const states = this.#states(claim);
      const holder = ask.holder ?? ask.id;
      const booking = { claim, lane, flight: ask.id, holder, ahead: ahead.units, behind: ahead.behind };
      const outcome = reserve(booking, states, this.#rows.clock(claim.accountId), now);
      if (!outcome.granted) {
        if (outcome.moved !== null) this.#save(claim, outcome.moved);
        const wait = withGrace(outcome.wait, ahead.graceUntil);
        changed = this.#lines.stand(ask, wait);
        return { granted: false, wait };
      }
      const holds = (state: PartitionState | undefined) =>
        state?.holders.some((one) => one[0] === holder) === true;
      const tookSlots = outcome.states.some((state, i) => holds(state) && !holds(states[i]));
      this.#save(claim, outcome.states);
      this.#lines.undo(() => this.#booked.delete(ask.id));
      this.#booked.set(ask.id, { claim, holder, brief: ask.holder === null, tookSlots, at: now });
      this.#lines.remove(ask.id);
      return { granted: true };
    });
    if (changed) this.#listeners.tell();
    return decision;
  }

  leave(askId: string): void {
    if (!this.#lines.has(askId)) return;
    this.#write(() => this.#lines.remove(askId));
    this.#listeners.tell();
  }

  sent(askId: string, now: number): void {
    const booked = this.#booked.get(askId);
    if (booked === undefined || Math.abs(now - booked.at) <= SAME_INSTANT_MS) return;
    this.#write(() => {
      const states = this.#states(booked.claim);
      this.#save(
        booked.claim,
        states.map((state) => departed(state, askId, now)),
      );
    });
  }

  settle(askId: string, head: Head, refusal: Refusal | null, now: number): Finding[] {
    const booked = this.#booked.get(askId);
    if (booked === undefined) return [];
    const { claim, holder, tookSlots, brief } = booked;
    const dialect = this.#dialect(providerOf(claim.parts[0]?.partition ?? ""));
    const reading = readHead(head, dialect);
    const findings = this.#write(() => {
      const chance = this.#random();
      const settled = settle(
        { claim, flight: askId, holder, tookSlots, briefSlots: brief, head, reading, refusal, chance },
        this.#states(claim),
        this.#rows.clock(claim.accountId),
        now,
      );
      this.#save(claim, settled.states);
      this.#rows.saveClock(claim.accountId, settled.clock);
      this.#lines.wake(
        claim.parts.map((one) => one.partition),
        now,
      );
      this.#forget(askId);
      return settled.findings;
    });
    this.#listeners.tell();
    return [...findings];
  }

  lost(askId: string, now: number): void {
    const booked = this.#booked.get(askId);
    if (booked === undefined) return;
    const { claim, holder, brief } = booked;
    this.#write(() => {
      const states = lose(claim, askId, this.#states(claim), this.#rows.clock(claim.accountId), now);
      this.#save(claim, brief ? states.map((state) => release(state, holder)) : states);
      this.#lines.wake(
        claim.parts.map((one) => one.partition),
        now,
      );
      this.#forget(askId);
    });
    this.#listeners.tell();
  }

  abandon(askPrefix: string, claim: Claim, now: number): void {
    const changed = this.#write(() => {
      const clock = this.#rows.clock(claim.accountId);
      let states: readonly PartitionState[] = this.#states(claim);
      const ids = new Set(states.flatMap((state) => state.flying.map((one) => one[0])));
      const lost = [...ids].filter((id) => id.startsWith(askPrefix) && !this.#booked.has(id));
      if (lost.length === 0) return false;
      for (const id of lost) states = lose(claim, id, states, clock, now);
      this.#save(claim, states);
      this.#lines.wake(
        claim.parts.map((one) => one.partition),
        now,
      );
      return true;
    });
    if (changed) this.#listeners.tell();
  }

  refund(askId: string, now: number): void {
    const booked = this.#booked.get(askId);
    if (booked === undefined) return;
    const { claim, holder, tookSlots, brief } = booked;
    this.#write(() => {
      this.#save(claim, refund(claim, askId, tookSlots || brief ? holder : null, this.#states(claim)));
      this.#lines.wake(
        claim.parts.map((one) => one.partition),
        now,
      );
      this.#forget(askId);
    });
    this.#listeners.tell();
  }

  free(holder: string, now: number): void {
    const freed = this.#write(() => {
      const keys = this.#rows.heldBy(holder);
      for (const key of keys) this.#rows.savePartition(key, release(this.#rows.partition(key), holder));
      this.#lines.wake(keys, now);
      return keys.length;
    });
    if (freed > 0) this.#listeners.tell();
  }

  reconcileSlots(partition: string, taken: number, now: number): void {
    this.#write(() => {
      this.#rows.savePartition(partition, reconcile(this.#rows.partition(partition), taken, now));
      this.#lines.wake([partition], now);
    });
    this.#listeners.tell();
  }

  meters(claim: Claim, now: number): Meter[] {
    this.#rows.sync();
    const clock = this.#rows.clock(claim.accountId);
    return claim.parts.map((part) =>
      meterOf(
        claim.accountId,
        part,
        refresh(part, this.#rows.partition(part.partition), clock, now),
        clock,
        now,
      ),
    );
  }

  preview(claim: Claim, count: number, now: number): ReturnType<Ledger["preview"]> {
    this.#rows.sync();
    let ahead = 0;
    for (const line of this.#rows.lines().values())
      if (line.claim.parts.some((one) => claim.parts.some((part) => part.partition === one.partition)))
        ahead += this.#rows.olderThan(line.id, Number.MAX_VALUE);
    return forecast(claim, count, ahead, this.#states(claim), this.#rows.clock(claim.accountId), now);
  }

  tickets(): Ticket[] {
    this.#rows.sync();
    return this.#rows.tickets().map(({ id, line, since, title }) => ({
      id,
      accountId: line.claim.accountId,
      lane: LANES[line.lane] ?? "poll",
      since,
      title,
      wait: line.wait,
      own: line.owner === this.#lines.owner,
    }));
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Takes everything that waits here out of line; what is booked stays counted. */
  close(): void {
    if (this.#lines.size > 0) this.#write(() => this.#lines.removeAll());
    this.#listeners.clear();
  }

  /** A transaction, or a part of the one that is open. */
  #write<T>(work: () => T): T {
    if (this.#open) return work();
    this.#open = true;
    this.#lines.begin();
    try {
      return this.#rows.transaction(work);
    } catch (error) {
      this.#lines.rollBack();
      throw error;
    } finally {
      this.#open = false;
    }
  }

  #forget(askId: string): void {
    const booked = this.#booked.get(askId);
    if (booked === undefined) return;
    this.#booked.delete(askId);
    this.#lines.undo(() => this.#booked.set(askId, booked));
  }

  #states(claim: Claim): PartitionState[] {
    return claim.parts.map((part) => this.#rows.partition(part.partition));
  }

  #save(claim: Claim, states: readonly PartitionState[]): void {
    for (const [i, part] of claim.parts.entries()) {
      const state = states[i];
      if (state !== undefined) this.#rows.savePartition(part.partition, state);
    }
  }
}
