// What a jump of the machine's clock moves in the books, and what it leaves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClockState, NO_CLOCK } from "../../../src/core/quota/clock.ts";
import { shifted, unplaced } from "../../../src/core/quota/shift.ts";
import { EMPTY, type PartitionState } from "../../../src/core/quota/state.ts";

const NOW = 1_800_000_000_000;
const BOOKS: PartitionState = {
  ...EMPTY,
  log: [[NOW - 10, NOW + 10, 3]],
  cells: [[180_000_000, 2, NOW + 20]],
  flying: [["1800000000000", NOW + 1, 1, 50]],
  closed: { until: NOW + 5000, at: NOW, evidence: "stated", strikes: 1 },
  bucket: [2, NOW + 7, 40, 3],
  probing: true,
};

test("forward, every instant moves along, and no count, length, name or cell does", () => {
  assert.deepEqual(shifted(BOOKS, { byMs: 500, sleptMs: 0 }, NOW), {
    ...BOOKS,
    log: [[NOW + 490, NOW + 510, 3]],
    cells: [[180_000_000, 2, NOW + 520]],
    flying: [["1800000000000", NOW + 501, 1, 50]],
    closed: { until: NOW + 5500, at: NOW + 500, evidence: "stated", strikes: 1 },
    bucket: [2, NOW + 507, 40, 3],
    unsureUntil: NOW + 120_000,
  });
});

test("back, only what would lie in the future moves, so that nothing is older than it is", () => {
  assert.deepEqual(shifted(BOOKS, { byMs: -500, sleptMs: 0 }, NOW), {
    ...BOOKS,
    log: [[NOW - 10, NOW - 490, 3]],
    cells: [[180_000_000, 2, NOW - 480]],
    flying: [["1800000000000", NOW - 499, 1, 50]],
    closed: { until: NOW + 4500, at: NOW, evidence: "stated", strikes: 1 },
    bucket: [2, NOW - 493, 40, 3],
    unsureUntil: NOW + 120_000,
  });
});

test("through a sleep what was in the air may arrive until its end, and nobody knows any more when a quota window opened", () => {
  const { flying, opened } = shifted(
    { ...BOOKS, opened: [NOW, NOW + 5] },
    { byMs: 1_000, sleptMs: 60_000 },
    NOW,
  );
  assert.deepEqual(flying, [["1800000000000", NOW + 1_001, 1, 60_050]]);
  assert.equal(opened, null);
  const brief = shifted({ ...BOOKS, opened: [NOW, NOW + 5] }, { byMs: 1_000, sleptMs: 1 }, NOW);
  assert.deepEqual([brief.flying[0]?.[3], brief.opened], [51, null]);
});

test("without a sleep a quota window that opened moves along", () => {
  const { opened } = shifted({ ...BOOKS, opened: [NOW, NOW + 5] }, { byMs: 1_000, sleptMs: 0 }, NOW);
  assert.deepEqual(opened, [NOW + 1_000, NOW + 1_005]);
});

test("a jump by nothing moves nothing, and from the year 1973 on a number is an instant", () => {
  const at = (polledAt: number, byMs: number) =>
    shifted({ ...EMPTY, polledAt }, { byMs, sleptMs: 0 }, NOW).polledAt;
  assert.equal(at(NOW + 5, 0), NOW + 5);
  assert.deepEqual([at(1e11, 1), at(1e11 + 1, 1), at(1.5e11, 1)], [1e11, 1e11 + 2, 1.5e11 + 1]);
  assert.deepEqual([at(NOW, -1), at(NOW + 1, -1)], [NOW, NOW]);
});

test("figures are in doubt for two minutes where something was counted before", () => {
  const until = (log: PartitionState["log"], before: number) =>
    shifted({ ...EMPTY, log, unsureUntil: before }, { byMs: 500, sleptMs: 0 }, NOW).unsureUntil - NOW;
  assert.deepEqual([until([], 0), until([], NOW + 9), until(BOOKS.log, 0)], [-NOW, 9, 120_000]);
  assert.equal(until(BOOKS.log, NOW + 200_000), 200_000);
});

test("of the server's clock only the way to it stays known", () => {
  const known: ClockState = { lo: 5, hi: 9, at: NOW, rttMin: 1, rttMax: 2, n: 3 };
  const lost = { ...known, lo: null, hi: null };
  for (const clock of [known, { ...known, lo: null }, { ...known, hi: null }])
    assert.deepEqual(unplaced(clock), lost);
  assert.equal(unplaced(lost), lost);
  assert.equal(unplaced(NO_CLOCK), NO_CLOCK);
});
