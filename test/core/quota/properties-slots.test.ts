// Slots beside quota windows: no job too many at the server, no slot lost when a process dies or an answer does not come.
// FC_RUNS multiplies the runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ownSlots } from "../../../src/core/quota/slots.ts";
import { FATES, plans } from "./property-plan.ts";
import { play } from "./property-world.ts";

const TIMES = Number(process.env.FC_RUNS ?? 1);
const kinds = ["fixed", "fixedFromFirst", "sliding", "bucket", "counter"] as const;
const headers = ["mostRestrictive", "retryAfter", "none"] as const;

test("no more jobs run at once than there are slots, and each gives its slot back once", () => {
  fc.assert(
    fc.property(plans({ kinds, headers, fates: FATES, slots: true, maxSteps: 20 }), (plan) => {
      const { server, slotRefusals, states } = play(plan);
      assert.equal(server.refusals, 0);
      assert.equal(slotRefusals, 0);
      for (const state of states) assert.equal(ownSlots(state), 0);
    }),
    { numRuns: Math.ceil(TIMES * 20_000) },
  );
});

test("a concurrency refusal waits for a job and never starts a clock", () => {
  fc.assert(
    fc.property(
      plans({ kinds, headers: ["none"], fates: FATES, slots: true, maxSteps: 12 }),
      fc.array(fc.integer({ min: 0, max: 8000 }), { maxLength: 3 }),
      (plan, others) => {
        const { states } = play(plan, { exact: false, otherJobs: others });
        for (const state of states) assert.equal(ownSlots(state), 0);
      },
    ),
    { numRuns: Math.ceil(TIMES * 5_000) },
  );
});
