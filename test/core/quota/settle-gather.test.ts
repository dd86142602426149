// When the newest two spends are counted as one, so that a burst leaves few rows, and when they must be told apart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClockState, latest } from "../../../src/core/quota/clock.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";
import { departed, settle } from "../../../src/core/quota/settle.ts";
import { EMPTY, type Spend } from "../../../src/core/quota/state.ts";
import { claimOf, type Figures } from "./exchange.ts";

const SENT = 1_800_000_020_000;
const GOT = SENT + 40;
/** Far too rough to tell a cell of a minute. */
const CLOCK: ClockState = { lo: -30_000, hi: 50_000, at: GOT, rttMin: 40, rttMax: 40, n: 10_000 };
const UNPLACED: ClockState = { ...CLOCK, lo: null, hi: null };
const LATE = latest(CLOCK, { sentAt: SENT, gotAt: GOT, quick: true });

/** The log after an answer, as milliseconds after its sending; each entry before it holds two units. */
function log(
  kind: Figures[1],
  before: readonly (readonly [number, number])[],
  lengthMs = 60_000,
  clock = CLOCK,
) {
  const claim = claimOf(["r", kind, 100, lengthMs]);
  const head = { status: 200, headers: {}, sentAt: SENT, gotAt: GOT, quick: true };
  const own = {
    claim,
    flight: "f",
    holder: "h",
    tookSlots: false,
    briefSlots: false,
    refusal: null,
    chance: 0,
  };
  const spends = before.map(([early, late]): Spend => [SENT + early, SENT + late, 2]);
  const state = { ...EMPTY, log: spends };
  const found = settle({ ...own, head, reading: readHead(head, null) }, [state], clock, GOT).states[0]!.log;
  return found.map(([early, late, units]) => [early - SENT, late === LATE ? "own" : late - SENT, units]);
}

const APART = [0, "own", 1];

test("a single spend stays alone, and of many only the newest two become one", () => {
  assert.deepEqual(log("sliding", []), [APART]);
  assert.deepEqual(
    log("sliding", [
      [-9, -9],
      [-5, -5],
    ]),
    [
      [-9, -9, 2],
      [-5, "own", 3],
    ],
  );
});

test("a log counts together what lies within a 4096th of its length, from the earliest to the latest", () => {
  assert.deepEqual(log("sliding", [[-14, -5]]), [[-14, "own", 3]]);
  assert.deepEqual(log("sliding", [[-15, -5]]), [[-15, -5, 2], APART]);
  assert.deepEqual(log("sliding", [[-5, 9]]), [[-5, 9, 3]]);
  assert.deepEqual(log("sliding", [[-5, 10]]), [[-5, 10, 2], APART]);
  assert.deepEqual(log("sliding", [[-14, 2]], 65_536), [[-14, 2, 3]]);
  assert.deepEqual(log("sliding", [[-14, 2]], 65_535), [[-14, 2, 2], APART]);
  assert.deepEqual(log("sliding", [[0, 5]]), [[0, 5, 3]]);
});

test("a spend that left later than this one is not counted with it", () => {
  assert.deepEqual(log("sliding", [[1, 1]]), [[1, 1, 2], APART]);
});

test("where boundaries count, only what nothing tells apart becomes one, and on a grid that is not placed as in a log", () => {
  const alike = [[0, LATE - SENT]] as const;
  for (const kind of ["fixed", "fixedFromFirst", "bucket"] as const) {
    assert.deepEqual(log(kind, alike), [[0, "own", 3]], kind);
    assert.deepEqual(log(kind, [[-5, -5]]), [[-5, -5, 2], APART], kind);
    assert.deepEqual(log(kind, [[0, 5]]), [[0, 5, 2], APART], kind);
    assert.deepEqual(log(kind, [[-5, LATE - SENT]]), [[-5, "own", 2], APART], kind);
  }
  assert.deepEqual(log("fixed", [[-5, -5]], 60_000, UNPLACED), [[-5, "own", 3]]);
  assert.deepEqual(log("fixedFromFirst", [[-5, -5]], 60_000, UNPLACED), [[-5, -5, 2], APART]);
});

test("a bucket's lateness grows with that of a request that left late, and never shrinks", () => {
  const late = (before: number) => {
    const state = {
      ...EMPTY,
      flying: [["f", SENT - 100, 1, 70]] as const,
      bucket: [500, SENT, before, 600] as const,
    };
    return departed(state, "f", SENT - 40).bucket;
  };
  assert.deepEqual(
    [late(8), late(130), late(140)],
    [
      [500, SENT, 130, 600],
      [500, SENT, 130, 600],
      [500, SENT, 140, 600],
    ],
  );
});
