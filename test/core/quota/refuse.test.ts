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

test("a wait is not cut to where a quota window begins in which it may have been refused", () => {
  // By the server's earliest clock the minute ends 60 ms after the request was sent; by its latest it is over or not.
  const refusal = { kind: "rate" as const, until: AT + 1040, evidence: "stated" as const };
  const headers = { date: new Date(AT + 39_000).toUTCString(), "retry-after": "1" };
  const until = (hi: number) => {
    const clock = { ...FINE, lo: 39_940, hi };
    const claim = claimOf(["p", "fixed", 10, 60_000]);
    const { states } = exchange(claim, [EMPTY], { at: AT, status: 429, headers, refusal, clock });
    return (states[0]?.closed?.until ?? 0) - AT;
  };
  assert.equal(until(39_960), 64);
  assert.equal(until(40_005), 1040);
});

test("a wait is not cut by a kind of quota window that its own answer made believed", () => {
  const learned = { limit: null, quotaWindowMs: null, kind: "fixed", at: AT + 40 } as const;
  const sliding = claimOf(["p", "sliding", 10, 60_000]);
  assert.deepEqual(closedAfter(sliding, 40, FINE, [{ ...EMPTY, learned }]), [40_040]);
  const before = { ...learned, at: AT };
  assert.deepEqual(closedAfter(sliding, 40, FINE, [{ ...EMPTY, learned: before }]), [40_004]);
});

test("refused again and again after what was waited for, all policies of the claim wait, and one request goes ahead", () => {
  const claim = claimOf(["p", "sliding", 10, 60_000], ["q", "sliding", 20, 60_000]);
  const refusal = { kind: "rate" as const, until: AT + 5040, evidence: "stated" as const };
  const answer = { at: AT, status: 429, headers: { "retry-after": "5" }, refusal, clock: FINE };
  const after = (strikes: number, until: number) => {
    const closed = { until, at: AT - 1000, evidence: "stated", strikes } as const;
    const { states } = exchange(claim, [{ ...EMPTY, closed }, EMPTY], answer);
    return [states[1]?.closed?.until ?? null, states[1]?.probing];
  };
  assert.deepEqual(after(2, AT), [AT + 5040, true]);
  assert.deepEqual(after(1, AT), [null, false]);
});

test("refused again at the end of the quota window, the next wait is taken as it stands", () => {
  const closed = { until: AT - 1, at: AT - 1000, evidence: "stated", strikes: 1 } as const;
  assert.deepEqual(
    closedAfter(claimOf(["p", "fixed", 10, 60_000]), 40, FINE, [{ ...EMPTY, closed }]),
    [40_040],
  );
});
