// The one gate: an undici interceptor that holds every request until the ledger has booked it and a connection is
// free. It must not decide what a limit is, and nothing reaches the network round it.
import type { Ledger } from "../core/quota/ledger.ts";
import { LANES, type Wait } from "../core/quota/model.ts";
import { type Clock, LONGEST_TIMER_MS } from "./clock.ts";
import type { Pass } from "./pass.ts";
import { type Group, Groups, Waiter } from "./waiters.ts";

/** What the gate does with a held request in the end: exactly one of the two, once. */
export interface Held {
  readonly pass: Pass;
  readonly signal: AbortSignal;
  /** Hands it to the wire, in the turn of the grant. */
  go(): void;
  fail(reason: unknown): void;
}

export interface GateOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Requests on the wire at once to one origin; the rest waits here, where it can be cancelled. Default 100. */
  readonly connections?: number;
}

const GRANTED = Symbol("granted");
/** No connection to the origin is free. */
const FULL = Symbol("full");
/** What asking for one came to: a wait, or that the ledger could not be asked. */
type Answer = typeof GRANTED | typeof FULL | Wait | { readonly error: unknown };

/** How many waiters of a group stand in the ledger's line, so that others see them; the rest moves up. */
const TICKETS = 64;
const POLL = LANES.indexOf("poll");
/** How many requests are sent before other work gets a turn. */
const GRANTS_A_TURN = 32;
/** How often in a row the ledger may fail before a request fails with it. */
const FAILURES = 50;

/** Holds requests and lets them go. Lives as long as the client. */
export class Gate {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #connections: number;
  readonly #groups = new Groups<Held>();
  readonly #flying = new Map<string, number>();
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;
  #unsubscribe: (() => void) | null = null;
  #pumping = false;
  #closed: unknown = null;

  constructor(options: GateOptions) {
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#connections = options.connections ?? 100;
  }

