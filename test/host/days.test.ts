/** The history's grouping by day. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { daysOf } from "../../src/host/days.ts";

const at = (day: number, hour: number) => new Date(2026, 2, day, hour).getTime();
const same = (one: number) => one;

test("entries are grouped by the day they lie in, in the order in which they come", () => {
  const days = daysOf([at(30, 1), at(29, 23), at(29, 1), at(2, 12)], same, at(30, 9));
  assert.deepEqual(
    days.map((day) => [day.key, day.ago, day.entries.length]),
    [
      ["2026-03-30", 0, 1],
      ["2026-03-29", 1, 2],
      ["2026-03-02", 28, 1],
    ],
  );
});

test("a day of 23 or 25 hours counts as one day", () => {
  // In most time zones with a summer time the clocks change between these two.
  const [day] = daysOf([new Date(2026, 9, 24, 0).getTime()], same, new Date(2026, 9, 25, 23).getTime());
  assert.equal(day?.ago, 1);
});

test("no entries make no day", () => {
  assert.deepEqual(daysOf([], same, 0), []);
});
