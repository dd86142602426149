/** SoundPiece as its pages describe it, row by row: creating, polling and downloading, asked by a client that is not ours. */
import { type Row, runRows } from "../simulator/rows.ts";

const id = "7d1f4b1e-5f0c-4a4e-9d2b-0c5f1a2b3c4d";
const operation = /^op_[0-9a-z]{26}$/;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const sample = { prompt: "rain on a tin roof", duration: 2, idempotency_key: id };
const source = { url: "https://example.test/song.wav" };
const submitted = (envelope: string, more = {}) => ({
  [envelope]: {
    id: operation,
    status: "processing",
    created_at: isoTime,
    idempotency_key: id,
    error: null,
    ...more,
  },
});
const createSample = { send: "PUT /v1/create.new_sample", body: sample, keep: { id: "sample.id" } } as const;
const output = { url: /^http:.*\.flac\?expires=\d+&signature=/, expires_at: isoTime, duration: 2 };

const rows: Row[] = [
  {
    rule: "a new sample is accepted at once as processing",
    send: "PUT /v1/create.new_sample",
    body: sample,
    status: 200,
    has: {
      "content-type": /json/,
      "x-ratelimit-limit": null,
      "x-ratelimit-remaining": null,
      "retry-after": null,
    },
    json: submitted("sample", { prompt: sample.prompt, duration: 2, loopable: false, output: null }),
  },
  {
    rule: "a new song comes back under song",
    send: "PUT /v1/create.new_song",
    body: { lyrics: "[Verse]\nla la", prompt: "folk", idempotency_key: id },
    status: 200,
    json: submitted("song", { lyrics: "[Verse]\nla la", outputs: null }),
  },
  {
    rule: "a new song takes a reference in place of a prompt",
    send: "PUT /v1/create.new_song",
    body: { lyrics: "la", reference: source, idempotency_key: id },
    status: 200,
    json: submitted("song", { prompt: null }),
  },
  {
    rule: "a new song needs a prompt or a reference",
    send: "PUT /v1/create.new_song",
    body: { lyrics: "la", idempotency_key: id },
    status: 422,
    json: { detail: [{ loc: ["body"], msg: /prompt, reference/, type: "value_error" }] },
  },
  {
    rule: "a new instrumental is accepted",
    send: "PUT /v1/create.new_instrumental",
    body: { prompt: "slow piano", idempotency_key: id },
    status: 200,
    json: submitted("instrumental"),
  },
  {
    rule: "a new effect is accepted",
    send: "PUT /v1/create.new_fx",
    body: { prompt: "door", duration: 1.5, idempotency_key: id },
    status: 200,
    json: submitted("fx", { duration: 1.5, output: null }),
  },
  {
    rule: "a remixed song makes one variation unless told otherwise",
    send: "PUT /v1/create.remix_song",
    body: { source, lyrics: "la", prompt: "jazz", idempotency_key: id },
    status: 200,
    json: submitted("remix_song", { n_variations: 1, source }),
  },
  {
    rule: "a remixed instrumental is accepted",
    send: "PUT /v1/create.remix_instrumental",
    body: { source, n_variations: 3, idempotency_key: id },
    status: 200,
    json: submitted("remix_instrumental", { n_variations: 3 }),
  },
  {
    rule: "more than three variations are refused",
    send: "PUT /v1/create.remix_instrumental",
    body: { source, n_variations: 4, idempotency_key: id },
    status: 422,
    json: { detail: [{ loc: ["body", "n_variations"], type: "less_than_equal" }] },
  },
  {
    rule: "an automatic cut comes back under auto_cut",
    send: "PUT /v1/adapt.auto_cut_down",
    body: { source, target_duration: 15, idempotency_key: id },
    status: 200,
    json: submitted("auto_cut", { target_duration: 15, output: null }),
  },
  {
    rule: "stems are accepted",
    send: "PUT /v1/adapt.separate_stems",
    body: { source, idempotency_key: id },
    status: 200,
    json: submitted("stems", { outputs: null }),
  },
  {
    rule: "a finished sample has one signed link with its end and duration",
    given: [createSample],
    send: "GET /v1/create.new_sample?id={id}",
    status: 200,
    json: { sample: { id: operation, status: "ready", output, error: null } },
  },
  {
    rule: "a finished song has two variations",
    given: [
      {
        send: "PUT /v1/create.new_song",
        body: { lyrics: "la", prompt: "folk", idempotency_key: id },
        keep: { id: "song.id" },
      },
    ],
    send: "GET /v1/create.new_song?id={id}",
    status: 200,
    json: { song: { status: "ready", outputs: [{ duration: 6 }, { duration: 6 }] } },
  },
  {
    rule: "each stem says its kind",
    given: [
      {
        send: "PUT /v1/adapt.separate_stems",
        body: { source, idempotency_key: id },
        keep: { id: "stems.id" },
      },
    ],
    send: "GET /v1/adapt.separate_stems?id={id}",
    status: 200,
    json: {
      stems: { outputs: [{ kind: "vocals" }, { kind: "drums" }, { kind: "bass" }, { kind: "other" }] },
    },
  },
  {
    rule: "a long poll returns early when the operation is ready",
    set: { jobTimeScale: 0.001 },
    given: [createSample],
    send: "GET /v1/create.new_sample?id={id}&wait=true",
    status: 200,
    json: { sample: { status: "ready" } },
  },
  {
    rule: "a long poll gives up in the end and says processing",
    set: { jobTimeScale: 1000, longPollMs: 20 },
    given: [createSample],
    send: "GET /v1/create.new_sample?id={id}&wait=true",
    status: 200,
    json: { sample: { status: "processing", output: null, error: null } },
  },
  {
    rule: "a signed link gives FLAC without a key",
    given: [createSample, { send: "GET /v1/create.new_sample?id={id}", keep: { link: "sample.output.url" } }],
    send: "GET {link}",
    as: "none",
    status: 200,
    has: { "content-type": "audio/flac", "accept-ranges": "bytes" },
    starts: "fLaC",
  },
  {
    rule: "a signed link gives a part when asked for a range",
    given: [createSample, { send: "GET /v1/create.new_sample?id={id}", keep: { link: "sample.output.url" } }],
    send: "GET {link}",
    headers: { range: "bytes=0-3" },
    as: "none",
    status: 206,
    has: { "content-range": /^bytes 0-3\/\d+$/, "content-length": "4" },
    starts: /^fLaC$/,
  },
  {
    rule: "a range beyond the end is not satisfiable",
    given: [createSample, { send: "GET /v1/create.new_sample?id={id}", keep: { link: "sample.output.url" } }],
    send: "GET {link}",
    headers: { range: "bytes=999999999-" },
    as: "none",
    status: 416,
    has: { "content-range": /^bytes \*\/\d+$/ },
  },
  {
    rule: "an expired link is refused",
    set: { linkLifeMs: 0 },
    given: [createSample, { send: "GET /v1/create.new_sample?id={id}", keep: { link: "sample.output.url" } }],
    send: "GET {link}",
    as: "none",
    status: 403,
    starts: /AccessDenied/,
  },
  {
    rule: "a link with another signature is refused",
    given: [createSample, { send: "GET /v1/create.new_sample?id={id}", keep: { link: "sample.output.url" } }],
    send: "GET {link}0",
    as: "none",
    status: 403,
    starts: /SignatureDoesNotMatch/,
  },
];

runRows("soundpiece", (key) => ({ authorization: `Bearer ${key}` }), rows);
