/** Numbers, times and durations as the person reads them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { countdown, formatFor } from "../../src/host/format.ts";

const english = formatFor("en");
const at = (hour: number, minute: number, second: number, day = 5) =>
  new Date(2026, 10, day, hour, minute, second).getTime();

test("a time of today is told to the second, one of another day with its day", () => {
  assert.equal(english.clock(at(14, 2, 10), at(9, 0, 0)), "14:02:10");
  assert.equal(english.clock(at(0, 2, 10, 6), at(23, 0, 0)), "Nov 6, 00:02:10");
});

test("bytes keep one decimal where it tells something", () => {
  assert.equal(english.bytes(0), "0\u00a0bytes");
  assert.equal(english.bytes(999), "999\u00a0bytes");
  assert.equal(english.bytes(48_244), "48.2\u00a0kB");
  assert.equal(english.bytes(200_000_000), "200\u00a0MB");
});

test("a duration names its two largest units", () => {
  assert.equal(english.duration(2_440), "2.4\u00a0s");
  assert.equal(english.duration(59_600), "1\u00a0min");
  assert.equal(english.duration(65_000), "1\u00a0min 5\u00a0s");
  assert.equal(english.duration(3_600_000), "1\u00a0h");
  assert.equal(english.duration(100_000_000), "27\u00a0h 46\u00a0min");
  assert.equal(english.duration(240), "240\u00a0ms");
  assert.equal(english.duration(-5), "0\u00a0ms");
});

test("numbers follow the language", () => {
  assert.equal(formatFor("de").number(12_345.5), "12.345,5");
});

test("a countdown never says 0:00 before the instant", () => {
  assert.equal(countdown(1), "0:01");
  assert.equal(countdown(0), "0:00");
  assert.equal(countdown(17_000), "0:17");
  assert.equal(countdown(3_725_000), "1:02:05");
});
