// What the status bar item says, worked out from the headline. Pure: no editor, no clock.
import type { Headline } from "../app/api.ts";
import type { Format, Translate } from "../app/ports.ts";
import type { MeterView } from "../protocol/snapshot.ts";
import { countdown } from "./format.ts";

/** The item as it is to be shown. */
export interface StatusText {
  readonly text: string;
  readonly level: "plain" | "warning" | "error";
  /** The next instant at which the text changes by itself; null while nothing counts down. Epoch ms. */
  readonly changesAt: number | null;
}

/** The figures of one budget. */
export type Budget = Pick<MeterView, "left" | "limit" | "used">;

/** Label, colour and next change of the item. `warnAtPercent` of 0 never warns. */
export function statusText(
  headline: Headline,
  budget: Budget | null,
  warnAtPercent: number,
  now: number,
  { t, format }: { readonly t: Translate; readonly format: Pick<Format, "number"> },
): StatusText {
  const figures = figuresOf(budget, t, format);
  const decide = headline.decisions > 0 ? ["·", t("decide")] : [];
  const nothingLeft = budget?.left !== null && budget?.left !== undefined && budget.left <= 0;
  const ownWaiting = headline.waiting > 0 && headline.waitsAt === null;
  const level = nothingLeft && ownWaiting ? "error" : isLow(budget, warnAtPercent) ? "warning" : "plain";
  if (headline.waiting > 0) {
    const until = headline.until;
    const counting = until !== null && until > now;
    const text = [
      "$(watch)",
      headline.waitsAt ?? figures ?? headline.providerName,
      ...(counting ? ["·", countdown(until - now)] : []),
      ...decide,
    ].join(" ");
    // The text changes when a whole second less remains.
    const changesAt = counting ? until - (Math.ceil((until - now) / 1000) - 1) * 1000 : null;
    return { text, level, changesAt };
  }
  const quiet = headline.simulated ? "$(beaker)" : "$(dashboard)";
  const icon = headline.decisions > 0 ? "$(question)" : headline.running > 0 ? "$(sync~spin)" : quiet;
  return {
    text: [icon, headline.providerName, ...(figures === null ? [] : [figures]), ...decide].join(" "),
    level,
    changesAt: null,
  };
}

/** `7/10` left, or `3 sent` where the limit is not known: what counts up must not look like what counts down. */
function figuresOf(budget: Budget | null, t: Translate, { number }: Pick<Format, "number">): string | null {
  if (budget === null) return null;
  if (budget.left !== null && budget.limit !== null) return `${number(budget.left)}/${number(budget.limit)}`;
  return budget.used > 0 ? t("{count} sent", { count: number(budget.used) }) : null;
}

function isLow(budget: Budget | null, warnAtPercent: number): boolean {
  if (budget === null || budget.left === null || budget.limit === null || budget.limit === 0) return false;
  return warnAtPercent > 0 && (budget.left / budget.limit) * 100 <= warnAtPercent;
}

/** The tightest of the budgets that the chosen action spends from: the least share left; null where none is known. */
export function tightestOf(meters: readonly MeterView[]): MeterView | null {
  const share = (meter: MeterView) =>
    meter.left === null || meter.limit === null ? 2 : meter.left / Math.max(1, meter.limit);
  return meters.filter((meter) => meter.binds).toSorted((a, b) => share(a) - share(b))[0] ?? null;
}
