/** SAUTI as its pages describe it, row by row: speaking at once and by jobs, asked by a client that is not ours. */
import { absent, type Row, runRows } from "../simulator/rows.ts";

const voice = "sauti-swahili-v1";
const speak = `POST /v1/text-to-speech/${voice}`;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const problem = (code: string, status: number, detail: RegExp = /./) => ({
  type: `https://sauti.finiflowlabs.com/errors/${code}`,
  title: /./,
  status,
  detail,
});
const isProblem = { "content-type": "application/problem+json" };
/** The rate headers of an untouched category after one request. */
const limits = (limit: number) => ({
  "x-ratelimit-limit": String(limit),
  "x-ratelimit-remaining": String(limit - 1),
  "x-ratelimit-reset": /^\d{10}$/,
  "retry-after": null,
});
const job = { text: "Habari", voice_id: voice };
const startJob = { send: "POST /v1/tts/jobs", body: job, keep: { id: "job_id" } } as const;
const slow = { jobTimeScale: 1000 };

const rows: Row[] = [
  {
    rule: "a short text is spoken at once",
    send: speak,
    body: { text: "Habari ya asubuhi" },
    status: 200,
    has: { ...limits(10), "content-type": /json/ },
    json: {
      audio_base64: /^UklGR/,
      content_type: "audio/wav",
      duration_seconds: 1.21,
      characters_synthesized: 17,
      voice_id: voice,
    },
  },
  {
    rule: "a faster speaking rate makes the sound shorter",
    send: speak,
    body: {
      text: "a".repeat(28),
      voice_settings: { speaking_rate: 2, noise_scale: 0.5, noise_scale_duration: 0.8 },
    },
    status: 200,
    json: { duration_seconds: 1 },
  },
  {
    rule: "2,000 characters are still spoken at once",
    send: speak,
    body: { text: "a".repeat(2000) },
    status: 200,
    json: { characters_synthesized: 2000 },
  },
  {
    rule: "2,001 characters become a job",
    send: speak,
    body: { text: "a".repeat(2001) },
    status: 202,
    has: limits(10),
    json: { job_id: /./, status: "queued", audio_base64: absent },
  },
  { rule: "5,000 characters are the most", send: speak, body: { text: "a".repeat(5000) }, status: 202 },
  {
    rule: "5,001 characters cannot be processed",
    send: speak,
    body: { text: "a".repeat(5001) },
    status: 422,
    has: { ...isProblem, ...limits(10) },
    json: problem("unprocessable_content", 422, /5000/),
  },
  {
    rule: "an empty text cannot be processed",
    send: speak,
    body: { text: "" },
    status: 422,
    has: isProblem,
    json: problem("unprocessable_content", 422),
  },
  {
    rule: "an unknown voice cannot be processed",
    send: "POST /v1/text-to-speech/nobody",
    body: { text: "a" },
    status: 422,
    json: problem("unprocessable_content", 422, /nobody/),
  },
  {
    rule: "a retired voice cannot be processed",
    send: "POST /v1/text-to-speech/sauti-swahili-v0",
    body: { text: "a" },
    status: 422,
    json: problem("unprocessable_content", 422),
  },
  {
    rule: "a missing text is an invalid request",
    send: speak,
    body: {},
    status: 400,
    has: isProblem,
    json: problem("invalid_request", 400, /text/),
  },
  {
    rule: "a body that is no JSON is an invalid request",
    send: speak,
    body: "{",
    status: 400,
    json: problem("invalid_request", 400),
  },
  {
    rule: "a job is accepted as queued",
    send: "POST /v1/tts/jobs",
    body: job,
    status: 202,
    has: limits(10),
    json: { job_id: /./, status: "queued", created_at: isoTime },
  },
  {
    rule: "a job needs a voice",
    send: "POST /v1/tts/jobs",
    body: { text: "a" },
    status: 400,
    json: problem("invalid_request", 400, /voice_id/),
  },
  {
    rule: "a job with an unknown voice cannot be processed",
    send: "POST /v1/tts/jobs",
    body: { text: "a", voice_id: "x" },
    status: 422,
    json: problem("unprocessable_content", 422),
  },
  {
    rule: "a job under way has no end",
    set: slow,
    given: [startJob],
    send: "GET /v1/tts/jobs/{id}",
    status: 200,
    has: limits(60),
    json: { job_id: /./, status: "queued", created_at: isoTime, completed_at: absent },
  },
  {
    rule: "a finished job says when",
    given: [startJob],
    send: "GET /v1/tts/jobs/{id}",
    status: 200,
    json: { status: "succeeded", completed_at: isoTime },
  },
  {
    rule: "a finished job gives WAV",
    given: [startJob],
    send: "GET /v1/tts/jobs/{id}/audio",
    status: 200,
    has: { "content-type": "audio/wav", ...limits(60) },
    starts: /^RIFF....WAVE/s,
  },
  {
    rule: "an unfinished job's audio is a conflict",
    set: slow,
    given: [startJob],
    send: "GET /v1/tts/jobs/{id}/audio",
    status: 409,
    has: isProblem,
    json: problem("job_not_complete", 409),
  },
  {
    rule: "an unknown job is not found",
    send: "GET /v1/tts/jobs/none",
    status: 404,
    has: { ...isProblem, ...limits(60) },
    json: problem("not_found", 404),
  },
];

runRows("sauti", (key) => ({ "xi-api-key": key }), rows);
