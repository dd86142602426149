// What one statement of the server about one policy changes: its limit, what others spent, where its quota window ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClockState, latest, withReset } from "../../../src/core/quota/clock.ts";
import type { QuotaReading } from "../../../src/core/quota/evidence.ts";
import { applyReading, namedBy, type Statement } from "../../../src/core/quota/foreign.ts";
import type { QuotaWindowKind, RatePolicy } from "../../../src/core/quota/model.ts";
import { EMPTY, type PartitionState, type Spend, type Taught } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

/** A minute of the server begins here, and one of ten and three seconds; its clock is ours within 20 ms. */
const MINUTE = 1_800_000_000_000;
const SENT = MINUTE + 20_000;
const GOT = SENT + 40;
const CLOCK: ClockState = { lo: 0, hi: 20, at: GOT, rttMin: 40, rttMax: 40, n: 10_000 };
const HEAD = { status: 200, headers: {}, sentAt: SENT, gotAt: GOT, quick: true };
const LATE = latest(CLOCK, HEAD);
const OWN: Spend = [SENT, LATE, 1];
const NOTHING: QuotaReading = {
  name: null,
  limit: null,
  remaining: null,
  resetAt: null,
  quotaWindowMs: null,
};

type Figures = readonly [kind: QuotaWindowKind, limit: number | null, quotaWindowMs: number | null];

const policyOf = ([kind, limit, length]: Figures) =>
  claimOf(["p", kind, limit, length]).parts[0]!.policy as RatePolicy;

function told(
  figures: Figures,
  quota: Partial<QuotaReading>,
  books: Partial<PartitionState> = {},
  more: Partial<Statement> = {},
) {
  const statement = { policy: policyOf(figures), quota: { ...NOTHING, ...quota }, head: HEAD, alone: true };
  const rest = { counted: 1, clock: CLOCK, serverNow: SENT, now: GOT };
  return applyReading({ ...statement, ...rest, ...more }, { ...EMPTY, log: [OWN], ...books });
}

const SLIDING: Figures = ["sliding", 10, 60_000];
const FIXED: Figures = ["fixed", 10, 60_000];
const taught = (limit: number, more: Partial<Taught> = {}): Taught => ({
  limit,
  quotaWindowMs: null,
  kind: null,
  at: GOT - 1000,
  ...more,
});

test("a limit that lets nothing through is not believed", () => {
  assert.equal(told(SLIDING, { limit: 0 }).state.stated, null);
  assert.equal(told(SLIDING, {}).state.stated, null);
  assert.deepEqual(told(SLIDING, { limit: 1 }).state.stated, taught(1, { at: GOT }));
});

test("the length that goes with a limit is the newest that was told", () => {
  const open: Figures = ["unknown", null, null];
  const before = { stated: taught(7, { quotaWindowMs: 5000 }) };
  const lengthOf = (quota: Partial<QuotaReading>, books = {}) =>
    told(open, { limit: 7, ...quota }, books).state.stated?.quotaWindowMs;
  assert.equal(lengthOf({}), null);
  assert.equal(lengthOf({ quotaWindowMs: 9000 }, before), 9000);
  assert.equal(lengthOf({}, before), 5000);
  const { findings } = told(open, { limit: 8, quotaWindowMs: 9000 }, before);
  assert.deepEqual(findings, [{ kind: "learned", limit: 8, quotaWindowMs: 9000 }]);
  assert.deepEqual(told(SLIDING, { limit: 8, quotaWindowMs: 60_000 }).findings, [
    { kind: "stricter", limit: 8, quotaWindowMs: 60_000 },
  ]);
});

test("the published limit confirms, and unsays what was said before it", () => {
  const kinds = (stated: Taught | null) => {
    const { state, findings } = told(SLIDING, { limit: 10 }, { stated });
    assert.deepEqual([state.stated, state.confirmedAt], [null, GOT]);
    return findings;
  };
  const unlearned = [{ kind: "unlearned", limit: 10, quotaWindowMs: 60_000 }];
  assert.deepEqual(kinds(null), []);
  assert.deepEqual(kinds(taught(9)), unlearned);
  assert.deepEqual(kinds(taught(10)), []);
  assert.deepEqual(kinds(taught(11)), []);
  assert.deepEqual(kinds(taught(11, { said: true })), unlearned);
});

