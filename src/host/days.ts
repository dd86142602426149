// Groups entries by the day they belong to, in the machine's own time zone. Pure.

/** One day and what belongs to it, in the given order. */
export interface Day<T> {
  /** As 2026-11-05. */
  readonly key: string;
  /** An instant of that day. Epoch ms. */
  readonly at: number;
  /** How many days before today; negative where a clock was set back. */
  readonly ago: number;
  readonly entries: readonly T[];
}

/** Groups entries that are sorted by time; days keep the order in which they appear. */
export function daysOf<T>(entries: readonly T[], atOf: (entry: T) => number, now: number): Day<T>[] {
  const days = new Map<string, { at: number; entries: T[] }>();
  let last: { readonly at: number; readonly from: number; readonly entries: T[] } | null = null;
  for (const entry of entries) {
    const at = atOf(entry);
    if (last !== null && at >= last.from && at <= last.at) {
      last.entries.push(entry);
      continue;
    }
    const key = keyOf(at);
    const day = days.get(key) ?? { at, entries: [] };
    day.entries.push(entry);
    days.set(key, day);
    last = { at, from: new Date(at).setHours(0, 0, 0, 0), entries: day.entries };
  }
  return [...days].map(([key, day]) => ({
    key,
    at: day.at,
    ago: daysBetween(day.at, now),
    entries: day.entries,
  }));
}

function keyOf(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Whole calendar days; noon to noon, so that a day of 23 or 25 hours counts as one. */
function daysBetween(at: number, now: number): number {
  return Math.round((new Date(now).setHours(12, 0, 0, 0) - new Date(at).setHours(12, 0, 0, 0)) / 86_400_000);
}
