// Which way of counting an answer shows: what is left and when it resets tell a log, a counter of two buckets and a bucket
// apart. Each history is what the model server answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import { type CountingKind, EMPTY, inForce, type PartitionState } from "../../../src/core/quota/state.ts";
import { claimOf, exchange } from "./exchange.ts";
import { type ModelKind, ModelServer } from "./model-server.ts";
import { runWorld } from "./world.ts";

const START = Date.UTC(2026, 10, 1, 10, 0, 20);
const LENGTH_MS = 60_000;
const claim = claimOf(["s", "sliding", 10, LENGTH_MS]);

/** The kinds in force after each answer, for requests at these seconds; `drop` leaves headers out. */
function kinds(server: ModelKind, seconds: readonly number[], drop: readonly string[] = []): CountingKind[] {
  const model = new ModelServer([{ name: "s", kind: server, limit: 10, lengthMs: LENGTH_MS }]);
  let state: PartitionState = EMPTY;
  return seconds.map((second) => {
    const at = START + second * 1000;
    const headers = { ...model.arrive(at).headers };
    for (const name of drop) delete headers[name];
    state = exchange(claim, [state], { at, headers }).states[0]!;
    return kindOf(state);
  });
}

function kindOf(state: PartitionState): CountingKind {
  const { policy } = claim.parts[0]!;
  assert.equal(policy.type, "rate");
  return inForce(policy as Extract<typeof policy, { type: "rate" }>, state).kind;
}

test("a log that calls itself sliding stays one, however it is used", () => {
  const seconds = [0, 0.1, 0.2, 7, 30, 45, 59, 60.3, 60.4, 68, 91, 119, 121, 130];
  assert.deepEqual(new Set(kinds("sliding", seconds)), new Set(["sliding"]));
});

test("a log passes for nothing else, whatever the network does and wherever its resets fall", () => {
  const quick = claimOf(["s", "sliding", 5, 2000]);
  const items = Array.from({ length: 24 }, () => ({ claim: quick, call: "", lane: "batch" as const }));
  const limits = [{ name: "s", kind: "sliding" as const, limit: 5, lengthMs: 2000 }];
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9999 }), fc.nat(), (phase, start) => {
      let seed = start;
      const delay = () => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        return 5 + (55 * seed) / 2_147_483_648;
      };
      const server = new ModelServer(limits);
      const { findings } = runWorld({ server, items, startAt: START + phase, skewMs: 1300, delay });
      assert.deepEqual(
        findings.filter((one) => one.kind === "learned"),
        [],
      );
    }),
    { numRuns: 150 },
  );
});

test("resets on the grid show a counter of two buckets at the second answer", () => {
  assert.deepEqual(kinds("counter", [0, 1, 2]), ["sliding", "counter", "counter"]);
});

test("without a reset, more counted than a log would hold shows a counter of two buckets", () => {
  const burst = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
  const later = kinds("counter", [...burst, 61], ["x-ratelimit-reset"]);
  assert.deepEqual([later.at(-2), later.at(-1)], ["sliding", "counter"]);
});

test("a reset that is as far as the bucket is empty shows a bucket", () => {
  assert.deepEqual(kinds("bucket", [0, 0.1, 0.2]), ["sliding", "bucket", "bucket"]);
});

test("a bucket whose first resets lie on the grid by chance is taken for nothing that its first answer contradicts", () => {
  const short = claimOf(["s", "sliding", 10, 6000]);
  const model = new ModelServer([{ name: "s", kind: "bucket", limit: 10, lengthMs: 6000 }]);
  const at = Math.ceil(START / 6000) * 6000 - 1250;
  let state: PartitionState = EMPTY;
  const found = [0, 10, 20, 30, 40, 50].map((ms) => {
    state = exchange(short, [state], { at: at + ms, headers: model.arrive(at + ms).headers }).states[0]!;
    return kindOf(state);
  });
  assert.deepEqual(found, ["sliding", "counter", "counter", "bucket", "bucket", "bucket"]);
});

test("without a reset, what grows back between two requests shows a bucket", () => {
  const seconds = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 25, 26];
  const shown = kinds("bucket", seconds, ["x-ratelimit-reset"]);
  assert.deepEqual(shown.slice(-3), ["sliding", "sliding", "bucket"]);
});

test("while others spend from the same budget nothing is concluded from what is left", () => {
  const model = new ModelServer([{ name: "s", kind: "sliding", limit: 10, lengthMs: LENGTH_MS }]);
  let state: PartitionState = EMPTY;
  for (const second of [0, 2, 4, 6, 8]) {
    const at = START + second * 1000;
    model.arrive(at - 500);
    state = exchange(claim, [state], { at, headers: model.arrive(at).headers }).states[0]!;
  }
  assert.equal(kindOf(state), "sliding");
  assert.equal(state.foreign.length, 5);
});

test("a limit that was believed to be a counter is a log again once answers show it", () => {
  const learned = { limit: null, quotaWindowMs: null, kind: "counter" as const, at: START };
  const model = new ModelServer([{ name: "s", kind: "sliding", limit: 10, lengthMs: LENGTH_MS }]);
  let state: PartitionState = { ...EMPTY, learned };
  for (const second of [0, 1, 2, 3, 41, 42, 43, 44]) {
    const at = START + second * 1000;
    state = exchange(claim, [state], { at, headers: model.arrive(at).headers }).states[0]!;
  }
  assert.equal(kindOf(state), "sliding");
});