test("a looser limit is said when it stood for a quota window, a minute where its length is unknown, and once", () => {
  const said = (
    length: number | null,
    since: number,
    more: Partial<Taught> = {},
    quota: Partial<QuotaReading> = {},
  ) => {
    const stated = taught(20, { at: GOT - since, ...more });
    const { state, findings } = told(["sliding", 10, length], { limit: 20, ...quota }, { stated });
    assert.deepEqual([state.stated?.at, state.confirmedAt], [GOT - since, GOT]);
    return [findings.map((one) => one.quotaWindowMs), state.stated?.said === true];
  };
  assert.deepEqual(said(30_000, 29_999), [[], false]);
  assert.deepEqual(said(30_000, 30_000), [[30_000], true]);
  assert.deepEqual(said(null, 59_999), [[], false]);
  assert.deepEqual(said(null, 60_000), [[null], true]);
  assert.deepEqual(said(null, 20_000, {}, { quotaWindowMs: 20_000 }), [[20_000], true]);
  assert.deepEqual(said(30_000, 60_000, { said: true }), [[], true]);
  assert.deepEqual(said(30_000, 10, { said: true }), [[], true]);
  const other = told(SLIDING, { limit: 21 }, { stated: taught(20, { at: 0, said: true }) }).state.stated;
  assert.deepEqual(other, taught(21, { at: GOT }));
});

test("a reset on the grid narrows the server's clock and says in which quota window the request was counted", () => {
  const end = MINUTE + 60_000;
  const wide = { ...CLOCK, lo: -30_000, hi: 50_000 };
  const { clock, span, state } = told(
    FIXED,
    { resetAt: end },
    { log: [[MINUTE, MINUTE, 4], OWN] },
    { clock: wide },
  );
  assert.deepEqual(clock, withReset(wide, end, 60_000, SENT, latest(wide, HEAD), GOT));
  assert.deepEqual(span, [MINUTE, end]);
  assert.deepEqual(state.cells, [[MINUTE / 60_000, 1, latest(wide, HEAD)]]);
  assert.deepEqual(state.log, [[MINUTE, MINUTE, 4]]);
  const learned = taught(10, { limit: null, kind: "counter" });
  assert.deepEqual(told(SLIDING, { resetAt: end }, { learned }).span, [MINUTE, end]);
  assert.equal(told(SLIDING, { resetAt: end }).span, null);
});

test("a reset that is not this quota window's says nothing of the clock", () => {
  const places = (figures: Figures, quota: Partial<QuotaReading>) => told(figures, quota).span;
  assert.equal(places(FIXED, { resetAt: MINUTE + 120_000 }), null);
  assert.equal(places(FIXED, {}), null);
  assert.equal(places(["fixed", 10, 1500], { resetAt: Math.ceil(SENT / 1500) * 1500 }), null);
  assert.deepEqual(places(["fixed", 10, 3000], { resetAt: MINUTE + 21_000 }), [
    MINUTE + 18_000,
    MINUTE + 21_000,
  ]);
  assert.equal(places(["fixed", 10, 2000], { resetAt: MINUTE + 21_000, quotaWindowMs: 2000 }), null);
});

test("a reset beside the grid shows a quota window from the first request, where no rounding explains it", () => {
  const opens = (length: number, beside: number, kind: QuotaWindowKind = "fixed") => {
    const resetAt = Math.ceil(SENT / length) * length + beside;
    const { state, findings } = told([kind, 10, length], { resetAt }, { opened: [0, 0] });
    if (state.learned === null) return findings.length > 0;
    assert.deepEqual(state.learned, taught(0, { limit: null, kind: "fixedFromFirst", at: GOT }));
    assert.deepEqual(
      [state.opened?.[1], findings],
      [resetAt - length + 1000, [{ kind: "learned", limit: 10, quotaWindowMs: length }]],
    );
    return true;
  };
  assert.deepEqual([opens(60_000, 0), opens(60_000, 1), opens(60_000, -1)], [false, true, true]);
  assert.deepEqual([opens(61_000, 0), opens(61_000, 1)], [false, true]);
  assert.deepEqual(
    [opens(60_500, 1000), opens(60_500, 1001), opens(60_500, -1000), opens(60_500, -1001)],
    [false, true, false, true],
  );
  assert.deepEqual([opens(3000, 1), opens(2000, 1)], [true, false]);
  assert.equal(opens(60_000, 1, "sliding"), false);
});

