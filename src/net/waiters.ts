// The waiting requests of this process: groups with the same claim and lane, first in, first out, each waiter removed
// in constant time; and which of them end with which signal. It knows no clock, no ledger and no network.
import type { Wait } from "../core/quota/model.ts";

/** What a waiter is to the lists. A class with links in it, for there may be a hundred thousand of them. */
export class Waiter {
  /** Its place in line: a number that grows with each request of this process and stays with its repeats. */
  readonly order: number;
  readonly signal: AbortSignal;
  group: Group<this> | null = null;
  before: this | null = null;
  after: this | null = null;
  /** Neighbours among those that end with the same signal. */
  besideBefore: this | null = null;
  besideAfter: this | null = null;
  /** Stands in the ledger's line as well. */
  ticket = false;
  /** Has been told why it waits. */
  told = false;

  constructor(order: number, signal: AbortSignal) {
    this.order = order;
    this.signal = signal;
  }
}

/** Waiters that only the first of needs asking for: where it must wait, the others must too. */
export class Group<T extends Waiter> {
  readonly key: string;
  readonly lane: number;
  head: T | null = null;
  tail: T | null = null;
  size = 0;
  /** Asking again is worth it now. */
  due = true;
  /** Came since the group was last asked for and are to stand in the ledger's line behind its head. */
  fresh: T[] = [];
  /** Waits for a free connection, not for quota. */
  full = false;
  /** Why its head waits, as last heard. */
  wait: Wait | null = null;
  /** When to ask again by itself. Epoch ms; null for an event only. */
  askAt: number | null = null;
  /** How often in a row the ledger could not be asked. */
  failures = 0;

  constructor(key: string, lane: number) {
    this.key = key;
    this.lane = lane;
  }

  /** In order of arrival; a refused one comes back near the front, a new one at the end: both are found at once. */
  insert(waiter: T): void {
    let after: T | null = null;
    if (this.tail !== null && waiter.order < this.tail.order) {
      after = this.head;
      while (after !== null && after.order <= waiter.order) after = after.after;
    }
    const before = after === null ? this.tail : after.before;
    waiter.group = this;
    waiter.before = before;
    waiter.after = after;
    if (before === null) this.head = waiter;
    else before.after = waiter;
    if (after === null) this.tail = waiter;
    else after.before = waiter;
    this.size++;
  }

  remove(waiter: T): void {
    if (waiter.group !== this) return;
    if (waiter.before === null) this.head = waiter.after;
    else waiter.before.after = waiter.after;
    if (waiter.after === null) this.tail = waiter.before;
    else waiter.after.before = waiter.before;
    waiter.group = null;
    waiter.before = null;
    waiter.after = null;
    this.size--;
  }
}

/** All groups that have waiters, in the order in which they are asked for. */
export class Groups<T extends Waiter> {
  readonly #groups = new Map<string, Group<T>>();
  #waiting = 0;

  /** How many groups there are. */
  get size(): number {
    return this.#groups.size;
  }

  /** How many wait in all of them. */
  get waiting(): number {
    return this.#waiting;
  }

  get(key: string): Group<T> | null {
    return this.#groups.get(key) ?? null;
  }

  add(key: string, lane: number, waiter: T): Group<T> {
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new Group<T>(key, lane);
      this.#groups.set(key, group);
    }
    group.insert(waiter);
    this.#waiting++;
    return group;
  }

  /** Takes a waiter out; its group goes with its last waiter. */
  remove(waiter: T): void {
    const { group } = waiter;
    if (group === null) return;
    group.remove(waiter);
    this.#waiting--;
    if (group.size === 0) this.#groups.delete(group.key);
  }

  /** Those worth asking for, by lane, then by how long the head has waited. */
  due(): Group<T>[] {
    const due: Group<T>[] = [];
    for (const group of this.#groups.values()) if (group.due) due.push(group);
    return due.length < 2
      ? due
      : due.sort((a, b) => a.lane - b.lane || (a.head?.order ?? 0) - (b.head?.order ?? 0));
  }

  [Symbol.iterator](): Iterator<Group<T>> {
    return this.#groups.values();
  }
}

const ONCE = { once: true } as const;

/** Which waiters end with which signal: one listener a signal, however many share it. */
export class Signals<T extends Waiter> {
  readonly #first = new Map<AbortSignal, T>();
  readonly #aborted: (event: Event) => void;

  /** `aborted` is called once for each signal that is aborted while somebody listens to it. */
  constructor(aborted: (signal: AbortSignal) => void) {
    this.#aborted = (event) => aborted(event.target as AbortSignal);
  }

  /** The first of those that end with a signal, in the order in which they came last; null where nobody does. */
  first(signal: AbortSignal): T | null {
    return this.#first.get(signal) ?? null;
  }

  add(waiter: T): void {
    const { signal } = waiter;
    const first = this.#first.get(signal) ?? null;
    if (first === null) signal.addEventListener("abort", this.#aborted, ONCE);
    else {
      waiter.besideAfter = first;
      first.besideBefore = waiter;
    }
    this.#first.set(signal, waiter);
  }

  remove(waiter: T): void {
    const { signal, besideBefore: before, besideAfter: after } = waiter;
    if (after !== null) after.besideBefore = before;
    if (before !== null) before.besideAfter = after;
    else if (this.#first.get(signal) !== waiter) return;
    else if (after !== null) this.#first.set(signal, after);
    else {
      this.#first.delete(signal);
      signal.removeEventListener("abort", this.#aborted);
    }
    waiter.besideBefore = null;
    waiter.besideAfter = null;
  }
}
