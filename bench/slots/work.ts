// The slots scenario as data: 24 jobs of mixed length on a server that runs three at once, and what the best clients would need:
// one that knows the ends, and one that sees them by polling at the permitted interval.

/** Jobs alive at once. */
export const SLOTS = 3;
/** The least time between two polls of a job. ms */
export const INTERVAL_MS = 500;
const JOBS = 24;
const SHORTEST_MS = 700;
const LONGEST_MS = 3_000;

/** What one process is to do. */
export interface Share {
  readonly contestant: string;
  readonly name: string;
  readonly origin: string;
  readonly jobs: number;
  readonly ledgerFile: string;
}

/** How long the jobs take in the order in which they are taken in; the same for the same seed. ms */
export function lengthsOf(seed: number): readonly number[] {
  let state = seed * 7919 + 17;
  return Array.from({ length: JOBS }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.round(SHORTEST_MS + (state / 2_147_483_648) * (LONGEST_MS - SHORTEST_MS));
  });
}

/** From the first to the last submit of a client that knows when every job ends. ms */
export function optimumKnowing(lengths: readonly number[]): number {
  return lastSubmit(lengths);
}

/**
 * The same for one that polls every job at exactly the permitted interval from its beginning on. ms. No bound: polls that drift a
 * little may see an end half an interval sooner.
 */
export function optimumPolling(lengths: readonly number[]): number {
  return lastSubmit(lengths.map((ms) => Math.ceil(ms / INTERVAL_MS) * INTERVAL_MS));
}

function lastSubmit(lengths: readonly number[]): number {
  const free = new Array<number>(SLOTS).fill(0);
  let last = 0;
  for (const ms of lengths) {
    const slot = free.indexOf(Math.min(...free));
    last = free[slot]!;
    free[slot] = last + ms;
  }
  return last;
}