test("what the server counted beyond ours is somebody else's, said once, and shared with them for two quota windows", () => {
  const { state, findings } = told(SLIDING, { limit: 10, remaining: 6.4 });
  const theirs: Spend = [LATE, LATE, 2];
  assert.deepEqual([state.foreign, state.log], [[theirs], [OWN, theirs]]);
  assert.equal(state.sharedUntil, LATE + 120_000);
  assert.deepEqual(state.heard, { answers: 1, at: SENT, pace: 2 });
  assert.deepEqual(findings, [{ kind: "foreign", limit: 2, quotaWindowMs: null }]);
  const finds = (sharedUntil: number) => told(SLIDING, { remaining: 7 }, { sharedUntil }).findings.length;
  assert.deepEqual([finds(GOT), finds(GOT + 1)], [1, 0]);
});

test("in a quota window that the reset places, only what was sent since its opening is ours", () => {
  const before: Spend = [SENT - 20_000, SENT - 20_000, 4];
  const shows = (resetMs: number) =>
    told(["fixedFromFirst", 10, 60_000], { remaining: 6, resetAt: SENT + resetMs }, { log: [before, OWN] })
      .state.foreign;
  assert.deepEqual(shows(50_000), [[LATE, LATE, 3]]);
  assert.deepEqual(shows(30_000), []);
});

test("a reset that may be another policy's opens no quota window", () => {
  const opens = (alone: boolean) =>
    told(["fixedFromFirst", 10, 60_000], { resetAt: SENT + 30_000 }, {}, { alone }).state.opened !== null;
  assert.deepEqual([opens(true), opens(false)], [true, false]);
});

test("what we counted beyond the server is nobody's loss", () => {
  const { state, findings } = told(SLIDING, { remaining: 9 }, { log: [[SENT - 10, SENT - 10, 5], OWN] });
  assert.deepEqual([state.foreign, findings, state.heard?.pace], [[], [], 0]);
});

test("without what is left, without a limit, and from an answer slower than the books remember, nothing is compared", () => {
  const heard = (figures: Figures, remaining: number | null, slowMs = 40) =>
    told(figures, { remaining }, {}, { head: { ...HEAD, sentAt: GOT - slowMs } }).state.heard !== null;
  assert.deepEqual(
    [heard(SLIDING, null), heard(["unknown", null, null], 3), heard(SLIDING, 3)],
    [false, false, true],
  );
  assert.deepEqual([heard(SLIDING, 3, 15_000), heard(SLIDING, 3, 15_001)], [true, false]);
});

test("figures that another way of counting explains are nobody's spends, where the policy surely is the one spoken of", () => {
  // Eight units ten seconds into the minute before: a counter of two buckets still weighs two thirds of them.
  const log: Spend[] = [[SENT - 70_000, SENT - 70_000, 8], OWN];
  const alone = told(SLIDING, { remaining: 4 }, { log });
  assert.deepEqual([alone.state.learned?.kind, alone.state.foreign], ["counter", []]);
  assert.deepEqual(alone.findings, [{ kind: "learned", limit: 10, quotaWindowMs: 60_000 }]);
  const doubtful = told(SLIDING, { remaining: 4 }, { log }, { alone: false });
  assert.deepEqual([doubtful.state.learned, doubtful.state.foreign], [null, [[LATE, LATE, 5]]]);
});

/** Units that the server is believed to have counted for others when it shows so many as used. */
function excess(
  figures: Figures,
  used: number,
  books: Partial<PartitionState>,
  quota: Partial<QuotaReading> = {},
): number {
  const { state } = told(figures, { remaining: 10 - used, ...quota }, books, { alone: false });
  return state.foreign.reduce((sum, one) => sum + one[2], 0);
}