  /** How many requests wait here. */
  get waiting(): number {
    let count = 0;
    for (const group of this.#groups) count += group.size;
    return count;
  }

  /** Whether a timer runs; none does while nothing waits for an instant. */
  get armed(): boolean {
    return this.#timer !== null;
  }

  /** Takes a request in. It goes at once if it may, and fails at once when its signal is aborted. */
  hold(held: Held): void {
    const no = this.#closed ?? (held.signal.aborted ? held.signal.reason : null);
    if (no !== null) {
      held.fail(no);
      return;
    }
    const { pass } = held;
    // What has just become free belongs to those who wait already.
    if (this.#pumping) this.#pump();
    const group = this.#groups.size === 0 ? null : this.#groups.get(groupKey(pass));
    const first = group === null || group.head === null || pass.order < group.head.order;
    // Those behind the first of a group stand in the ledger's line as well, as far as others need to see them.
    // A poll asks in another turn: what is sent in this one goes before it.
    const asks = pass.lane !== POLL && (first || (group.size < TICKETS && !group.full && !group.due));
    const answer = asks ? this.#try(pass) : null;
    if (answer === GRANTED) this.#launch(held);
    else this.#stand(held, first, answer);
  }

  /** Something may have become free: asks again for the first of every group, soon. */
  wake(): void {
    for (const group of this.#groups) group.due = true;
    if (this.#groups.size > 0) this.#soon();
  }

  /** A request's connection is free again. */
  landed(origin: string): void {
    const left = (this.#flying.get(origin) ?? 1) - 1;
    if (left > 0) this.#flying.set(origin, left);
    else this.#flying.delete(origin);
    for (const group of this.#groups) if (group.full) group.due = true;
    if (this.#groups.size > 0) this.#soon();
  }

  /** Fails everything that waits, and whatever comes later. Closing the agent alone would not free it (measured). */
  dispose(reason: unknown): void {
    this.#closed = reason;
    for (const group of [...this.#groups])
      while (group.head !== null) this.#take(group.head, true).fail(reason);
    this.#arm();
  }

  /** Puts a request in line. */
  #stand(held: Held, first: boolean, answer: Answer | null): void {
    const { pass, signal } = held;
    const waiter = new Waiter(held, pass.order);
    const group = this.#groups.add(groupKey(pass), pass.lane, waiter);
    this.#unsubscribe ??= this.#ledger.onChange(() => this.wake());
    const abort = () => this.#cancel(waiter, signal.reason);
    waiter.unhook = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort, { once: true });
    if (answer !== null && first) this.#heed(group, waiter, answer);
    else if (answer !== null) this.#tell(waiter, answer);
    else if (group.wait !== null) pass.watch.waiting(group.wait);
    this.#arm();
  }

  #cancel(waiter: Waiter<Held>, reason: unknown): void {
    const { group } = waiter;
    if (group === null) return;
    const first = group.head === waiter;
    this.#take(waiter, true).fail(reason);
    if (first && group.size > 0) {
      group.due = true;
      this.#soon();
    }
    this.#arm();
  }

  /** Takes a waiter out of line, here and, where it stood there, in the ledger. */
  #take(waiter: Waiter<Held>, leave: boolean): Held {
    const held = waiter.item;
    this.#groups.remove(waiter);
    waiter.unhook?.();
    if (this.#groups.size === 0) {
      this.#unsubscribe?.();
      this.#unsubscribe = null;
    }
    if (leave && waiter.ticket) held.pass.left();
    return held;
  }

  #soon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    const now = this.#clock.now();
    let room = GRANTS_A_TURN;
    for (const group of this.#groups.ordered()) {
      if (group.askAt !== null && group.askAt <= now) group.due = true;
      if (group.due && room > 0) room -= this.#serve(group, room);
    }
    this.#arm();
  }

  /** Lets the first of a group go while they may; returns how many went. */
  #serve(group: Group<Held>, room: number): number {
    let went = 0;
    while (group.due && group.head !== null && went < room) {
      if (!this.#ask(group, group.head)) group.due = false;
      else went++;
    }
    return went;
  }

  /** Asks for one; true when it has gone. */
  #ask(group: Group<Held>, waiter: Waiter<Held>): boolean {
    const answer = this.#try(waiter.item.pass);
    if (answer === GRANTED) {
      group.failures = 0;
      this.#launch(this.#take(waiter, false));
      return true;
    }
    this.#heed(group, waiter, answer);
    return false;
  }

  /** Books one if a connection is free and the ledger grants it. */
  #try(pass: Pass): Answer {
    if ((this.#flying.get(pass.origin) ?? 0) >= this.#connections) return FULL;
    if (pass.ask === null) return GRANTED;
    try {
      const decision = this.#ledger.reserve(pass.ask, this.#clock.now());
      return decision.granted ? GRANTED : decision.wait;
    } catch (error) {
      return { error };
    }
  }

  /** Notes for a whole group what its first was told. */
  #heed(group: Group<Held>, waiter: Waiter<Held>, answer: Answer): void {
    group.due = false;
    group.full = answer === FULL;
    group.askAt = null;
    if (typeof answer === "symbol") return;
    const now = this.#clock.now();
    if ("error" in answer) {
      // Another process holds the database just now.
      group.askAt = now + 3 + this.#clock.random() * 30;
      if (++group.failures > FAILURES) this.#take(waiter, true).fail(answer.error);
      return;
    }
    const news = !sameWait(group.wait, answer) || !waiter.told;
    group.failures = 0;
    group.wait = answer;
    group.askAt = answer.until === null ? null : Math.max(answer.until, now + 1);
    if (news) this.#tell(waiter, answer);
    waiter.ticket = true;
  }

  #tell(waiter: Waiter<Held>, answer: Answer): void {
    if (typeof answer === "symbol" || "error" in answer) return;
    waiter.ticket = true;
    waiter.told = true;
    waiter.item.pass.watch.waiting(answer);
  }

  #launch(held: Held): void {
    const { origin } = held.pass;
    this.#flying.set(origin, (this.#flying.get(origin) ?? 0) + 1);
    held.pass.granted();
    held.go();
  }

  /** One timer for the earliest instant; none when nothing waits for one. What is due still goes in another turn. */
  #arm(): void {
    let at = Number.POSITIVE_INFINITY;
    for (const group of this.#groups)
      at = Math.min(at, group.due ? 0 : (group.askAt ?? Number.POSITIVE_INFINITY));
    if (this.#timer !== null && this.#timer.at <= at && at !== Number.POSITIVE_INFINITY) return;
    this.#timer?.cancel();
    this.#timer = null;
    if (at === Number.POSITIVE_INFINITY) return;
    const delay = Math.min(Math.max(0, at - this.#clock.now()), LONGEST_TIMER_MS);
    const cancel = this.#clock.after(delay, () => {
      this.#timer = null;
      this.#pump();
    });
    this.#timer = { at, cancel };
  }
}

/** Same lane, account and costs: where the first must wait, the others must. A running job's steps stand alone. */
function groupKey(pass: Pass): string {
  const { ask } = pass;
  if (ask === null) return `${pass.lane}\n${pass.origin}`;
  const parts = ask.claim.parts.map((part) => `${part.partition}*${part.cost}`);
  return [pass.lane, pass.origin, ask.claim.accountId, ask.lane === "flow" ? ask.holder : "", ...parts].join(
    "\n",
  );
}

function sameWait(a: Wait | null, b: Wait): boolean {
  return a !== null && a.until === b.until && a.cause === b.cause && a.partition === b.partition;
}
