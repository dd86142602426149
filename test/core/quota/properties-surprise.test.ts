// The server is not as believed: others spend on the same budget, it is stricter, counts otherwise, counts refused requests, or
// nobody knows its limit. It may refuse; nothing is lost, no wait is cut short, everyone is granted. FC_RUNS multiplies the runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FATES, plans } from "./property-plan.ts";
import type { Belief } from "./property-setup.ts";
import { play } from "./property-world.ts";

const TIMES = Number(process.env.FC_RUNS ?? 1);
const kinds = ["fixed", "fixedFromFirst", "sliding", "bucket", "counter"] as const;
const headers = ["mostRestrictive", "retryAfter", "none"] as const;
/** Every request costs one unit: of a limit that is only inferred nobody knows whether two fit. */
const any = plans({ kinds, headers, fates: FATES, slots: false, maxSteps: 20 }).map((plan) => ({
  ...plan,
  steps: plan.steps.map((one) => ({ ...one, units: 1 })),
}));

const unknown: Belief = {
  policy: { kind: "unknown", limit: null, quotaWindowMs: null, evidence: "unknown" },
  state: { learned: null },
};
const unlearned: Belief = { state: { learned: null } };
const looser: Belief = { policy: { limit: 8 } };
const sliding: Belief = { policy: { kind: "sliding" }, state: { learned: null } };
const fixed: Belief = { policy: { kind: "fixed" }, state: { learned: null } };

for (const [title, belief] of Object.entries({
  "a limit that nobody knows": unknown,
  "a counter that calls itself sliding": unlearned,
  "a limit stricter than published": looser,
  "another kind of quota window than sliding": sliding,
  "another kind of quota window than fixed": fixed,
}))
  test(`${title}: refusals are few, nothing is lost, and everyone is granted`, () => {
    fc.assert(
      fc.property(any, fc.boolean(), (plan, refusedCount) => {
        const { server } = play(plan, { exact: false, believe: () => belief, refusedCount, misled: true });
        assert.ok(server.refusals <= 4 * plan.steps.length + 4, `${server.refusals} refusals`);
      }),
      { numRuns: Math.ceil(TIMES * 3_000) },
    );
  });

test("others who spend on the same budget cost refusals, but no reservation and no wait", () => {
  const others = fc.array(
    fc.record({ afterMs: fc.integer({ min: 0, max: 12_000 }), mask: fc.integer({ min: 1, max: 7 }) }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(any, others, (plan, spends) => {
      const { server } = play(plan, { exact: false, others: spends });
      assert.ok(server.refusals <= 2 * plan.steps.length + spends.length, `${server.refusals} refusals`);
    }),
    { numRuns: Math.ceil(TIMES * 5_000) },
  );
});
