/** Sync as its pages describe it, row by row: models, assets, speech, batches and keys, asked by a client that is not ours. */
import { absent, type Row, runRows } from "../simulator/rows.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const video = { type: "video", url: "https://example.test/video.mp4" };
const audio = { type: "audio", url: "https://example.test/audio.wav" };
const body = { model: "lipsync-2", input: [video, audio] };
const slow = { jobTimeScale: 1000 };
const failure = (status: number, message: unknown = /./, errorCode: unknown = absent) => ({
  statusCode: status,
  message,
  errorCode,
});
const complaints = (pattern: RegExp) =>
  failure(400, (list: string[]) => list.some((each) => pattern.test(each)));
const speech = { script: "Hello there", voiceId: "v1" };
const startSpeech = { send: "POST /v2/tts/jobs", body: speech, keep: { id: "id" } } as const;
const lines = (count: number) =>
  Buffer.from(
    Array.from({ length: count }, (_, at) =>
      JSON.stringify({ request_id: `r${at}`, endpoint: "/v2/generate", payload: body }),
    ).join("\n"),
  );
const batchForm = { input: { file: lines(20), type: "application/jsonl" } };
const batch = { send: "POST /v2/batch", form: batchForm, keep: { id: "id" } } as const;
const scale = { plan: "Scale" };

const rows: Row[] = [
  {
    rule: "models are listed",
    send: "GET /v2/models",
    status: 200,
    json: [
      { id: "lipsync-2" },
      { id: "lipsync-2-pro" },
      { id: "lipsync-1.9.0-beta" },
      { id: "react-1" },
      { id: "sync-3" },
    ],
  },
  { rule: "the error catalogue needs no key", send: "GET /v2/errors", as: "none", status: 200 },
  {
    rule: "assets are listed",
    send: "GET /v2/assets",
    status: 200,
    json: { items: [{ type: "VIDEO", visibility: "ORGANIZATION" }, { type: "AUDIO" }] },
  },
  {
    rule: "one asset comes by its id",
    send: "GET /v2/assets/5d3ac9e4-0b5e-4a8e-9a4e-2f1f0c6a1001",
    status: 200,
    json: { type: "VIDEO", createdAt: isoTime, updatedAt: isoTime },
  },
  {
    rule: "assets come in pages and by type",
    send: "GET /v2/assets?limit=1&types=AUDIO,VIDEO",
    status: 200,
    json: { items: [{ type: "VIDEO" }], totalCount: 2, nextCursor: uuid },
  },
  { rule: "an unknown asset is not found", send: "GET /v2/assets/none", status: 404, json: failure(404) },
  {
    rule: "the cost of a generation is estimated",
    send: "POST /v2/analyze/cost",
    body,
    status: 200,
    json: [{ estimatedFrameCount: 150, estimatedGenerationCost: 0.3 }],
  },
  {
    rule: "speech is made at once",
    send: "POST /v2/tts",
    body: speech,
    status: 200,
    json: { outputUrl: /\.wav\?/, outputDuration: 0.79 },
  },
  {
    rule: "speech needs a script",
    send: "POST /v2/tts",
    body: { voiceId: "v1" },
    status: 400,
    json: complaints(/script/),
  },
  {
    rule: "a speech job is created as pending",
    send: "POST /v2/tts/jobs",
    body: speech,
    status: 201,
    json: { id: uuid, status: "PENDING" },
  },
  {
    rule: "a speech job under way says when to ask again",
    set: slow,
    given: [startSpeech],
    send: "GET /v2/tts/jobs/{id}",
    status: 200,
    has: { "retry-after": "3" },
    json: { status: "PENDING" },
  },
  {
    rule: "a finished speech job ends in success",
    given: [startSpeech],
    send: "GET /v2/tts/jobs/{id}",
    status: 200,
    has: { "retry-after": null },
    json: { status: "SUCCESS", outputUrl: /\.wav\?/ },
  },
  {
    rule: "an unknown speech job is not found",
    send: "GET /v2/tts/jobs/none",
    status: 404,
    json: failure(404),
  },
  { rule: "batches need a larger plan", ...batch, status: 402, json: failure(402) },
  {
    rule: "a batch is accepted with its metrics",
    set: { ...scale, ...slow },
    ...batch,
    status: 201,
    json: {
      id: uuid,
      created_at: isoTime,
      status: "PENDING",
      metrics: { total_generations: 20, success_count: 0, failed_count: 0, pending_count: 20 },
      outputUrl: /output$/,
    },
  },
  {
    rule: "a dry run only validates",
    set: scale,
    send: "POST /v2/batch",
    form: { ...batchForm, dry_run: "true" },
    status: 200,
    json: { status: "VALIDATED", id: absent },
  },
  {
    rule: "a batch has 20 lines at least",
    set: scale,
    send: "POST /v2/batch",
    form: { input: { file: lines(19), type: "application/jsonl" } },
    status: 400,
    json: complaints(/20 to 500/),
  },
  {
    rule: "a batch has 500 lines at most",
    set: scale,
    send: "POST /v2/batch",
    form: { input: { file: lines(501), type: "application/jsonl" } },
    status: 400,
    json: complaints(/20 to 500/),
  },
  {
    rule: "a second batch at one time is refused",
    set: { ...scale, ...slow },
    given: [batch],
    ...batch,
    status: 429,
    json: failure(429, /./, "concurrency_limit_reached"),
  },
  {
    rule: "a batch takes no place from generations",
    set: { ...slow, ...scale, limits: { concurrency: 1 } },
    given: [batch],
    send: "POST /v2/generate",
    body,
    status: 201,
  },
  {
    rule: "a finished batch is counted as done",
    set: scale,
    given: [batch],
    send: "GET /v2/batch/{id}",
    status: 200,
    json: { status: "COMPLETED", metrics: { success_count: 20, pending_count: 0 }, outputUrl: /\/output$/ },
  },
  {
    rule: "a batch's output redirects to the result",
    set: scale,
    given: [batch],
    send: "GET /v2/batch/{id}/output",
    status: 302,
    has: { location: /\.jsonl\?expires=/ },
  },
  {
    rule: "batches are listed",
    set: scale,
    given: [batch],
    send: "GET /v2/batch",
    status: 200,
    json: [{ id: uuid }],
  },
  {
    rule: "an unknown batch is not found",
    set: scale,
    send: "GET /v2/batch/none",
    status: 404,
    json: failure(404),
  },
  {
    rule: "a missing key is unauthorized",
    send: "GET /v2/models",
    as: "none",
    status: 401,
    json: failure(401),
  },
  { rule: "an unknown address is not found", send: "GET /v2/else", status: 404, json: failure(404) },
];

runRows("sync", (key) => ({ "x-api-key": key }), rows);
