// One reader of heads for every dialect: each row is a header as some server writes it, and what it means.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeaderDialect } from "../../../src/core/profile/schema.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";
import type { Head } from "../../../src/core/quota/model.ts";
import { readWait, type ValueForm } from "../../../src/core/quota/values.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
// A date that names no zone must not be taken for one of the machine's own.
process.env.TZ = "America/New_York";
const DATE = new Date(NOW).toUTCString();

function head(headers: Record<string, string>, status = 200): Head {
  return { status, headers: { date: DATE, ...headers }, sentAt: NOW - 50, gotAt: NOW + 50, quick: true };
}

const waits: readonly (readonly [text: string | undefined, form: ValueForm, ms: number | null])[] = [
  ["17", "auto", 17_000],
  ["2.0", "auto", 2000],
  ["0.5", "deltaSeconds", 500],
  ["0", "auto", 0],
  ["-3", "auto", 0],
  ["", "auto", null],
  [undefined, "auto", null],
  ["soon", "auto", null],
  ["86400", "auto", 86_400_000],
  ["99999999", "auto", null],
  [new Date(NOW + 30_000).toUTCString(), "auto", 30_000],
  [new Date(NOW - 30_000).toUTCString(), "auto", 0],
  ["2026-11-22T12:00:05Z", "auto", 5000],
  ["2026-11-22T12:00:05Z", "date", 5000],
  ["Sun Nov 22 12:00:07 2026", "auto", 7000],
  ["2026-11-22T12:00:05", "auto", 5000],
  ["2026-11-22 12:00:05.250", "date", 5250],
  ["2026-11-22 07:00:05 EST", "date", 5000],
  ["2026-11-22 13:00:05+0100", "date", 5000],
  ["Sun Nov 22 2026 13:00:09 GMT+0100 (Central European Standard Time)", "auto", 9000],
  ["6m0s", "auto", 360_000],
  ["880ms", "auto", 880],
  ["1h2m3s", "duration", 3_723_000],
  [String(NOW / 1000 + 42), "auto", 42_000],
  [String(NOW / 1000 + 42), "epochSeconds", 42_000],
  [String(NOW + 1234), "auto", 1234],
  [String(NOW + 1234), "epochMs", 1234],
  [`${NOW + 1234}000`, "auto", 1234],
  ["20", "epochSeconds", 0],
  ["12 ", "deltaSeconds", 12_000],
];

for (const [text, form, ms] of waits)
  test(`the value ${JSON.stringify(text)} read as ${form} is a wait of ${ms} ms`, () => {
    const wait = readWait(text, form, NOW);
    assert.equal(wait === null ? null : Math.round(wait), ms);
  });

test("an instant on the server's clock is exact, and so long from now is off by its rounding, wholly so without a Date", () => {
  const off = (reset: string, headers: Record<string, string> = {}) => {
    const told = { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "3", "x-ratelimit-reset": reset };
    return readHead(head({ ...told, ...headers }), null).quotas[0]?.resetOffMs;
  };
  assert.deepEqual([off(String(NOW / 1000 + 42)), off("2026-11-22T12:00:05Z")], [0, 0]);
  assert.deepEqual([off("42"), off("6m0s"), off("42", { date: "" })], [2000, 2000, Number.POSITIVE_INFINITY]);
  assert.equal(off(String(NOW / 1000 + 42), { date: "" }), 0);
  const dialect = (form: ValueForm): HeaderDialect => {
    const named = (name: string, of: string) => ({ name, form: of });
    return {
      limit: named("l", "count"),
      remaining: named("r", "count"),
      reset: { name: "t", form },
      structured: false,
      describes: "mostRestrictive",
    } as HeaderDialect;
  };
  const own = (t: string, form: ValueForm) =>
    readHead(head({ l: "10", r: "3", t }), dialect(form)).quotas[0]?.resetOffMs;
  assert.deepEqual([own("42", "deltaSeconds"), own("42", "duration")], [2000, 2000]);
  assert.deepEqual([own(String(NOW + 42), "epochMs"), own("20", "epochSeconds")], [0, 0]);
  const older = (reset: string) =>
    readHead(head({ "ratelimit-limit": "10", "ratelimit-remaining": "3", "ratelimit-reset": reset }), null)
      .quotas[0]?.resetOffMs;
  assert.deepEqual([older("30"), older(String(NOW / 1000 + 30))], [2000, 0]);
  assert.equal(readHead(head({ ratelimit: '"p";r=3;t=30' }), null).quotas[0]?.resetOffMs, 2000);
});

const retries: readonly (readonly [Record<string, string>, number | null])[] = [
  [{ "retry-after": "17" }, 17_000],
  [{ "retry-after": "0" }, null],
  [{ "retry-after": "abc" }, null],
  [{}, null],
  [{ "retry-after": "5, 9" }, 9000],
  [{ "retry-after-ms": "250" }, 250],
  [{ "retry-after-ms": "250", "retry-after": "1" }, 1000],
  [{ "retry-after-ms": "1250", "retry-after": "1" }, 1250],
  [{ "retry-after-ms": "-1", "retry-after": "2" }, 2000],
  [{ "retry-after-ms": "9e99", "retry-after": "0" }, null],
  [{ "retry-after": "1", "x-ratelimit-retry-after": "3" }, 3000],
  [{ "retry-after": "abc", "x-ratelimit-retry-after": "3" }, 3000],
  [{ "retry-after": new Date(NOW + 4000).toUTCString() }, 4000],
  [{ "retry-after": "Nov 22, 2026 12:00:04 GMT" }, 4000],
];

