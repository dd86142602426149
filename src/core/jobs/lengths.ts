// How long such jobs took so far, and from that how likely the next one ends at which age. Arithmetic on values; it knows no
// clock and no provider, and does not decide when to ask.

/** A job that was alive at `from` and had ended by `to`, ms since the provider took it, and how large its input was. */
export interface Length {
  readonly from: number;
  readonly to: number;
  /** Characters of its input as JSON. */
  readonly size: number;
}

/** Ages cut into cells of one length; all before `origin` counts to the first of them. */
export interface Grid {
  readonly count: number;
  /** ms */
  readonly cell: number;
  /** ms */
  readonly origin: number;
}

/** Where one job ended, in cells. */
interface Span {
  readonly from: number;
  readonly to: number;
  /** The first cell that it touches, and the first after it. */
  readonly low: number;
  readonly high: number;
}

/** Inputs of sizes within this factor count as alike. */
const ALIKE = 1.5;
/** So many alike ones say more than all of them together. */
const ENOUGH = 3;
/** What is known weighs as much as so many lengths of which nothing is known. */
const BLIND = 2;
/** How often what is known of one end sharpens what is known of the others; more would see patterns in chance. */
const ROUNDS = 2;
/** The part of all jobs that may end outside the stretch in which the others end, while nothing is known. */
const STRAYS = 0.35;
/** How wide such stretches may be, in parts of the age at which they end: from one length, nearly, to any length. */
const WIDTHS = [0.05, 0.1, 0.2, 0.4, 0.7, 1];
/** Two stretches tried in turn lie apart by this part of their width. */
const STEP = 0.4;
/** The shortest stretch ends after so many cells. */
const SHORTEST = 2;

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
 * The chance of each cell to be the one in which a job ends; their sum is 1. Most jobs end in one stretch of ages, narrow or wide,
 * and every stretch counts by how well it explains the spans in which jobs were seen to end; the rest end where others did, or
 * anywhere.
 */
export function chancesOf(lengths: readonly Length[], { count, cell, origin }: Grid): number[] {
  const spans = lengths.map(({ from, to }): Span => {
    const begin = Math.max(0, (from - origin) / cell);
    const end = (to - origin) / cell;
    const low = Math.min(count - 1, Math.floor(begin + 1e-9));
    return { from: begin, to: end, low, high: Math.min(count, Math.max(low + 1, Math.ceil(end - 1e-9))) };
  });
  const scattered = scatteredChances(spans, count);
  const chances = new Array<number>(count).fill(0);
  let strays = 0;
  for (const { from, to, part, weight } of stretches(spans, scattered)) {
    strays += weight * (1 - part);
    for (let i = Math.floor(from); i < to && i < count; i++)
      chances[i]! += (weight * part * (Math.min(i + 1, to) - Math.max(i, from))) / (to - from);
  }
  return chances.map((one, i) => one + strays * scattered[i]!);
}

/** Each end lies anywhere in its span, more likely where other spans lie as well; a part of them anywhere at all. */
function scatteredChances(spans: readonly Span[], count: number): number[] {
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
  const blind = BLIND / (spans.length + BLIND);
  return chances.map((one) => one * (1 - blind) + blind / count);
}

/** Cells in which all ages are equally likely, and the part of all jobs that end there. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly part: number;
}

/** All stretches worth a look, each with the chance that it is the one; these sum up to 1. */
function stretches(spans: readonly Span[], scattered: readonly number[]) {
  const elsewhere = spans.map(({ low, high }) => {
    let sum = 0;
    for (let i = low; i < high; i++) sum += scattered[i]!;
    return STRAYS * sum;
  });
  const tried: (Stretch & { readonly log: number })[] = [];
  for (const width of WIDTHS)
    for (let to = scattered.length; to >= SHORTEST; to /= 1 + STEP * width) {
      const from = to * (1 - width);
      let log = Math.log(width);
      let within = 1 - STRAYS;
      for (const [i, span] of spans.entries()) {
        const shared = Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)) / (to - from);
        const here = (1 - STRAYS) * shared;
        log += Math.log(here + elsewhere[i]!);
        within += here / (here + elsewhere[i]!);
      }
      tried.push({ from, to, part: within / (spans.length + 1), log });
    }
  const best = Math.max(...tried.map((one) => one.log));
  const weighed = tried.map((one) => ({ ...one, weight: Math.exp(one.log - best) }));
  const sum = weighed.reduce((all, one) => all + one.weight, 0);
  return weighed.map((one) => ({ ...one, weight: one.weight / sum }));
}
