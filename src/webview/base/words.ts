// How numbers, durations and instants read, in the person's language. It must not know what they belong to.

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** Formats of one language. Build one a language: `Intl` objects are dear. */
export class Words {
  readonly #number: Intl.NumberFormat;
  readonly #clock: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #units = new Map<string, Intl.NumberFormat>();
  readonly #language: string;

  constructor(language: string) {
    this.#language = known(language);
    this.#number = new Intl.NumberFormat(this.#language, { maximumFractionDigits: 3 });
    this.#clock = new Intl.DateTimeFormat(this.#language, {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    this.#day = new Intl.DateTimeFormat(this.#language, {
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  }

  number(value: number): string {
    return this.#number.format(value);
  }

  /** A time of day as 14:02:10; with the day when it lies more than 20 hours away. */
  at(instant: number, now: number): string {
    return (Math.abs(instant - now) > 20 * hourMs ? this.#day : this.#clock).format(instant);
  }

  /** What is left, as 0:17 or 12:05; from an hour on as 1h 12m, from a day on as 2d 3h. Rounds up: 0:00 is never early. */
  countdown(ms: number): string {
    if (ms > hourMs) return this.#pair(Math.ceil(ms / minuteMs) * minuteMs);
    const seconds = Math.ceil(Math.max(0, ms) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  /** A position in a recording, as 0:03; rounds down. */
  position(seconds: number): string {
    const whole = Number.isFinite(seconds) ? Math.floor(Math.max(0, seconds)) : 0;
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  /** An instant in a recording to the tenth of a second, as 0:03.4 or 1:02:03.4; rounds down. */
  moment(ms: number): string {
    const tenths = Math.floor(Math.max(0, Math.round(ms)) / 100);
    const [hours, minutes] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60];
    const seconds = `${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${tenths % 10}`;
    return hours === 0 ? `${minutes}:${seconds}` : `${hours}:${String(minutes).padStart(2, "0")}:${seconds}`;
  }

  /** A length of time in its largest units: 60 s, 5m, 1h 12m. Rounds down. */
  duration(ms: number): string {
    if (ms < 1000) return this.unit(Math.max(0, ms), "millisecond", 0);
    if (ms < 2 * minuteMs) return this.unit(Math.floor(ms / 100) / 10, "second");
    if (ms < hourMs) return this.unit(Math.floor(ms / minuteMs), "minute");
    return this.#pair(ms);
  }

  /** How long ago, in steps that a glance can take in: 5 s, then a minute, then an hour. Rounds down. */
  age(ms: number): string {
    if (ms < minuteMs) return this.unit(Math.floor(ms / 5000) * 5, "second");
    return ms < hourMs ? this.unit(Math.floor(ms / minuteMs), "minute") : this.#pair(ms);
  }

  bytes(value: number): string {
    if (value < 1000) return this.unit(value, "byte");
    if (value < 1e6) return this.unit(value / 1000, "kilobyte", value < 1e4 ? 1 : 0);
    return this.unit(value / 1e6, "megabyte", 1);
  }

  unit(value: number, unit: string, digits = 1): string {
    const key = `${unit}${digits}`;
    let format = this.#units.get(key);
    if (format === undefined) {
      const short = unit.endsWith("byte") || unit === "minute";
      const unitDisplay = unit === "byte" ? "long" : short ? "short" : "narrow";
      format = new Intl.NumberFormat(this.#language, {
        style: "unit",
        unit,
        unitDisplay,
        maximumFractionDigits: digits,
      });
      this.#units.set(key, format);
    }
    // A number stands apart from its unit, and no line ends between them.
    return format.format(value).replace(/(?<=\p{N}) ?(?=\p{L})/u, "\u00a0");
  }

  #pair(ms: number): string {
    if (ms >= dayMs) {
      const hours = Math.floor((ms % dayMs) / hourMs);
      const days = this.unit(Math.floor(ms / dayMs), "day");
      return hours === 0 ? days : `${days} ${this.unit(hours, "hour")}`;
    }
    const minutes = Math.floor((ms % hourMs) / minuteMs);
    const hours = this.unit(Math.floor(ms / hourMs), "hour");
    return minutes === 0 ? hours : `${hours} ${this.unit(minutes, "minute")}`;
  }
}

function known(language: string): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language)[0] ?? "en";
  } catch {
    return "en";
  }
}
