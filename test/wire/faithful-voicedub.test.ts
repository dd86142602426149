/** VoiceDub as its pages describe it, row by row: dubs, asked by a client that is not ours. */
import { encodeWav } from "../../src/simulator/media/wav.ts";
import { publicVoices } from "../../src/simulator/voicedub-text.ts";
import { type Row, runRows } from "../simulator/rows.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const nobody = "00000000-0000-4000-8000-000000000000";
const voiceId = publicVoices()[0]?.id ?? "";
const link = "https://example.test/talk.mp3";
const create = { send: "POST /v1/me/dubs", body: { voiceId, link }, keep: { id: "dub.id" } } as const;
const upload = {
  send: "POST /v1/me/dubs",
  body: { voiceId },
  keep: { id: "dub.id", put: "uploadUrl" },
} as const;
const preprocess = { send: "POST /v1/me/dubs/{id}/preprocess" } as const;
const generate = { send: "POST /v1/me/dubs/{id}/generate" } as const;
const poll = "GET /v1/me/dubs/{id}";
const put = {
  send: "PUT {put}",
  as: "none",
  body: encodeWav(new Int16Array(8_000 * 6), 8_000),
} as const;
const slow = { jobTimeScale: 1000 };
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
    rule: "a dub from a link is created as new, with no place to upload to",
    send: "POST /v1/me/dubs",
    body: { voiceId, link, pitchShift: -3, separate: false },
    status: 200,
    has: limits(500),
    json: {
      uploadUrl: null,
      dub: {
        id: uuid,
        voiceId,
        link,
        separate: false,
        pitchShift: -3,
        status: "new",
        inputDuration: null,
        errorCode: null,
        errorMessage: null,
        apiCreditsUsed: null,
        apiCreditsLeft: null,
        completedAt: null,
        createdAt: isoTime,
        updatedAt: isoTime,
        dubUrl: null,
        requiredCredits: null,
      },
    },
  },
  {
    rule: "a dub without a link has a place to upload to",
    send: "POST /v1/me/dubs",
    body: { voiceId },
    status: 200,
    json: {
      uploadUrl: /^http:.*signature=/,
      dub: { link: null, separate: true, pitchShift: 0, status: "new" },
    },
  },
  {
    rule: "an upload needs no key and draws on no quota",
    given: [upload],
    ...put,
    status: 200,
    has: { "x-ratelimit-limit": null },
  },
  {
    rule: "a dub's voice must be a UUID",
    send: "POST /v1/me/dubs",
    body: { voiceId: "x" },
    status: 400,
    json: invalid("body", "voiceId"),
  },
  {
    rule: "a dub's voice must exist",
    send: "POST /v1/me/dubs",
    body: { voiceId: nobody },
    status: 400,
    json: { code: "voice_not_found" },
  },
  {
    rule: "a pitch shift goes to 24 half tones",
    send: "POST /v1/me/dubs",
    body: { voiceId, pitchShift: 25 },
    status: 400,
    json: invalid("body", "pitchShift"),
  },
  {
    rule: "a link must be an address",
    send: "POST /v1/me/dubs",
    body: { voiceId, link: "talk" },
    status: 400,
    json: invalid("body", "link"),
  },
  {
    rule: "a body that is no JSON is invalid",
    send: "POST /v1/me/dubs",
    body: "{",
    status: 400,
    json: { code: "invalid_arguments" },
  },
  {
    rule: "preprocessing begins",
    given: [create],
    ...preprocess,
    status: 200,
    has: { "x-ratelimit-remaining": "498" },
    json: { dub: { status: "preprocessing", requiredCredits: null } },
  },
  {
    rule: "a dub under way says preprocessing",
    set: slow,
    given: [create, preprocess],
    send: poll,
    status: 200,
    has: limits(10_000),
    json: { dub: { status: "preprocessing", inputDuration: null } },
  },
  {
    rule: "a preprocessed dub knows its duration in milliseconds and its price",
    given: [upload, put, preprocess],
    send: poll,
    status: 200,
    json: { dub: { status: "preprocessed", inputDuration: 6000, requiredCredits: 10 } },
  },
  {
    rule: "preprocessing without an upload is invalid",
    given: [upload],
    ...preprocess,
    status: 400,
    json: invalid("params", "dubId"),
  },
  {
    rule: "preprocessing twice changes nothing",
    given: [create, preprocess],
    ...preprocess,
    status: 200,
    json: { dub: { status: "preprocessed" } },
  },
  {
    rule: "generating too early is invalid",
    given: [create],
    ...generate,
    status: 400,
    json: invalid("params", "dubId"),
  },
  {
    rule: "generating shows the credits as used",
    given: [upload, put, preprocess],
    ...generate,
    status: 200,
    json: { dub: { status: "queued", apiCreditsUsed: 10, apiCreditsLeft: 9990 } },
  },
  {
    rule: "a finished dub has a signed link",
    given: [upload, put, preprocess, generate],
    send: poll,
    status: 200,
    json: { dub: { status: "done", dubUrl: /^http:.*\.wav\?expires=\d+&signature=/, completedAt: isoTime } },
  },
  {
    rule: "a finished dub downloads as WAV",
    given: [upload, put, preprocess, generate, { send: poll, keep: { link: "dub.dubUrl" } }],
    send: "GET {link}",
    as: "none",
    status: 200,
    has: {
      "content-type": "audio/wav",
      "content-length": String(44 + 6 * 44_100 * 2),
      "x-ratelimit-limit": null,
    },
    starts: "RIFF",
  },
  {
    rule: "without enough credits nothing is generated",
    set: { credits: 9 },
    given: [upload, put, preprocess],
    ...generate,
    status: 403,
    json: { code: "not_enough_credits", message: /./ },
  },
  {
    rule: "an unknown dub is not found",
    send: `GET /v1/me/dubs/${nobody}`,
    status: 404,
    json: { code: "not_found", message: /./ },
  },
  {
    rule: "another account's dub is not found",
    given: [create],
    send: poll,
    as: "second-1",
    status: 404,
    json: { code: "not_found" },
  },
  {
    rule: "another key of the account sees its dubs",
    given: [create],
    send: poll,
    as: "main-2",
    status: 200,
  },
  { rule: "there is no list of dubs", send: "GET /v1/me/dubs", status: 404, json: { code: "not_found" } },
];

runRows("voicedub", (key) => ({ authorization: `Api-Key ${key}` }), rows);
