/** VocaBusta as its pages describe it, row by row: dubbing, history, keys and limits, asked by a client that is not ours. */
import { encodeWav } from "../../src/simulator/media/wav.ts";
import { absent, type Row, runRows } from "../simulator/rows.ts";

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const recording = { file: encodeWav(new Int16Array(8_000 * 8), 8_000), type: "audio/wav" };
const film = { file: Buffer.alloc(50_000, 1), type: "video/mp4" };
const nothing = { file: Buffer.alloc(0), type: "audio/wav" };
const speak = { send: "POST /voice/tts", body: { text: "Good morning" } } as const;
const analyze = {
  send: "POST /voice/dub/analyze",
  form: { file: recording },
  keep: { id: "job_id" },
} as const;
const segments = JSON.stringify([{ id: 0, start: 0, end: 2, text: "Hello", speaker: "SPEAKER_00" }]);
const renderForm = {
  file: recording,
  segments,
  voice_map: '{"SPEAKER_00":"af_heart"}',
  target_language: "sw",
};
const render = { send: "POST /voice/dub/render", form: renderForm, keep: { id: "job_id" } } as const;
const poll = "GET /voice/dub/jobs/{id}";
const slow = { jobTimeScale: 1000 };
const silent = {
  "retry-after": null,
  "x-ratelimit-limit": null,
  "x-ratelimit-remaining": null,
  "x-ratelimit-reset": null,
};

const rows: Row[] = [
  {
    rule: "an analysis gives a job",
    send: "POST /voice/dub/analyze",
    form: { file: recording, language: "auto", diarize: "true" },
    status: 200,
    json: { job_id: /./ },
  },
  {
    rule: "a job under way has no result",
    set: slow,
    given: [analyze],
    send: poll,
    status: 200,
    json: { job_id: /./, status: "queued", result: absent, error: absent },
  },
  {
    rule: "a finished analysis tells who says what and when",
    given: [analyze],
    send: poll,
    status: 200,
    has: silent,
    json: {
      status: "done",
      result: {
        language: "en",
        duration_seconds: 8,
        diarized: true,
        speakers: ["SPEAKER_00", "SPEAKER_01"],
        segments: [
          { id: 0, start: 0, end: 3.8, text: /./, speaker: "SPEAKER_00" },
          { id: 1, start: 4, speaker: "SPEAKER_01" },
        ],
      },
    },
  },
  {
    rule: "speakers are not told apart when not asked to",
    given: [{ ...analyze, form: { file: recording, diarize: "false" } }],
    send: poll,
    status: 200,
    json: { result: { diarized: false, speakers: ["SPEAKER_00"] } },
  },
  {
    rule: "an empty film is a bad request",
    send: "POST /voice/dub/analyze",
    form: { file: nothing },
    status: 400,
    json: { detail: /Empty/ },
  },
  {
    rule: "a translation comes at once",
    send: "POST /voice/dub/translate",
    body: { segments: JSON.parse(segments), target_language: "yo" },
    status: 200,
    json: { segments: [{ id: 0, start: 0, end: 2, text: /Hello/ }] },
  },
  {
    rule: "an unsupported language is a bad request",
    send: "POST /voice/dub/translate",
    body: { segments: JSON.parse(segments), target_language: "pcm" },
    status: 400,
    json: { detail: /target_language/ },
  },
  {
    rule: "segments without texts are a bad request",
    send: "POST /voice/dub/translate",
    body: { segments: [1], target_language: "sw" },
    status: 400,
    json: { detail: /segments/ },
  },
  {
    rule: "a render gives a job",
    send: "POST /voice/dub/render",
    form: renderForm,
    status: 200,
    json: { job_id: /./ },
  },
  {
    rule: "a finished render gives a link",
    given: [render],
    send: poll,
    status: 200,
    json: { status: "done", result: { url: /^http:.*\.wav\?expires=/, duration_seconds: 8 } },
  },
  {
    rule: "a rendered film downloads as MP4",
    given: [
      { ...render, form: { ...renderForm, file: film } },
      { send: poll, keep: { link: "result.url" } },
    ],
    send: "GET {link}",
    as: "none",
    status: 200,
    has: { "content-type": "video/mp4" },
    starts: /^....ftyp/s,
  },
  {
    rule: "segments that are no JSON are a bad request",
    send: "POST /voice/dub/render",
    form: { ...renderForm, segments: "[" },
    status: 400,
    json: { detail: /segments/ },
  },
  {
    rule: "a voice map that is no JSON is a bad request",
    send: "POST /voice/dub/render",
    form: { ...renderForm, voice_map: "x" },
    status: 400,
    json: { detail: /voice_map/ },
  },
  {
    rule: "an unsupported target of a render is a bad request",
    send: "POST /voice/dub/render",
    form: { ...renderForm, target_language: "fr" },
    status: 400,
    json: { detail: /target_language/ },
  },
  {
    rule: "an unknown job is not found",
    send: "GET /voice/dub/jobs/none",
    status: 404,
    json: { detail: /./ },
  },
  {
    rule: "every generation stands in the history, newest first",
    given: [speak, analyze],
    send: "GET /voice/history?limit=50&offset=0",
    status: 200,
    json: { items: [{ feature: "dub", id: /./, created_at: isoTime }, { feature: "tts" }], total: 2 },
  },
  {
    rule: "the history is filtered by feature",
    given: [speak, analyze],
    send: "GET /voice/history?feature=tts",
    status: 200,
    json: { items: [{ feature: "tts" }], total: 1 },
  },
  {
    rule: "the history comes in pages",
    given: [{ ...speak, times: 3 }],
    send: "GET /voice/history?limit=2&offset=2",
    status: 200,
    json: { items: [{ feature: "tts" }], total: 3 },
  },
  {
    rule: "an unknown feature cannot be processed",
    send: "GET /voice/history?feature=song",
    status: 422,
    json: { detail: [{ loc: ["query", "feature"] }] },
  },
  {
    rule: "one item of the history can be removed",
    given: [speak, { send: "GET /voice/history", keep: { id: "items.0.id" } }],
    send: "DELETE /voice/history/{id}",
    status: 200,
  },
  {
    rule: "an unknown item of the history is not found",
    send: "DELETE /voice/history/none",
    status: 404,
    json: { detail: /./ },
  },
  {
    rule: "an account without the product is forbidden to generate",
    set: { entitled: false },
    ...speak,
    status: 403,
    json: { detail: "VocaBusta is not active for this account. Manage it in Billing." },
  },
  {
    rule: "the list of voices is not gated",
    set: { entitled: false },
    send: "GET /voice/voices",
    status: 200,
  },
  {
    rule: "a missing key is unauthorized",
    send: "GET /voice/voices",
    as: "none",
    status: 401,
    json: { detail: /key/i },
  },
  {
    rule: "an unknown address is not found",
    send: "GET /voice/else",
    status: 404,
    json: { detail: "Not Found" },
  },
  {
    rule: "over the limit there is a bare refusal without any hint",
    set: { limits: { requests: 1 } },
    given: [speak],
    send: "GET /voice/voices",
    status: 429,
    has: silent,
    json: { detail: /^Rate limit exceeded/ },
  },
  {
    rule: "a second key has its own count",
    set: { limits: { requests: 1 } },
    given: [speak],
    send: "GET /voice/voices",
    as: "main-2",
    status: 200,
  },
  {
    rule: "a plan sets the limit",
    set: { plan: "starter" },
    given: [{ send: "GET /voice/voices", times: 20 }],
    send: "GET /voice/voices",
    status: 429,
  },
];

runRows("vocabusta", (key) => ({ authorization: `Bearer ${key}` }), rows);
