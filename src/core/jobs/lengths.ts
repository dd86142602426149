// How long such jobs took so far, and from that the best age at which to ask about the next one. Arithmetic on values;
// it knows no clock and no provider.

/** A job that was alive at `from` and had ended by `to`, ms since the provider took it, and how large its input was. */
export interface Length {
  readonly from: number;
  readonly to: number;
  /** Characters of its input as JSON. */
  readonly size: number;
}

/** What a poll's age depends on beside the lengths. ms */
export interface Asking {
  /** The age at which the job was last seen alive; 0 where nobody has asked yet. */
  readonly aliveMs: number;
  /** The lowest age at which it may be asked about again. */
  readonly leastMs: number;
  /** The least time between two polls. */
  readonly intervalMs: number;
  /** What a poll costs, as the time for which one would wait instead. */
  readonly priceMs: number;
}

/** Inputs of sizes within this factor count as alike. */
const ALIKE = 1.5;
/** So many alike ones say more than all of them together. */
const ENOUGH = 3;
/** Time is cut into cells: so many to an interval, and at most so many in all. */
const CELLS_AN_INTERVAL = 8;
const MOST_CELLS = 400;
/** What is known weighs as much as so many lengths of which nothing is known. */
const BLIND = 2;
/** How often what is known of one end sharpens what is known of the others; more would see patterns in chance. */
const ROUNDS = 2;
/** What a poll is worth that splits the chances evenly while few lengths are known, in intervals. */
const CURIOSITY = 0.1;

/** The lengths of jobs with an input of about this size, where there are some; else all. */
export function alike(lengths: readonly Length[], size: number): readonly Length[] {
  const near = lengths.filter((one) => one.size <= size * ALIKE && size <= one.size * ALIKE);
  return near.length >= ENOUGH ? near : lengths;
}

/** The length in the middle; null where none is known. ms */
export function middleOf(lengths: readonly Length[]): number | null {
  const middles = lengths.map(({ from, to }) => (from + to) / 2).sort((a, b) => a - b);
  return middles[Math.floor(middles.length / 2)] ?? null;
}

/**
 * The age for the next poll that makes the wait from a job's end to the poll that sees it shortest on average, with all polls
 * that may follow in view. Null where the lengths say nothing about a job of this age.
 */
export function bestAge(lengths: readonly Length[], asking: Asking): number | null {
  const { aliveMs, leastMs, intervalMs, priceMs } = asking;
  if (lengths.length === 0) return null;
  const horizon = 1.5 * Math.max(...lengths.map((one) => one.to)) + 2 * intervalMs;
  if (leastMs >= horizon) return null;
  const cell = Math.max(intervalMs / CELLS_AN_INTERVAL, horizon / MOST_CELLS);
  // A cell begins at the lowest age: it would else be rounded up at each poll.
  const origin = leastMs % cell;
  const first = Math.max(0, Math.floor((aliveMs - origin) / cell));
  const chances = chancesOf(lengths, { count: Math.ceil(horizon / cell), cell, origin }).slice(first);
  const left = chances.reduce((sum, one) => sum + one, 0);
  const chosen = cheapest(
    chances.map((one) => one / left),
    {
      least: Math.max(1, Math.round((leastMs - origin) / cell) - first),
      gap: Math.max(1, Math.ceil(intervalMs / cell - 1e-9)),
      price: priceMs / cell,
      bonus: (CURIOSITY * intervalMs) / cell / Math.sqrt(lengths.length),
    },
  );
  return Math.max(leastMs, origin + (first + chosen) * cell);
}

/** Ages cut into cells; all before `origin` counts to the first of them. */
interface Grid {
  readonly count: number;
  /** ms */
  readonly cell: number;
  /** ms */
  readonly origin: number;
}

/** The chance of each cell to be the one in which a job ends. The end of each length lies anywhere in its span. */
function chancesOf(lengths: readonly Length[], { count, cell, origin }: Grid): number[] {
  const spans = lengths.map(({ from, to }) => {
    const low = Math.min(count - 1, Math.max(0, Math.floor((from - origin) / cell + 1e-9)));
    return { low, high: Math.min(count, Math.max(low + 1, Math.ceil((to - origin) / cell - 1e-9))) };
  });
  let chances = new Array<number>(count).fill(1 / count);
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Array<number>(count).fill(0);
    for (const { low, high } of spans) {
      let sum = 0;
      for (let i = low; i < high; i++) sum += chances[i]!;
      for (let i = low; i < high; i++) next[i]! += chances[i]! / sum / spans.length;
    }
    chances = next;
  }
  const blind = BLIND / (lengths.length + BLIND);
  return chances.map((one) => one * (1 - blind) + blind / count);
}

interface Steps {
  /** The first cell after which a poll may come. */
  readonly least: number;
  /** Cells between two polls. */
  readonly gap: number;
  /** Of a poll, in cells waited. */
  readonly price: number;
  /** What it is worth to learn more, in cells waited. */
  readonly bonus: number;
}

/** After which cell the next poll comes best, found from the last possible poll backwards. */
function cheapest(chances: readonly number[], { least, gap, price, bonus }: Steps): number {
  const cells = chances.length;
  const ended = [0];
  const moment = [0];
  for (const [i, chance] of chances.entries()) {
    ended.push(ended[i]! + chance);
    moment.push(moment[i]! + chance * (i + 0.5));
  }
  /** What is waited for a poll after the cell `to`, the one before having come after `from`. */
  const wait = (from: number, to: number) => {
    const upTo = Math.min(to, cells);
    const waited = to * (ended[upTo]! - ended[from]!) - (moment[upTo]! - moment[from]!);
    return waited + price * (1 - ended[from]!);
  };
  const after = new Array<number>(cells + 1).fill(0);
  for (let i = cells - 1; i >= least; i--) {
    let best = wait(i, Math.max(cells, i + gap));
    for (let to = i + gap; to < cells; to++) best = Math.min(best, wait(i, to) + after[to]!);
    after[i] = best;
  }
  let chosen = least;
  let best = Number.POSITIVE_INFINITY;
  for (let to = least; to <= cells; to++) {
    const done = ended[to]!;
    const cost = wait(0, to) + after[to]! - bonus * 4 * done * (1 - done);
    if (cost < best) [best, chosen] = [cost, to];
  }
  return chosen;
}
