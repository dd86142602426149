// Where a quota window lies that opens at its first request, when an answer tells its end; and a run in which somebody else opens it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import type { QuotaReading } from "../../../src/core/quota/evidence.ts";
import { openingTold } from "../../../src/core/quota/opening.ts";
import { type CountingKind, EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";
import { ModelServer } from "./model-server.ts";
import { runWorld } from "./world.ts";

const SENT = 1_800_000_000_000;
const SKEW_MS = 3000;
/** Ours within 20 ms; a request arrives at most 3 ms later than the quickest. */
const CLOCK: ClockState = {
  lo: SKEW_MS,
  hi: SKEW_MS + 20,
  at: SENT + 40,
  rttMin: 40,
  rttMax: 40,
  n: 1_000_000,
};
const JITTER_MS = 4;

/** The opening told by a reset so long after the sending, by the server's clock; as distances from the sending. */
function told(
  endsMs: number | null,
  { kind = "fixedFromFirst" as CountingKind, books = {} as Partial<PartitionState>, lengthMs = 60_000 } = {},
  quota: Partial<QuotaReading> = {},
  clock = CLOCK,
) {
  const figures = { kind, limit: 10, quotaWindowMs: lengthMs, windowKnown: true };
  const nothing = { name: null, limit: null, remaining: null, quotaWindowMs: null };
  const placed = openingTold({
    rate: { ...figures, evidence: "published", evidenceAt: null },
    state: { ...EMPTY, ...books },
    quota: { ...nothing, resetAt: endsMs === null ? null : SENT + SKEW_MS + endsMs, ...quota },
    head: { status: 200, headers: {}, sentAt: SENT, gotAt: SENT + 40, quick: true },
    clock,
    serverNow: SENT + SKEW_MS,
  });
  return placed === null ? null : placed.map((at) => at - SENT);
}

test("a quota window opened its length before the end that is told, to the second and what is not known of the clock", () => {
  assert.deepEqual(told(30_000), [-31_020 - JITTER_MS, -29_000]);
  assert.deepEqual(told(30_000, {}, { resetOffMs: 2000 }), [-31_000 - JITTER_MS, -28_960]);
  assert.equal(told(null), null);
  assert.equal(told(30_000, { kind: "fixed" }), null);
});

test("an instant says nothing while the server's clock is not known, so long from now does", () => {
  assert.equal(told(30_000, {}, {}, NO_CLOCK), null);
  assert.deepEqual(told(30_000, {}, { resetOffMs: 2000 }, NO_CLOCK), [-31_050, -28_960]);
});

const since = (early: number, late: number) =>
  told(30_000, { books: { opened: [SENT + early, SENT + late] } });

test("what is known more finely of our own opener is kept as far as the end that is told agrees", () => {
  assert.deepEqual(since(-30_000, -29_900), [-30_000, -29_900]);
  assert.deepEqual(since(-30_000, -20_000), [-30_000, -29_000]);
  assert.deepEqual(since(-29_000, -28_000), [-29_000, -29_000]);
  assert.deepEqual(since(-28_999, -28_000), [-31_024, -29_000]);
  assert.deepEqual(since(-40_000, -31_024), [-40_000, -31_024]);
  assert.deepEqual(since(-40_000, -31_025), [-31_024, -29_000]);
});

test("an answer to what was sent before a quota window opened tells nothing of it", () => {
  assert.equal(since(1, 40), null);
  assert.deepEqual(since(0, 40), [-31_024, -29_000]);
});

test("an end after which something may have been counted, or which whole seconds cannot tell, places nothing", () => {
  const sent = (at: number, doubt: number) => [
    told(30_000, { books: { log: [[SENT + at, SENT + at + doubt, 1]] } }),
    told(30_000, { books: { flying: [["f", SENT + at, 1, doubt]] } }),
  ];
  const placed = [-31_024, -29_000];
  assert.deepEqual(sent(28_000, 975), [placed, placed]);
  assert.deepEqual(sent(28_000, 976), [null, null]);
  assert.deepEqual(told(30_000, { books: { log: [[SENT, SENT + 40_000, 1]] } }), placed);
  assert.equal(told(1500, { lengthMs: 2999 }), null);
  assert.notEqual(told(1500, { lengthMs: 3000 }), null);
});

test("a quota window that somebody else opened is spent to its end and no further", () => {
  const claim = claimOf(["p", "fixedFromFirst", 10, 20_000]);
  for (const ahead of [500, 7100, 13_300, 17_900]) {
    const server = new ModelServer([{ name: "p", kind: "fixedFromFirst", limit: 10, lengthMs: 20_000 }]);
    server.arrive(SENT + SKEW_MS - ahead, "other");
    const items = Array.from({ length: 29 }, () => ({ claim, call: "", lane: "batch" as const }));
    const run = runWorld({ server, items, startAt: SENT, skewMs: SKEW_MS, delay: () => 20 });
    assert.ok(run.refusals <= 1, `${ahead}: ${run.refusals}`);
    const best = SENT + 40_000 - ahead;
    assert.ok(run.endAt - best < 2100, `${ahead}: ${run.endAt - best} ms later than the best`);
  }
});
