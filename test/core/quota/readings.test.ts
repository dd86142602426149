// Single header values and single statements, at the edges of what is believed: each row is as some server may write it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeaderDialect } from "../../../src/core/profile/schema.ts";
import { type QuotaReading, readHead } from "../../../src/core/quota/evidence.ts";
import { familyQuotas } from "../../../src/core/quota/families.ts";
import { structuredQuotas } from "../../../src/core/quota/structured.ts";
import { LONGEST_WAIT_MS, readCount, readDate, readWait } from "../../../src/core/quota/values.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const LONGEST_S = LONGEST_WAIT_MS / 1000;

test("a wait of 32 days is believed, and no longer one", () => {
  assert.equal(LONGEST_S, 32 * 86_400);
  assert.equal(readWait(String(LONGEST_S), "deltaSeconds", NOW), LONGEST_WAIT_MS);
  assert.equal(readWait(String(LONGEST_S + 1), "deltaSeconds", NOW), null);
});

test("a bare number is told apart by its size: seconds from now, then since 1970, then milli-, micro- and nanoseconds", () => {
  const read = (text: string) => readWait(text, "auto", NOW);
  // As seconds from now such numbers are no wait; as instants since 1970 they are long past.
  assert.deepEqual(["1000000000", "1000000001"].map(read), [null, 0]);
  assert.deepEqual(["100000000000", "100000000001"].map(read), [null, 0]);
  assert.deepEqual(["100000000000000", "100000000000001"].map(read), [null, 0]);
  assert.deepEqual(["100000000000000000", "100000000000000020"].map(read), [null, 0]);
});

test("a form that wants a number reads nothing else, and an empty value is none", () => {
  for (const form of ["epochSeconds", "epochMs", "deltaSeconds"] as const)
    assert.equal(readWait("1s", form, NOW), null);
  assert.deepEqual([readWait(" ", "auto", NOW), readWait(" , 5", "auto", NOW)], [null, null]);
  assert.equal(readWait("x", "date", NOW), null);
});

test("a duration counts in its units, down to nanoseconds", () => {
  const table = { "1500000ns": 1.5, "1500us": 1.5, "1ms2us": 1.002, "2h": 7_200_000, "1.5m": 90_000 };
  for (const [text, ms] of Object.entries(table)) assert.equal(readWait(text, "duration", NOW), ms, text);
  assert.equal(readWait("2d", "duration", NOW), null);
});

test("a date has letters or colons, and digits", () => {
  assert.deepEqual(
    [readDate(undefined), readDate("2026"), readDate("12/3"), readDate("May"), readDate("x1")],
    [null, null, null, null, null],
  );
  assert.equal(readDate("2026-11-22T12:00:00Z"), NOW);
});

test("a count is the first number of a value, whatever follows it", () => {
  const table = [
    ["5;w=60", 5],
    [" 7 ", 7],
    ["9, 10", 9],
    ["-1", -1],
    ["1.5", 1.5],
    ["5 s", null],
    ["", null],
    [undefined, null],
  ] as const;
  for (const [text, count] of table) assert.equal(readCount(text), count, text);
});

/** Name, limit, what is left, milliseconds to the reset, length. */
const short = (quotas: readonly QuotaReading[]) =>
  quotas.map((one) => [
    one.name,
    one.limit,
    one.remaining,
    one.resetAt === null ? null : one.resetAt - NOW,
    one.quotaWindowMs,
  ]);
const family = (headers: Record<string, string>) =>
  short(
    familyQuotas(
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [`x-ratelimit-${name}`, value])),
      NOW,
    ),
  );

test("limit, rest and use complete each other, and without two of them there is nothing to complete", () => {
  assert.deepEqual(family({ limit: "10", used: "4" }), [[null, 10, 6, null, null]]);
  assert.deepEqual(family({ remaining: "3", used: "4" }), [[null, 7, 3, null, null]]);
  assert.deepEqual(family({ limit: "10" }), [[null, 10, null, null, null]]);
  assert.deepEqual(family({ remaining: "3" }), [[null, null, 3, null, null]]);
  assert.deepEqual(family({ limit: "10", remaining: "3", used: "4" }), [[null, 10, 3, null, null]]);
  assert.deepEqual([family({ used: "4" }), family({ reset: "4" })], [[], []]);
  assert.deepEqual(family({ remaining: "8/40" }), [[null, 40, 32, null, null]]);
  assert.deepEqual(family({ limit: "8/40" }), [[null, 40, 32, null, null]]);
});

test("what is counted gives a budget its name, and a header that is no part of one is left out", () => {
  assert.deepEqual(family({ "limit-requests": "5" }), [["requests", 5, null, null, null]]);
  assert.deepEqual(family({ colour: "5" }), []);
  assert.deepEqual(family({ "limit-tokens": "5" }), []);
  assert.deepEqual(short(familyQuotas({ limit: "5" }, NOW)), []);
});

