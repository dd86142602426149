// An inferred limit follows the server down at once and up by one request now and then; a published one goes up by the person's
// word alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Claim, RatePolicy } from "../../../src/core/quota/model.ts";
import { claimOf } from "./exchange.ts";
import { type ModelKind, ModelServer } from "./model-server.ts";
import { freshLedger, runWorld } from "./world.ts";

const START = Date.UTC(2026, 10, 1, 0, 0, 1);
const LENGTH_MS = 6000;
const HOUR_MS = 3_600_000;
const unknown = claimOf(["r", "unknown", null, null]);

/** A run of its own server on a ledger that goes on; returns its refusals and what is believed afterwards. */
function run(
  ledger: ReturnType<typeof freshLedger>,
  claim: Claim,
  startAt: number,
  limit: number,
  count: number,
) {
  const counted = claim.parts.some(({ policy }) => policy.type === "rate" && policy.refusedCount);
  const kind: ModelKind = "sliding";
  const server = new ModelServer(
    [{ name: "r", kind, limit, lengthMs: LENGTH_MS, refusedCount: counted }],
    "retryAfter",
  );
  const items = Array.from({ length: count }, () => ({ claim, call: "", lane: "batch" as const }));
  const { refusals } = runWorld({ server, items, startAt, skewMs: 0, delay: () => 1, ledgers: [ledger] });
  return { refusals, limit: ledger.meters(claim, startAt + HOUR_MS / 2)[0]?.limit };
}

function counting(claim: Claim): Claim {
  const part = claim.parts[0]!;
  return { ...claim, parts: [{ ...part, policy: { ...(part.policy as RatePolicy), refusedCount: true } }] };
}

test("an inferred limit is tried by one request an hour, and only while more waits", () => {
  const ledger = freshLedger();
  assert.equal(run(ledger, unknown, START, 10, 40).limit, 10);
  assert.deepEqual(run(ledger, unknown, START + HOUR_MS / 4, 10, 40), { refusals: 0, limit: 10 });
  assert.deepEqual(run(ledger, unknown, START + 2 * HOUR_MS, 10, 9), { refusals: 0, limit: 10 });
  assert.deepEqual(run(ledger, unknown, START + 3 * HOUR_MS, 10, 60), { refusals: 1, limit: 10 });
  assert.deepEqual(run(ledger, unknown, START + 3.5 * HOUR_MS, 10, 40), { refusals: 0, limit: 10 });
});

test("a plan that has grown is followed as far as requests pass", () => {
  const ledger = freshLedger();
  run(ledger, unknown, START, 10, 40);
  const { refusals, limit } = run(ledger, unknown, START + 2 * HOUR_MS, 20, 80);
  assert.equal(limit, 20);
  assert.ok(refusals <= 2, `${refusals} refusals`);
});

test("where refused requests count nothing is ever tried", () => {
  const ledger = freshLedger();
  const claim = counting(unknown);
  run(ledger, claim, START, 10, 40);
  assert.equal(run(ledger, claim, START + 2 * HOUR_MS, 10, 40).refusals, 0);
});

test("a published limit that the server lowered without a word is learned from two refusals, and heals when it is back", () => {
  const ledger = freshLedger();
  const claim = claimOf(["r", "sliding", 10, LENGTH_MS]);
  const lowered = run(ledger, claim, START, 6, 30);
  assert.equal(lowered.limit, 6);
  assert.ok(lowered.refusals <= 4, `${lowered.refusals} refusals`);
  assert.equal(run(ledger, claim, START + HOUR_MS / 4, 6, 30).refusals, 0);
  assert.equal(run(ledger, claim, START + 2 * HOUR_MS, 10, 40).limit, 10);
});

test("a published limit is never tried beyond", () => {
  const ledger = freshLedger();
  const claim = claimOf(["r", "sliding", 10, LENGTH_MS]);
  run(ledger, claim, START, 10, 30);
  assert.deepEqual(run(ledger, claim, START + 2 * HOUR_MS, 20, 30), { refusals: 0, limit: 10 });
});
