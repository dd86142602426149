// The one gate: an undici interceptor that holds every request until the ledger has booked it and a connection is
// free. It must not decide what a limit is, and nothing reaches the network round it.
import { isSameClaim } from "../core/quota/alike.ts";
import type { Ask, Ledger } from "../core/quota/ledger.ts";
import type { Wait } from "../core/quota/model.ts";
import { Alarm } from "./alarm.ts";
import { Bookings, isInVain } from "./bookings.ts";
import type { Clock } from "./clock.ts";
import { Connections } from "./connections.ts";
import { GroupNames } from "./group-names.ts";
import type { Held } from "./held.ts";
import { atTurnsEnd } from "./turns.ts";
import { type Group, Groups, Signals } from "./waiters.ts";

export interface GateOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Requests on the wire at once to one origin; the rest waits here, where it can be cancelled. Default 100. */
  readonly connections?: number | undefined;
}

const GRANTED = Symbol("granted");
/** No connection to the origin is free. */
const FULL = Symbol("full");
/** The one asked for is being cancelled. */
const GONE = Symbol("gone");

/** What asking for a group came to. */
interface Hearing {
  readonly going: Held[];
  /** The first that must wait, and what for. */
  stopped: { readonly held: Held; readonly why: Wait | typeof FULL } | null;
  /** Those behind it that came since the group was last asked for. */
  readonly behind: { readonly held: Held; readonly why: Wait }[];
}

/** How many waiters of a group stand in the ledger's line, so that others see them; the rest moves up. */
const TICKETS = 64;
/** How many requests are booked together and sent before other work gets a turn; so few leave as good as when booked. */
const GRANTS_A_TURN = 32;
/** How many are cancelled before other work gets a turn. */
const CANCELS_A_TURN = 1_000;

/** Holds requests and lets them go. Lives as long as the client. */
export class Gate {
  /** The way to the ledger for the gate and its passes. */
  readonly bookings: Bookings;
  readonly #connections: Connections;
  readonly #groups = new Groups<Held>();
  readonly #names = new GroupNames();
  readonly #signals = new Signals<Held>((signal) => this.#cancel(signal));
  /** Whether a group may wait for a connection. */
  #anyFull = false;
  readonly #alarm: Alarm;
  #soon: (() => void) | null = null;
  #unsubscribe: (() => void) | null = null;
  #closed: unknown = null;

  constructor(options: GateOptions) {
    this.bookings = new Bookings(options.ledger, options.clock);
    this.#connections = new Connections(options.connections);
    this.#alarm = new Alarm(options.clock, (until) => this.#rung(until));
  }

  /** How many requests wait here. */
  get waiting(): number {
    return this.#groups.waiting;
  }

  /** Whether a timer runs; none does while nothing waits for an instant. */
  get armed(): boolean {
    return this.#alarm.armed;
  }

  /**
   * Takes a request in. It goes at the end of this turn if it may: what comes in one turn is asked for in one transaction, in
   * the order of the lanes. It fails at once when its signal is aborted.
   */
  hold(held: Held): void {
    const { pass, signal } = held;
    const no = this.#closed ?? (signal.aborted ? signal.reason : null);
    if (no !== null) {
      held.fail(no);
      return;
    }
    const group = this.#groups.add(this.#names.of(pass), pass.lane, held);
    this.#signals.add(held);
    this.#unsubscribe ??= this.bookings.ledger.onChange(() => this.wake());
    if (group.head === held) group.due = true;
    // Those behind the first of a group stand in the ledger's line as well, as far as others need to see them.
    else if (group.size <= TICKETS && !group.full) group.fresh.push(held);
    else if (group.wait !== null) pass.watch.waiting(group.wait);
    if (group.due || group.fresh.length > 0) this.#turn();
  }

