// The waiting requests of this process: groups with the same claim and lane, first in, first out, each waiter removed
// in constant time. It knows no clock, no ledger and no network.
import type { Wait } from "../core/quota/model.ts";

/** One waiting request, a link in its group's list. */
export class Waiter<T> {
  readonly item: T;
  /** Its place in line: a number that grows with each request of this process and stays with its repeats. */
  readonly order: number;
  group: Group<T> | null = null;
  before: Waiter<T> | null = null;
  after: Waiter<T> | null = null;
  /** Stands in the ledger's line as well. */
  ticket = false;
  /** Has been told why it waits. */
  told = false;
  /** Takes its listener off its signal. */
  unhook: (() => void) | null = null;

  constructor(item: T, order: number) {
    this.item = item;
    this.order = order;
  }
}

/** Waiters that only the first of needs asking for: where it must wait, the others must too. */
export class Group<T> {
  readonly key: string;
  readonly lane: number;
  head: Waiter<T> | null = null;
  tail: Waiter<T> | null = null;
  size = 0;
  /** Asking again is worth it now. */
  due = true;
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
  insert(waiter: Waiter<T>): void {
    let after: Waiter<T> | null = null;
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

  remove(waiter: Waiter<T>): void {
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
export class Groups<T> {
  readonly #groups = new Map<string, Group<T>>();

  get size(): number {
    return this.#groups.size;
  }

  get(key: string): Group<T> | null {
    return this.#groups.get(key) ?? null;
  }

  add(key: string, lane: number, waiter: Waiter<T>): Group<T> {
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new Group<T>(key, lane);
      this.#groups.set(key, group);
    }
    group.insert(waiter);
    return group;
  }

  /** Takes a waiter out; its group goes with its last waiter. */
  remove(waiter: Waiter<T>): void {
    const { group } = waiter;
    if (group === null) return;
    group.remove(waiter);
    if (group.size === 0) this.#groups.delete(group.key);
  }

  /** By lane, then by how long the head has waited. */
  ordered(): Group<T>[] {
    return [...this.#groups.values()].sort(
      (a, b) => a.lane - b.lane || (a.head?.order ?? 0) - (b.head?.order ?? 0),
    );
  }

  [Symbol.iterator](): Iterator<Group<T>> {
    return this.#groups.values();
  }
}
