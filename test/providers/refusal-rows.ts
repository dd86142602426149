// The refusals that the providers document, in their own bodies and headers, each with what it is and the cure that follows.
import type { Refusal } from "../../src/core/quota/model.ts";
import type { Outgoing } from "../../src/core/wire.ts";

/** When all of them come. Epoch ms. */
export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

/** What is done about it: again when the gate opens, again after a pause by chance that grows, or nothing by itself. */
export type Cure =
  | "waits for the instant"
  | "waits for a job"
  | "waits as the ledger says"
  | "backs off"
  | "stops";

/** What our own counters say: room everywhere, the minute nearly spent, every slot taken. */
export type Count = "room" | "spent" | "full";

/** One refusal, as it comes over the wire. */
export interface Row {
  readonly provider: string;
  readonly what: string;
  /** Default 429. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly count?: Count;
  readonly lane?: Outgoing["lane"];
  readonly repeat?: Outgoing["repeat"];
  readonly kind: Refusal["kind"] | null;
  readonly until?: number;
  readonly cure: Cure;
  /** What the card says. */
  readonly says: RegExp;
}

const spentAt = { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "0" };
const sync429 = {
  statusCode: 429,
  message: "Too many requests. Please try again later.",
  error: "Too Many Requests",
};
const rate = { kind: "rate", cure: "waits for the instant" } as const;
const unsaid = { kind: "rate", cure: "waits as the ledger says" } as const;
const crowded = { kind: "concurrency", cure: "waits for a job" } as const;
const final = { kind: null, cure: "stops" } as const;
const passing = { kind: null, cure: "backs off" } as const;
const poll = { lane: "poll", repeat: "safe" } as const;
const credit = { kind: "credit", cure: "stops" } as const;