test("a bucket that tells how it fills is full again after its size at that pace", () => {
  const fills = (more: Record<string, string>, limit: Record<string, string> = { limit: "10" }) =>
    family({ ...limit, ...more })[0]?.[4];
  const whole = { "interval-seconds": "2", fillrate: "5" };
  assert.equal(fills(whole), 4000);
  assert.equal(fills({ ...whole, fillrate: "1" }), 20_000);
  assert.deepEqual([fills({ fillrate: "5" }), fills({ "interval-seconds": "2" })], [null, null]);
  assert.deepEqual([fills({ ...whole, fillrate: "0" }), fills({ ...whole, fillrate: "-1" })], [null, null]);
  assert.equal(fills(whole, { remaining: "3" }), null);
});

test("lists of quota windows stand beside their counts, where counts are told", () => {
  const listed = (headers: Record<string, string>) => short(familyQuotas(headers, NOW));
  const limits = { "x-app-rate-limit": "20:1,100:120" };
  assert.deepEqual(listed(limits), [
    [null, 20, null, null, 1000],
    [null, 100, null, null, 120_000],
  ]);
  assert.deepEqual(listed({ ...limits, "x-app-rate-limit-count": "3:120" }), [
    [null, 20, null, null, 1000],
    [null, 100, 97, null, 120_000],
  ]);
});

const fields = (headers: Record<string, string>) => short(structuredQuotas(headers, NOW));

test("a structured field tells of those budgets only that say what is left, each with what else it says", () => {
  assert.deepEqual(fields({ ratelimit: '"a";r=5, "b";t=9, "c";r=1;t=2' }), [
    ["a", null, 5, null, null],
    ["c", null, 1, 2000, null],
  ]);
  const policies = { "ratelimit-policy": '"a";q=7, "c";q=9;w=3' };
  assert.deepEqual(fields({ ...policies, ratelimit: '"a";r=5, "c";r=1' }), [
    ["a", 7, 5, null, null],
    ["c", 9, 1, null, 3000],
  ]);
  assert.deepEqual(fields({ ratelimit: '"a";r=x, "b";r=?1' }), [
    ["a", null, null, null, null],
    ["b", null, null, null, null],
  ]);
});

test("bytes, and things alive at once, are no requests", () => {
  const policies =
    '"a";q=7;w=60, "b";q=9;qu="content-bytes", "c";q=4;qu="concurrent-requests", "d";q=5;qu="requests"';
  const ratelimit = '"a";r=5, "b";r=1, "c";r=0, "d";r=2';
  assert.deepEqual(
    fields({ ratelimit, "ratelimit-policy": policies }).map(([name]) => name),
    ["a", "d"],
  );
  const dictionary = {
    ratelimit: "limit=7, remaining=4",
    "ratelimit-policy": '7;w=1;qu="content-bytes", 7;w=60',
  };
  assert.equal(fields(dictionary)[0]?.[4], 60_000);
});

test("the dictionary of draft 07 needs to say what is left", () => {
  assert.deepEqual(fields({ ratelimit: "limit=10, reset=3" }), []);
  assert.deepEqual(fields({ ratelimit: "limit=10, remaining=4" }), [[null, 10, 4, null, null]]);
  assert.deepEqual(fields({ ratelimit: "remaining=4, reset=3", "ratelimit-policy": "10;w=60" }), [
    [null, null, 4, 3000, null],
  ]);
});

test("the older fields tell a limit or what is left, and the length that goes with this very limit", () => {
  const older = (limit?: string, remaining?: string, reset?: string) =>
    fields({
      ...(limit === undefined ? {} : { "ratelimit-limit": limit }),
      ...(remaining === undefined ? {} : { "ratelimit-remaining": remaining }),
      ...(reset === undefined ? {} : { "ratelimit-reset": reset }),
    });
  assert.deepEqual(
    [older("10"), older(undefined, "4"), older()],
    [[[null, 10, null, null, null]], [[null, null, 4, null, null]], []],
  );
  assert.deepEqual(older("10, 20;w=5, 10;w=60", "4"), [[null, 10, 4, null, 60_000]]);
  assert.deepEqual(older("10, 20;w=5", "4"), [[null, 10, 4, null, null]]);
  assert.deepEqual(
    [older("(1 2), 10"), older("many"), older("((")],
    [[[null, 10, null, null, null]], [], []],
  );
  assert.deepEqual(
    [older("10", "4", "1000000000")[0]?.[3], older("10", "4", "1000000001")[0]?.[3]],
    [1e12, 0],
  );
  assert.equal(older("10", "4", String(NOW / 1000 + 5))[0]?.[3], 5000);
});

