/** SAUTI as its pages describe it, row by row: voices, recordings, the agent, keys and limits, asked by a client that is not ours. */
import { encodeWav } from "../../src/simulator/media/wav.ts";
import { type Row, runRows } from "../simulator/rows.ts";

const voice = "sauti-swahili-v1";
const speak = `POST /v1/text-to-speech/${voice}`;
const wav = encodeWav(new Int16Array(22_050), 22_050);
const recording = { file: wav, type: "audio/wav" };
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

const rows: Row[] = [
  {
    rule: "voices are listed by language",
    send: "GET /v1/voices?language=sw",
    status: 200,
    has: limits(30),
    json: {
      voices: [
        {
          voice_id: voice,
          language_code: "sw",
          locale: "sw-KE",
          status: "active",
          name: /./,
          gender: /./,
          description: /./,
        },
        { status: "inactive" },
      ],
    },
  },
  {
    rule: "a language without voices gives an empty list",
    send: "GET /v1/voices?language=xx",
    status: 200,
    json: { voices: [] },
  },
  {
    rule: "one voice comes by its id",
    send: `GET /v1/voices/${voice}`,
    status: 200,
    json: { voice_id: voice },
  },
  {
    rule: "an unknown voice is not found",
    send: "GET /v1/voices/nobody",
    status: 404,
    has: isProblem,
    json: problem("not_found", 404),
  },
  {
    rule: "a recording is written down",
    send: "POST /v1/speech-to-text/",
    form: { audio: recording },
    status: 200,
    has: limits(30),
    json: { text: /./, language: "sw", duration_seconds: 1 },
  },
  {
    rule: "a recording's language is kept",
    send: "POST /v1/speech-to-text/",
    form: { audio: recording, language: "en" },
    status: 200,
    json: { language: "en" },
  },
  {
    rule: "the path of speech to text ends with a slash",
    send: "POST /v1/speech-to-text",
    form: { audio: recording },
    status: 404,
    has: isProblem,
    json: problem("not_found", 404),
  },
  {
    rule: "speech to text needs a recording",
    send: "POST /v1/speech-to-text/",
    form: { language: "sw" },
    status: 400,
    json: problem("invalid_request", 400),
  },
  {
    rule: "an empty recording cannot be processed",
    send: "POST /v1/speech-to-text/",
    form: { audio: { file: Buffer.alloc(0), type: "audio/wav" } },
    status: 422,
    json: problem("unprocessable_content", 422),
  },
  {
    rule: "more than 25 MB are too large",
    send: "POST /v1/speech-to-text/",
    form: { audio: { file: Buffer.alloc(26_300_000), type: "audio/wav" } },
    status: 413,
    has: isProblem,
    json: problem("payload_too_large", 413),
  },
  {
    rule: "the agent answers a text",
    send: "POST /v1/voice-agent/converse",
    body: { text: "Habari", scenario: "banking", voice_id: voice },
    status: 200,
    has: limits(30),
    json: {
      user_text: "Habari",
      agent_text: /./,
      audio_base64: /^UklGR/,
      content_type: "audio/wav",
      scenario: "banking",
      voice_id: voice,
    },
  },
  {
    rule: "the agent knows three scenarios",
    send: "POST /v1/voice-agent/converse",
    body: { text: "a", scenario: "war" },
    status: 422,
    json: problem("unprocessable_content", 422),
  },
  {
    rule: "the agent answers a recording",
    send: "POST /v1/voice-agent/converse/audio",
    form: { audio: recording, scenario: "health" },
    status: 200,
    json: { user_text: /./, scenario: "health" },
  },
  {
    rule: "a missing key is unauthorized",
    send: "GET /v1/voices",
    as: "none",
    status: 401,
    has: { ...isProblem, "x-ratelimit-limit": "30" },
    json: problem("unauthorized", 401),
  },
  {
    rule: "a key in the query counts for nothing",
    send: "GET /v1/voices?xi-api-key=sauti_simulatedmainkey1notasecret",
    as: "none",
    status: 401,
    json: problem("unauthorized", 401),
  },
  {
    rule: "an unknown address is not found and draws on the default category",
    send: "GET /v1/else",
    status: 404,
    has: { ...isProblem, ...limits(30) },
    json: problem("not_found", 404),
  },
  {
    rule: "the eleventh synthesis in a minute is refused",
    given: [{ ...startJob, times: 10 }],
    send: "POST /v1/tts/jobs",
    body: job,
    status: 429,
    has: {
      ...isProblem,
      "retry-after": /^(59|60)$/,
      "x-ratelimit-limit": "10",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": /^\d{10}$/,
    },
    json: {
      type: "https://sauti.finiflowlabs.com/errors/rate_limit_exceeded",
      title: "Rate Limit Exceeded",
      status: 429,
      detail: "You have exceeded 10 requests per minute for synthesis. Try again shortly.",
    },
  },
  {
    rule: "speaking at once and jobs draw on one category",
    set: { limits: { synthesis: 1 } },
    given: [startJob],
    send: speak,
    body: { text: "a" },
    status: 429,
  },
  {
    rule: "polls have a category of their own",
    set: { limits: { synthesis: 1 } },
    given: [startJob],
    send: "GET /v1/tts/jobs/{id}",
    status: 200,
    has: limits(60),
  },
  {
    rule: "a job's audio draws on the polls",
    set: { limits: { polling: 1 } },
    given: [startJob, { send: "GET /v1/tts/jobs/{id}" }],
    send: "GET /v1/tts/jobs/{id}/audio",
    status: 429,
  },
  {
    rule: "a second key has its own count",
    set: { limits: { synthesis: 1 } },
    given: [startJob],
    send: speak,
    as: "main-2",
    body: { text: "a" },
    status: 200,
  },
];

runRows("sauti", (key) => ({ "xi-api-key": key }), rows);
