/** Sync as its pages describe it, row by row: idempotency and both kinds of 429, asked by a client that is not ours. */
import { absent, type Row, runRows } from "../simulator/rows.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const video = { type: "video", url: "https://example.test/video.mp4" };
const audio = { type: "audio", url: "https://example.test/audio.wav" };
const body = { model: "lipsync-2", input: [video, audio] };
const create = { send: "POST /v2/generate", body, keep: { id: "id" } } as const;
const poll = "GET /v2/generate/{id}";
const slow = { jobTimeScale: 1000 };
const withKey = { headers: { "idempotency-key": "a-key.1~_" } };
const silent = { "retry-after": null, "x-ratelimit-limit": null };
const failure = (status: number, message: unknown = /./, errorCode: unknown = absent) => ({
  statusCode: status,
  message,
  errorCode,
});

const rows: Row[] = [
  {
    rule: "the same key and body give the same generation",
    given: [{ ...create, ...withKey }],
    send: "POST /v2/generate",
    body,
    ...withKey,
    status: 201,
    has: { "idempotency-replayed": "true" },
    json: { id: uuid, status: "COMPLETED" },
  },
  {
    rule: "another member of the organisation replays too",
    given: [{ ...create, ...withKey }],
    send: "POST /v2/generate",
    body,
    ...withKey,
    as: "main-2",
    status: 201,
    has: { "idempotency-replayed": "true" },
  },
  {
    rule: "another organisation's key is another key",
    given: [{ ...create, ...withKey }],
    send: "POST /v2/generate",
    body,
    ...withKey,
    as: "second-1",
    status: 201,
    has: { "idempotency-replayed": null },
  },
  {
    rule: "the same key with another body is a conflict",
    given: [{ ...create, ...withKey }],
    send: "POST /v2/generate",
    body: { ...body, model: "sync-3" },
    ...withKey,
    status: 409,
    json: failure(409, /./, /IDEMPOTENCY/),
  },
  {
    rule: "another reading calls that unprocessable",
    set: { idempotencyMismatch: "422" },
    given: [{ ...create, ...withKey }],
    send: "POST /v2/generate",
    body: { ...body, model: "sync-3" },
    ...withKey,
    status: 422,
    json: failure(422, /./, /IDEMPOTENCY/),
  },
  {
    rule: "an empty idempotency key is invalid",
    send: "POST /v2/generate",
    body,
    headers: { "idempotency-key": "" },
    status: 400,
    json: failure(400, /./, "INVALID_IDEMPOTENCY_KEY"),
  },
  {
    rule: "an idempotency key of 129 characters is invalid",
    send: "POST /v2/generate",
    body,
    headers: { "idempotency-key": "a".repeat(129) },
    status: 400,
    json: failure(400, /./, "INVALID_IDEMPOTENCY_KEY"),
  },
  {
    rule: "two idempotency keys are invalid",
    send: "POST /v2/generate",
    body,
    headers: { "idempotency-key": "a, b" },
    status: 400,
    json: failure(400, /./, "INVALID_IDEMPOTENCY_KEY"),
  },
  {
    rule: "the fourth generation at one time is refused by the plan",
    set: slow,
    given: [{ ...create, times: 3 }],
    send: "POST /v2/generate",
    body,
    status: 429,
    has: silent,
    json: { ...failure(429, /concurrent/, "concurrency_limit_reached"), error: "Too Many Requests" },
  },
  {
    rule: "two keys of one organisation share its places",
    set: slow,
    given: [{ ...create, times: 3 }],
    send: "POST /v2/generate",
    body,
    as: "main-2",
    status: 429,
    json: failure(429, /./, "concurrency_limit_reached"),
  },
  {
    rule: "Hobbyist has one place",
    set: { ...slow, plan: "Hobbyist" },
    given: [create],
    send: "POST /v2/generate",
    body,
    status: 429,
    json: failure(429, /./, "concurrency_limit_reached"),
  },
  {
    rule: "Growth has six places",
    set: { ...slow, plan: "Growth" },
    given: [{ ...create, times: 5 }],
    send: "POST /v2/generate",
    body,
    status: 201,
  },
  {
    rule: "a replay needs no place",
    set: slow,
    given: [
      { ...create, ...withKey },
      { ...create, times: 2 },
    ],
    send: "POST /v2/generate",
    body,
    ...withKey,
    status: 201,
  },
  {
    rule: "over the rate the refusal has another code",
    set: { limits: { generate: 1 } },
    given: [create],
    send: "POST /v2/generate",
    body,
    status: 429,
    has: silent,
    json: { ...failure(429, /./, "rate_limit_exceeded"), error: "Too Many Requests" },
  },
  {
    rule: "bare refusals do not tell the two kinds apart",
    set: { ...slow, plan: "Hobbyist", refusalBody: "bare" },
    given: [create],
    send: "POST /v2/generate",
    body,
    status: 429,
    json: failure(429),
  },
  {
    rule: "creating and asking have limits of their own",
    set: { limits: { generate: 1 } },
    given: [create],
    send: poll,
    status: 200,
  },
  {
    rule: "the other calls share one limit",
    set: { limits: { others: 1 } },
    given: [{ send: "GET /v2/models" }],
    send: "GET /v2/generations",
    status: 429,
    json: failure(429, /./, "rate_limit_exceeded"),
  },
  {
    rule: "an exhausted plan has to be paid",
    set: { credits: 0 },
    send: "POST /v2/generate",
    body,
    status: 402,
    json: failure(402),
  },
];

runRows("sync", (key) => ({ "x-api-key": key }), rows);
