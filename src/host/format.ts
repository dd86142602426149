// Numbers, times and durations in one language, through Intl. Pure; it must not ask which language that is.
import type { Format } from "../app/ports.ts";

type Unit = "second" | "minute" | "hour" | "day";

const STEP = 1000;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Formats for a language tag such as "en" or "de"; formatters are made at first use. */
export function formatFor(language: string): Format {
  const made = new Map<string, unknown>();
  const once = <T>(key: string, make: () => T): T => {
    if (!made.has(key)) made.set(key, make());
    return made.get(key) as T;
  };
  const time = () =>
    once(
      "time",
      () =>
        new Intl.DateTimeFormat(language, {
          hour: "2-digit",
          minute: "2-digit",
          second: "2-digit",
          hourCycle: "h23",
        }),
    );
  const day = () => once("day", () => new Intl.DateTimeFormat(language, { month: "short", day: "numeric" }));
  const unit = (name: string, digits: number, display: "narrow" | "short" | "long") =>
    once(`${name}/${digits}/${display}`, () => {
      const made = new Intl.NumberFormat(language, {
        style: "unit",
        unit: name,
        unitDisplay: display,
        maximumFractionDigits: digits,
      });
      // A number stands apart from its unit, and no line ends between them.
      return { format: (value: number) => made.format(value).replace(/(?<=\p{N}) ?(?=\p{L})/u, "\u00a0") };
    });
  return {
    clock: (at, now) => {
      const same = new Date(at).toDateString() === new Date(now).toDateString();
      return same ? time().format(at) : `${day().format(at)}, ${time().format(at)}`;
    },
    number: (value) => once("number", () => new Intl.NumberFormat(language)).format(value),
    bytes: (value) => {
      let size = value;
      let index = 0;
      while (size >= STEP && index < UNITS.length - 1) {
        size /= STEP;
        index += 1;
      }
      const digits = index === 0 || size >= 100 ? 0 : 1;
      return unit(UNITS[index] ?? "byte", digits, index === 0 ? "long" : "short").format(size);
    },
    duration: (ms) => {
      const exact = Math.max(0, ms) / 1000;
      if (exact < 0.95) return unit("millisecond", 0, "short").format(Math.max(0, ms));
      if (exact < 9.95) return unit("second", 1, "narrow").format(exact);
      const seconds = Math.round(exact);
      const two = (large: Unit, count: number, small: Unit, rest: number) =>
        [
          unit(large, 0, large === "minute" ? "short" : "narrow").format(count),
          ...(rest === 0 ? [] : [unit(small, 0, small === "minute" ? "short" : "narrow").format(rest)]),
        ].join(" ");
      if (seconds < 60) return unit("second", 0, "narrow").format(seconds);
      const minutes = Math.floor(seconds / 60);
      if (minutes < 60) return two("minute", minutes, "second", seconds % 60);
      const hours = Math.floor(minutes / 60);
      if (hours < 48) return two("hour", hours, "minute", minutes % 60);
      return two("day", Math.floor(hours / 24), "hour", hours % 24);
    },
  };
}

/** A countdown as figures: 0:17, 12:05, 1:02:05. Rounded up, so that it never says 0:00 before the instant. */
export function countdown(ms: number): string {
  const all = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor(all / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
}
