// When one request may go beyond an inferred limit, what is noted of it, and what its passing proves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_CLOCK } from "../../../src/core/quota/clock.ts";
import type { RatePolicy } from "../../../src/core/quota/model.ts";
import { mayProbe, probed, raised } from "../../../src/core/quota/probe.ts";
import {
  EMPTY,
  inForce,
  type PartitionState,
  type RateInForce,
  type Taught,
} from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const policy = claimOf(["u", "unknown", null, null]).parts[0]!.policy as RatePolicy;

function learned(change: Partial<Taught> = {}): Taught {
  return { limit: 4, quotaWindowMs: 10_000, kind: "sliding", at: NOW - HOUR_MS, ...change };
}

/** Books that hold so many units of a learned limit of four. */
function books(units: number, change: Partial<PartitionState> = {}): PartitionState {
  return { ...EMPTY, learned: learned(), log: [[NOW - 10, NOW - 10, units]], ...change };
}

function may(
  state: PartitionState,
  units = 1,
  rate: Partial<RateInForce> = {},
  refusedCount = false,
): boolean {
  return mayProbe(
    { ...policy, refusedCount },
    { ...inForce(policy, state), ...rate },
    state,
    NO_CLOCK,
    NOW,
    units,
  );
}

test("a full inferred limit may be tried by one request, and never by one while that is under way", () => {
  assert.equal(may(books(4)), true);
  assert.equal(may(books(5)), false);
  assert.equal(may(books(4), 2), true);
  assert.equal(may(books(5), 2), false);
  assert.equal(may(books(3, { flying: [["f", NOW, 1, 5]] })), false);
});

test("a limit is tried an hour after it was learned or last tried", () => {
  assert.equal(may(books(4, { learned: learned({ at: NOW - HOUR_MS + 1 }) })), false);
  assert.equal(may(books(4, { learned: learned({ triedAt: NOW - HOUR_MS + 1 }) })), false);
  assert.equal(may(books(4, { learned: learned({ at: NOW, triedAt: NOW - HOUR_MS }) })), true);
  assert.equal(may(books(4, { learned: learned({ at: NOW, triedAt: 0 }) })), true);
});

test("no limit is tried that somebody vouches for, that is not there, or where refused requests count", () => {
  assert.equal(may(books(4), 1, { evidence: "stated" }), false);
  assert.equal(may(books(4), 1, { limit: null }), false);
  assert.equal(may(books(4), 1, {}, true), false);
  assert.equal(may(books(4, { learned: null }), 1, { evidence: "inferred", limit: 4 }), false);
});

test("a request is noted as a try where the books had no room for it", () => {
  const note = (state: PartitionState, rate: Partial<RateInForce> = {}) =>
    probed({ ...inForce(policy, state), ...rate }, state, NO_CLOCK, NOW);
  const full = books(4);
  assert.deepEqual(note(full), { ...full, learned: learned({ triedAt: NOW }) });
  const roomy = books(3);
  assert.equal(note(roomy), roomy);
  assert.equal(note(full, { evidence: "stated" }), full);
  const forgotten = books(4, { learned: null });
  assert.equal(note(forgotten, { evidence: "inferred", limit: 4 }), forgotten);
});

test("what passed beyond an inferred limit is the new one, and the next try may follow at once", () => {
  const rise = (state: PartitionState, rate: Partial<RateInForce> = {}) =>
    raised({ ...inForce(policy, state), ...rate }, state, NO_CLOCK, NOW);
  for (const triedAt of [0, NOW - 40]) {
    const tried = books(6, { learned: learned({ triedAt }) });
    assert.deepEqual(rise(tried).learned, learned({ limit: 6, at: NOW, triedAt: 0 }));
    const within = books(4, { learned: learned({ triedAt }) });
    assert.equal(rise(within), within);
    assert.equal(rise(tried, { evidence: "stated" }), tried);
    assert.equal(rise(tried, { limit: null }), tried);
  }
  const untried = books(6);
  assert.equal(rise(untried), untried);
});
