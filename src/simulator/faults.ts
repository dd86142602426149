/**
 * Trouble on order: faults that the control address has asked for, each for some of the requests that match.
 * Only chooses; carrying a fault out is the business of the edge and of the jobs.
 */

import { hostileKinds } from "./hostile.ts";

/** Everything that can be made to go wrong. */
export const faultKinds = [
  "bare429",
  "retryAfterAbsent",
  "retryAfterZero",
  "retryAfterDate",
  "retryAfterRubbish",
  "status500",
  "status502",
  "status503",
  "redirect",
  "loseAnswer",
  "cutBody",
  "slowBody",
  "hugeAnswer",
  "brokenJson",
  "malformedHeaders",
  "idempotencyUnknown",
  "stuckJob",
  "failedJob",
  "backwardsJob",
  ...hostileKinds,
] as const;

/** One kind of trouble. */
export type FaultKind = (typeof faultKinds)[number];

/** A fault as ordered. */
export interface Fault {
  readonly kind: FaultKind;
  /** Which requests; a path is matched within the vendor's own paths, `*` stands for anything. */
  readonly match: { readonly method?: string; readonly path?: string };
  /** How many matching requests pass unharmed first. */
  after: number;
  /** How many it still strikes. */
  times: number;
  /** Where a redirect or a hostile link leads, or a hostile id. */
  readonly url?: string;
  /** Seconds: the wait told by a made-up refusal, or how long a slow body takes. */
  readonly seconds?: number;
  /** Size of a huge answer or header; how many headers, where there are many. */
  readonly bytes?: number;
}

/** Faults that strike when a job begins, not at the edge. */
const jobKinds: readonly FaultKind[] = ["stuckJob", "failedJob", "backwardsJob", "idempotencyUnknown"];

/** The faults ordered for one vendor, oldest first. */
export class Faults {
  #ordered: Fault[] = [];

  /** Adds a fault. */
  order(fault: Fault): void {
    this.#ordered.push(fault);
  }

  /** Takes the fault that strikes this request at the edge, if one does. */
  strike(method: string, path: string): Fault | undefined {
    return this.#take(method, path, (kind) => !jobKinds.includes(kind));
  }

  /** Takes the fault of one of `kinds` that strikes the work begun by this request, if one does. */
  strikeWork(method: string, path: string, kinds: readonly FaultKind[]): Fault | undefined {
    return this.#take(method, path, (kind) => kinds.includes(kind));
  }

  /** Those that have not been used up. */
  pending(): readonly Fault[] {
    return this.#ordered;
  }

  /** Takes all back. */
  clear(): void {
    this.#ordered = [];
  }

  #take(method: string, path: string, concerns: (kind: FaultKind) => boolean): Fault | undefined {
    for (const fault of this.#ordered) {
      if (!concerns(fault.kind) || !matches(fault, method, path)) continue;
      if (fault.after > 0) {
        fault.after -= 1;
        continue;
      }
      fault.times -= 1;
      if (fault.times <= 0) this.#ordered = this.#ordered.filter((other) => other !== fault);
      return fault;
    }
    return undefined;
  }
}

function matches(fault: Fault, method: string, path: string): boolean {
  if (fault.match.method && fault.match.method.toUpperCase() !== method) return false;
  if (!fault.match.path) return true;
  const parts = fault.match.path.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(path);
}

/** Reads a fault from parsed JSON. Throws an `Error` whose message says what is wrong. */
export function readFault(given: Record<string, unknown>): Fault {
  const kind = faultKinds.find((known) => known === given.kind);
  if (!kind) throw new Error(`kind must be one of ${faultKinds.join(", ")}`);
  const match =
    typeof given.match === "object" && given.match !== null ? (given.match as Record<string, unknown>) : {};
  const url = typeof given.url === "string" ? given.url : undefined;
  if (kind === "redirect" && !url) throw new Error("a redirect needs a url");
  return {
    kind,
    match: {
      ...(typeof match.method === "string" && { method: match.method }),
      ...(typeof match.path === "string" && { path: match.path }),
    },
    after: count(given.after, 0, "after"),
    times: count(given.times, 1, "times"),
    ...(url !== undefined && { url }),
    ...(typeof given.seconds === "number" && { seconds: given.seconds }),
    ...(typeof given.bytes === "number" && { bytes: given.bytes }),
  };
}

function count(value: unknown, otherwise: number, name: string): number {
  if (value === undefined) return otherwise;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < otherwise) {
    throw new Error(`${name} must be a whole number of at least ${otherwise}`);
  }
  return value;
}
