// A counting server written apart from the client's arithmetic: it judges. Every request is looked at with plain loops over
// the whole history, in the server's own time. Must not import anything from src.

/** How the model server counts. */
export type ModelKind = "fixed" | "fixedFromFirst" | "sliding" | "counter" | "bucket";

/** One limit of the model server. Times in ms. */
export interface ModelLimit {
  readonly name: string;
  readonly kind: ModelKind;
  readonly limit: number;
  readonly lengthMs: number;
  /** Which calls it counts; all where undefined. */
  readonly calls?: readonly string[];
  readonly refusedCount?: boolean;
}

export interface ModelAnswer {
  readonly status: 200 | 429;
  readonly headers: Record<string, string>;
}

export type ModelHeaders = "all" | "mostRestrictive" | "structured" | "retryAfter" | "none";

interface Hit {
  readonly at: number;
  readonly call: string;
  readonly admitted: boolean;
  readonly units: number;
}

/** Counts arrivals in the server's own time. */
export class ModelServer {
  readonly limits: readonly ModelLimit[];
  readonly headers: ModelHeaders;
  refusals = 0;
  admitted = 0;
  readonly hits: Hit[] = [];

  constructor(limits: readonly ModelLimit[], headers: ModelHeaders = "all") {
    this.limits = limits;
    this.headers = headers;
  }

  /** One request arrives. `at` is the server's time, epoch ms, never falling. Costs one unit unless said. */
  arrive(at: number, call = "", units = 1): ModelAnswer {
    const mine = this.limits.filter((one) => one.calls === undefined || one.calls.includes(call));
    const blocked = mine.filter((one) => this.#used(one, at) + units > one.limit + 1e-9);
    const admitted = blocked.length === 0;
    this.hits.push({ at, call, admitted, units });
    if (admitted) this.admitted++;
    else this.refusals++;
    const headers: Record<string, string> = { date: new Date(Math.floor(at / 1000) * 1000).toUTCString() };
    const tightest = mine.toSorted((a, b) => a.limit - this.#used(a, at) - (b.limit - this.#used(b, at)))[0];
    if (tightest !== undefined && (this.headers === "all" || this.headers === "mostRestrictive")) {
      headers["x-ratelimit-limit"] = String(tightest.limit);
      headers["x-ratelimit-remaining"] = String(
        Math.max(0, Math.floor(tightest.limit - this.#used(tightest, at) + 1e-9)),
      );
      headers["x-ratelimit-reset"] = String(Math.ceil(this.#resetAt(tightest, at) / 1000));
    }
    if (tightest !== undefined && this.headers === "structured") {
      const left = Math.max(0, Math.floor(tightest.limit - this.#used(tightest, at) + 1e-9));
      const seconds = Math.ceil((this.#resetAt(tightest, at) - at) / 1000);
      headers["ratelimit-policy"] = `"${tightest.name}";q=${tightest.limit};w=${tightest.lengthMs / 1000}`;
      headers.ratelimit = `"${tightest.name}";r=${left};t=${seconds}`;
    }
    if (!admitted && this.headers !== "none") {
      const wait = Math.max(...blocked.map((one) => this.openAt(one, at, units))) - at;
      headers["retry-after"] = String(Math.max(1, Math.ceil(wait / 1000)));
    }
    return { status: admitted ? 200 : 429, headers };
  }

  /** The first instant, not before `at`, at which so many more are admitted. */
  openAt(limit: ModelLimit, at: number, units = 1): number {
    if (limit.kind === "fixed")
      return this.#used(limit, at) + units <= limit.limit ? at : this.#resetAt(limit, at);
    for (let t = at; ; t += 1) if (this.#used(limit, t) + units <= limit.limit + 1e-9) return t;
  }

  /** Drops what no fixed, sliding or two-bucket quota window counts any more. */
  forget(at: number): void {
    const longest = Math.max(...this.limits.map((one) => one.lengthMs));
    const first = this.hits.findIndex((one) => one.at > at - 2 * longest);
    this.hits.splice(0, first < 0 ? this.hits.length : first);
  }

  #counted(limit: ModelLimit): Hit[] {
    const mine = this.hits.filter((one) => limit.calls === undefined || limit.calls.includes(one.call));
    return mine.filter((one) => one.admitted || limit.refusedCount === true);
  }

  #used(limit: ModelLimit, at: number): number {
    const { lengthMs } = limit;
    const cell = Math.floor(at / lengthMs);
    const all = this.#counted(limit);
    switch (limit.kind) {
      case "fixed":
        return sum(all.filter((one) => Math.floor(one.at / lengthMs) === cell));
      case "sliding":
        return sum(all.filter((one) => one.at > at - lengthMs));
      case "fixedFromFirst": {
        let opened = Number.NEGATIVE_INFINITY;
        let used = 0;
        for (const one of all) {
          if (one.at >= opened + lengthMs) {
            opened = one.at;
            used = 0;
          }
          used += one.units;
        }
        return at >= opened + lengthMs ? 0 : used;
      }
      case "counter": {
        const current = sum(all.filter((one) => Math.floor(one.at / lengthMs) === cell));
        const previous = sum(all.filter((one) => Math.floor(one.at / lengthMs) === cell - 1));
        return current + Math.floor(previous * (1 - (at - cell * lengthMs) / lengthMs));
      }
      case "bucket": {
        let missing = 0;
        let last = all[0]?.at ?? at;
        for (const one of all) {
          missing = Math.max(0, missing - ((one.at - last) * limit.limit) / lengthMs);
          last = one.at;
          missing += one.units;
        }
        return Math.max(0, missing - ((at - last) * limit.limit) / lengthMs);
      }
    }
  }

  #resetAt(limit: ModelLimit, at: number): number {
    const { lengthMs } = limit;
    const all = this.#counted(limit);
    switch (limit.kind) {
      case "fixed":
      case "counter":
        return (Math.floor(at / lengthMs) + 1) * lengthMs;
      case "fixedFromFirst": {
        let first = Number.NEGATIVE_INFINITY;
        for (const one of all) if (one.at >= first + lengthMs) first = one.at;
        return Math.max(at, first + lengthMs);
      }
      case "sliding":
        return (all.find((one) => one.at > at - lengthMs)?.at ?? at) + lengthMs;
      case "bucket":
        return at + (this.#used(limit, at) * lengthMs) / limit.limit;
    }
  }
}

function sum(hits: readonly Hit[]): number {
  return hits.reduce((total, one) => total + one.units, 0);
}
