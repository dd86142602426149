// Which way of counting explains what passed and what was refused? Tries kinds and lengths of quota windows against the
// history of one partition. Pure; guesses nothing that the history contradicts.
import type { CountingKind, Lesson, Spend } from "./state.ts";

/** Usual lengths of quota windows, shortest first. ms */
export const USUAL_MS: readonly number[] = [
  1, 2, 3, 5, 6, 10, 15, 20, 30, 60, 120, 300, 600, 900, 3600, 86_400,
].map((seconds) => seconds * 1000);

/**
 * Where several explain the history alike, sliding goes first: it is safe for the others too, and that a fixed window looks like
 * it means that it opened with our first request, so nothing is lost by it.
 */
const KINDS = ["sliding", "fixed", "fixedFromFirst"] as const;

/** A refusal's instant is rounded up to whole seconds. ms */
const ROUNDING_MS = 1000;

/** The server's clock as it enters a history: its offset, and how far off all instants may be. ms */
export interface Grid {
  /** Null where the offset is not known: then nothing can lie on the server's grid. */
  readonly theta: number | null;
  readonly leewayMs: number;
}

/** A way of counting that fits the history. */
export interface Hypothesis {
  readonly kind: CountingKind;
  readonly quotaWindowMs: number;
  readonly limit: number;
  /** When the quota window opened in which the last refusal fell, for `fixedFromFirst`. Epoch ms. */
  readonly openedAt: number;
}

/** What a hypothesis says of one refusal. */
interface Told {
  /** Units counted in its quota window before it. */
  readonly count: number;
  readonly openedAt: number;
  /** When the next one would be let in. */
  readonly opensAt: number;
}

/** The most generous way of counting that no refusal contradicts; null where none fits. */
export function bestHypothesis(lesson: Pick<Lesson, "passes" | "refusals">, grid: Grid): Hypothesis | null {
  for (const quotaWindowMs of USUAL_MS)
    for (const kind of KINDS) {
      const found = tried(kind, quotaWindowMs, lesson, grid);
      if (found !== null) return found;
    }
  return null;
}

/** A kind and length against the history: the limit that follows, or null where it contradicts itself. */
export function tried(
  kind: "fixed" | "fixedFromFirst" | "sliding",
  quotaWindowMs: number,
  lesson: Pick<Lesson, "passes" | "refusals">,
  { theta, leewayMs }: Grid,
): Hypothesis | null {
  if (kind === "fixed" && theta === null) return null;
  let limit = Number.POSITIVE_INFINITY;
  let openedAt = 0;
  for (const { at, until } of lesson.refusals) {
    const told = tell(kind, quotaWindowMs, lesson.passes, at, theta ?? 0);
    if (told === null || told.count === 0) return null;
    if (until !== null && !fits(told.opensAt, until, leewayMs)) return null;
    limit = Math.min(limit, told.count);
    openedAt = told.openedAt;
  }
  if (!Number.isFinite(limit) || most(kind, quotaWindowMs, lesson.passes, theta ?? 0, leewayMs) > limit)
    return null;
  return { kind, quotaWindowMs, limit, openedAt };
}

/** Units that a two-bucket counter would weigh at an instant. */
export function weighed(passes: readonly Spend[], quotaWindowMs: number, at: number, theta: number): number {
  const cell = Math.floor((at + theta) / quotaWindowMs);
  const share = 1 - ((at + theta) / quotaWindowMs - cell);
  let count = 0;
  for (const [, late, units] of passes) {
    const index = Math.floor((late + theta) / quotaWindowMs);
    if (index === cell) count += units;
    else if (index === cell - 1) count += units * share;
  }
  return count;
}

/** A wait is rounded up to whole seconds, so that it ends late, and by less than one. */
function fits(opensAt: number, until: number, leewayMs: number): boolean {
  return opensAt <= until + leewayMs && opensAt > until - ROUNDING_MS - leewayMs;
}

function tell(
  kind: "fixed" | "fixedFromFirst" | "sliding",
  length: number,
  passes: readonly Spend[],
  at: number,
  theta: number,
): Told | null {
  const before = passes.filter((one) => one[1] <= at);
  if (kind === "fixed") {
    const openedAt = Math.floor((at + theta) / length) * length - theta;
    return { count: sum(before.filter((one) => one[1] >= openedAt)), openedAt, opensAt: openedAt + length };
  }
  if (kind === "sliding") {
    const inside = before.filter((one) => one[1] > at - length);
    const oldest = inside[0];
    return oldest === undefined
      ? null
      : { count: sum(inside), openedAt: oldest[1], opensAt: oldest[1] + length };
  }
  const windows = chain(before, length);
  const last = windows.at(-1);
  if (last === undefined || at >= last.openedAt + length) return null;
  return { ...last, opensAt: last.openedAt + length };
}

/** The most units that any quota window of this way of counting let pass. */
function most(
  kind: "fixed" | "fixedFromFirst" | "sliding",
  length: number,
  passes: readonly Spend[],
  theta: number,
  leewayMs: number,
): number {
  if (kind === "fixedFromFirst") return Math.max(0, ...chain(passes, length).map((one) => one.count));
  let best = 0;
  if (kind === "fixed") {
    const cells = new Map<number, number>();
    for (const [early, late, units] of passes) {
      const cell = Math.floor((late + theta) / length);
      // A pass at the very edge may belong to either side: it proves nothing.
      if (cell !== Math.floor((early - leewayMs + theta) / length)) continue;
      const count = (cells.get(cell) ?? 0) + units;
      cells.set(cell, count);
      best = Math.max(best, count);
    }
    return best;
  }
  for (const [i, one] of passes.entries()) {
    let count = 0;
    for (let j = i; j >= 0 && passes[j]![0] > one[1] - length + leewayMs; j--) count += passes[j]![2];
    best = Math.max(best, count);
  }
  return best;
}

/** Quota windows that open at the first request after the one before ended. */
function chain(
  passes: readonly Spend[],
  length: number,
): { readonly openedAt: number; readonly count: number }[] {
  const windows: { openedAt: number; count: number }[] = [];
  for (const [early, late, units] of passes) {
    const last = windows.at(-1);
    if (last === undefined || late >= last.openedAt + length) windows.push({ openedAt: early, count: units });
    else last.count += units;
  }
  return windows;
}

function sum(passes: readonly Spend[]): number {
  return passes.reduce((total, one) => total + one[2], 0);
}
