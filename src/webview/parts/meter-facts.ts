// What a meter shows, worked out from its view: shares of the bar, the words under it. Pure; it must not draw.
import type { MeterView } from "../../protocol/snapshot.ts";
import type { IconName } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import type { Countdown } from "../base/ticker.ts";

/** Budgets up to this size are drawn as countable cells. */
const mostCells = 24;

/** Shares of the bar in units of the budget, from its start to its end. */
export interface Shares {
  /** The length of the whole bar. */
  readonly whole: number;
  readonly left: number;
  readonly inFlight: number;
  readonly spent: number;
  readonly foreign: number;
  /** Beyond the limit. */
  readonly over: number;
  /** Number of cells to cut the bar into, or null for a bar in one piece. */
  readonly cells: number | null;
}

/** Works out the shares of a budget whose limit is known. */
export function sharesOf(meter: MeterView & { readonly limit: number }): Shares {
  const foreign = Math.min(meter.foreign, meter.used);
  const inFlight = Math.min(meter.inFlight, meter.used - foreign);
  const own = meter.used - foreign - inFlight;
  const over = Math.max(0, meter.used - meter.limit);
  const whole = Math.max(meter.limit, meter.used, 1);
  const left = Math.max(0, Math.min(meter.left ?? meter.limit - meter.used, meter.limit));
  const cells = whole <= mostCells ? whole : null;
  // What lies beyond the limit is taken from our settled spends first, then from those in flight, then from foreign ones.
  const [spent, still] = lessened(own, over);
  const [flying, rest] = lessened(inFlight, still);
  return { whole, left, inFlight: flying, spent, foreign: lessened(foreign, rest)[0], over, cells };
}

/** What is left of a size when so much is taken from it, and what could not be taken. */
function lessened(size: number, taken: number): [left: number, untaken: number] {
  return [Math.max(0, size - taken), Math.max(0, taken - size)];
}

/** The figures at the end of a meter's title: `7 / 10` left, `−2 / 10` when over. */
export function figuresOf(
  meter: MeterView & { readonly limit: number },
  { words }: Page,
): { left: string; of: string } {
  const left = meter.used > meter.limit ? meter.limit - meter.used : (meter.left ?? meter.limit - meter.used);
  return { left: words.number(left).replace("-", "−"), of: words.number(meter.limit) };
}

/** So many meters that the action spends from stand whole, whatever is left of them. */
const mostWhole = 2;

/**
 * Which meters stand whole and which take one line, in their order, what the action spends from first. Of more than two
 * that it spends from only those stand whole that bear on it: the smallest, what is half spent, what has no known limit.
 * It goes by limits and halves, so that a send does not make the form below jump.
 */
export function ranked(meters: readonly MeterView[]): {
  readonly whole: readonly MeterView[];
  readonly lines: readonly MeterView[];
} {
  const binding = meters.filter(({ binds }) => binds);
  const smallest = Math.min(...binding.map(({ limit }) => limit ?? Number.POSITIVE_INFINITY));
  const bears = ({ limit, used }: MeterView) => limit === null || limit === smallest || used * 2 >= limit;
  const whole = binding.length <= mostWhole ? binding : binding.filter(bears);
  const others = meters.filter(({ binds }) => !binds);
  return { whole, lines: [...binding.filter((one) => !whole.includes(one)), ...others] };
}

/** What stands in place of figures where the limit is unknown: a count that goes up, and says so. */
export function countOf({ used, countedMs }: MeterView, { t, words }: Page): string {
  const count = words.number(used);
  return countedMs === null
    ? t("{count} under way, limit unknown", { count })
    : t("{count} in {time}, limit unknown", { count, time: words.duration(countedMs) });
}

/** Whether a meter's limit is known. */
export function isLimited(meter: MeterView): meter is MeterView & { readonly limit: number } {
  return meter.limit !== null;
}

