// The age at which to ask about a job, found from how likely it ends when. Arithmetic on values; it must not know clocks, providers
// or who else is asked about.
import { chancesOf, type Length } from "./lengths.ts";

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

/** Time is cut into cells: so many to an interval, and at most so many in all. */
const CELLS_AN_INTERVAL = 16;
const MOST_CELLS = 400;
/** What a poll is worth that splits the chances evenly while few lengths are known, in intervals. */
const CURIOSITY = 0.1;

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
