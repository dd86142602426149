// What a refusal's wait becomes: as long as the server says, or to the very end of the quota window where that is surely the one.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClockState } from "../../../src/core/quota/clock.ts";
import type { Claim } from "../../../src/core/quota/model.ts";
import { EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";
import { claimOf, exchange } from "./exchange.ts";

/** Twenty seconds into a minute of the server, whose clock is ours within 20 ms. */
const AT = Date.UTC(2026, 10, 1, 10, 0, 20);
const FINE: ClockState = { lo: 0, hi: 20, at: AT, rttMin: 40, rttMax: 40, n: 10_000 };
const ROUGH: ClockState = { ...FINE, hi: 1000 };

/** Until when the policies of a claim are closed after one refused request that is told to wait so many seconds. */
function closedAfter(
  claim: Claim,
  seconds: number,
  clock = FINE,
  before: readonly PartitionState[] = claim.parts.map(() => EMPTY),
): readonly (number | null)[] {
  const refusal = { kind: "rate" as const, until: AT + 40 + seconds * 1000, evidence: "stated" as const };
  const headers = { "retry-after": String(seconds) };
  const { states } = exchange(claim, before, { at: AT, status: 429, headers, refusal, clock });
  return states.map((one) => (one.closed === null ? null : one.closed.until - AT));
}

test("a wait in whole seconds ends with the quota window where that is known more finely", () => {
  assert.deepEqual(closedAfter(claimOf(["p", "fixed", 10, 60_000]), 40), [40_004]);
});

test("a wait is never cut where the server's clock is not known well", () => {
  assert.deepEqual(closedAfter(claimOf(["p", "fixed", 10, 60_000]), 40, ROUGH), [40_040]);
});

test("a wait that ends far from the quota window's end is not cut", () => {
  assert.deepEqual(closedAfter(claimOf(["p", "fixed", 10, 60_000]), 42), [42_040]);
  assert.deepEqual(closedAfter(claimOf(["p", "fixed", 10, 60_000]), 39), [39_040]);
});

test("a wait is not cut where another policy of the claim may have refused", () => {
  const claim = claimOf(["p", "fixed", 10, 60_000], ["q", "sliding", 10, 3_600_000]);
  assert.deepEqual(closedAfter(claim, 40), [40_040, null]);
});

test("where several quota windows end about then, the wait ends with the last of them", () => {
  const claim = claimOf(["p", "fixed", 10, 60_000], ["q", "fixed", 10, 20_250]);
  const latest = Math.max(...closedAfter(claim, 40).map((one) => one ?? 0));
  assert.ok(latest >= 40_003 && latest <= 40_040);
});

test("refused again at the end of the quota window, the next wait is taken as it stands", () => {
  const closed = { until: AT - 1, at: AT - 1000, evidence: "stated", strikes: 1 } as const;
  assert.deepEqual(
    closedAfter(claimOf(["p", "fixed", 10, 60_000]), 40, FINE, [{ ...EMPTY, closed }]),
    [40_040],
  );
});
