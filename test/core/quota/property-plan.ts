// What a property test throws at the quota arithmetic: policies, and a tape of numbers read as requests with their fates. It
// decides nothing about what is right.
import fc from "fast-check";
import type { ModelHeaders, ModelKind } from "./model-server.ts";

/** One limit of the server, known to the client as it is. */
export interface PlannedPolicy {
  readonly kind: ModelKind;
  readonly limit: number;
  readonly lengthMs: number;
}

/** What becomes of a request after it was granted, or of one that still waits. */
export type Fate =
  | "answered"
  | "lost"
  | "never left"
  | "never arrived"
  | "cancelled"
  | "process crashes"
  | "clock jumps";

/** One request, or one mishap. Times in ms. */
export interface Step {
  readonly fate: Fate;
  /** After the one before. */
  readonly gapMs: number;
  readonly process: number;
  /** Bits of the policies that count it; no bit is read as all. */
  readonly mask: number;
  readonly units: number;
  /** How much later than the quickest it arrives, and its answer. */
  readonly thereMs: number;
  readonly backMs: number;
  /** The server takes its time: the answer measures no network. */
  readonly slow: boolean;
  /** From then on a cancellation, a crash's discovery, a job's length. */
  readonly laterMs: number;
  /** How far the clock is set, either way. */
  readonly jumpMs: number;
}

export interface Plan {
  readonly policies: readonly PlannedPolicy[];
  /** Jobs alive at once, counted for every request; null for no such policy. */
  readonly slots: number | null;
  readonly steps: readonly Step[];
  /** The server's clock minus ours. */
  readonly skewMs: number;
  /** The quickest way there, and back. */
  readonly wayMs: number;
  readonly headers: ModelHeaders;
}

export interface PlanOptions {
  readonly kinds: readonly ModelKind[];
  /** Fates of a request, the likely ones more than once. At most 32. */
  readonly fates: readonly Fate[];
  readonly slots: boolean;
  readonly headers: readonly ModelHeaders[];
  readonly maxSteps: number;
}

/** All fates that a request may meet while nobody touches the clock. */
export const FATES: readonly Fate[] = [
  ...Array.from({ length: 10 }, () => "answered" as const),
  ...(["lost", "never left", "never arrived", "cancelled", "cancelled", "process crashes"] as const),
];

/** Random plans. A step is one number read digit by digit, which is ten times quicker than a record of draws. */
export function plans(options: PlanOptions): fc.Arbitrary<Plan> {
  const policy = fc.record({
    kind: fc.constantFrom(...options.kinds),
    limit: fc.integer({ min: 2, max: 6 }),
    lengthMs: fc.integer({ min: 1, max: 8 }).map((halves) => halves * 500),
  });
  const step = fc.maxSafeNat().map((tape) => readStep(tape, options.fates));
  return fc.record({
    policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
    slots: options.slots ? fc.option(fc.integer({ min: 1, max: 3 }), { freq: 2 }) : fc.constant(null),
    steps: fc.array(step, { minLength: 1, maxLength: options.maxSteps, size: "max" }),
    skewMs: fc.integer({ min: -5000, max: 5000 }),
    wayMs: fc.integer({ min: 0, max: 40 }),
    headers: fc.constantFrom(...options.headers),
  });
}

function readStep(tape: number, fates: readonly Fate[]): Step {
  let rest = tape;
  const digit = (base: number): number => {
    const value = rest % base;
    rest = Math.floor(rest / base);
    return value;
  };
  const fate = fates[digit(fates.length)]!;
  const gap = digit(64);
  const mask = digit(8);
  const process = digit(3);
  const units = digit(8) === 7 ? 2 : 1;
  const there = digit(64);
  const back = digit(64);
  const slow = digit(4) === 3;
  return {
    fate,
    gapMs: gap < 32 ? 0 : gap < 48 ? gap : (gap - 47) ** 2 * 15,
    process,
    mask,
    units,
    thereMs: there < 24 ? 0 : there + 16,
    backMs: back < 24 ? 0 : back < 56 ? back : (back - 55) * 700,
    slow,
    laterMs: digit(64) ** 2,
    jumpMs: (digit(64) - 32) * 250,
  };
}
