/** VoiceDub as its pages describe it, row by row: voices, keys and limits, asked by a client that is not ours. */
import { encodeWav } from "../../src/simulator/media/wav.ts";
import { publicVoices } from "../../src/simulator/voicedub-text.ts";
import { type Row, runRows } from "../simulator/rows.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const nobody = "00000000-0000-4000-8000-000000000000";
const voiceId = publicVoices()[0]?.id ?? "";
const link = "https://example.test/talk.mp3";
const create = { send: "POST /v1/me/dubs", body: { voiceId, link }, keep: { id: "dub.id" } } as const;
const poll = "GET /v1/me/dubs/{id}";
const voice = {
  send: "POST /v1/me/voices",
  body: { name: "Mine", numberOfFiles: 1, maxMinutes: 5 },
  keep: { id: "voice.id", put: "uploadUrls.0" },
} as const;
const put = {
  send: "PUT {put}",
  as: "none",
  body: encodeWav(new Int16Array(8_000 * 6), 8_000),
} as const;
const limits = (limit: number) => ({
  "x-ratelimit-limit": String(limit),
  "x-ratelimit-remaining": String(limit - 1),
  "x-ratelimit-reset": /^\d+[02468]0$/,
  "retry-after": null,
});
const invalid = (where: "params" | "query" | "body", name: string) => ({
  code: "invalid_arguments",
  message: /./,
  errors: { [where]: { [name]: /./ } },
});

const rows: Row[] = [
  {
    rule: "voices come in pages with a cursor",
    send: "GET /v1/voices?limit=8",
    status: 200,
    has: limits(10_000),
    json: { voices: (list: unknown[]) => list.length === 8, nextCursor: uuid },
  },
  {
    rule: "a cursor leads to the next page",
    given: [{ send: "GET /v1/voices?limit=50", keep: { next: "nextCursor" } }],
    send: "GET /v1/voices?limit=50&cursor={next}",
    status: 200,
    json: { voices: (list: unknown[]) => list.length === 14, nextCursor: null },
  },
  {
    rule: "a page holds at least 8 voices",
    send: "GET /v1/voices?limit=7",
    status: 400,
    json: invalid("query", "limit"),
  },
  {
    rule: "a page holds at most 50 voices",
    send: "GET /v1/voices?limit=51",
    status: 400,
    json: invalid("query", "limit"),
  },
  {
    rule: "a custom voice is created with a place for each file",
    send: "POST /v1/me/voices",
    body: { name: "Mine", numberOfFiles: 2 },
    status: 200,
    has: limits(500),
    json: {
      voice: { id: uuid, name: "Mine", status: "new", maxMinutes: 10, separate: true },
      uploadUrls: [/signature=/, /signature=/],
    },
  },
  {
    rule: "a custom voice's name has 50 characters at most",
    send: "POST /v1/me/voices",
    body: { name: "a".repeat(51), numberOfFiles: 1 },
    status: 400,
    json: invalid("body", "name"),
  },
  {
    rule: "a custom voice takes five files at most",
    send: "POST /v1/me/voices",
    body: { name: "a", numberOfFiles: 6 },
    status: 400,
    json: invalid("body", "numberOfFiles"),
  },
  {
    rule: "a custom voice takes five minutes at least",
    send: "POST /v1/me/voices",
    body: { name: "a", numberOfFiles: 1, maxMinutes: 4 },
    status: 400,
    json: invalid("body", "maxMinutes"),
  },
  {
    rule: "training is queued and costs ten credits a minute",
    given: [voice, put],
    send: "POST /v1/me/voices/{id}/clone",
    status: 200,
    json: { voice: { status: "queued" } },
  },
  {
    rule: "a trained voice is done",
    given: [voice, put, { send: "POST /v1/me/voices/{id}/clone" }],
    send: "GET /v1/me/voices/{id}",
    status: 200,
    has: limits(10_000),
    json: { voice: { id: uuid, status: "done" } },
  },
  {
    rule: "training without enough credits is refused",
    set: { credits: 49 },
    given: [voice, put],
    send: "POST /v1/me/voices/{id}/clone",
    status: 403,
    json: { code: "not_enough_credits" },
  },
  {
    rule: "training lowers the credits of the account",
    given: [voice, put, { send: "POST /v1/me/voices/{id}/clone" }],
    send: "GET /v1/me",
    status: 200,
    has: limits(10_000),
    json: { user: { apiCredits: 9950 } },
  },
  {
    rule: "an unknown custom voice is not found",
    send: `GET /v1/me/voices/${nobody}`,
    status: 404,
    json: { code: "not_found" },
  },
  {
    rule: "the OpenAPI document needs no key",
    send: "GET /v1/openapi.json",
    as: "none",
    status: 200,
    json: { openapi: /^3\.1/ },
  },
  {
    rule: "a missing key is unauthorized",
    send: "GET /v1/me",
    as: "none",
    status: 401,
    json: { code: "unauthorized", message: /./ },
  },
  {
    rule: "a key under another scheme is unauthorized",
    send: "GET /v1/me",
    headers: { authorization: "Bearer vd_simulatedmainkey1notasecret" },
    status: 401,
    json: { code: "unauthorized" },
  },
  {
    rule: "over the minute's limit the answer says how long to wait",
    set: { limits: { writeMinute: 2 } },
    given: [{ ...create, times: 2 }],
    send: "POST /v1/me/dubs",
    body: { voiceId, link },
    status: 429,
    has: {
      "x-ratelimit-limit": "2",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": /^\d+[02468]0$/,
      "retry-after": /^5\d$/,
    },
    json: {
      code: "rate_limit_exceeded",
      message: "Rate limit exceeded. Please wait before making more requests.",
    },
  },
  {
    rule: "over the hour's limit the wait reaches to the hour",
    set: { limits: { writeHour: 1 } },
    given: [create],
    send: "POST /v1/me/dubs",
    body: { voiceId, link },
    status: 429,
    has: { "x-ratelimit-limit": "1", "retry-after": /^3[45]\d\d$/ },
  },
  {
    rule: "the headers tell of the limit with the fewest requests left",
    set: { limits: { writeHour: 400 } },
    send: "POST /v1/me/dubs",
    body: { voiceId, link },
    status: 200,
    has: limits(400),
  },
  {
    rule: "the other reading tells of the limit with the smallest share left",
    set: { restrictiveBy: "ratio", limits: { global: 3 } },
    send: "GET /v1/me",
    status: 200,
    has: limits(3),
  },
  {
    rule: "reads and writes have limits of their own",
    set: { limits: { writeMinute: 1 } },
    given: [create],
    send: poll,
    status: 200,
  },
  {
    rule: "a second key of the account draws on the same pool",
    set: { limits: { writeMinute: 1 } },
    given: [create],
    send: "POST /v1/me/dubs",
    as: "main-2",
    body: { voiceId, link },
    status: 429,
  },
  { rule: "polling fast is let through", given: [create, { send: poll }], send: poll, status: 200 },
  {
    rule: "a strict server refuses a poll within three seconds",
    set: { strictPolls: true },
    given: [create, { send: poll }],
    send: poll,
    status: 429,
    has: { "retry-after": "3" },
  },
];

runRows("voicedub", (key) => ({ authorization: `Api-Key ${key}` }), rows);
