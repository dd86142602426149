// A server that states another length of the quota window than the one that was published, alone and in whole runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { attribute } from "../../../src/core/quota/attribute.ts";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import { applyReading } from "../../../src/core/quota/foreign.ts";
import type { RatePolicy } from "../../../src/core/quota/model.ts";
import { reserve } from "../../../src/core/quota/reserve.ts";
import { EMPTY, inForce, type PartitionState } from "../../../src/core/quota/state.ts";
import { regridded } from "../../../src/core/quota/tidy.ts";
import { inCell } from "../../../src/core/quota/window.ts";
import { claimOf } from "./exchange.ts";
import { type ModelKind, ModelServer } from "./model-server.ts";
import { bestFixed, bestSliding, runWorld } from "./world.ts";

const NOW = Date.UTC(2026, 10, 1, 10, 0, 20);
const CLOCK: ClockState = { lo: 0, hi: 20, at: NOW, rttMin: 40, rttMax: 40, n: 10_000 };
const HEAD = { status: 200, headers: {}, sentAt: NOW - 40, gotAt: NOW, quick: true };
const policy = claimOf(["r", "sliding", 10, 60_000]).parts[0]!.policy as RatePolicy;

function told(limit: number, seconds: number | null, books: Partial<PartitionState> = {}, remaining = -1) {
  const quotaWindowMs = seconds === null ? null : seconds * 1000;
  const left = remaining < 0 ? null : remaining;
  const quota = { name: "r", limit, remaining: left, resetAt: null, quotaWindowMs };
  const about = {
    policy,
    quota,
    head: HEAD,
    alone: true,
    counted: 1,
    clock: CLOCK,
    serverNow: NOW,
    now: NOW,
  };
  const { state, findings } = applyReading(about, { ...EMPTY, ...books });
  const { limit: most, quotaWindowMs: length } = inForce(policy, state);
  const said = findings.map((one) => [one.kind, one.limit, (one.quotaWindowMs ?? 0) / 1000]);
  return { state, said, inForce: [most, length / 1000] };
}

test("a stated quota window is followed at once where whatever it lets through the published one does too", () => {
  const followed = (limit: number, seconds: number, to: readonly number[]) => {
    const one = told(limit, seconds);
    assert.deepEqual([one.inForce, one.said], [to, [["stricter", ...to]]]);
  };
  followed(10, 120, [10, 120]);
  followed(5, 120, [5, 120]);
  followed(1, 6, [1, 6]);
  followed(5, 30, [5, 30]);
  // Six of them, or nine, in a minute would be more than the ten published.
  followed(6, 30, [6, 60]);
  followed(3, 7, [3, 60]);
});

test("one that lets more through at once keeps to the published one, and is said only if it is looser in the long run", () => {
  const stood = (limit: number, seconds: number) => {
    const taught = { limit, quotaWindowMs: seconds * 1000, kind: null, at: NOW - 200_000 };
    const one = told(limit, seconds, { stated: taught });
    assert.deepEqual(one.inForce, [10, 60]);
    return [one.said, one.state.confirmedAt];
  };
  assert.deepEqual(stood(10, 30), [[["looser", 10, 30]], NOW]);
  assert.deepEqual(stood(30, 120), [[["looser", 30, 120]], NOW]);
  assert.deepEqual(stood(20, 120), [[], null]);
  assert.deepEqual(stood(15, 120), [[], null]);
});

test("a length that nobody published is taken from the server, also where its number is the published one", () => {
  const open = claimOf(["r", "sliding", 10, null]).parts[0]!.policy as RatePolicy;
  const quota = { name: "r", limit: 10, remaining: null, resetAt: null, quotaWindowMs: 120_000 };
  const about = { quota, head: HEAD, alone: true, counted: 1, clock: CLOCK, serverNow: NOW, now: NOW };
  const { state, findings } = applyReading({ policy: open, ...about }, EMPTY);
  const { limit, quotaWindowMs, windowKnown } = inForce(open, state);
  assert.deepEqual([limit, quotaWindowMs, windowKnown, findings], [10, 120_000, true, []]);
  const again = applyReading({ policy: open, ...about, quota: { ...quota, quotaWindowMs: null } }, state);
  assert.deepEqual([inForce(open, again.state).quotaWindowMs, again.findings], [120_000, []]);
});

test("said once, and unsaid when the server states the published one again", () => {
  const first = told(10, 120);
  assert.deepEqual(told(10, 120, first.state).said, []);
  assert.deepEqual(told(10, 180, first.state).said, [["stricter", 10, 180]]);
  // A head without a length still speaks of the one that was told.
  assert.deepEqual(told(10, null, first.state).inForce, [10, 120]);
  const again = told(10, 60, first.state);
  assert.deepEqual(
    [again.inForce, again.said, again.state.stated],
    [[10, 60], [["unlearned", 10, 60]], null],
  );
});