/** The words for what was spent beyond the limit; empty when nothing was. */
export function overOf({ limit, used }: MeterView, { t, words }: Page): string {
  return limit === null || used <= limit ? "" : t("{count} over", { count: words.number(used - limit) });
}

/** The icon and the words for the kind of quota window. */
export function kindOf(
  meter: MeterView,
  { t, words }: Page,
): { icon: IconName; text: string; title: string } {
  const time = meter.quotaWindowMs === null ? "" : words.duration(meter.quotaWindowMs);
  switch (meter.kind) {
    case "sliding":
      return {
        icon: "history",
        text: time === "" ? t("sliding") : t("any {time}", { time }),
        title: t("Sliding: each one comes back on its own"),
      };
    case "fixed":
      return {
        icon: "refresh",
        text: time === "" ? t("fixed") : t("per {time}", { time }),
        title: t("Fixed: all come back at once"),
      };
    case "fixedFromFirst":
      return {
        icon: "refresh",
        text: time === "" ? t("from the first") : t("{time} from the first", { time }),
        title: t("Fixed from the first spend: all come back at once"),
      };
    case "bucket":
      return {
        icon: "pulse",
        text: t("refills steadily"),
        title: t("Refills steadily, one after the other"),
      };
    case "slots":
      return { icon: "layers", text: t("at once"), title: t("A place frees when its work ends") };
    default:
      return {
        icon: "question",
        text: time === "" ? t("kind unknown") : t("{time}, kind unknown", { time }),
        title: t("How it resets is not known"),
      };
  }
}

/** The words for when something comes back, with a live countdown; empty when nothing is spent. */
export function returnOf(meter: MeterView, { t, words }: Page, countdown: Countdown): string {
  if (meter.used === 0 || meter.kind === "unknown") return "";
  const whole = meter.kind === "fixed" || meter.kind === "fixedFromFirst";
  if (!whole && meter.nextAt !== null) {
    const ms = countdown.left(meter.nextAt);
    if (ms > 0) return t("next in {left}", { left: words.countdown(ms) });
  }
  const all = whole ? (meter.fullAt ?? meter.nextAt) : meter.fullAt;
  if (all !== null) {
    const ms = countdown.left(all);
    if (ms > 0) return t("all back in {left}", { left: words.countdown(ms) });
  }
  return "";
}

/** The mark for how a number is known, and its words with its age for the hover. */
export function evidenceOf(
  meter: MeterView,
  { t, words }: Page,
  countdown: Countdown,
): { icon: IconName; age: string; title: string } {
  const ageMs = meter.evidenceAt === null ? null : countdown.age(meter.evidenceAt);
  if (meter.own) return { icon: "account", age: "", title: t("Your own limit, counted here") };
  const age = ageMs === null ? "" : ageMs < 5000 ? t("now") : words.age(ageMs);
  const since = ageMs === null ? "" : ageMs < 5000 ? `, ${t("just now")}` : `, ${t("{age} ago", { age })}`;
  switch (meter.evidence) {
    case "stated":
      return { icon: "verified", age, title: t("Stated by the server") + since };
    case "published":
      return { icon: "book", age: "", title: t("Published by the provider, counted here") };
    case "counted":
      return { icon: "counted", age, title: t("Counted here") + since };
    case "inferred":
      return { icon: "lightbulb", age, title: t("Learned from refusals") + since };
    default:
      return { icon: "question", age: "", title: t("The limit is not known; what was sent is counted") };
  }
}

/** Positions of returning spends on the axis, 0 (now) to 1 (a whole quota window away), near ones merged with their number. */
export function ticksOf(meter: MeterView, now: number): readonly { x: number; count: number }[] {
  const span = meter.quotaWindowMs;
  if (span === null || span <= 0) return [];
  const places = new Map<number, number>();
  for (const at of meter.leavesAt) {
    if (at <= now) continue;
    const place = Math.min(100, Math.round(((at - now) / span) * 100));
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  return [...places].map(([place, count]) => ({ x: place / 100, count })).sort((a, b) => a.x - b.x);
}
