// The server counts as published and nobody else spends: it never refuses, whatever happens between. Policies of every kind alone
// and nested, several processes that crash, cancels, lost and late answers, skew, jitter. FC_RUNS multiplies the runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FATES, type Plan, plans } from "./property-plan.ts";
import { play } from "./property-world.ts";

const TIMES = Number(process.env.FC_RUNS ?? 1);
const kinds = ["fixed", "fixedFromFirst", "sliding", "bucket", "counter"] as const;
const headers = ["mostRestrictive", "retryAfter", "none"] as const;

/** So long at most after the last was asked: quota windows of all that is asked, and the doubt that slow answers leave. ms */
function patienceMs({ policies, steps }: Plan): number {
  const units = steps.reduce((sum, one) => sum + one.units, 0);
  const doubtMs = 200 + 4 * Math.max(...steps.map((one) => one.backMs));
  const each = ({ limit, lengthMs }: Plan["policies"][number]) =>
    (2 + Math.ceil(units / (limit - 1))) * (2 * lengthMs + doubtMs);
  return Math.max(...policies.map(each)) + 10_000;
}

test("the server never counts more than the limit, and everyone is granted in time", () => {
  fc.assert(
    fc.property(plans({ kinds, headers, fates: FATES, slots: false, maxSteps: 30 }), (plan) => {
      const { server, tookMs } = play(plan);
      assert.equal(server.refusals, 0);
      const askedMs = plan.steps.reduce((sum, one) => sum + one.gapMs, 0);
      assert.ok(tookMs <= askedMs + patienceMs(plan), `took ${tookMs} ms`);
    }),
    { numRuns: Math.ceil(TIMES * 40_000) },
  );
});
