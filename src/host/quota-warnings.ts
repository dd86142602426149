// Decides when spent quota is worth a warning: once for each threshold and quota window. Pure; it shows nothing.
import type { MeterView } from "../protocol/snapshot.ts";

/** Shorter quota windows are back before a warning is read. ms */
export const SHORTEST_WATCHED_MS = 3_600_000;

/** What was warned of already, by meter. */
export type Warned = ReadonlyMap<string, { readonly percent: number; readonly until: number }>;

/** A warning that is due. */
export interface QuotaWarning {
  readonly meter: MeterView;
  /** The threshold that was passed. */
  readonly percent: number;
}

/** Which warnings are due now, and what has been warned of after them. `percents` ascending. */
export function quotaWarnings(
  meters: readonly MeterView[],
  percents: readonly number[],
  warned: Warned,
  now: number,
): { readonly due: readonly QuotaWarning[]; readonly warned: Warned } {
  const next = new Map([...warned].filter(([, one]) => one.until > now));
  const due: QuotaWarning[] = [];
  for (const meter of meters) {
    const length = meter.quotaWindowMs;
    if (
      meter.type !== "rate" ||
      length === null ||
      length < SHORTEST_WATCHED_MS ||
      meter.limit === null ||
      meter.limit === 0
    )
      continue;
    const spent = (meter.used / meter.limit) * 100;
    const percent = percents.findLast((one) => spent >= one);
    if (percent === undefined || percent <= (next.get(meter.id)?.percent ?? 0)) continue;
    // A fixed quota window ends for all at once; in a sliding one what is spent now leaves after its whole length.
    const until =
      next.get(meter.id)?.until ?? (meter.kind === "sliding" ? now + length : (meter.fullAt ?? now + length));
    next.set(meter.id, { percent, until });
    due.push({ meter, percent });
  }
  return { due, warned: next };
}
