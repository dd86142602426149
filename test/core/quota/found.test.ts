// Plans that a property test once found, cut down: nothing is refused, or no more than it must. They stay, for chance may not
// meet them again.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelKind } from "./model-server.ts";
import type { Plan, PlannedPolicy, Step } from "./property-plan.ts";
import type { WorldOptions } from "./property-setup.ts";
import { play } from "./property-world.ts";

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

/** Steps that differ from a plain request in so much. */
function steps(...all: Partial<Step>[]): Step[] {
  return all.map((one) => ({ ...plain, ...one }));
}

function policy(kind: ModelKind, limit: number, lengthMs: number): PlannedPolicy {
  return { kind, limit, lengthMs };
}

function refusals(
  plan: Partial<Plan> & Pick<Plan, "policies" | "steps">,
  options: WorldOptions = {},
): number {
  const rest = { slots: null, skewMs: 0, wayMs: 0, headers: "mostRestrictive" as const };
  return play({ ...rest, ...plan }, { exact: false, ...options }).server.refusals;
}

test("a request that never arrives opens no quota window", () => {
  const late = { gapMs: 32, mask: 2, thereMs: 41, backMs: 37 };
  const all = steps({ fate: "never arrived", gapMs: 36, laterMs: 3025 }, late, { mask: 2, units: 2 }, {});
  const policies = [policy("fixed", 2, 500), policy("fixedFromFirst", 2, 500), policy("fixed", 2, 500)];
  assert.equal(refusals({ policies, steps: all }), 0);
});

test("requests that are sent and answered within one millisecond show no other way of counting", () => {
  assert.equal(refusals({ policies: [policy("sliding", 2, 1000)], steps: steps({}, {}, {}) }), 0);
});

test("a request that perhaps never arrived shows no other way of counting", () => {
  const lost = { fate: "never arrived", gapMs: 960, thereMs: 61, laterMs: 4 } as const;
  const all = steps({ thereMs: 40, slow: true }, {}, lost, {}, {}, {}, {});
  assert.equal(refusals({ policies: [policy("sliding", 2, 2000)], steps: all, wayMs: 4 }), 0);
});

test("a unit that may still be in the log explains a near reset", () => {
  const late = { gapMs: 2940, thereMs: 58, backMs: 42 };
  const all = steps({}, late, {}, { thereMs: 42 }, { gapMs: 240, slow: true }, {}, {}, {});
  assert.equal(refusals({ policies: [policy("sliding", 3, 2000)], steps: all, skewMs: -2048 }), 0);
});

test("an answer that comes late tells of the cell in which its request was counted", () => {
  const burst = [{}, {}, {}, { units: 2, thereMs: 76 }];
  const next = [{ gapMs: 1215, units: 2, thereMs: 67, backMs: 42 }, {}];
  const late = [{ gapMs: 35, thereMs: 77, backMs: 700 }, {}, { units: 2 }, {}];
  const all = steps(...burst, ...next, ...late);
  assert.equal(refusals({ policies: [policy("counter", 4, 2000)], steps: all, skewMs: -671 }), 0);
});

test("of two counters with the same limit the reset beyond the shorter is the longer's", () => {
  const policies = [policy("counter", 2, 2000), policy("counter", 2, 1000)];
  const first = [{ thereMs: 67, backMs: 35 }, { gapMs: 36, mask: 6, thereMs: 70, backMs: 28 }, {}, {}];
  assert.equal(refusals({ policies, steps: steps(...first, { mask: 5, backMs: 53 }) }), 0);
});

test("what is said of one of two policies with the same limit shows no other way of counting of the other", () => {
  const policies = [policy("counter", 2, 1000), policy("counter", 2, 2000)];
  const first = { gapMs: 960, mask: 6, thereMs: 72, backMs: 46 };
  assert.equal(refusals({ policies, steps: steps(first, {}, {}, { mask: 1, backMs: 26 }, {}) }), 0);
});

test("where refused requests count, a stricter limit of which no answer tells is not asked for ever", () => {
  const all = steps(...Array.from({ length: 12 }, () => ({})));
  const plan = { policies: [policy("bucket", 2, 3500)], headers: "none", steps: all } as const;
  const count = refusals(plan, { refusedCount: true, believe: () => ({ policy: { limit: 8 } }) });
  assert.ok(count <= 40, `${count} refusals`);
});

test("where refused requests count, two claims that share the one stricter policy do not refuse each other for ever", () => {
  const policies = [policy("fixed", 6, 1500), policy("fixedFromFirst", 6, 1000), policy("counter", 2, 3500)];
  const first = [
    { gapMs: 47, mask: 5 },
    { mask: 6, backMs: 44 },
    { gapMs: 60, mask: 2 },
  ];
  const all = steps(...first, { gapMs: 35, mask: 5 }, { mask: 6 });
  const believe = () => ({ policy: { limit: 8 } });
  const count = refusals({ policies, steps: all, skewMs: -1484, wayMs: 12 }, { refusedCount: true, believe });
  assert.ok(count <= 20, `${count} refusals`);
});

test("a bucket that is used up steadily for long does not pass for a log", () => {
  const many = Array.from({ length: 8 }, () => ({}));
  const lost = { fate: "never arrived", backMs: 28, laterMs: 4 } as const;
  const all = steps({}, { gapMs: 40, backMs: 54 }, ...many, lost, { gapMs: 375, thereMs: 48 }, ...many);
  assert.equal(refusals({ policies: [policy("bucket", 3, 1000)], steps: all }), 0);
});

test("what was lost and may still arrive counts from then on also when the clock is set back", () => {
  const lost = { fate: "cancelled", gapMs: 40, thereMs: 50, laterMs: 1 } as const;
  const back = { fate: "clock jumps", jumpMs: -3750 } as const;
  const all = steps({}, lost, { thereMs: 44, slow: true }, { gapMs: 32 }, back, {});
  const plan = {
    policies: [policy("sliding", 3, 500)],
    steps: all,
    wayMs: 7,
    headers: "retryAfter",
  } as const;
  assert.equal(refusals(plan), 0);
});
