// Which spends are counted together, and which are placed in a cell of the server's grid, by the ends of their doubt.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClockState } from "../../../src/core/quota/clock.ts";
import type { RatePolicy } from "../../../src/core/quota/model.ts";
import { packed, pinned } from "../../../src/core/quota/pack.ts";
import { EMPTY, type Spend } from "../../../src/core/quota/state.ts";
import { claimOf, type Figures } from "./exchange.ts";

/** A cell of the server's grid of ten seconds begins here; its clock is ours. */
const T = 1_800_000_000_000;
const CLOCK: ClockState = { lo: 0, hi: 0, at: T, rttMin: 20, rttMax: 20, n: 10_000 };
const spend = (early: number, late: number, units = 1): Spend => [T + early, T + late, units];
const policyOf = (...figures: Figures) => claimOf(figures).parts[0]!.policy as RatePolicy;

test("a spend is placed in a cell where both ends of its doubt lie in it", () => {
  const cells = (early: number, late: number) =>
    pinned(policyOf("r", "fixed", 10, 10_000), { ...EMPTY, log: [spend(early, late)] }, CLOCK).cells;
  assert.deepEqual(cells(0, 9999), [[T / 10_000, 1, T + 9999]]);
  assert.deepEqual([cells(-1, 5), cells(5, 10_000)], [[], []]);
});

test("the newest two are counted together only where the later one left last, and all of both lies close together", () => {
  const rows = (before: Spend, last: Spend) =>
    packed(policyOf("r", "sliding", 10, 60_000), { ...EMPTY, log: [before, last] }, CLOCK).log.length;
  assert.deepEqual([rows(spend(1, 1), spend(0, 9)), rows(spend(0, 1), spend(0, 9))], [2, 1]);
  assert.deepEqual([rows(spend(-10, -10), spend(-5, 4)), rows(spend(-10, -10), spend(-5, 5))], [1, 2]);
  assert.deepEqual([rows(spend(-10, 4), spend(-5, -4)), rows(spend(-10, 5), spend(-5, -4))], [1, 2]);
});
