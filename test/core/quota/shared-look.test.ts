// A budget that somebody else spends from: when to look before sending, and how much of it is ours without a look.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import type { RatePolicy } from "../../../src/core/quota/model.ts";
import { heardOf, lookAt } from "../../../src/core/quota/shared.ts";
import {
  type CountingKind,
  EMPTY,
  type Flight,
  type Heard,
  type PartitionState,
  type Spend,
} from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

const LENGTH_MS = 10_000;
/** The server's clock is three seconds ahead. */
const SKEW_MS = 3000;
/** A cell of the server's grid begins here, by our clock. */
const NOW = 1_800_000_000_000 - SKEW_MS;
const CELL = (NOW + SKEW_MS) / LENGTH_MS;
const policy = claimOf(["r", "sliding", 10, LENGTH_MS]).parts[0]!.policy as RatePolicy;

interface Asked {
  readonly at?: number;
  readonly units?: number;
  readonly kind?: CountingKind;
  readonly limit?: number | null;
  readonly told?: boolean;
  readonly lengthMs?: number;
  readonly clock?: ClockState;
}

/** How long after NOW a request may go. */
function look(
  books: Partial<PartitionState>,
  { at = 0, units = 1, kind = "sliding", limit = 10, told = true, lengthMs = LENGTH_MS, clock }: Asked = {},
): number {
  const now = NOW + at;
  const known = clock ?? { lo: SKEW_MS, hi: SKEW_MS + 20, at: now, rttMin: 20, rttMax: 20, n: 10_000 };
  const figures = { kind, limit, quotaWindowMs: lengthMs, windowKnown: true };
  const rate = { ...figures, evidence: "published", evidenceAt: null } as const;
  return lookAt({ ...policy, told }, rate, { ...EMPTY, ...books }, known, now, units) - NOW;
}

/** In flight, sent at these instants after NOW. */
const flying = (...sent: number[]): Flight[] => sent.map((ms, i) => [`f${i}`, NOW + ms, 1, 5]);
/** Counted by then, and perhaps a whole quota window before. */
const spend = (ms: number, units = 1): Spend => [NOW + ms - LENGTH_MS, NOW + ms, units];
const heard = (ms: number, more: Partial<Heard> = {}): Heard => ({
  answers: 3,
  at: NOW + ms,
  pace: 0,
  ...more,
});
const SHARED = { sharedUntil: NOW + 60_000 };

test("where answers tell nothing of what is left, or nobody knows a limit, there is nothing to look at", () => {
  assert.equal(look({ flying: flying(-200) }, { told: false }), 0);
  assert.equal(look({ flying: flying(-200) }, { limit: null }), 0);
});

test("who never looked does so once: the first answer is awaited, for at most a second after the youngest left", () => {
  assert.equal(look({}), 0);
  assert.equal(look({ flying: flying(-200) }), 800);
  assert.equal(look({ flying: flying(-200, -600) }), 800);
  assert.equal(look({ flying: flying(-1500) }), 0);
  assert.equal(look({ ...SHARED, flying: flying(-200) }), 800);
});

test("alone, one unit is left to another who looked as well, until as many answers are here as the limit holds", () => {
  const log = [spend(-500, 8)];
  assert.equal(look({ heard: heard(-100), log: [spend(-500, 7)], flying: flying(-200) }), 0);
  assert.equal(look({ heard: heard(-100), log, flying: flying(-200) }), 800);
  assert.equal(look({ heard: heard(-100), log }), 0);
  assert.equal(look({ heard: heard(-100, { answers: 9 }), log, flying: flying(-200) }), 800);
  assert.equal(look({ heard: heard(-100, { answers: 10 }), log, flying: flying(-200) }), 0);
  assert.equal(look({ heard: heard(-100), flying: flying(-20_000) }, { units: 10 }), 0);
});

test("who was surprised by others once looks again after every silence of a quota window", () => {
  const books = { flying: flying(-200), sharedUntil: NOW };
  assert.equal(look({ ...books, heard: heard(-10_001) }), 800);
  assert.equal(look({ ...books, heard: heard(-10_000) }), 0);
  assert.equal(look({ ...books, heard: heard(-10_001), sharedUntil: 0 }), 0);
  assert.equal(look({ ...books, heard: heard(-10_001), sharedUntil: 1 }), 800);
});

test("of a shared sliding budget our own spends of a quota window ago come back to us without a look", () => {
  const own = { ...SHARED, heard: heard(-2000), foreign: [spend(-11_000)] };
  const log = [spend(-11_000, 4), spend(-1000, 1)];
  const sent = flying(-100);
  assert.equal(look({ ...own, log, flying: sent }, { units: 2 }), 0);
  assert.equal(look({ ...own, log, flying: sent }, { units: 3 }), 900);
  assert.equal(look({ ...own, log, flying: [...sent, ...flying(-2000)] }, { units: 2 }), 0);
  assert.equal(look({ ...own, log, flying: [...sent, ...flying(-1999)] }, { units: 2 }), 900);
});