  /** Something may have become free: asks again for the first of every group, soon. */
  wake(): void {
    for (const group of this.#groups) group.due = true;
    if (this.#groups.size > 0) this.#turn();
  }

  /** All is over on the wire; the request's connection is free again. */
  landed(held: Held): void {
    this.#signals.remove(held);
    this.bookings.turns.lands();
    this.#connections.release(held.pass.origin);
    if (!this.#anyFull) return;
    this.#anyFull = false;
    for (const group of this.#groups) if (group.full) group.due = true;
    this.#turn();
  }

  /** Fails everything that waits, and whatever comes later. Closing the agent alone would not free it (measured). */
  dispose(reason: unknown): void {
    this.#closed = reason;
    for (const group of [...this.#groups])
      while (group.head !== null) this.#take(group.head, true).fail(reason);
    this.bookings.flush();
    this.#arm();
  }

  /** Ends those that end with a signal, waiting or on the wire; many of them in several turns. None of them goes meanwhile. */
  #cancel(signal: AbortSignal): void {
    for (let left = CANCELS_A_TURN; left > 0; left--) {
      const held = this.#signals.first(signal);
      if (held === null) break;
      if (held.group !== null) this.#drop(held);
      else {
        this.#signals.remove(held);
        held.abort(signal.reason);
      }
    }
    if (this.#signals.first(signal) !== null) setImmediate(() => this.#cancel(signal));
  }

  #drop(held: Held): void {
    if (held.group?.head === held) held.group.due = true;
    this.#take(held, true).fail(held.signal.reason);
    this.#turn();
  }

  /** Takes a waiter out of line; one that leaves for good also out of the ledger's, where it stood there. */
  #take(held: Held, leave: boolean): Held {
    this.#groups.remove(held);
    if (leave) this.#signals.remove(held);
    if (this.#groups.size === 0) {
      this.#unsubscribe?.();
      this.#unsubscribe = null;
    }
    if (leave && held.ticket) held.pass.left();
    return held;
  }

  /** Asks for all that is due, at the end of this turn or soon after. */
  #turn(): void {
    this.#soon ??= this.bookings.turns.soon(() => this.#pump());
  }

  #pump(): void {
    this.#soon?.();
    this.#soon = null;
    // What the answers of this turn brought may let others go.
    this.bookings.flush();
    const now = this.bookings.clock.now();
    for (const group of this.#groups)
      if (group.fresh.length > 0 || (group.askAt !== null && group.askAt <= now)) group.due = true;
    let room = GRANTS_A_TURN;
    for (const group of this.#groups.due()) if (room > 0) room -= this.#serve(group, room);
    if (room <= 0 && this.#groups.due().length > 0) this.#soon ??= atTurnsEnd(() => this.#pump());
    this.#arm();
  }

  /** Lets the first of a group go while they may, booked in one transaction; returns how many went. */
  #serve(group: Group<Held>, room: number): number {
    const hearing: Hearing = { going: [], stopped: null, behind: [] };
    const work = () => this.#ask(group, room, hearing);
    const pass = group.head?.pass;
    try {
      if (pass === undefined || pass.ask === null || this.#connections.full(pass.origin)) work();
      else this.bookings.ledger.together(work);
    } catch (error) {
      this.#failed(group, error);
      return 0;
    }
    const { going, stopped, behind } = hearing;
    if (stopped?.why === FULL)
      for (const held of group.fresh) if (held.order > stopped.held.order) held.tell(this.#connections.wait);
    group.fresh = [];
    group.failures = 0;
    group.due = going.length >= room;
    group.full = stopped?.why === FULL;
    group.askAt = null;
    if (group.full) this.#anyFull = true;
    if (stopped !== null)
      this.#heed(group, stopped.held, stopped.why === FULL ? this.#connections.wait : stopped.why);
    for (const { held, why } of behind) held.tell(why);
    // Only what has been committed may leave.
    for (const held of going) this.#launch(held);
    return going.length;
  }

  /** Asks for the first of a group until one must wait, then for those that came since, so that others see them. */
  #ask(group: Group<Held>, room: number, hearing: Hearing): void {
    const { going, behind } = hearing;
    let held = this.#together(group, room, going);
    for (; held !== null && going.length < room; held = held.after) {
      const answer = this.#try(held, going.length);
      if (answer === GRANTED) going.push(held);
      else if (answer !== GONE) {
        hearing.stopped = { held, why: answer };
        break;
      }
    }
    if (hearing.stopped === null || hearing.stopped.why === FULL) return;
    const { order } = hearing.stopped.held;
    for (const held of group.fresh) {
      if (held.group !== group || held.order <= order || going.length >= room) continue;
      const answer = this.#try(held, going.length);
      if (answer === GRANTED) going.push(held);
      else if (answer !== GONE && answer !== FULL) behind.push({ held, why: answer });
    }
  }

  /** Books those at the front at once, where they are alike and nobody has to wait; returns the first that is not booked. */
  #together({ head }: Group<Held>, room: number, going: Held[]): Held | null {
    const ask = head?.pass.ask ?? null;
    // Who stands in the ledger's line already was told to wait.
    if (head === null || ask === null || head.ticket) return head;
    const asks: Ask[] = [];
    const alike: Held[] = [];
    let held: Held | null = head;
    for (; held !== null && alike.length < room; held = held.after) {
      const next: Ask | null = held.pass.ask;
      if (held.signal.aborted || next === null || !isSameClaim(ask.claim, next.claim)) break;
      if (this.#connections.full(head.pass.origin, alike.length)) break;
      asks.push(next);
      alike.push(held);
    }
    const { ledger, clock } = this.bookings;
    if (asks.length < 2 || !ledger.reserveAlike(asks, clock.now())) return head;
    going.push(...alike);
    return held;
  }

  /** Books one if a connection is free and the ledger grants it. */
  #try({ pass, signal }: Held, going: number): typeof GRANTED | typeof FULL | typeof GONE | Wait {
    if (signal.aborted) return GONE;
    if (this.#connections.full(pass.origin, going)) return FULL;
    if (pass.ask === null) return GRANTED;
    const decision = this.bookings.ledger.reserve(pass.ask, this.bookings.clock.now());
    return decision.granted ? GRANTED : decision.wait;
  }

  /** The ledger could not be asked: another process holds the database just now. Nothing was booked. */
  #failed(group: Group<Held>, error: unknown): void {
    const { clock } = this.bookings;
    group.due = false;
    group.askAt = clock.now() + 1 + clock.random() * 8 * 2 ** Math.min(++group.failures, 5);
    if (isInVain(error, group.failures) && group.head !== null) this.#take(group.head, true).fail(error);
  }

  /** Notes for a whole group what its first was told. */
  #heed(group: Group<Held>, held: Held, wait: Wait): void {
    const news = !sameWait(group.wait, wait) || !held.told;
    group.wait = wait;
    group.askAt = wait.until === null ? null : Math.max(wait.until, this.bookings.clock.now() + 1);
    if (news) held.tell(wait);
    else held.ticket ||= wait.cause !== "connections";
  }

  #launch(held: Held): void {
    const { pass } = held;
    pass.granted();
    // It was cancelled by what another one has just heard: what was booked for it is given back.
    if (held.group === null) {
      pass.ended();
      return;
    }
    this.#take(held, false);
    this.#connections.take(pass.origin);
    this.bookings.turns.flies();
    held.go();
  }

  /** Rings for the earliest instant that a group waits for. */
  #arm(): void {
    let at = Number.POSITIVE_INFINITY;
    for (const group of this.#groups) at = Math.min(at, group.askAt ?? Number.POSITIVE_INFINITY);
    this.#alarm.set(at);
  }

  #rung(until: number): void {
    for (const group of this.#groups) if (group.askAt !== null && group.askAt <= until) group.due = true;
    this.#pump();
  }
}

function sameWait(a: Wait | null, b: Wait): boolean {
  return a !== null && a.until === b.until && a.cause === b.cause && a.partition === b.partition;
}
