/**
 * Counts requests exactly, in each way a vendor may count: the simulator's own arithmetic, written apart from the client's.
 * Must not share a line with the quota core; must not read a clock.
 */

/**
 * How a rate policy counts.
 * - `fixed`: quota windows aligned to the server's clock, all back at once.
 * - `fixedFromFirst`: a quota window that opens at the first request.
 * - `sliding`: an exact log, each request leaves one quota window after it came.
 * - `slidingCounter`: two buckets, the older one weighted by how much of it is still in sight; the weighted part is rounded down.
 * - `tokenBucket`: `limit` tokens at most, refilled evenly at `limit` a quota window.
 */
export type CountingKind = "fixed" | "fixedFromFirst" | "sliding" | "slidingCounter" | "tokenBucket";

/** All counting kinds. */
export const countingKinds: readonly CountingKind[] = [
  "fixed",
  "fixedFromFirst",
  "sliding",
  "slidingCounter",
  "tokenBucket",
];

/** A rate policy. Its numbers may be changed while counting goes on; every counter sees the change at once. */
export interface RatePolicy {
  readonly id: string;
  /** Who shares one count. */
  readonly scope: "account" | "key";
  kind: CountingKind;
  limit: number;
  quotaWindowMs: number;
}

/** What a counter says at one instant. Instants are in the simulator's true time, before any clock skew. */
export interface Reading {
  readonly policy: string;
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** When the server would say that the quota window resets. */
  readonly resetAt: number;
  /** The first instant at which one more request is admitted; not after `now` while there is room. */
  readonly openAt: number;
}

/** Counts the requests of one partition under one policy. */
export class Counter {
  readonly policy: RatePolicy;
  /** Instants of counted requests, ascending. */
  #log: number[] = [];
  #openedAt = Number.NEGATIVE_INFINITY;
  #tokens: number | undefined;
  #tokensAt = 0;

  constructor(policy: RatePolicy) {
    this.policy = policy;
  }

  /** Counts one request at `now`, whether there is room or not. */
  count(now: number): void {
    const { kind, quotaWindowMs } = this.policy;
    if (kind === "tokenBucket") {
      this.#tokens = Math.max(0, this.#refilled(now) - 1);
      this.#tokensAt = now;
    } else if (kind === "fixedFromFirst" && now >= this.#openedAt + quotaWindowMs) {
      this.#openedAt = now;
    }
    this.#log.push(now);
    const forgotten = firstAtOrAfter(this.#log, now - 2 * quotaWindowMs);
    if (forgotten > 1024) this.#log.splice(0, forgotten);
  }

  /** Reads the counter at `now`; `skewMs` is how far the server's clock is ahead, which moves the grid of fixed quota windows. */
  read(now: number, skewMs: number): Reading {
    switch (this.policy.kind) {
      case "fixed":
        return this.#readSince(startOfWindow(now, skewMs, this.policy.quotaWindowMs), now);
      case "fixedFromFirst":
        return this.#readSince(now < this.#openedAt + this.policy.quotaWindowMs ? this.#openedAt : now, now);
      case "sliding":
        return this.#readSliding(now);
      case "slidingCounter":
        return this.#readTwoBuckets(now, skewMs);
      case "tokenBucket":
        return this.#readBucket(now);
    }
  }

  #readSince(startAt: number, now: number): Reading {
    const { limit, quotaWindowMs } = this.policy;
    const used = this.#log.length - firstAtOrAfter(this.#log, startAt);
    const resetAt = startAt + quotaWindowMs;
    return this.#reading(used, limit - used, resetAt, used < limit ? now : resetAt);
  }

  #readSliding(now: number): Reading {
    const { limit, quotaWindowMs } = this.policy;
    const first = firstAfter(this.#log, now - quotaWindowMs);
    const used = this.#log.length - first;
    const oldest = this.#log[first];
    const resetAt = oldest === undefined ? now : oldest + quotaWindowMs;
    const blocking = this.#log[this.#log.length - limit];
    const openAt = used < limit ? now : (blocking ?? now) + quotaWindowMs;
    return this.#reading(used, limit - used, resetAt, openAt);
  }

  #readTwoBuckets(now: number, skewMs: number): Reading {
    const { limit, quotaWindowMs } = this.policy;
    const startAt = startOfWindow(now, skewMs, quotaWindowMs);
    const first = firstAtOrAfter(this.#log, startAt);
    const current = this.#log.length - first;
    const previous = first - firstAtOrAfter(this.#log, startAt - quotaWindowMs);
    const used = current + Math.floor(previous * (1 - (now - startAt) / quotaWindowMs));
    const resetAt = startAt + quotaWindowMs;
    let openAt = now;
    if (used >= limit) {
      const room = limit - current;
      // The weighted part must fall below the room; at the boundary itself the full bucket still weighs one.
      openAt =
        room > 0
          ? Math.floor(startAt + quotaWindowMs * (1 - room / previous)) + 1
          : Math.floor(resetAt + quotaWindowMs * Math.max(0, 1 - limit / current)) + 1;
    }
    return this.#reading(used, limit - used, resetAt, openAt);
  }

  #readBucket(now: number): Reading {
    const { limit, quotaWindowMs } = this.policy;
    const tokens = this.#refilled(now);
    const perTokenMs = quotaWindowMs / limit;
    const whole = Math.floor(tokens + 1e-9);
    const openAt = whole >= 1 ? now : Math.ceil(now + (1 - tokens) * perTokenMs);
    return this.#reading(limit - whole, whole, Math.ceil(now + (limit - tokens) * perTokenMs), openAt);
  }

  #refilled(now: number): number {
    const { limit, quotaWindowMs } = this.policy;
    const before = this.#tokens ?? limit;
    return Math.min(limit, before + (Math.max(0, now - this.#tokensAt) * limit) / quotaWindowMs);
  }

  #reading(used: number, remaining: number, resetAt: number, openAt: number): Reading {
    const { id, limit } = this.policy;
    return { policy: id, limit, used, remaining: Math.max(0, remaining), resetAt, openAt };
  }
}

/** The start of the clock-aligned quota window that holds `now`, in true time. */
function startOfWindow(now: number, skewMs: number, quotaWindowMs: number): number {
  return Math.floor((now + skewMs) / quotaWindowMs) * quotaWindowMs - skewMs;
}

/** The index of the first instant that is not before `at`. */
function firstAtOrAfter(log: readonly number[], at: number): number {
  return firstThat(log, (instant) => instant >= at);
}

/** The index of the first instant that is later than `at`. */
function firstAfter(log: readonly number[], at: number): number {
  return firstThat(log, (instant) => instant > at);
}

/** Binary search in ascending instants; `holds` must stay true once it is true. */
function firstThat(log: readonly number[], holds: (instant: number) => boolean): number {
  let low = 0;
  let high = log.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(log[middle] ?? Number.POSITIVE_INFINITY)) high = middle;
    else low = middle + 1;
  }
  return low;
}
