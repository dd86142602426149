// Every dialect of headers that is known, one row each: the headers as that server writes them, and the budgets and the wait they
// mean. Read without a profile unless a row brings its own dialect.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeaderDialect } from "../../../src/core/profile/schema.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const SECONDS = NOW / 1000;

type Budget = readonly [
  limit: number | null,
  remaining: number | null,
  resetInMs: number | null,
  lengthMs?: number,
];
interface Row {
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly budgets: readonly Budget[];
  readonly retryMs?: number;
  readonly dialect?: Partial<HeaderDialect>;
}

const rows: readonly Row[] = [
  {
    server: "draft 08 to 11, two policies in one field",
    headers: {
      "ratelimit-policy": '"burst";q=100;w=60,"daily";q=1000;w=86400',
      ratelimit: '"burst";r=50;t=30,"daily";r=990;t=7000',
    },
    budgets: [
      [100, 50, 30_000, 60_000],
      [1000, 990, 7_000_000, 86_400_000],
    ],
  },
  {
    server: "draft 07",
    headers: { "ratelimit-policy": "100;w=60", ratelimit: "limit=100, remaining=50, reset=30" },
    budgets: [[100, 50, 30_000, 60_000]],
  },
  {
    server: "draft 00 to 06",
    headers: { "ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "50", "ratelimit-reset": "30" },
    budgets: [[100, 50, 30_000, 60_000]],
  },
  {
    server: "GitLab",
    headers: {
      "ratelimit-limit": "600",
      "ratelimit-observed": "1",
      "ratelimit-remaining": "599",
      "ratelimit-reset": String(SECONDS + 45),
      "ratelimit-resettime": "Sun, 22 Nov 2026 12:00:45 GMT",
      "ratelimit-name": "throttle_authenticated_api",
    },
    budgets: [[600, 599, 45_000]],
  },
  {
    server: "GitHub, primary",
    headers: {
      "x-ratelimit-limit": "5000",
      "x-ratelimit-remaining": "4987",
      "x-ratelimit-used": "13",
      "x-ratelimit-reset": String(SECONDS + 1800),
      "x-ratelimit-resource": "core",
    },
    budgets: [[5000, 4987, 1_800_000]],
  },
  { server: "GitHub, secondary", headers: { "retry-after": "60" }, budgets: [], retryMs: 60_000 },
  {
    server: "OpenAI",
    headers: {
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-limit-tokens": "150000",
      "x-ratelimit-remaining-tokens": "149984",
      "x-ratelimit-reset-tokens": "6m0s",
      "x-ratelimit-limit-tokens_usage_based": "1",
      "retry-after-ms": "880",
      "retry-after": "1",
    },
    budgets: [[60, 59, 1000]],
    retryMs: 1000,
  },
  { server: "Azure OpenAI", headers: { "retry-after-ms": "1250" }, budgets: [], retryMs: 1250 },
  {
    server: "Anthropic",
    headers: {
      "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "49",
      "anthropic-ratelimit-requests-reset": "2026-11-22T12:00:12Z",
      "anthropic-ratelimit-input-tokens-limit": "40000",
      "anthropic-ratelimit-input-tokens-remaining": "39000",
      "anthropic-ratelimit-input-tokens-reset": "2026-11-22T12:05:00Z",
      "anthropic-priority-input-tokens-limit": "10000",
      "retry-after": "12",
    },
    budgets: [[50, 49, 12_000]],
    retryMs: 12_000,
  },
  {
    server: "Discord",
    headers: {
      "x-ratelimit-limit": "5",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": `${SECONDS + 1}.250`,
      "x-ratelimit-reset-after": "1.750",
      "x-ratelimit-bucket": "abcd1234",
      "x-ratelimit-scope": "user",
      "retry-after": "1.5",
    },
    budgets: [[5, 0, 1750]],
    retryMs: 1500,
  },
  {
    server: "X",
    headers: {
      "x-rate-limit-limit": "900",
      "x-rate-limit-remaining": "899",
      "x-rate-limit-reset": String(SECONDS + 840),
    },
    budgets: [[900, 899, 840_000]],
  },
  { server: "Stripe", headers: { "stripe-rate-limited-reason": "endpoint-rate" }, budgets: [] },
  {
    server: "Shopify REST",
    headers: { "x-shopify-shop-api-call-limit": "32/40", "retry-after": "2.0" },
    budgets: [[40, 8, null]],
    retryMs: 2000,
  },
  { server: "Shopify GraphQL, which speaks in the body", headers: {}, budgets: [] },
  {
    server: "ElevenLabs, whose headers count what runs at once",
    headers: { "current-concurrent-requests": "3", "maximum-concurrent-requests": "5" },
    budgets: [],
  },
  {
    server: "Reddit",
    headers: { "x-ratelimit-used": "6", "x-ratelimit-remaining": "594.0", "x-ratelimit-reset": "240" },
    budgets: [[600, 594, 240_000]],
  },
  {
    server: "Sentry",
    headers: {
      "x-sentry-rate-limit-limit": "40",
      "x-sentry-rate-limit-remaining": "39",
      "x-sentry-rate-limit-reset": String(SECONDS + 1),
      "x-sentry-rate-limit-concurrentlimit": "25",
      "x-sentry-rate-limit-concurrentremaining": "24",
    },
    budgets: [[40, 39, 1000]],
  },
  {
    server: "Riot",
    headers: {
      "x-app-rate-limit": "20:1,100:120",
      "x-app-rate-limit-count": "3:1,33:120",
      "x-method-rate-limit": "2000:60",
      "x-method-rate-limit-count": "7:60",
    },
    budgets: [
      [20, 17, null, 1000],
      [100, 67, null, 120_000],
      [2000, 1993, null, 60_000],
    ],
  },
  {
    server: "Akamai",
    headers: {
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-next": "2026-11-22T12:00:03.500Z",
    },
    budgets: [[100, 0, 3500]],
  },
  {
    server: "Atlassian Data Center",
    headers: {
      "x-ratelimit-limit": "10",
      "x-ratelimit-remaining": "9",
      "x-ratelimit-interval-seconds": "60",
      "x-ratelimit-fillrate": "2",
    },
    budgets: [[10, 9, null, 300_000]],
  },
  {
    server: "APISIX, Unipile and guilds, whose reset is seconds from now",
    headers: { "x-ratelimit-limit": "100", "x-ratelimit-remaining": "99", "x-ratelimit-reset": "37" },
    budgets: [[100, 99, 37_000]],
  },
  {
    server: "Mailerlite and lemlist, which print dates",
    headers: {
      "x-ratelimit-limit": "20",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "Sun Nov 22 2026 13:00:09 GMT+0100 (Central European Standard Time)",
      "x-ratelimit-retry-after": "Sun Nov 22 2026 13:00:07 GMT+0100 (Central European Standard Time)",
    },
    budgets: [[20, 0, 9000]],
    retryMs: 7000,
  },
  ...(
    [
      ["milliseconds", "000"],
      ["microseconds", "000000"],
      ["nanoseconds", "000000000"],
    ] as const
  ).map(([unit, zeros]) => ({
    server: `a reset in ${unit} since 1970`,
    headers: {
      "x-ratelimit-limit": "10",
      "x-ratelimit-remaining": "3",
      "x-ratelimit-reset": `${SECONDS + 8}${zeros}`,
    },
    budgets: [[10, 3, 8000]] as const,
  })),
  {
    server: "SoundPiece and Sync, whose profiles say that headers tell nothing",
    headers: { "x-ratelimit-limit": "10", "retry-after": "17" },
    budgets: [],
    retryMs: 17_000,
    dialect: { describes: "none" },
  },
  {
    server: "SAUTI and VoiceDub, by their profiles",
    headers: {
      "x-ratelimit-limit": "500",
      "x-ratelimit-remaining": "499",
      "x-ratelimit-reset": String(SECONDS + 60),
    },
    budgets: [[500, 499, 60_000]],
    dialect: {
      limit: { name: "X-RateLimit-Limit", form: "count" },
      remaining: { name: "X-RateLimit-Remaining", form: "count" },
      reset: { name: "X-RateLimit-Reset", form: "epochSeconds" },
      describes: "mostRestrictive",
    },
  },
  {
    server: "a profile with names of its own",
    headers: { "x-quota": "7/40", "x-quota-back": "1500ms", "x-wait": "9" },
    budgets: [[40, 33, 1500]],
    retryMs: 9000,
    dialect: {
      limit: { name: "x-quota", form: "usedSlashSize" },
      reset: { name: "x-quota-back", form: "duration" },
      retryAfter: { name: "x-wait", form: "deltaSeconds" },
      describes: "ownCategory",
    },
  },
];

for (const { server, headers, budgets, retryMs, dialect } of rows)
  test(`headers are read as they are meant: ${server}`, () => {
    const fact = { source: "page", readOn: "2026-11", evidence: "published" } as const;
    const whole: HeaderDialect | null =
      dialect === undefined
        ? null
        : {
            retryAfter: { name: "retry-after", form: "auto" },
            structured: false,
            describes: "none",
            fact,
            ...dialect,
          };
    // Our own clock is minutes off: the server's Date is the reference.
    const date = new Date(NOW).toUTCString();
    const head = { status: 200, headers: { date, ...headers }, sentAt: 0, gotAt: NOW - 400_000, quick: true };
    const read = readHead(head, whole);
    assert.deepEqual(
      read.quotas.map((one) => [
        one.limit,
        one.remaining,
        one.resetAt === null ? null : Math.round(one.resetAt - NOW),
        one.quotaWindowMs,
      ]),
      budgets.map(([limit, remaining, reset, length]) => [limit, remaining, reset, length ?? null]),
    );
    assert.equal(read.retryAfterMs, retryMs ?? null);
  });

test("a reset so far off that no quota window explains it is no reset", () => {
  const headers = {
    "x-ratelimit-limit": "10",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": "99999999",
  };
  const read = readHead({ status: 200, headers, sentAt: NOW, gotAt: NOW, quick: true }, null);
  assert.deepEqual(
    read.quotas.map((one) => one.resetAt),
    [null],
  );
});