for (const [headers, ms] of retries)
  test(`a refusal with ${JSON.stringify(headers)} asks to wait ${ms} ms`, () => {
    assert.equal(readHead(head(headers, 429), null).retryAfterMs, ms);
  });

test("where a profile names the header of the wait, that one holds, and the usual ones in its absence", () => {
  const wait = (headers: Record<string, string>, form: ValueForm = "deltaSeconds", name = "X-Come-Back") => {
    const fact = { source: "page", readOn: "2026-11", evidence: "published" } as const;
    const dialect = { retryAfter: { name, form }, structured: false, describes: "none", fact } as const;
    return readHead(head(headers, 429), dialect).retryAfterMs;
  };
  assert.equal(wait({ "x-come-back": "2", "retry-after": "60", "retry-after-ms": "90000" }), 2000);
  assert.equal(wait({ "x-come-back": "0", "retry-after": "60", "retry-after-ms": "90000" }), 90_000);
  assert.equal(wait({ "retry-after": "60" }), 60_000);
  assert.equal(wait({ "x-come-back": "1ms", "retry-after": "60" }, "duration"), 1);
  // The usual header is read in the profile's form alone.
  assert.equal(wait({ "retry-after": String(NOW / 1000 + 42) }, "deltaSeconds", "Retry-After"), null);
});

test("a date that names the wait is compared with the server's own clock, not with ours", () => {
  const ahead = {
    date: new Date(NOW + 90_000).toUTCString(),
    "retry-after": new Date(NOW + 97_000).toUTCString(),
  };
  assert.equal(readHead(head(ahead, 429), null).retryAfterMs, 7000);
});

const quotas: readonly (readonly [
  Record<string, string>,
  readonly [
    limit: number | null,
    remaining: number | null,
    resetInMs: number | null,
    lengthMs: number | null,
  ][],
])[] = [
  [
    { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "4", "x-ratelimit-reset": String(NOW / 1000 + 7) },
    [[10, 4, 7000, null]],
  ],
  [
    { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "4.0", "x-ratelimit-reset": "30" },
    [[10, 4, 30_000, null]],
  ],
  [
    { ratelimit: '"default";r=50;t=30', "ratelimit-policy": '"default";q=100;w=60' },
    [[100, 50, 30_000, 60_000]],
  ],
  [
    {
      ratelimit: '"burst";r=1;t=2, "daily";r=900;t=3000',
      "ratelimit-policy": '"burst";q=10;w=60,"daily";q=1000;w=86400',
    },
    [
      [10, 1, 2000, 60_000],
      [1000, 900, 3_000_000, 86_400_000],
    ],
  ],
  [
    { ratelimit: "limit=100, remaining=50, reset=30", "ratelimit-policy": "100;w=60" },
    [[100, 50, 30_000, 60_000]],
  ],
  [
    { "ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "7", "ratelimit-reset": "12" },
    [[100, 7, 12_000, 60_000]],
  ],
  [
    { "ratelimit-limit": "100", "ratelimit-remaining": "7", "ratelimit-reset": String(NOW / 1000 + 12) },
    [[100, 7, 12_000, null]],
  ],
  [{ ratelimit: "((((", "x-ratelimit-limit": "x" }, []],
  [{}, []],
];

for (const [headers, expected] of quotas)
  test(`the headers ${JSON.stringify(headers)} tell ${expected.length} budgets`, () => {
    const told = readHead(head(headers), null).quotas;
    const found = told.map((one) => [
      one.limit,
      one.remaining,
      one.resetAt === null ? null : one.resetAt - NOW,
      one.quotaWindowMs,
    ]);
    assert.deepEqual(found, expected);
  });

test("a profile that says its headers describe nothing is believed", () => {
  const fact = { source: "page", readOn: "2026-11", evidence: "published" } as const;
  const dialect = {
    retryAfter: { name: "retry-after", form: "auto" },
    structured: false,
    describes: "none",
    fact,
  };
  const headers = { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "0" };
  assert.deepEqual(readHead(head(headers), dialect as unknown as HeaderDialect).quotas, []);
});

test("the instant at which a limit resets is read in the form that the profile names, and without one there is none", () => {
  const reset = (named: HeaderDialect["reset"]) => {
    const dialect = { structured: false, describes: "tightest", limit: { name: "X-Max" }, reset: named };
    const headers = { "x-max": "10", "x-reset": String(NOW / 1000 + 42) };
    return readHead(head(headers), dialect as unknown as HeaderDialect).quotas[0]?.resetAt;
  };
  assert.deepEqual(
    (["epochSeconds", "auto", "deltaSeconds"] as const).map((form) => reset({ name: "X-Reset", form })),
    [NOW + 42_000, NOW + 42_000, null],
  );
  assert.equal(reset(undefined), null);
});

test("used and size in one header are a limit and what is left of it", () => {
  const read = readHead(head({ "x-ratelimit-limit": "32/40" }), null).quotas[0];
  assert.deepEqual([read?.limit, read?.remaining], [40, 8]);
});

test("an answer out of a cache is marked, for its numbers are old", () => {
  assert.equal(readHead(head({ age: "12" }), null).cached, true);
});