const FACT = { source: "page", readOn: "2026-11", evidence: "published" } as const;
const DIALECT: HeaderDialect = {
  limit: { name: "X-Limit", form: "auto" },
  remaining: { name: "X-Left", form: "auto" },
  reset: { name: "X-Reset", form: "deltaSeconds" },
  retryAfter: { name: "retry-after", form: "auto" },
  structured: false,
  describes: "ownCategory",
  fact: FACT,
};

function head(headers: Record<string, string>, dialect: HeaderDialect | null = null) {
  const reading = readHead({ status: 200, headers, sentAt: NOW - 50, gotAt: NOW, quick: true }, dialect);
  return { ...reading, short: short(reading.quotas) };
}

test("a limit below one is none, parts of a unit are cut off, and less than nothing left is nothing", () => {
  const limit = (text: string) =>
    head({ "x-ratelimit-limit": text, "x-ratelimit-remaining": "1" }).short[0]?.[1];
  assert.deepEqual(
    [limit("0"), limit("0.9"), limit("1"), limit("2.7"), limit("x")],
    [null, null, 1, 2, null],
  );
  const rest = (text: string) =>
    head({ "x-ratelimit-limit": "5", "x-ratelimit-remaining": text }).short[0]?.[2];
  assert.deepEqual([rest("-3"), rest("0"), rest("2"), rest("x")], [0, 0, 2, null]);
});

test("no reset and no length beyond 32 days is believed, and no length of nothing", () => {
  const of = (length: number, reset: number) =>
    head({ "ratelimit-policy": `"a";q=10;w=${length}`, ratelimit: `"a";r=1;t=${reset}` }).short[0]?.slice(3);
  assert.deepEqual(of(LONGEST_S, LONGEST_S), [LONGEST_WAIT_MS, LONGEST_WAIT_MS]);
  assert.deepEqual(
    [of(LONGEST_S + 1, LONGEST_S + 1), of(0, 0), of(-1, 1)],
    [
      [null, null],
      [0, null],
      [1000, null],
    ],
  );
  assert.deepEqual(of(0.001, 1), [1000, 1]);
});

test("an answer is out of a cache where its age is above nothing", () => {
  const cached = (headers: Record<string, string>) => head(headers).cached;
  assert.deepEqual([cached({}), cached({ age: "0" }), cached({ age: "1" })], [false, false, true]);
  assert.deepEqual([head({}).dateAt, head({ date: new Date(NOW).toUTCString() }).dateAt], [null, NOW]);
});

test("without a Date a reset is counted from the receipt of the answer", () => {
  assert.equal(head({ "x-ratelimit-limit": "5", "x-ratelimit-reset": "7" }).short[0]?.[3], 7000);
});

test("a wait in milliseconds is believed above nothing and up to 32 days", () => {
  const wait = (text: string) => head({ "retry-after-ms": text }).retryAfterMs;
  assert.deepEqual(
    [wait("0"), wait("1"), wait(String(LONGEST_WAIT_MS)), wait(String(LONGEST_WAIT_MS + 1)), wait("x")],
    [null, 1, LONGEST_WAIT_MS, null, null],
  );
  assert.deepEqual(
    [head({ "retry-after": "1" }).retryAfterMs, head({ "retry-after": "0.001" }).retryAfterMs],
    [1000, 1],
  );
});

test("a profile names the headers that are read, and in which form", () => {
  const usual = { "x-ratelimit-limit": "99", ratelimit: '"a";r=5' };
  const own = { "x-limit": "10", "x-left": "4", "x-reset": "2000000000" };
  assert.deepEqual(head(usual, DIALECT).short, []);
  assert.deepEqual(head({ ...usual, ...own }, DIALECT).short, [[null, 10, 4, null, null]]);
  assert.deepEqual(head({ ...own, "x-reset": "7" }, DIALECT).short, [[null, 10, 4, 7000, null]]);
  assert.deepEqual(head({ ...usual, ...own }, { ...DIALECT, structured: true }).short, [
    ["a", null, 5, null, null],
  ]);
  assert.deepEqual(head(own, { ...DIALECT, structured: true }).short, [[null, 10, 4, null, null]]);
  assert.deepEqual(head(own, { ...DIALECT, describes: "none" }).short, []);
  assert.deepEqual(
    [head({ "x-left": "4" }, DIALECT).short, head({ "x-limit": "9" }, DIALECT).short],
    [[[null, null, 4, null, null]], [[null, 9, null, null, null]]],
  );
  assert.deepEqual(head({ "x-reset": "7" }, DIALECT).short, []);
});

test("used and size may stand in either of a profile's headers", () => {
  assert.deepEqual(head({ "x-limit": "8/40" }, DIALECT).short, [[null, 40, 32, null, null]]);
  assert.deepEqual(head({ "x-left": "8/40" }, DIALECT).short, [[null, 40, 32, null, null]]);
  const { limit: _, reset: __, ...bare } = DIALECT;
  assert.deepEqual(head({ "x-left": "8/40", "x-reset": "7" }, bare).short, [[null, 40, 32, null, null]]);
});
