/** VocaBusta as its pages describe it, row by row: speech, recordings and voices, asked by a client that is not ours. */
import { encodeWav } from "../../src/simulator/media/wav.ts";
import { type Row, runRows } from "../simulator/rows.ts";

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const recording = { file: encodeWav(new Int16Array(8_000 * 8), 8_000), type: "audio/wav" };
const nothing = { file: Buffer.alloc(0), type: "audio/wav" };
const speak = { send: "POST /voice/tts", body: { text: "Good morning" } } as const;
const clone = {
  send: "POST /voice/clone",
  form: { file: recording, name: "Mine" },
  keep: { id: "voice_id" },
} as const;
const slow = { jobTimeScale: 1000 };
const silent = {
  "retry-after": null,
  "x-ratelimit-limit": null,
  "x-ratelimit-remaining": null,
  "x-ratelimit-reset": null,
};
const complaint = (name: string, type: string) => ({ detail: [{ loc: ["body", name], type, msg: /./ }] });

const rows: Row[] = [
  {
    rule: "a text comes back as raw WAV with its facts in a header",
    ...speak,
    status: 200,
    has: {
      ...silent,
      "content-type": "audio/wav",
      "x-vox-metadata":
        /^\{"id":"[^"]+","voice_id":"af_heart","voice_name":"Heart","text":"Good morning","duration_seconds":0.86,"sample_rate":24000,"character_count":12,"created_at":"[^"]+"\}$/,
    },
    starts: "RIFF",
  },
  {
    rule: "letters beyond ASCII are escaped in the header",
    send: "POST /voice/tts",
    body: { text: "Ẹ káàárọ̀" },
    status: 200,
    has: { "x-vox-metadata": /"text":"\\u1eb8 k\\u00e1/ },
  },
  {
    rule: "twice the speed is half the sound",
    send: "POST /voice/tts",
    body: { text: "a".repeat(28), speed: 2 },
    status: 200,
    has: { "x-vox-metadata": /"duration_seconds":1,/ },
  },
  {
    rule: "a stream is chunked WAV",
    send: "POST /voice/tts/stream",
    body: { text: "a".repeat(60) },
    status: 200,
    has: { "content-type": "audio/wav", "content-length": null, "transfer-encoding": "chunked" },
    starts: "RIFF",
  },
  {
    rule: "5,001 characters are too many",
    send: "POST /voice/tts",
    body: { text: "a".repeat(5001) },
    status: 422,
    json: complaint("text", "string_too_long"),
  },
  {
    rule: "an empty text is too short",
    send: "POST /voice/tts",
    body: { text: "" },
    status: 422,
    json: complaint("text", "string_too_short"),
  },
  {
    rule: "a text is required",
    send: "POST /voice/tts",
    body: {},
    status: 422,
    json: complaint("text", "missing"),
  },
  {
    rule: "the speed goes from a half to two",
    send: "POST /voice/tts",
    body: { text: "a", speed: 3 },
    status: 422,
    json: complaint("speed", "less_than_equal"),
  },
  {
    rule: "the exaggeration goes from nothing to one",
    send: "POST /voice/tts",
    body: { text: "a", exaggeration: -1 },
    status: 422,
    json: complaint("exaggeration", "greater_than_equal"),
  },
  {
    rule: "an unknown voice is not found",
    send: "POST /voice/tts",
    body: { text: "a", voice_id: "nobody" },
    status: 404,
    json: { detail: /nobody/ },
  },
  {
    rule: "a body that is no JSON cannot be processed",
    send: "POST /voice/tts",
    body: "{",
    status: 422,
    json: { detail: [{ loc: ["body"] }] },
  },
  {
    rule: "a recording is written down",
    send: "POST /voice/stt",
    form: { file: recording, language: "en" },
    status: 200,
    json: { text: /./, language: "en", duration_seconds: 8 },
  },
  {
    rule: "an empty recording is a bad request",
    send: "POST /voice/stt",
    form: { file: nothing },
    status: 400,
    json: { detail: "Empty audio file." },
  },
  {
    rule: "a recording is required",
    send: "POST /voice/stt",
    form: { language: "en" },
    status: 422,
    json: complaint("file", "missing"),
  },
  {
    rule: "a cloned voice begins as processing, with a preview in its address",
    set: slow,
    send: "POST /voice/clone",
    form: { file: recording, name: "Mine", description: "me" },
    status: 200,
    json: {
      voice_id: /^cloned_/,
      name: "Mine",
      description: "me",
      status: "processing",
      preview_url: /^data:audio\/wav;base64,/,
      created_at: isoTime,
    },
  },
  {
    rule: "a clone needs a name",
    send: "POST /voice/clone",
    form: { file: recording },
    status: 422,
    json: complaint("name", "missing"),
  },
  {
    rule: "a ready clone speaks",
    given: [clone],
    send: "POST /voice/tts",
    body: { text: "a", voice_id: "{id}" },
    status: 200,
    has: { "x-vox-metadata": /"voice_name":"Mine"/ },
  },
  {
    rule: "voices are listed with the cloned ones",
    given: [clone],
    send: "GET /voice/voices",
    status: 200,
    json: {
      voices: (list: { voice_id: string; status?: string }[]) =>
        list[0]?.voice_id === "af_heart" && list.at(-1)?.status === "ready",
    },
  },
  {
    rule: "a cloned voice can be deleted",
    given: [clone],
    send: "DELETE /voice/voices/{id}",
    status: 200,
    json: { voice_id: /^cloned_/ },
  },
  {
    rule: "a built-in voice cannot be deleted",
    send: "DELETE /voice/voices/af_heart",
    status: 400,
    json: { detail: /./ },
  },
  {
    rule: "a voice that is not there is not found",
    send: "DELETE /voice/voices/cloned_none",
    status: 404,
    json: { detail: /./ },
  },
];

runRows("vocabusta", (key) => ({ authorization: `Bearer ${key}` }), rows);
