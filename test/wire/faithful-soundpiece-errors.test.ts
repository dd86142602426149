/** SoundPiece as its pages describe it, row by row: idempotency, refusals and errors, asked by a client that is not ours. */
import { absent, type Row, runRows } from "../simulator/rows.ts";

const id = "7d1f4b1e-5f0c-4a4e-9d2b-0c5f1a2b3c4d";
const other = "8e2f4b1e-5f0c-4a4e-9d2b-0c5f1a2b3c4d";
const operation = /^op_[0-9a-z]{26}$/;
const sample = { prompt: "rain on a tin roof", duration: 2, idempotency_key: id };
const missing = (name: string) => ({
  detail: [{ loc: ["body", name], msg: "Field required", type: "missing" }],
});
const createSample = { send: "PUT /v1/create.new_sample", body: sample, keep: { id: "sample.id" } } as const;

const rows: Row[] = [
  {
    rule: "the same key and body give the same operation",
    given: [createSample],
    send: "PUT /v1/create.new_sample",
    body: sample,
    status: 200,
    json: { sample: { status: "ready", idempotency_key: id } },
  },
  {
    rule: "the same key with another body gives the first operation",
    given: [createSample],
    send: "PUT /v1/create.new_sample",
    body: { ...sample, prompt: "wind" },
    status: 200,
    json: { sample: { prompt: sample.prompt } },
  },
  {
    rule: "another reading refuses the same key with another body by 409",
    set: { idempotencyMismatch: "409" },
    given: [createSample],
    send: "PUT /v1/create.new_sample",
    body: { ...sample, prompt: "wind" },
    status: 409,
    json: { detail: /idempotency_key/ },
  },
  {
    rule: "another reading refuses the same key with another body by 422",
    set: { idempotencyMismatch: "422" },
    given: [createSample],
    send: "PUT /v1/create.new_sample",
    body: { ...sample, prompt: "wind" },
    status: 422,
    json: { detail: [{ loc: ["body", "idempotency_key"] }] },
  },
  {
    rule: "another idempotency key makes another operation",
    given: [createSample],
    send: "PUT /v1/create.new_sample",
    body: { ...sample, idempotency_key: other },
    status: 200,
    json: { sample: { status: "processing", idempotency_key: other } },
  },
  {
    rule: "the idempotency key is required",
    send: "PUT /v1/create.new_sample",
    body: { prompt: "a", duration: 1 },
    status: 422,
    json: missing("idempotency_key"),
  },
  {
    rule: "the idempotency key must be a UUID",
    send: "PUT /v1/create.new_sample",
    body: { ...sample, idempotency_key: "one" },
    status: 422,
    json: { detail: [{ loc: ["body", "idempotency_key"], type: "uuid_parsing" }] },
  },
  {
    rule: "the prompt is required",
    send: "PUT /v1/create.new_sample",
    body: { duration: 1, idempotency_key: id },
    status: 422,
    json: missing("prompt"),
  },
  {
    rule: "a prompt of 1,025 characters is too long",
    send: "PUT /v1/create.new_sample",
    body: { ...sample, prompt: "a".repeat(1025) },
    status: 422,
    json: {
      detail: [
        {
          loc: ["body", "prompt"],
          msg: "String should have at most 1024 characters",
          type: "string_too_long",
        },
      ],
    },
  },
  {
    rule: "lyrics of 3,001 characters are too long",
    send: "PUT /v1/create.new_song",
    body: { lyrics: "a".repeat(3001), prompt: "b", idempotency_key: id },
    status: 422,
    json: { detail: [{ loc: ["body", "lyrics"], type: "string_too_long" }] },
  },
  {
    rule: "an empty callback address is refused",
    send: "PUT /v1/create.new_sample",
    body: { ...sample, callback_url: "" },
    status: 422,
    json: { detail: [{ loc: ["body", "callback_url"] }] },
  },
  {
    rule: "a body that is no JSON is a bad request",
    send: "PUT /v1/create.new_sample",
    body: "{",
    status: 400,
    json: { detail: /parsed/ },
  },
  {
    rule: "an unknown path is not found",
    send: "GET /v1/create.symphony",
    status: 404,
    json: { detail: "Not Found" },
  },
  {
    rule: "an action is not posted",
    send: "POST /v1/create.new_sample",
    body: sample,
    status: 405,
    json: { detail: "Method Not Allowed" },
  },
  {
    rule: "a missing key is unauthorized",
    send: "GET /v1/create.new_fx",
    as: "none",
    status: 401,
    json: { detail: /key/i },
  },
  {
    rule: "a wrong key is unauthorized",
    send: "GET /v1/create.new_fx",
    headers: { authorization: "Bearer spk_wrong" },
    status: 401,
    json: { detail: /key/i },
  },
  {
    rule: "a poll needs an id",
    send: "GET /v1/create.new_fx",
    status: 422,
    json: { detail: [{ loc: ["query", "id"], type: "missing" }] },
  },
  {
    rule: "a poll's id has a pattern",
    send: "GET /v1/create.new_fx?id=op_1",
    status: 422,
    json: { detail: [{ loc: ["query", "id"], type: "string_pattern_mismatch" }] },
  },
  {
    rule: "an unknown operation is told in the list of details",
    send: `GET /v1/create.new_fx?id=op_${"0".repeat(26)}`,
    status: 422,
    json: { detail: [{ loc: ["query", "id"] }] },
  },
  {
    rule: "without credits nothing is created",
    set: { credits: 0 },
    send: "PUT /v1/create.new_sample",
    body: sample,
    status: 402,
    json: { detail: /credits/ },
  },
  {
    rule: "over the limit the answer names the same seconds as Retry-After",
    set: { limits: { requests: 1 } },
    given: [createSample],
    send: "PUT /v1/create.new_sample",
    body: sample,
    status: 429,
    has: { "retry-after": /^[1-9]\d?$/, "x-ratelimit-limit": null, "content-type": /json/ },
    json: { detail: /^Rate limit exceeded; retry in [1-9]\d? seconds$/ },
  },
  {
    rule: "polls draw on the budget of submits",
    set: { limits: { requests: 2 } },
    given: [createSample, { send: "GET /v1/create.new_sample?id={id}" }],
    send: "PUT /v1/create.new_sample",
    body: sample,
    status: 429,
  },
  {
    rule: "a second key of the account draws on the same budget",
    set: { limits: { requests: 1 } },
    given: [createSample],
    send: "PUT /v1/create.new_sample",
    as: "main-2",
    body: sample,
    status: 429,
  },
  {
    rule: "another account has its own budget",
    set: { limits: { requests: 1 } },
    given: [createSample],
    send: "PUT /v1/create.new_sample",
    as: "second-1",
    body: sample,
    status: 200,
    json: { sample: { id: operation, output: null, outputs: absent } },
  },
];

runRows("soundpiece", (key) => ({ authorization: `Bearer ${key}` }), rows);
