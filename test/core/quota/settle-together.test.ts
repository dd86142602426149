// Requests of one claim whose answers come at the same instant: they count as what they are together, never later than any of them
// may have left, nor sooner than any may have arrived.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClockState } from "../../../src/core/quota/clock.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";
import { settle } from "../../../src/core/quota/settle.ts";
import { EMPTY, type Flight } from "../../../src/core/quota/state.ts";
import { claimOf } from "./exchange.ts";

const SENT = 1_800_000_020_000;
const GOT = SENT + 500;
/** Round trips alike, so that only what was noted with a flight makes its arrival doubtful. */
const CLOCK: ClockState = { lo: null, hi: null, at: GOT, rttMin: 40, rttMax: 40, n: 5_000 };
const SLIDING = claimOf(["r", "sliding", 100, 60_000]);
/** What a request that none of the flights names costs. */
const COST = 3;

const flight = (id: string, ms: number, units = 1, doubt = 10): Flight => [id, SENT + ms, units, doubt];

/** What is counted, as milliseconds after SENT, and what still flies, after answers to a request sent at SENT and those with it. */
function together(flying: readonly Flight[], ids: readonly string[], clock = CLOCK, sentMs = 0) {
  const head = { status: 200, headers: {}, sentAt: SENT + sentMs, gotAt: GOT, quick: false };
  const claim = { ...SLIDING, parts: SLIDING.parts.map((part) => ({ ...part, cost: COST })) };
  const [first = "", ...others] = ids;
  const own = { claim, flight: first, others, holder: "", tookSlots: false, briefSlots: false };
  const rest = { head, reading: readHead(head, null), refusal: null, chance: 0 };
  const settled = settle({ ...own, ...rest }, [{ ...EMPTY, flying }], clock, GOT);
  const { log, flying: left } = settled.states[0]!;
  return {
    log: log.map(([early, late, units]) => [early - SENT, late - SENT, units]),
    left: left.map((one) => one[0]),
  };
}

test("those answered together are counted together, from the first to leave to the last to arrive, and the others fly on", () => {
  const all = [flight("a", 5, 1, 70), flight("x", 1, 9, 300), flight("b", 2, 2, 20), flight("c", 7, 4, 30)];
  for (const flying of [all, all.toReversed()]) {
    assert.deepEqual(together(flying, ["a", "b", "c"]), { log: [[2, 77, 7]], left: ["x"] });
    assert.deepEqual(together(flying, ["c", "b"]).log, [[2, 37, 6]]);
    assert.deepEqual(together(flying, ["b"]), {
      log: [[2, 22, 2]],
      left: flying.map((one) => one[0]).filter((id) => id !== "b"),
    });
  }
});

test("when one was sent is known from where it was booked, and only for one that is not there from its answer", () => {
  const flying = [flight("a", 5, 2), flight("b", 7)];
  assert.deepEqual(together(flying, ["a", "b"], CLOCK, 90).log, [[5, 17, 3]]);
  assert.deepEqual(together(flying, ["a", "gone"], CLOCK, 0), {
    log: [[0, 15, 2 + COST]],
    left: ["b"],
  });
  assert.deepEqual(together(flying, ["gone", "a", "b", "lost"], CLOCK, 90).log, [[5, 100, 3 + 2 * COST]]);
});

test("each of them is a round trip and an answer that passed", () => {
  const unknown = claimOf(["u", "unknown", null, null]);
  const head = { status: 200, headers: {}, sentAt: SENT, gotAt: SENT + 40, quick: true };
  const own = { claim: unknown, flight: "a", holder: "", tookSlots: false, briefSlots: false };
  const rest = { head, reading: readHead(head, null), refusal: null, chance: 0 };
  const flying = [flight("a", 0), flight("b", 0), flight("c", 0)];
  const after = (others?: readonly string[]) => {
    const { states, clock } = settle({ ...own, ...rest, others }, [{ ...EMPTY, flying }], CLOCK, GOT);
    return [clock.n - CLOCK.n, states[0]?.lesson?.successes];
  };
  assert.deepEqual(
    [after(), after([]), after(["b", "c"])],
    [
      [1, 1],
      [1, 1],
      [3, 3],
    ],
  );
});
