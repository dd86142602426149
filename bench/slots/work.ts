// The slots scenario as data: 24 jobs of mixed length on a server that runs three at once, and what the best clients would need:
// one that knows the ends, and one that sees them by polling at the permitted interval.

/** Jobs alive at once. */
export const SLOTS = 3;
/** The least time between two polls of a job. ms */
export const INTERVAL_MS = 500;
const JOBS = 24;

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
  /** Where all processes and runs of an account note how long jobs took. */
  readonly lengthsFile: string;
}

type Random = () => number;
/** Draws one account's kind of work, of which every job is then drawn. */
type Kind = (random: Random) => (random: Random) => Work;

/** Lengths of which nothing can be known: any between a shortest and a longest, all inputs alike. ms */
const anyLength: Kind = (random) => {
  const shortest = 500 + random() * 400;
  const longest = 2_600 + random() * 800;
  return (draw) => ({ lengthMs: Math.round(shortest + draw() * (longest - shortest)), size: 100 });
};

/** Inputs of three sizes, each with its typical length, from which a job departs by at most 3 %. */
const typicalLengths: Kind = (random) => {
  const kinds = [900, 1_800, 2_700].map((lengthMs, i) => ({
    lengthMs: lengthMs - 250 + random() * 500,
    size: 100 * (i + 1),
  }));
  return (draw) => {
    const kind = kinds[Math.floor(draw() * kinds.length)]!;
    return { lengthMs: Math.round(kind.lengthMs * (0.97 + 0.06 * draw())), size: kind.size };
  };
};

/**
 * All mixes by the name in the table; the same account and run make the same jobs, in the order in which they are to be sent.
 * Every account has bounds and typical lengths of its own, so that no interval of polls fits them by luck.
 */
export const mixes: Readonly<Record<string, (account: number, run: number) => readonly Work[]>> = {
  "any length": (account, run) => drawn(anyLength, account, run),
  "typical lengths": (account, run) => drawn(typicalLengths, account, run),
};

function drawn(kind: Kind, account: number, run: number): readonly Work[] {
  const draw = kind(seeded(account));
  const random = seeded(account * 1_009 + run);
  return Array.from({ length: JOBS }, () => draw(random));
}

/** A seeded stream of numbers below 1 (mulberry32). */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
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
