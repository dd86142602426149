// What a refusal teaches that the published limit does not explain: another way of counting, or a lower number.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClockState } from "../../../src/core/quota/clock.ts";
import { EMPTY, type Lesson, type PartitionState, type Spend } from "../../../src/core/quota/state.ts";
import type { Figures } from "./exchange.ts";
import { CLOCK, learned, lessonOf, NOW, refusal, seen, spend, UNKNOWN, UNPLACED } from "./lessons.ts";

test("what our own count explains teaches nothing, and nor does what stands in doubt", () => {
  const figures: Figures = ["r", "sliding", 3, 10_000];
  const books = { log: [spend(-1000, 2)] };
  const explained = seen(figures, books, 0, 9000, { unexplained: false });
  assert.deepEqual(
    [explained.state, explained.explained, explained.findings],
    [{ ...EMPTY, ...books }, true, []],
  );
  const doubtful = seen(figures, { ...books, unsureUntil: NOW + 1 }, 0, 9000);
  assert.deepEqual([doubtful.state.lesson, doubtful.explained], [null, false]);
  assert.notEqual(seen(figures, { ...books, unsureUntil: NOW }, 0, 9000).state.lesson, null);
});

/** The way of counting that a refusal of three a ten seconds shows. */
function kindOf(
  kind: Figures[1],
  log: readonly Spend[],
  at: number,
  until: number | null,
  books = {},
  clock = CLOCK,
) {
  const found = seen(["r", kind, 3, 10_000], { log, opened: [0, 0], ...books }, at, until, { clock });
  if (!found.explained) return null;
  assert.deepEqual(found.findings, [{ kind: "learned", limit: 3, quotaWindowMs: 10_000 }]);
  assert.deepEqual(
    [found.state.opened, found.state.learned?.limit, found.state.learned?.at],
    [null, null, NOW],
  );
  return found.state.learned?.kind;
}

test("a refusal that the published way does not explain shows another: from the first request, else a log, else a counter", () => {
  const opening: Spend[] = [
    [NOW - 3000, NOW - 3000, 1],
    [NOW + 1000, NOW + 1000, 2],
  ];
  assert.equal(kindOf("fixed", opening, 2000, 7000), "fixedFromFirst");
  assert.equal(kindOf("bucket", opening, 2000, 7000), "fixedFromFirst");
  assert.equal(kindOf("fixedFromFirst", opening, 2000, 7000), "sliding");
  const rolling: Spend[] = [[NOW - 12_000, NOW - 12_000, 1], ...opening];
  assert.equal(kindOf("fixed", rolling, 2000, 7000), "sliding");
  const older: Spend[] = [[NOW - 1000, NOW - 1000, 4]];
  assert.equal(kindOf("sliding", older, 4999, null), "counter");
  assert.equal(kindOf("sliding", older, 5000, null), null);
  assert.equal(kindOf("fixed", older, 2000, 3000), "counter");
  assert.equal(kindOf("sliding", older, 4999, null, {}, UNPLACED), null);
  assert.equal(kindOf("sliding", older, 4999, null, { learned: learned(null, null, "counter") }), null);
});

/** Two refusals in a row that no way of counting explains, of five a ten seconds. */
function lowered(
  kind: Figures[1],
  books: Partial<PartitionState>,
  before: Lesson["refusals"],
  clock = UNPLACED,
) {
  const found = seen(["r", kind, 5, 10_000], { ...books, lesson: lessonOf({ refusals: before }) }, 0, 9000, {
    clock,
  });
  const { lesson, learned: taught } = found.state;
  assert.deepEqual(
    found.findings,
    found.explained ? [{ kind: "learned", limit: taught?.limit, quotaWindowMs: 10_000 }] : [],
  );
  return [lesson?.refusals.at(-1)?.passed, found.explained ? taught : null];
}

test("where two refusals stood at the same number below the published one, that is the limit now", () => {
  const log = [spend(-10_001, 9), spend(-10_000), spend(-500, 2), spend(0), spend(1, 9)];
  assert.deepEqual(lowered("sliding", { log }, []), [4, null]);
  assert.deepEqual(lowered("sliding", { log }, [refusal(-20_000, 0, 4)]), [4, { ...learned(4, null, null) }]);
  assert.deepEqual(lowered("sliding", { log }, [refusal(-30_000, 0, 4), refusal(-20_000, 0, 3)]), [4, null]);
  assert.deepEqual(lowered("sliding", { log: [] }, [refusal(-20_000, 0, 0)]), [0, null]);
  assert.deepEqual(lowered("sliding", { log: [...log, spend(-5)] }, [refusal(-20_000, 0, 5)]), [5, null]);
  const bucket = { log, learned: learned(null, null, "bucket") };
  assert.deepEqual(lowered("sliding", bucket, [refusal(-20_000, 0, 4)]), [4, learned(4, null, "bucket")]);
});

test("on the grid those count that lie in the cell of the refusal", () => {
  const log = [spend(-1), spend(0, 2)];
  assert.deepEqual(lowered("fixed", { log }, [refusal(-20_000, 0, 2)], CLOCK), [2, learned(2, null, null)]);
  assert.deepEqual(lowered("fixed", { log }, [], UNPLACED), [3, null]);
  assert.deepEqual(lowered("sliding", { log }, [], CLOCK), [3, null]);
});

test("a refusal in the middle of a cell counts from its beginning, and where no grid is known a whole length", () => {
  const count = (log: Spend[], at: number, clock: ClockState) =>
    seen(["r", "fixed", 9, 10_000], { log }, at, 9900, { clock }).state.lesson?.refusals.at(-1)?.passed;
  assert.equal(count([spend(-1), [NOW, NOW + 1000, 2]], 5000, CLOCK), 2);
  assert.equal(count([[NOW - 9000, NOW - 8000, 2]], 0, UNPLACED), 2);
});

test("a way of counting that is in force already is not learned from the refusal that it does not explain", () => {
  const opening: Spend[] = [[NOW - 100, NOW - 100, 3]];
  assert.equal(kindOf("sliding", opening, 0, 9900, {}, UNPLACED), null);
});

test("the last eight refusals are remembered", () => {
  const eight = Array.from({ length: 8 }, (_, i) => refusal(-i, 0, 9));
  const found = seen(
    ["r", "sliding", 5, 10_000],
    { lesson: lessonOf({ refusals: eight, successes: 3 }) },
    0,
    9000,
  );
  assert.deepEqual(found.state.lesson?.refusals, [...eight.slice(1), refusal(0, 9000, 0)]);
  const open = seen(UNKNOWN, { lesson: lessonOf({ refusals: eight, successes: 3 }) }, 0, 9000);
  assert.deepEqual(open.state.lesson?.refusals, [...eight.slice(1), refusal(0, 9000, 3)]);
});
