// The slots scenario as data: 24 jobs of mixed length on a server that runs three at once, and what the best clients would need:
// one that knows the ends, and one that sees them by polling at the permitted interval.

/** Jobs alive at once. */
export const SLOTS = 3;
/** The least time between two polls of a job. ms */
export const INTERVAL_MS = 500;
const JOBS = 24;
const SHORTEST_MS = 700;
const LONGEST_MS = 3_000;

/** One job: how long it takes, which only the server knows, and how large its input is, which its client knows. */
export interface Work {
  readonly lengthMs: number;
  readonly size: number;
}

/** What one process is to do. */
export interface Share {
  readonly contestant: string;
  readonly name: string;
  readonly origin: string;
  /** Its jobs, by their place in the mix, and the sizes of their inputs. */
  readonly jobs: readonly { readonly index: number; readonly size: number }[];
  readonly ledgerFile: string;
}

/** Lengths of which nothing can be known: any between the shortest and the longest, all inputs alike. */
const anyLength = (random: () => number): Work => ({
  lengthMs: Math.round(SHORTEST_MS + random() * (LONGEST_MS - SHORTEST_MS)),
  size: 100,
});

/** Inputs of three sizes, each with its typical length, from which a job departs by at most 3 %. */
const typicalLengths = (random: () => number): Work => {
  const kind = TYPICAL[Math.floor(random() * TYPICAL.length)]!;
  return { lengthMs: Math.round(kind.lengthMs * (0.97 + 0.06 * random())), size: kind.size };
};

const TYPICAL: readonly Work[] = [
  { lengthMs: 900, size: 100 },
  { lengthMs: 1_800, size: 200 },
  { lengthMs: 2_700, size: 300 },
];

/** All mixes by the name in the table; the same seed makes the same jobs, in the order in which they are to be sent. */
export const mixes: Readonly<Record<string, (seed: number) => readonly Work[]>> = {
  "any length": (seed) => mixed(seed, anyLength),
  "typical lengths": (seed) => mixed(seed, typicalLengths),
};

function mixed(seed: number, make: (random: () => number) => Work): readonly Work[] {
  let state = seed * 7919 + 17;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  return Array.from({ length: JOBS }, () => make(random));
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
