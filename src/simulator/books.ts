/**
 * All counters of one vendor: which partitions a request draws on, and whether it is admitted.
 * Admission is one synchronous step over all policies, so that no two requests can pass on one free place.
 */
import type { SimulatedKey } from "./accounts.ts";
import { Counter, type RatePolicy, type Reading } from "./limiter.ts";

/** What became of a request at the counters. */
export interface Verdict {
  /** Every policy that the request fell under, read after it was counted or refused. */
  readonly readings: readonly Reading[];
  /** The policy that refused it: of several, the one that opens last. Absent when it was admitted. */
  readonly refusedBy?: Reading;
}

/** One line of what the counters say, for the control address. */
export interface CounterLine extends Reading {
  /** The account, or for policies by key the key's label. */
  readonly partition: string;
  readonly kind: string;
  readonly quotaWindowMs: number;
}

/** The counters of one vendor. */
export class Books {
  readonly policies: readonly RatePolicy[];
  #counters = new Map<string, { counter: Counter; partition: string }>();

  constructor(policies: readonly RatePolicy[]) {
    this.policies = policies;
  }

  /**
   * Counts one request under all the named policies, or under none when one of them is full.
   * With `refusedCount` a refused request is counted under all of them just the same.
   */
  admit(
    ids: readonly string[],
    key: SimulatedKey,
    now: number,
    skewMs: number,
    refusedCount: boolean,
  ): Verdict {
    const counters = this.policies
      .filter(({ id }) => ids.includes(id))
      .map((policy) => this.#counter(policy, key));
    const full = counters
      .map((counter) => counter.read(now, skewMs))
      .filter((reading) => reading.remaining < 1);
    if (full.length === 0 || refusedCount) for (const counter of counters) counter.count(now);
    const readings = counters.map((counter) => counter.read(now, skewMs));
    if (full.length === 0) return { readings };
    const refusing = readings.filter(({ policy }) => full.some((reading) => reading.policy === policy));
    const refusedBy = refusing.reduce((last, reading) => (reading.openAt > last.openAt ? reading : last));
    return { readings, refusedBy };
  }

  /** What the named policies say of a key, without counting. */
  read(ids: readonly string[], key: SimulatedKey, now: number, skewMs: number): readonly Reading[] {
    return this.policies
      .filter(({ id }) => ids.includes(id))
      .map((policy) => this.#counter(policy, key).read(now, skewMs));
  }

  /** What every counter that has been touched says now. */
  lines(now: number, skewMs: number): CounterLine[] {
    return [...this.#counters.values()].map(({ counter, partition }) => ({
      partition,
      kind: counter.policy.kind,
      quotaWindowMs: counter.policy.quotaWindowMs,
      ...counter.read(now, skewMs),
    }));
  }

  /** Forgets all that was counted. */
  clear(): void {
    this.#counters.clear();
  }

  #counter(policy: RatePolicy, key: SimulatedKey): Counter {
    const partition = policy.scope === "account" ? key.account : key.label;
    const name = `${policy.id} ${partition}`;
    let entry = this.#counters.get(name);
    if (!entry) {
      entry = { counter: new Counter(policy), partition };
      this.#counters.set(name, entry);
    }
    return entry.counter;
  }
}

/** Two readings of "the most restrictive limit": the fewest requests left, or the smallest share left. */
export type RestrictiveBy = "remaining" | "ratio";

/** Picks the reading that the headers describe. On a tie the later reset wins (ASSUMED). */
export function mostRestrictive(readings: readonly Reading[], by: RestrictiveBy): Reading | undefined {
  const size = (reading: Reading) => (by === "ratio" ? reading.remaining / reading.limit : reading.remaining);
  let tightest: Reading | undefined;
  for (const reading of readings) {
    if (!tightest || size(reading) < size(tightest)) tightest = reading;
    else if (size(reading) === size(tightest) && reading.resetAt > tightest.resetAt) tightest = reading;
  }
  return tightest;
}