test("what is left of a quota window of another length says nothing about others in this one", () => {
  assert.deepEqual(told(15, 120, {}, 0).state.foreign, []);
  assert.equal(told(10, 120, {}, 0).state.foreign.length, 1);
  assert.equal(told(10, 60, {}, 0).state.foreign.length, 1);
});

test("nor does it where the answer leaves out the length that was stated before", () => {
  const stated = { limit: 20, quotaWindowMs: 120_000, kind: null, at: NOW - 1000 };
  assert.deepEqual(told(20, null, { stated }, 3).state.foreign, []);
  assert.equal(told(20, null, {}, 3).state.foreign.length, 1);
});

test("figures of which neither number nor length is that of a policy are about none of several", () => {
  const of = (claim = claimOf(["a", "sliding", 10, 60_000], ["b", "sliding", 50, 600_000])) => {
    const states = claim.parts.map(() => EMPTY);
    const quota = { name: "day", limit: 1000, remaining: 999, resetAt: null, quotaWindowMs: 86_400_000 };
    const reading = { dateAt: NOW, cached: false, retryAfterMs: null, quotas: [quota] };
    return attribute(quota, claim, states, NO_CLOCK, HEAD, reading);
  };
  assert.equal(of(), null);
  assert.equal(of(claimOf(["a", "sliding", 10, 60_000])), 0);
});

test("what was counted in cells of another length counts in the new ones, wherever it may lie", () => {
  const minute = Math.floor(NOW / 60_000);
  const cells = [[minute, 4, NOW - 5000]] as const;
  const rate = { ...inForce(policy, EMPTY), kind: "fixed", quotaWindowMs: 6000 } as const;
  const next = regridded(rate, { ...EMPTY, cells, cellMs: 60_000 }, CLOCK, NOW);
  assert.deepEqual([next.cells, next.cellMs], [[], 6000]);
  assert.deepEqual(next.log, [[minute * 60_000 - 20, NOW - 5000, 4]]);
  const theta = { lo: 0, hi: 20 };
  const units = (at: number) => inCell(next, theta, 6000, Math.floor(at / 6000));
  assert.deepEqual([units(NOW - 18_000), units(NOW - 6000), units(NOW)], [4, 4, 0]);
  const { state } = told(10, 120, { cells, cellMs: 60_000 });
  assert.deepEqual([state.cells, state.cellMs, state.log.length], [[], 120_000, 1]);
  // Without the server's clock a cell's units lie at most its length before the last of them.
  assert.deepEqual(regridded(rate, { ...EMPTY, cells, cellMs: 60_000 }, NO_CLOCK, NOW).log, [
    [NOW - 65_000, NOW - 5000, 4],
  ]);
  // Books from before lengths were noted, and cells of the right length, stay as they are.
  for (const cellMs of [0, 6000])
    assert.deepEqual(regridded(rate, { ...EMPTY, cells, cellMs }, CLOCK, NOW).cells, cells);
});

test("a quota window that a person sets shorter does not forget what was counted in the longer one", () => {
  const books = { ...EMPTY, cells: [[Math.floor(NOW / 60_000), 4, NOW - 5000] as const], cellMs: 60_000 };
  const claim = claimOf(["r", "fixed", 4, 6000]);
  const at = NOW - 4000;
  const booked = reserve({ claim, lane: "batch", flight: "f", holder: "f" }, [books], CLOCK, at);
  assert.ok(!booked.granted);
  assert.ok(booked.wait.until !== null && booked.wait.until >= NOW - 2000);
});

for (const [kind, best] of [
  ["fixed", bestFixed],
  ["sliding", bestSliding],
] as const satisfies readonly (readonly [ModelKind, unknown])[])
  for (const [limit, lengthMs] of [
    [10, 120_000],
    [2, 12_000],
    [5, 120_000],
  ] as const)
    test(`a ${kind} server that states ${limit} in ${lengthMs} ms instead of 10 in 60,000 is followed without a refusal`, () => {
      const startAt = Date.UTC(2026, 10, 1, 0, 0, 7);
      const claim = claimOf(["r", kind, 10, 60_000]);
      const server = new ModelServer([{ name: "r", kind, limit, lengthMs }], "structured");
      const items = Array.from({ length: 40 }, () => ({ claim, call: "", lane: "batch" as const }));
      const { endAt, refusals, findings } = runWorld({ server, items, startAt, skewMs: 0, delay: () => 10 });
      // The first burst is under way before the server has said a word: what it refuses of that is all.
      assert.equal(refusals, 10 - Math.min(10, limit));
      assert.ok((endAt - startAt) / (best(40, limit, lengthMs, startAt) - startAt) <= 1.03);
      assert.deepEqual([...new Set(findings.map((one) => one.kind))], ["stricter"]);
    });
