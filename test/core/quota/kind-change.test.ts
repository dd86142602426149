// When another way of counting is believed: what must agree, what speaks against it, and what the books become.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClockState } from "../../../src/core/quota/clock.ts";
import { asKind, type Shown, weighKinds } from "../../../src/core/quota/kind.ts";
import type { RatePolicy } from "../../../src/core/quota/model.ts";
import {
  type CountingKind,
  EMPTY,
  type PartitionState,
  type RateInForce,
  type Spend,
} from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

/** A cell of the server's grid of ten seconds begins here; its clock is ours. */
const T = 1_800_000_000_000;
const NOW = T + 5040;
const CLOCK: ClockState = { lo: 0, hi: 0, at: NOW, rttMin: 20, rttMax: 20, n: 10_000 };
const policy = claimOf(["s", "sliding", 10, 10_000]).parts[0]!.policy as RatePolicy;
const OWN: Spend = [T + 5000, T + 5000, 1];
/** A log shows five, a counter three. */
const LOG: readonly Spend[] = [[T - 1000, T - 1000, 4], OWN];

function rateOf(kind: CountingKind, limit: number | null = 10): RateInForce {
  return { kind, limit, quotaWindowMs: 10_000, windowKnown: true, evidence: "published", evidenceAt: null };
}

function weigh(
  used: number,
  books: Partial<PartitionState> = {},
  kind: CountingKind = "sliding",
  more: Partial<Shown> = {},
  clock = CLOCK,
) {
  const shown = { used, own: 1, resetAt: null, sentAt: T + 5000, late: T + 5000, now: NOW, ...more };
  return weighKinds(policy, rateOf(kind), { ...EMPTY, log: LOG, ...books }, clock, shown);
}

const DOUBT = { ways: ["counter"], answers: 1 } as const;

test("an answer that another way explains and the present one does not raises a doubt, the second changes the way", () => {
  const first = weigh(3);
  assert.deepEqual([first.state.doubt, first.fits, first.state.learned], [DOUBT, false, null]);
  const second = weigh(3, { doubt: DOUBT, opened: [1, 2], bucket: [1, 1, 1, 1] });
  assert.deepEqual([second.state.doubt, second.fits], [{ ways: ["counter"], answers: 0 }, false]);
  assert.deepEqual(second.state.learned, { limit: null, quotaWindowMs: null, kind: "counter", at: NOW });
  assert.deepEqual([second.state.opened, second.state.bucket], [null, null]);
});

test("answers that different ways explain agree on nothing, and one that none explains is somebody else's", () => {
  const other = weigh(3, { doubt: { ways: ["bucket"], answers: 1 }, proven: true });
  assert.deepEqual(
    [other.state.doubt, other.state.proven, other.state.learned, other.fits],
    [null, false, null, false],
  );
  const none = weigh(9, { doubt: DOUBT, proven: true });
  assert.deepEqual([none.state.doubt, none.state.proven, none.fits], [null, false, true]);
});

test("more than a log would count changes the way at once, more than a counter would does not", () => {
  const log: Spend[] = [[T - 5500, T - 5500, 8], OWN];
  assert.equal(weigh(5, { log }).state.learned?.kind, "counter");
  assert.equal(weigh(5, { log, proven: true }).state.proven, false);
  assert.equal(weigh(5, {}, "counter").state.learned, null);
  assert.deepEqual(weigh(5, {}, "counter").state.doubt?.answers, 1);
  // A bucket that is fuller of debts than it holds: more than a log would count, but none is in force.
  const old: Spend[] = [[T - 6000, T - 6000, 20], OWN];
  assert.equal(weigh(10, { log: old }, "counter").state.learned, null);
  // What flies may be counted: three is no more than a log would, though its reset is not a log's.
  const flying = [["g", T + 4000, 4, 5]] as const;
  const first = weigh(3, { log: [OWN], flying }, "sliding", { resetAt: T + 10_000 });
  assert.deepEqual([first.state.learned, first.state.doubt?.answers], [null, 1]);
});

test("a log is proven by an answer that a counter would not give, nothing else is", () => {
  assert.equal(weigh(5).state.proven, true);
  assert.equal(weigh(5, { log: [[T + 1000, T + 1000, 4], OWN] }).state.proven, false);
  assert.equal(weigh(3, {}, "counter").state.proven, false);
  assert.equal(weigh(1, {}, "bucket").state.proven, false);
  assert.equal(weigh(3, { proven: true }, "counter").state.proven, true);
  const proven = { ...EMPTY, log: LOG, proven: true };
  assert.equal(
    weighKinds(policy, rateOf("sliding"), proven, CLOCK, {
      used: 5,
      own: 1,
      resetAt: null,
      sentAt: T + 5000,
      late: T + 5000,
      now: NOW,
    }).state,
    proven,
  );
  assert.equal(weigh(5, { doubt: DOUBT }).state.doubt, null);
});

