// Alone, on an even network and with a right profile, nobody waits longer than the optimum and the margin that is
// named here for each way of counting. FC_RUNS multiplies the runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ModelKind } from "./model-server.ts";
import { bestLastAt } from "./optimum.ts";
import type { Step } from "./property-plan.ts";
import { play, START } from "./property-world.ts";

const TIMES = Number(process.env.FC_RUNS ?? 1);
/** Seconds are all that headers tell of the server's clock. ms */
const SECOND_MS = 1_020;
/** What is doubted before anything was measured. ms */
const FIRST_MS = 60;
/** Timers and rounding. ms */
const SAFETY_MS = 8;

const plain: Step = {
  fate: "answered",
  gapMs: 0,
  process: 0,
  mask: 0,
  units: 1,
  thereMs: 0,
  backMs: 0,
  slow: false,
  laterMs: 0,
  jumpMs: 0,
};

/**
 * What may be lost in all. On the server's grid a request near an edge may lie in either quota window, once. A counter of two
 * buckets gives back by the server's clock, of which a second is doubted in both quota windows. A bucket's doubt shrinks with the
 * root of the answers. Where a log may be a counter one request goes ahead of the next, so each may cost a round trip. ms
 */
function marginMs(kind: ModelKind, lengthMs: number, count: number, limit: number, rttMs: number): number {
  const times = Math.ceil(count / limit);
  switch (kind) {
    case "fixed":
      return lengthMs + SECOND_MS + times * (rttMs + SAFETY_MS);
    case "counter":
      return 2 * lengthMs + 2 * times * SECOND_MS + count * (rttMs + SAFETY_MS);
    case "bucket":
      return FIRST_MS * Math.sqrt(count) + count * (rttMs + SAFETY_MS);
    case "sliding":
      return count * (rttMs + SAFETY_MS);
    case "fixedFromFirst":
      return FIRST_MS + times * (rttMs + SAFETY_MS);
  }
}

for (const kind of ["fixed", "fixedFromFirst", "sliding", "bucket", "counter"] as const)
  test(`alone in a quota window counted as ${kind} nobody waits longer than the optimum plus the margin`, () => {
    const runs = fc.record({
      limit: fc.integer({ min: 1, max: 8 }),
      lengthMs: fc.integer({ min: 1, max: 6 }).map((seconds) => seconds * 1000),
      count: fc.integer({ min: 1, max: 30 }),
      skewMs: fc.integer({ min: -5000, max: 5000 }),
      wayMs: fc.integer({ min: 0, max: 40 }),
      headers: fc.constantFrom("mostRestrictive" as const, "retryAfter" as const, "none" as const),
    });
    fc.assert(
      fc.property(runs, ({ limit, lengthMs, count, skewMs, wayMs, headers }) => {
        const steps = Array.from({ length: count }, () => plain);
        const plan = { policies: [{ kind, limit, lengthMs }], slots: null, steps, skewMs, wayMs, headers };
        const { server, tookMs } = play(plan);
        assert.equal(server.refusals, 0);
        const best = bestLastAt(kind, limit, lengthMs, count, START + skewMs + wayMs) - START - skewMs;
        const margin = marginMs(kind, lengthMs, count, limit, 2 * wayMs);
        assert.ok(tookMs <= best + margin, `${tookMs - best} ms late, ${margin} allowed`);
      }),
      { numRuns: Math.ceil(TIMES * 600) },
    );
  });
