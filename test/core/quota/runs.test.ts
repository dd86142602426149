// Whole runs in virtual time against the model server: how close to the optimum, and with how many refusals. Each in a few
// phases of the server's clock; header seconds weigh ten times more than in life, for quota windows are 6 s.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Claim, RatePolicy } from "../../../src/core/quota/model.ts";
import { type ModelHeaders, type ModelKind, ModelServer } from "./model-server.ts";
import { bestFixed, bestSliding, freshLedger, runWorld } from "./world.ts";

const LENGTH_MS = 6000;
const SKEW_MS = 1300;
const COUNT = 55;
const PHASES = [0, 1370, 2810, 4290];
const START = Date.UTC(2026, 10, 1, 0, 0, 1);

/** A seeded generator; the same run every time. */
function chance(): () => number {
  let seed = 20_261_122;
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
}

function claimOf(kind: RatePolicy["kind"], limit: number | null, refusedCount = false): Claim {
  const words = { title: "", noun: "", evidence: "published" } as const;
  const quotaWindowMs = limit === null ? null : LENGTH_MS;
  const policy = { ...words, type: "rate" as const, id: "r", kind, limit, quotaWindowMs, refusedCount };
  return { accountId: "a", parts: [{ partition: "p/account:a/r", policy, cost: 1 }] };
}

interface Scenario {
  readonly title: string;
  readonly server: ModelKind;
  readonly headers: ModelHeaders;
  readonly claim: Claim;
  readonly jitter?: boolean;
  readonly refusedCount?: boolean;
  readonly ratio: number;
  readonly refusals: number;
}

const scenarios: readonly Scenario[] = [
  {
    title: "fixed with headers",
    server: "fixed",
    headers: "all",
    claim: claimOf("fixed", 10),
    ratio: 1.01,
    refusals: 0,
  },
  {
    title: "fixed with jitter",
    server: "fixed",
    headers: "all",
    claim: claimOf("fixed", 10),
    jitter: true,
    ratio: 1.02,
    refusals: 0,
  },
  {
    title: "sliding with headers",
    server: "sliding",
    headers: "all",
    claim: claimOf("sliding", 10),
    ratio: 1.01,
    refusals: 0,
  },
  {
    title: "sliding without headers",
    server: "sliding",
    headers: "none",
    claim: claimOf("sliding", 10),
    ratio: 1.01,
    refusals: 0,
  },
  {
    title: "sliding with jitter",
    server: "sliding",
    headers: "all",
    claim: claimOf("sliding", 10),
    jitter: true,
    ratio: 1.02,
    refusals: 0,
  },
  {
    title: "from the first request",
    server: "fixedFromFirst",
    headers: "all",
    claim: claimOf("fixedFromFirst", 10),
    ratio: 1.01,
    refusals: 0,
  },
  {
    title: "sliding where refused requests count",
    server: "sliding",
    headers: "all",
    claim: claimOf("sliding", 10, true),
    refusedCount: true,
    ratio: 1.01,
    refusals: 0,
  },
  {
    title: "a token bucket",
    server: "bucket",
    headers: "all",
    claim: claimOf("bucket", 10),
    ratio: 1.05,
    refusals: 0,
  },
  {
    title: "a token bucket that calls itself sliding",
    server: "bucket",
    headers: "all",
    claim: claimOf("sliding", 10),
    ratio: 1.05,
    refusals: 0,
  },
  {
    title: "a two-bucket counter that calls itself sliding",
    server: "counter",
    headers: "all",
    claim: claimOf("sliding", 10),
    ratio: 1.05,
    refusals: 2,
  },
  {
    title: "an unknown limit, in truth fixed",
    server: "fixed",
    headers: "retryAfter",
    claim: claimOf("unknown", null),
    ratio: 1.04,
    refusals: 3,
  },
  {
    title: "an unknown limit, in truth sliding",
    server: "sliding",
    headers: "retryAfter",
    claim: claimOf("unknown", null),
    ratio: 1.04,
    refusals: 3,
  },
];

for (const one of scenarios)
  test(`${one.title}: within ${one.ratio} of the optimum on average, at most ${one.refusals} refusals`, () => {
    const random = chance();
    const delay = one.jitter === true ? () => 5 + random() * 55 : () => 0.5 + random() * 1.5;
    let ratios = 0;
    for (const phase of PHASES) {
      const startAt = START + phase;
      const { refusals, endAt } = run(one, startAt, delay);
      assert.ok(refusals <= one.refusals, `${refusals} refusals at phase ${phase}`);
      ratios += (endAt - startAt) / (best(one.server, startAt) - startAt);
    }
    assert.ok(ratios / PHASES.length <= one.ratio, `${ratios / PHASES.length}`);
  });

test("what was learned of an unknown limit needs no refusal in a later run", () => {
  const ledger = freshLedger();
  const claim = claimOf("unknown", null);
  for (const [i, startAt] of [START + 500, START + 120_700].entries()) {
    const server = new ModelServer(
      [{ name: "r", kind: "fixed", limit: 10, lengthMs: LENGTH_MS }],
      "retryAfter",
    );
    const items = Array.from({ length: COUNT }, () => ({ claim, call: "", lane: "batch" as const }));
    const { refusals } = runWorld({
      server,
      items,
      startAt,
      skewMs: SKEW_MS,
      delay: () => 1,
      ledgers: [ledger],
    });
    if (i === 1) assert.equal(refusals, 0);
  }
  const meter = ledger.meters(claim, START + 200_000)[0];
  assert.deepEqual([meter?.limit, meter?.quotaWindowMs, meter?.evidence], [10, LENGTH_MS, "inferred"]);
});

test("what others spend on the same budget is seen and left to them", () => {
  const others = Array.from({ length: 15 }, (_, i) => START + 400 + i * 1900);
  const server = new ModelServer([{ name: "r", kind: "sliding", limit: 10, lengthMs: LENGTH_MS }], "all");
  const items = Array.from({ length: 40 }, () => ({
    claim: claimOf("sliding", 10),
    call: "",
    lane: "batch" as const,
  }));
  const { refusals } = runWorld({ server, items, startAt: START, skewMs: SKEW_MS, delay: () => 1, others });
  assert.ok(refusals <= 15, `${refusals} refusals`);
});

function run(one: Scenario, startAt: number, delay: () => number) {
  const limit = {
    name: "r",
    kind: one.server,
    limit: 10,
    lengthMs: LENGTH_MS,
    refusedCount: one.refusedCount === true,
  };
  const server = new ModelServer([limit], one.headers);
  const items = Array.from({ length: COUNT }, () => ({ claim: one.claim, call: "", lane: "batch" as const }));
  return runWorld({ server, items, startAt, skewMs: SKEW_MS, delay });
}

function best(kind: ModelKind, startAt: number): number {
  if (kind === "counter") return bestCounter(startAt);
  if (kind === "fixed") return bestFixed(COUNT, 10, LENGTH_MS, startAt + SKEW_MS) - SKEW_MS;
  if (kind === "bucket") return startAt + ((COUNT - 10) * LENGTH_MS) / 10;
  return bestSliding(COUNT, 10, LENGTH_MS, startAt);
}

/** Every request as soon as the counter lets it in. */
function bestCounter(startAt: number): number {
  const limit = { name: "r", kind: "counter" as const, limit: 10, lengthMs: LENGTH_MS };
  const server = new ModelServer([limit], "none");
  let at = startAt + SKEW_MS;
  for (let i = 0; i < COUNT; i++) {
    at = server.openAt(limit, at);
    server.arrive(at);
  }
  return at - SKEW_MS;
}