test("those units come back that left the log since the last look, and no others", () => {
  const back = (ms: number) =>
    look({ ...SHARED, heard: heard(-600), log: [spend(ms)], flying: flying(-700) }) === 0;
  assert.deepEqual([-10_601, -10_600, -10_599, -10_000, -9999].map(back), [false, false, true, true, false]);
});

test("a look is believed for a twentieth of the quota window, and a second at most", () => {
  const books = { ...SHARED, flying: flying(-900) };
  assert.equal(look({ ...books, heard: heard(-500) }), 0);
  assert.equal(look({ ...books, heard: heard(-501) }), 100);
  assert.equal(look({ ...books, heard: heard(-800) }, { lengthMs: 60_000 }), 0);
  assert.equal(look({ ...SHARED, flying: flying(-1001), heard: heard(-1001) }, { lengthMs: 60_000 }), 0);
  assert.equal(look({ ...SHARED, heard: heard(-100, { pace: 1 }) }), 400);
  assert.equal(look({ ...SHARED, heard: heard(-100, { pace: 1 }) }, { lengthMs: 60_000 }), 900);
});

test("of a shared budget as much is left over as the others last spent", () => {
  const books = { ...SHARED, heard: heard(-100, { pace: 3 }) };
  assert.equal(look({ ...books, log: [spend(-1000, 7)] }), 9003);
  assert.equal(look({ ...books, log: [spend(-1000, 6)] }), 400);
  assert.equal(look({ ...books, log: [spend(-1000, 6)], flying: flying(-200) }), 800);
  assert.equal(look({ ...books, log: [spend(-9900, 6)], flying: flying(-200) }), 103);
  assert.equal(look(books, { units: 8 }), 400);
});

test("nobody looks again, however long ago the last look was, where the others' pace leaves no room", () => {
  const books = { ...SHARED, log: [spend(-3000, 7)] };
  assert.equal(look({ ...books, heard: heard(-2000, { pace: 3 }) }), 7003);
  assert.equal(look({ ...books, heard: heard(-2000, { pace: 2 }) }), 0);
  assert.equal(look({ ...books, heard: heard(-2000, { pace: 3 }), flying: flying(-200) }), 800);
});

test("a quarter of what is believed to be left may fly, and always one", () => {
  const at = (units: number, flights: number[], pace = 0) =>
    look({
      ...SHARED,
      heard: heard(-100, { pace }),
      log: units === 0 ? [] : [spend(-1000, units)],
      flying: flying(...flights),
    });
  assert.equal(at(0, [-200]), 0);
  assert.equal(at(0, [-200, -300]), 800);
  assert.equal(at(2, [-200]), 0);
  assert.equal(at(3, [-200]), 800);
  assert.equal(at(2, [-200], 1), 800);
  assert.equal(at(1, [-200], 1), 400);
  assert.equal(at(8, []), 0);
});

test("at the beginning of a fixed quota window our share is what we spent in the one before", () => {
  const cells = [
    [CELL - 1, 4, NOW - 50],
    [CELL - 2, 20, NOW - 50],
    [CELL, 20, NOW - 50],
  ] as const;
  const log = [spend(-3000, 2), spend(-11_000, 20), spend(5, 20)];
  const foreign = [spend(-3000), spend(-11_000), spend(5)];
  const books = { ...SHARED, heard: heard(-100), cells, log, foreign, flying: flying(-150) };
  const fixed = { kind: "fixed", at: 10 } as const;
  assert.equal(look(books, { ...fixed, units: 5 }), 10);
  assert.equal(look(books, { ...fixed, units: 6 }), 850);
  assert.equal(look(books, { ...fixed, units: 5, at: 34 }), 34);
  assert.equal(look(books, { ...fixed, units: 5, at: 35 }), 850);
  assert.equal(look(books, { ...fixed, units: 1, at: 35 }), 850);
});

test("who looked in this very fixed quota window goes by the look, and without the server's clock by the log", () => {
  const fixed = { kind: "fixed", at: 10 } as const;
  const books = { ...SHARED, flying: flying(-150) };
  assert.equal(look({ ...books, heard: heard(0) }, fixed), 10);
  assert.equal(look({ ...books, heard: heard(-1) }, fixed), 850);
  const older = { ...SHARED, heard: heard(-600), flying: flying(-650) };
  assert.equal(look({ ...older, log: [spend(-10_100)] }, { ...fixed, clock: NO_CLOCK }), 10);
  assert.equal(look(older, { ...fixed, clock: NO_CLOCK }), 350);
});

test("answers of requests that left together add up what others spent, a later one stands alone", () => {
  assert.deepEqual(heardOf(EMPTY, NOW, 2), { answers: 1, at: NOW, pace: 2 });
  const state = { ...EMPTY, heard: { answers: 4, at: NOW, pace: 3 } };
  assert.deepEqual(heardOf(state, NOW, 2), { answers: 5, at: NOW, pace: 5 });
  assert.deepEqual(heardOf(state, NOW - 9, 2), { answers: 5, at: NOW, pace: 5 });
  assert.deepEqual(heardOf(state, NOW + 1, 2), { answers: 5, at: NOW + 1, pace: 2 });
});