/** All of them. */
export const rows: readonly Row[] = [
  {
    provider: "soundpiece",
    what: "a 429 with Retry-After",
    headers: { "retry-after": "17" },
    body: { detail: "Rate limit exceeded; retry in 17 seconds" },
    ...rate,
    until: 17_000,
    says: /goes out by itself/,
  },
  {
    provider: "soundpiece",
    what: "a 429 of a poll",
    headers: { "retry-after": "17" },
    body: { detail: "Rate limit exceeded" },
    ...poll,
    ...rate,
    until: 17_000,
    says: /goes out by itself/,
  },
  {
    provider: "soundpiece",
    what: "a 429 without Retry-After",
    body: { detail: "Rate limit exceeded" },
    ...unsaid,
    says: /limit is reached/,
  },
  {
    provider: "soundpiece",
    what: "no credits",
    status: 402,
    body: { detail: "Not enough credits" },
    ...credit,
    says: /Add credits at SoundPiece/,
  },
  {
    provider: "soundpiece",
    what: "a 503 under a key",
    status: 503,
    body: { detail: "Unavailable" },
    repeat: "sameKey",
    ...passing,
    says: /idempotency key/,
  },
  {
    provider: "soundpiece",
    what: "a 503 that names a time",
    status: 503,
    headers: { "retry-after": "5" },
    body: { detail: "Unavailable" },
    repeat: "sameKey",
    kind: "busy",
    until: 5_000,
    cure: "waits for the instant",
    says: /idempotency key/,
  },
  {
    provider: "sauti",
    what: "a 429 of synthesis",
    headers: { ...spentAt, "retry-after": "30", "x-ratelimit-reset": String(NOW / 1000 + 30) },
    body: {
      type: "https://sauti.finiflowlabs.com/errors/rate_limit_exceeded",
      title: "Rate Limit Exceeded",
      status: 429,
      detail: "Rate limit of 10 requests per minute exceeded for synthesis",
    },
    ...rate,
    until: 30_000,
    says: /goes out by itself/,
  },
  {
    provider: "sauti",
    what: "a 429 that shows only when it resets",
    headers: { ...spentAt, "x-ratelimit-reset": String(NOW / 1000 + 9) },
    body: {},
    ...rate,
    until: 9_000,
    says: /goes out by itself/,
  },
  {
    provider: "sauti",
    what: "a 500 of a create without a key",
    status: 500,
    body: { title: "Internal Server Error" },
    ...final,
    says: /may have been counted/,
  },
  {
    provider: "voicedub",
    what: "a 429",
    headers: { ...spentAt, "retry-after": "30" },
    body: { code: "rate_limit_exceeded", message: "Rate limit exceeded" },
    ...rate,
    until: 30_000,
    says: /goes out by itself/,
  },
  {
    provider: "voicedub",
    what: "a poll before its 3 s are over",
    headers: { "retry-after": "3" },
    body: { code: "rate_limit_exceeded", message: "Rate limit exceeded" },
    ...poll,
    kind: "pollRate",
    until: 3_000,
    cure: "waits for the instant",
    says: /limits is reached/,
  },
  {
    provider: "voicedub",
    what: "a poll whose budget is spent",
    headers: { ...spentAt, "retry-after": "30" },
    body: { code: "rate_limit_exceeded" },
    ...poll,
    ...rate,
    until: 30_000,
    says: /goes out by itself/,
  },
  {
    provider: "voicedub",
    what: "no credits for a dub",
    status: 403,
    body: { code: "not_enough_credits", message: "Not enough credits." },
    ...credit,
    says: /go on with the same dub/,
  },
  {
    provider: "voicedub",
    what: "a right that is missing",
    status: 403,
    body: { code: "forbidden", message: "Forbidden" },
    ...final,
    says: /credits and rights/,
  },
  {
    provider: "sync",
    what: "the newer 429 of requests",
    body: { ...sync429, errorCode: "rate_limit_exceeded" },
    repeat: "sameKey",
    ...unsaid,
    says: /next minute begins/,
  },
  {
    provider: "sync",
    what: "the newer 429 of generations at once",
    body: { ...sync429, errorCode: "concurrency_limit_reached" },
    repeat: "sameKey",
    ...crowded,
    says: /Wait for one of them to end/,
  },
  {
    provider: "sync",
    what: "the newer 429 of generations, whatever we count",
    body: { ...sync429, errorCode: "concurrency_limit_reached" },
    count: "spent",
    repeat: "sameKey",
    ...crowded,
    says: /Wait for one of them to end/,
  },
  {
    provider: "sync",
    what: "the older 429 with every slot taken",
    body: sync429,
    count: "full",
    repeat: "sameKey",
    ...crowded,
    says: /finds out which/,
  },
  {
    provider: "sync",
    what: "the older 429 with the minute nearly spent",
    body: sync429,
    count: "spent",
    repeat: "sameKey",
    ...unsaid,
    says: /finds out which/,
  },
  {
    provider: "sync",
    what: "the older 429 with room in both: somebody else's generation",
    body: sync429,
    repeat: "sameKey",
    ...crowded,
    says: /finds out which/,
  },
  {
    provider: "sync",
    what: "the older 429 of a poll with room",
    body: sync429,
    ...poll,
    kind: "pollRate",
    cure: "backs off",
    says: /finds out which/,
  },
  {
    provider: "sync",
    what: "a plan that does not cover it",
    status: 402,
    body: { statusCode: 402, message: "Payment required", errorCode: "payment_required" },
    ...credit,
    says: /Look at plan and billing at Sync/,
  },
  {
    provider: "sync",
    what: "a 502 under a key",
    status: 502,
    body: { statusCode: 502, message: "Bad Gateway" },
    repeat: "sameKey",
    ...passing,
    says: /idempotency key/,
  },
  {
    provider: "vocabusta",
    what: "a bare 429",
    body: { detail: "Rate limit exceeded." },
    ...unsaid,
    says: /learns the limit/,
  },
  {
    provider: "vocabusta",
    what: "a busy engine at a create without a key",
    status: 502,
    body: { detail: "Pod TTS unavailable." },
    ...final,
    says: /before you send it again/,
  },
  {
    provider: "vocabusta",
    what: "a busy engine at a read",
    status: 502,
    body: { detail: "Pod TTS unavailable." },
    repeat: "safe",
    ...passing,
    says: /It passes/,
  },
  {
    provider: "vocabusta",
    what: "an account that is not active",
    status: 403,
    body: { detail: "Not active" },
    ...final,
    says: /Activate it under Billing/,
  },
];