test("on the grid our own count is what may lie in the named cell, else what passed within the length before", () => {
  const log: Spend[] = [[MINUTE - 3000, MINUTE - 3000, 5], OWN];
  assert.equal(excess(FIXED, 4, { log }, { resetAt: MINUTE + 60_000 }), 3);
  assert.equal(excess(FIXED, 4, { log }), 0);
  assert.equal(excess(FIXED, 8, { log }), 2);
});

test("the log counts from its length before the request on, a counter's from twice as long, with what is on its way", () => {
  const before = (ms: number, kind: QuotaWindowKind | "counter") => {
    const learned = kind === "counter" ? taught(0, { limit: null, kind }) : null;
    const at = SENT - ms;
    return [
      3 - excess(SLIDING, 4, { learned, log: [[at - 9, at, 3], OWN] }),
      3 - excess(SLIDING, 4, { learned, cells: [[0, 3, at]] }),
    ];
  };
  assert.deepEqual(
    [before(60_000, "sliding"), before(59_999, "sliding")],
    [
      [0, 0],
      [3, 3],
    ],
  );
  assert.deepEqual(
    [before(120_000, "counter"), before(119_999, "counter")],
    [
      [0, 0],
      [3, 3],
    ],
  );
  const flying = (sentAt: number) => 3 - excess(SLIDING, 4, { flying: [["f", sentAt, 3, 5]] });
  assert.deepEqual([flying(LATE), flying(LATE + 0.01)], [3, 0]);
});

test("a bucket's own count is what was missing when the request left, rounded up", () => {
  const bucket: Figures = ["bucket", 10, 60_000];
  assert.equal(excess(bucket, 6, { bucket: [3.5, SENT, 0, 4] }), 2);
  assert.equal(excess(bucket, 6, { bucket: [4.5, SENT - 6000, 0, 5] }), 2);
  const books = (before: PartitionState["bucket"]) =>
    told(bucket, { remaining: 4 }, { bucket: before }, { alone: false }).state.bucket;
  // Seven milliseconds of refill may have been lost: a fifth unit may be missing.
  assert.deepEqual(books([4, SENT, 7, 5]), [5, SENT, 7, 6]);
  assert.deepEqual(books(null), [6, LATE, 0, 6]);
});

test("others' units lie in the cell that the answer names", () => {
  const { state } = told(FIXED, { remaining: 7, resetAt: MINUTE + 60_000 });
  assert.deepEqual([state.log, state.cells], [[], [[MINUTE / 60_000, 3, LATE]]]);
  assert.deepEqual(told(FIXED, { remaining: 7 }).state.log, [OWN, [LATE, LATE, 2]]);
});

test("a span names the cell of another grid where both its ends lie in it", () => {
  const names = (from: number, to: number, figures: Figures = FIXED) => {
    const before = { ...EMPTY, log: [OWN] };
    const { cells, log } = namedBy(policyOf(figures), before, [MINUTE + from, MINUTE + to], HEAD, CLOCK);
    assert.equal(log.length, cells.length === 0 ? 1 : 0);
    return cells.length === 0 ? null : cells[0]![0] - MINUTE / 60_000;
  };
  assert.deepEqual([names(50_000, 60_000), names(50_000, 60_001), names(59_999, 61_000)], [0, null, null]);
  assert.equal(names(60_000, 120_000), 1);
  assert.equal(names(0, 60_000, SLIDING), null);
});

test("the cell is the request's own, whose spend was booked last and as it was sent", () => {
  const named = (...log: Spend[]) =>
    namedBy(policyOf(FIXED), { ...EMPTY, log }, [MINUTE, MINUTE + 60_000], HEAD, CLOCK).log;
  const other: Spend = [SENT - 500, SENT, 2];
  assert.deepEqual(named(), []);
  assert.deepEqual(named(other, OWN), [other]);
  assert.deepEqual(named(OWN, other), [OWN, other]);
  assert.deepEqual(named([SENT - 3, LATE + 50, 1]), []);
  assert.deepEqual(named([SENT + 4, LATE + 50, 1]), [[SENT + 4, LATE + 50, 1]]);
});