test("a reset that fits another way raises a doubt, unless the way is proven or none fits", () => {
  const log: Spend[] = [[T + 1500, T + 1500, 4], OWN];
  const reset = (resetAt: number, books = {}) => weigh(5, { log, ...books }, "sliding", { resetAt });
  assert.deepEqual(reset(T + 10_000).state.doubt?.ways, ["counter", "fixed"]);
  assert.equal(reset(T + 10_000).fits, false);
  assert.deepEqual([reset(T + 10_000, { proven: true }).fits, reset(T + 10_001).fits], [true, true]);
  assert.equal(reset(T + 11_000).state.doubt, null);
});

test("a reset that may be off fits every way that it would fit if it were told exactly", () => {
  const log: Spend[] = [[T + 1500, T + 1500, 4], OWN];
  const doubts = (kind: CountingKind, used: number, resetAt: number, resetOffMs: number) =>
    weigh(used, { log: used === 1 ? [OWN] : log }, kind, { resetAt, resetOffMs }).state.doubt !== null;
  const offs = [0, 2000];
  assert.deepEqual(
    offs.map((off) => doubts("sliding", 5, T + 10_000, off)),
    [true, false],
  );
  assert.deepEqual(
    offs.map((off) => doubts("bucket", 1, T + 10_000, off)),
    [true, false],
  );
  assert.deepEqual(
    [doubts("counter", 5, T + 11_999, 2000), doubts("counter", 5, T + 12_000, 2000)],
    [false, true],
  );
});

test("ways that explained all since the present one was found are kept for as long as they do", () => {
  const after = (ways: readonly CountingKind[], used: number, more: Partial<Shown> = {}, answers = 0) =>
    weigh(used, { log: [[T + 1000, T + 1000, 4], OWN], doubt: { ways, answers } }, "counter", more).state
      .doubt;
  assert.deepEqual(after(["counter", "bucket", "fixed"], 5), { ways: ["counter", "fixed"], answers: 0 });
  assert.deepEqual(after(["counter", "fixed"], 5), { ways: ["counter", "fixed"], answers: 0 });
  assert.deepEqual(after(["counter"], 5), { ways: ["counter"], answers: 0 });
  assert.equal(after(["counter", "bucket"], 5), null);
  assert.equal(after(["counter", "fixed"], 5, {}, 1), null);
  assert.deepEqual(after(["counter", "bucket"], 5, { resetAt: T + 5001 }), {
    ways: ["counter", "bucket"],
    answers: 0,
  });
});

test("while others spend, or something may not have arrived, nothing is concluded", () => {
  const concludes = (books: Partial<PartitionState>) => !weigh(3, books).fits;
  assert.equal(concludes({}), true);
  assert.equal(concludes({ foreign: [OWN] }), false);
  for (const key of ["sharedUntil", "unsureUntil"] as const) {
    assert.equal(concludes({ [key]: T + 5000 }), true);
    assert.equal(concludes({ [key]: T + 5001 }), false);
  }
});

test("a fixed policy, a quota window from the first request, an unknown limit or clock are left as they are", () => {
  const books = { ...EMPTY, log: LOG };
  const shown = { used: 3, own: 1, resetAt: null, sentAt: T + 5000, late: T + 5000, now: NOW };
  const left = (kind: RatePolicy["kind"], rate: RateInForce, clock = CLOCK) => {
    const { state, fits } = weighKinds({ ...policy, kind }, rate, books, clock, shown);
    return state === books && fits;
  };
  assert.equal(left("sliding", rateOf("sliding")), false);
  assert.equal(left("fixed", rateOf("sliding")), true);
  assert.equal(left("sliding", rateOf("fixedFromFirst")), true);
  assert.equal(left("sliding", rateOf("sliding", null)), true);
  assert.equal(left("sliding", rateOf("sliding"), { ...CLOCK, lo: null }), true);
});

test("another way keeps what was learned of number and length", () => {
  const learned = { limit: 7, quotaWindowMs: 5000, kind: "sliding", at: 1 } as const;
  const state = asKind(
    { ...EMPTY, learned, opened: [1, 2], bucket: [1, 1, 1, 1] },
    "counter",
    rateOf("sliding"),
    NOW,
  );
  assert.deepEqual(state, { ...EMPTY, learned: { limit: 7, quotaWindowMs: 5000, kind: "counter", at: NOW } });
});

test("a bucket begins with what all in the books have left missing, how late any arrived, and all that was spent", () => {
  const books = {
    log: [
      [T + 3000, T + 3001, 2],
      [T + 1000, T + 1000, 3],
    ] as const,
    cells: [[1, 1, T + 2000]] as const,
    flying: [["f", T + 4000, 1, 9]] as const,
  };
  const bucket = (change: Partial<PartitionState>, limit: number | null = 10) =>
    asKind({ ...EMPTY, ...change }, "bucket", rateOf("sliding", limit), NOW).bucket;
  // 3, 2 + 1, 2 + 2, 3 + 1: one comes back a second.
  assert.deepEqual(bucket(books), [4, T + 4000, 1, 7]);
  assert.deepEqual(
    bucket({
      log: [
        [T, T, 2],
        [T + 9000, T + 9000, 1],
      ],
    }),
    [1, T + 9000, 0, 3],
  );
  assert.deepEqual(bucket({ log: [[T, T + 500, 2]] }), [2, T, 500, 2]);
  assert.deepEqual([bucket({}), bucket(books, null)], [null, null]);
});
