// Which policy of a claim an answer's figures are about, and whether a reset can be that of a policy.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attribute, nearest, resetFits } from "../../../src/core/quota/attribute.ts";
import { NO_CLOCK } from "../../../src/core/quota/clock.ts";
import type { QuotaReading } from "../../../src/core/quota/evidence.ts";
import type { Claim } from "../../../src/core/quota/model.ts";
import { type CountingKind, EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

/** On the server's clock, 20 s into a minute. */
const AT = Date.UTC(2026, 10, 1, 10, 0, 20);
const NOTHING: QuotaReading = {
  name: null,
  limit: null,
  remaining: null,
  resetAt: null,
  quotaWindowMs: null,
};

/** Which part; `used` is our own count of each. */
function partOf(claim: Claim, quota: Partial<QuotaReading>, used: readonly number[] = [], dated = true) {
  const states = claim.parts.map((_, i): PartitionState => {
    const units = used[i] ?? 0;
    return units === 0 ? EMPTY : { ...EMPTY, log: [[AT - 50, AT - 50, units]] };
  });
  const head = { status: 200, headers: {}, sentAt: AT - 100, gotAt: AT, quick: true };
  const reading = { dateAt: dated ? AT : null, cached: false, retryAfterMs: null, quotas: [] };
  return attribute({ ...NOTHING, ...quota }, claim, states, NO_CLOCK, head, reading);
}

const two = claimOf(["Writes", "sliding", 500, 60_000], ["all", "sliding", 600, 60_000]);
const alike = claimOf(["minute", "fixed", 60, 60_000], ["quarter", "fixed", 60, 15_000]);

test("of statements about one policy the nearest holds: by name, then by length, by limit, and the slowest pace", () => {
  const one = claimOf(["p", "sliding", 100, 60_000]);
  const holds = (...quotas: Partial<QuotaReading>[]) => {
    const spoken = quotas.map((quota) => ({ quota: { ...NOTHING, ...quota }, part: 0 }));
    return nearest(spoken, one, [EMPTY]).map(({ quota }) => spoken.findIndex((each) => each.quota === quota));
  };
  const own = { limit: 100, quotaWindowMs: 60_000 };
  const burst = { limit: 10, quotaWindowMs: 1000 };
  assert.deepEqual([holds(own, burst), holds(burst, own)], [[0], [1]]);
  assert.deepEqual(holds({ limit: 100, quotaWindowMs: 1000 }, { limit: 9, quotaWindowMs: 60_000 }), [1]);
  assert.deepEqual(holds(burst, { limit: 100 }), [1]);
  assert.deepEqual(holds(own, { ...burst, name: "P" }), [1]);
  assert.deepEqual(holds(burst, { limit: 500, quotaWindowMs: 60_001 }, {}), [1]);
  assert.deepEqual([holds(burst, burst), holds(burst)], [[0, 1], [0]]);
});

test("statements about different policies, and figures that the server taught before, stand each for itself", () => {
  const of = (part: number, limit: number) => ({ quota: { ...NOTHING, limit }, part });
  const spoken = [of(0, 500), of(1, 600)];
  assert.deepEqual(nearest(spoken, two, [EMPTY, EMPTY]), spoken);
  const stated = { limit: 40, quotaWindowMs: null, kind: null, at: AT };
  const taught = [of(0, 30), of(0, 40)];
  assert.deepEqual(nearest(taught, two, [{ ...EMPTY, stated }, EMPTY]), [taught[1]]);
});

test("a name goes before all else, in whatever case", () => {
  assert.equal(partOf(two, { name: "writes", limit: 600 }), 0);
  assert.equal(partOf(two, { name: "ALL", limit: 500 }), 1);
  assert.equal(partOf(two, { name: "other", limit: 600 }), 1);
});

test("the limit tells policies apart, also the one that was published before the server lowered it", () => {
  assert.equal(partOf(two, { limit: 500 }), 0);
  assert.equal(partOf(two, { limit: 600 }), 1);
  const lowered = two.parts.map((_, i) => ({
    ...EMPTY,
    stated: i === 1 ? { limit: 550, quotaWindowMs: null, kind: null, at: AT } : null,
  }));
  const head = { status: 200, headers: {}, sentAt: AT, gotAt: AT, quick: true };
  const reading = { dateAt: AT, cached: false, retryAfterMs: null, quotas: [] };
  const of = (limit: number) => attribute({ ...NOTHING, limit }, two, lowered, NO_CLOCK, head, reading);
  assert.deepEqual([of(550), of(600)], [1, 1]);
});

test("of two with the same limit the reset tells, with Date or without", () => {
  assert.equal(partOf(alike, { limit: 60, resetAt: AT + 40_000 }), 0);
  assert.equal(partOf(alike, { limit: 60, resetAt: AT + 40_000 }, [], false), 0);
  assert.equal(partOf(alike, { limit: 60, resetAt: AT + 10_000 }), 1);
});

test("a reset that no rounding to seconds puts on a policy's grid is not its reset", () => {
  const halves = claimOf(["short", "fixed", 5, 1500], ["long", "fixed", 5, 3500]);
  // The long one ends at :22.5, the short one at :21 and :22.5.
  const end = Math.ceil(AT / 3500) * 3500;
  assert.equal(partOf(halves, { limit: 5, remaining: 4, resetAt: end - 1500 }, [0, 1]), 0);
  assert.equal(partOf(halves, { limit: 5, remaining: 4, resetAt: end }, [0, 1]), 1);
});

test("of two that fit alike the one whose own count is nearer, and none of two as near", () => {
  const same = claimOf(["a", "sliding", 60, 60_000], ["b", "sliding", 60, 60_000]);
  assert.equal(partOf(same, { limit: 60, remaining: 57 }, [3, 9]), 0);
  assert.equal(partOf(same, { limit: 60, remaining: 50 }, [3, 9]), 1);
  assert.equal(partOf(same, { limit: 60, remaining: 57 }, [2, 4]), null);
  assert.equal(partOf(same, { limit: 60 }, [3, 9]), null);
});

test("a number that no policy has is the only unknown one's", () => {
  const claim = claimOf(["a", "sliding", 60, 60_000], ["b", "unknown", null, null]);
  assert.equal(partOf(claim, { limit: 7 }), 1);
  const both = claimOf(["a", "unknown", null, null], ["b", "unknown", null, null]);
  assert.equal(partOf(both, { remaining: 7 }), null);
});

test("else it is the one whose count is the server's, else the tightest that it makes stricter, else the largest", () => {
  assert.equal(partOf(two, { limit: 400, remaining: 397 }, [9, 3]), 1);
  assert.equal(partOf(two, { limit: 400, remaining: 300 }, [9, 3]), 0);
  assert.equal(partOf(two, { limit: 550, remaining: 1 }, [9, 3]), 1);
  assert.equal(partOf(two, { limit: 900, remaining: 1 }, [9, 3]), 1);
  const turned = claimOf(["all", "sliding", 600, 60_000], ["writes", "sliding", 500, 60_000]);
  assert.equal(partOf(turned, { limit: 400, remaining: 300 }, [9, 3]), 1);
  assert.equal(partOf(turned, { limit: 900, remaining: 1 }, [9, 3]), 0);
  const lengths = claimOf(["hour", "sliding", 500, 3_600_000], ["minute", "sliding", 50, 60_000]);
  assert.equal(partOf(lengths, { limit: 7, remaining: 1, quotaWindowMs: 60_000 }), 1);
  assert.equal(partOf(lengths, { limit: 7, remaining: 1, quotaWindowMs: 5_000 }), null);
});

test("without a limit only a claim of one policy, or one that alone fits the reset, is spoken of", () => {
  assert.equal(partOf(claimOf(["a", "sliding", 60, 60_000]), { remaining: 3 }), 0);
  assert.equal(partOf(two, { remaining: 3 }), null);
  assert.equal(partOf(alike, { remaining: 3, resetAt: AT + 40_000 }), 0);
});

function fits(kind: CountingKind, quotaWindowMs: number, quota: Partial<QuotaReading>): boolean {
  const figures = { kind, limit: 10, quotaWindowMs, windowKnown: true } as const;
  const rate = { ...figures, evidence: "published", evidenceAt: null } as const;
  return resetFits(rate, { ...NOTHING, ...quota }, AT);
}

test("a length that is told must be the policy's own, whatever the reset", () => {
  assert.equal(fits("sliding", 60_000, { quotaWindowMs: 60_000, resetAt: AT + 900_000 }), true);
  assert.equal(fits("sliding", 60_000, { quotaWindowMs: 3_600_000, resetAt: AT + 1000 }), false);
});

test("a reset fits where it lies within the quota window, two seconds of rounding allowed", () => {
  assert.equal(fits("sliding", 60_000, {}), true);
  assert.equal(fits("sliding", 60_000, { resetAt: AT - 2000 }), true);
  assert.equal(fits("sliding", 60_000, { resetAt: AT - 2001 }), false);
  assert.equal(fits("sliding", 60_000, { resetAt: AT + 62_000 }), true);
  assert.equal(fits("sliding", 60_000, { resetAt: AT + 62_001 }), false);
});

test("on a grid of whole seconds the reset is the end of the present quota window to the second", () => {
  for (const kind of ["fixed", "counter"] as const) {
    assert.equal(fits(kind, 60_000, { resetAt: AT + 40_000 }), true);
    assert.equal(fits(kind, 60_000, { resetAt: AT + 41_000 }), false);
    assert.equal(fits(kind, 20_000, { resetAt: AT + 40_000 }), false);
    assert.equal(fits(kind, 20_000, { resetAt: AT + 20_000 }), true);
    assert.equal(fits(kind, 1500, { resetAt: AT + 1000 }), true);
  }
  assert.equal(fits("bucket", 60_000, { resetAt: AT + 41_000 }), true);
});

test("a limit that the server lowered is still known by its published number", () => {
  const stated = { limit: 450, quotaWindowMs: null, kind: null, at: AT };
  const head = { status: 200, headers: {}, sentAt: AT, gotAt: AT, quick: true };
  const reading = { dateAt: AT, cached: false, retryAfterMs: null, quotas: [] };
  const of = (limit: number) =>
    attribute({ ...NOTHING, limit }, two, [{ ...EMPTY, stated }, EMPTY], NO_CLOCK, head, reading);
  assert.deepEqual([of(450), of(500), of(600)], [0, 0, 1]);
});

test("a reset is compared with the server's own clock where a Date is told", () => {
  const HOUR_MS = 3_600_000;
  const head = { status: 200, headers: {}, sentAt: AT - HOUR_MS, gotAt: AT - HOUR_MS, quick: true };
  const reading = { dateAt: AT, cached: false, retryAfterMs: null, quotas: [] };
  const quota = { ...NOTHING, limit: 60, resetAt: AT + 40_000 };
  assert.equal(attribute(quota, alike, [EMPTY, EMPTY], NO_CLOCK, head, reading), 0);
});

test("a count that is nearly the server's is not the server's, and slots are no rate", () => {
  assert.equal(partOf(two, { limit: 400, remaining: 396 }, [9, 3]), 0);
  const policy = {
    type: "slots",
    id: "jobs",
    title: "",
    noun: "",
    limit: 500,
    evidence: "published",
  } as const;
  const slots = { partition: "p/jobs", policy, cost: 1 };
  assert.equal(partOf({ ...two, parts: [slots, ...two.parts] }, { limit: 500 }), 1);
  assert.equal(partOf({ ...two, parts: [slots] }, { limit: 500 }), null);
});

test("on a grid of parts of seconds a reset needs to lie ahead only", () => {
  for (const resetAt of [AT + 700, AT + 1100]) assert.equal(fits("fixed", 1500, { resetAt }), true);
});
