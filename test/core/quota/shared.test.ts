// A budget that somebody outside the ledger spends from: whoever looks before a burst meets at most one refusal, and whoever is
// alone loses no more than one round trip.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Claim } from "../../../src/core/quota/model.ts";
import { claimOf } from "./exchange.ts";
import { type ModelKind, ModelServer } from "./model-server.ts";
import { bestFixed, bestSliding, freshLedger, ledgersIn, runWorld } from "./world.ts";

const START = Date.UTC(2026, 10, 1, 0, 0, 1);
const LENGTH_MS = 6000;

/** A claim whose answers tell what is left. */
function told(kind: "fixed" | "sliding"): Claim {
  const claim = claimOf(["r", kind, 10, LENGTH_MS]);
  const part = claim.parts[0]!;
  assert.equal(part.policy.type, "rate");
  return { ...claim, parts: [{ ...part, policy: { ...part.policy, told: true } }] };
}

const server = (kind: ModelKind) =>
  new ModelServer([{ name: "r", kind, limit: 10, lengthMs: LENGTH_MS }], "all");
const work = (claim: Claim, count: number) =>
  Array.from({ length: count }, () => ({ claim, call: "", lane: "batch" as const }));

for (const [kind, best, mean] of [
  ["fixed", bestFixed, 1.5],
  ["sliding", bestSliding, 3],
] as const)
  test(`two machines that share nothing but a ${kind} budget: within 1.03 of the optimum, at most ${mean} refusals on average in seven quota windows`, () => {
    let ratio = 0;
    let refusals = 0;
    const phases = Array.from({ length: 12 }, (_, i) => i * 517);
    for (const phase of phases) {
      const startAt = START + phase;
      let seed = phase + 1;
      const delay = () => {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        return 0.5 + (1.5 * seed) / 2_147_483_648;
      };
      const ledgers = ledgersIn(2, null);
      const run = runWorld({
        server: server(kind),
        items: work(told(kind), 64),
        startAt,
        skewMs: 1300,
        delay,
        ledgers,
      });
      const optimum = best(64, 10, LENGTH_MS, startAt + 1300) - 1300;
      ratio += (run.endAt - startAt) / (optimum - startAt);
      refusals += run.refusals;
    }
    assert.ok(ratio / phases.length <= 1.03, `${ratio / phases.length}`);
    assert.ok(refusals / phases.length <= mean, `${refusals / phases.length}`);
  });

test("alone, the first answer is awaited once, and never again", () => {
  const ledger = freshLedger();
  const gone = (startAt: number) =>
    runWorld({
      server: server("fixed"),
      items: work(told("fixed"), 10),
      startAt,
      skewMs: 1300,
      delay: () => 40,
      ledgers: [ledger],
    })
      .admittedAt.map((at) => at - startAt)
      .sort((a, b) => a - b);
  // One looks; eight follow; the last is left to another until their answers are here.
  assert.deepEqual(gone(START), [40, ...Array.from({ length: 8 }, () => 120), 200]);
  assert.deepEqual(new Set(gone(START + 60_000)), new Set([40]));
});

test("an answer that takes long is not awaited for more than a second", () => {
  const claim = told("fixed");
  const ledger = freshLedger();
  const ask = (id: string, at: number) =>
    ledger.reserve({ id, claim, lane: "batch", since: at, holder: null, title: "" }, at);
  assert.equal(ask("a", START).granted, true);
  const second = ask("b", START + 10);
  assert.deepEqual(second, {
    granted: false,
    wait: {
      partition: "p/account:a/r",
      policyId: "r",
      cause: "learning",
      until: START + 1000,
      evidence: "inferred",
      evidenceAt: null,
      left: 9,
      limit: 10,
    },
  });
  assert.equal(ask("b", START + 1000).granted, true);
});

test("somebody else who comes now and then costs us one refusal at most", () => {
  const others = Array.from({ length: 12 }, (_, i) => START + 700 + Math.floor(i / 4) * LENGTH_MS + (i % 4));
  const counting = server("fixed");
  const items = work(told("fixed"), 48);
  const { endAt } = runWorld({
    server: counting,
    items,
    startAt: START,
    skewMs: 1300,
    delay: () => 2,
    others,
  });
  const refused = counting.hits.filter((one) => !one.admitted && one.call !== "other");
  assert.ok(refused.length <= 1, `${refused.length} refusals`);
  assert.ok(endAt <= START + 6 * LENGTH_MS, `${endAt - START}`);
});
