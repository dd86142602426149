// A reset told as so long from now, which no two servers round alike: what it shows of a quota window on the grid, and what not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { claimOf, exchange } from "./exchange.ts";

/** Six seconds of the server begin here, and twenty. */
const START = 1_800_000_000_000;

/** One request at this second, answered with a reset so many seconds from now. */
function answered(lengthMs: number, second: number, reset: number, headers: Record<string, string> = {}) {
  const told = { "ratelimit-limit": "10", "ratelimit-remaining": "9", "ratelimit-reset": String(reset) };
  const claim = claimOf(["f", "fixed", 10, lengthMs]);
  const { states, meters } = exchange(claim, undefined, {
    at: START + second * 1000,
    headers: { ...told, ...headers },
  });
  return { kind: meters[0]?.kind, cells: states[0]?.cells };
}

test("a reset told as so long from now is beside the grid only where no rounding of seconds explains it", () => {
  const kinds = [37, 38, 39, 40, 41, 42, 43].map((reset) => answered(60_000, 20, reset).kind);
  const beside = "fixedFromFirst";
  assert.deepEqual(kinds, [beside, "fixed", "fixed", "fixed", "fixed", "fixed", beside]);
  assert.equal(answered(60_000, 20, 30, { date: "" }).kind, "fixed");
});

test("a reset told as so long from now names no quota window that is as short as its rounding", () => {
  const names = (lengthMs: number) => answered(lengthMs, 1, lengthMs / 1000 - 1).cells;
  assert.deepEqual(names(2000), []);
  assert.deepEqual(names(4000)?.length, 1);
});
