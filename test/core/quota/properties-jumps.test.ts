// Our clock is set, forth and back, in the middle of everything: what nobody can know may be refused, but nothing is lost, nobody
// waits for ever, and the limits hold again soon. FC_RUNS multiplies the runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FATES, plans } from "./property-plan.ts";
import { play } from "./property-world.ts";

const TIMES = Number(process.env.FC_RUNS ?? 1);
const kinds = ["fixed", "fixedFromFirst", "sliding", "bucket", "counter"] as const;
const headers = ["mostRestrictive", "retryAfter", "none"] as const;
const jumping = [...FATES, "clock jumps", "clock jumps"] as const;

test("two quota windows after the server's clock is known again there are no refusals but of what was learned wrong", () => {
  fc.assert(
    fc.property(plans({ kinds, headers, fates: jumping, slots: false, maxSteps: 30 }), (plan) => {
      const { server, forgiven } = play(plan, { exact: false });
      const jumps = plan.steps.filter((one) => one.fate === "clock jumps").length;
      assert.ok(server.refusals - forgiven <= (jumps === 0 ? 0 : 4 + 4 * jumps));
    }),
    { numRuns: Math.ceil(TIMES * 15_000) },
  );
});

test("without figures in the answers a clock set back never makes a sliding quota window or a bucket take too much", () => {
  const bare = ["retryAfter", "none"] as const;
  const back = plans({
    kinds: ["sliding", "bucket"],
    headers: bare,
    fates: jumping,
    slots: false,
    maxSteps: 30,
  });
  fc.assert(
    fc.property(back, (plan) => {
      const steps = plan.steps.map((one) => ({ ...one, jumpMs: -Math.abs(one.jumpMs) }));
      assert.equal(play({ ...plan, steps }, { exact: false }).server.refusals, 0);
    }),
    { numRuns: Math.ceil(TIMES * 5_000) },
  );
});
