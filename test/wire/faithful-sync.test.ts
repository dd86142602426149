/** Sync as its pages describe it, row by row: generations, asked by a client that is not ours. */
import { absent, type Row, runRows } from "../simulator/rows.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const video = { type: "video", url: "https://example.test/video.mp4" };
const audio = { type: "audio", url: "https://example.test/audio.wav" };
const text = { type: "text", provider: { name: "elevenlabs", voiceId: "v1", script: "Hello" } };
const body = { model: "lipsync-2", input: [video, audio] };
const create = { send: "POST /v2/generate", body, keep: { id: "id" } } as const;
const poll = "GET /v2/generate/{id}";
const slow = { jobTimeScale: 1000 };
const silent = { "retry-after": null, "x-ratelimit-limit": null };
const failure = (status: number, message: unknown = /./, errorCode: unknown = absent) => ({
  statusCode: status,
  message,
  errorCode,
});
const complaints = (pattern: RegExp) =>
  failure(400, (list: string[]) => list.some((each) => pattern.test(each)));
const nobody = "00000000-0000-4000-8000-000000000000";

const rows: Row[] = [
  {
    rule: "a generation is created as pending",
    send: "POST /v2/generate",
    body,
    status: 201,
    has: silent,
    json: {
      id: uuid,
      createdAt: isoTime,
      status: "PENDING",
      model: "lipsync-2",
      input: [video, audio],
      outputUrl: absent,
    },
  },
  {
    rule: "a script takes the place of a recording",
    send: "POST /v2/generate",
    body: { model: "sync-3", input: [video, text], options: { sync_mode: "loop", temperature: 0.5 } },
    status: 201,
    json: { options: { sync_mode: "loop" } },
  },
  {
    rule: "an asset takes the place of an address",
    send: "POST /v2/generate",
    body: {
      model: "lipsync-2",
      input: [{ type: "video", assetId: "5d3ac9e4-0b5e-4a8e-9a4e-2f1f0c6a1001" }, audio],
    },
    status: 201,
  },
  {
    rule: "files can be sent as multipart",
    send: "POST /v2/generate",
    form: {
      model: "lipsync-2",
      video: { file: Buffer.alloc(10, 1), type: "video/mp4" },
      audio: { file: Buffer.alloc(10, 2), type: "audio/wav" },
    },
    status: 201,
    json: { status: "PENDING", input: [{ type: "video" }, { type: "audio" }] },
  },
  {
    rule: "an unknown model is a bad request",
    send: "POST /v2/generate",
    body: { ...body, model: "x" },
    status: 400,
    json: complaints(/model/),
  },
  {
    rule: "a generation needs a video",
    send: "POST /v2/generate",
    body: { ...body, input: [audio] },
    status: 400,
    json: complaints(/video/),
  },
  {
    rule: "a generation needs something to say",
    send: "POST /v2/generate",
    body: { ...body, input: [video] },
    status: 400,
    json: complaints(/audio or text/),
  },
  {
    rule: "the temperature goes from nothing to one",
    send: "POST /v2/generate",
    body: { ...body, options: { temperature: 2 } },
    status: 400,
    json: complaints(/temperature/),
  },
  {
    rule: "an unknown sync mode is a bad request",
    send: "POST /v2/generate",
    body: { ...body, options: { sync_mode: "x" } },
    status: 400,
    json: complaints(/sync_mode/),
  },
  {
    rule: "a file name has letters, digits, _ and - only",
    send: "POST /v2/generate",
    body: { ...body, outputFileName: "../x" },
    status: 400,
    json: complaints(/outputFileName/),
  },
  {
    rule: "an unknown asset is a bad request",
    send: "POST /v2/generate",
    body: { ...body, input: [{ type: "video", assetId: "x" }, audio] },
    status: 400,
    json: complaints(/assetId/),
  },
  {
    rule: "a body that is no JSON is a bad request",
    send: "POST /v2/generate",
    body: "{",
    status: 400,
    json: failure(400),
  },
  {
    rule: "a finished generation has an address and a duration",
    given: [create],
    send: poll,
    status: 200,
    has: silent,
    json: {
      id: uuid,
      status: "COMPLETED",
      outputUrl: /\/output\.mp4\?expires=\d+&signature=/,
      outputDuration: 6,
    },
  },
  {
    rule: "the result is named as asked",
    given: [{ ...create, body: { ...body, outputFileName: "my-film" } }],
    send: poll,
    status: 200,
    json: { outputUrl: /\/my-film\.mp4\?/, outputFileName: "my-film" },
  },
  {
    rule: "the result downloads as MP4 without a key",
    given: [create, { send: poll, keep: { link: "outputUrl" } }],
    send: "GET {link}",
    as: "none",
    status: 200,
    has: { "content-type": "video/mp4" },
    starts: /^....ftyp/s,
  },
  {
    rule: "a generation under way is polled",
    set: slow,
    given: [create],
    send: poll,
    status: 200,
    json: { status: "PENDING", outputUrl: absent },
  },
  {
    rule: "progress is told when asked for",
    set: slow,
    given: [create],
    send: `${poll}?include=progress`,
    status: 200,
    json: { progress: 0 },
  },
  {
    rule: "a long poll returns when the generation ends",
    given: [create],
    send: `${poll}?wait=true`,
    status: 200,
    has: { "x-sync-wait-mode": "long_poll", "x-sync-wait-timeout-seconds": "5" },
    json: { status: "COMPLETED" },
  },
  {
    rule: "a long poll that runs out gives the unfinished generation",
    set: slow,
    given: [create],
    send: `${poll}?wait=true&timeout=1`,
    status: 200,
    has: { "retry-after": "2", "x-sync-wait-mode": "long_poll", "x-sync-wait-timeout-seconds": "1" },
    json: { status: "PENDING" },
  },
  {
    rule: "a long poll of 11 seconds is a bad request",
    given: [create],
    send: `${poll}?wait=true&timeout=11`,
    status: 400,
    json: failure(400, /timeout/),
  },
  {
    rule: "a long poll does not tell progress",
    given: [create],
    send: `${poll}?wait=true&include=progress`,
    status: 400,
    json: failure(400, /progress/),
  },
  {
    rule: "an unknown generation is not found",
    send: `GET /v2/generate/${nobody}`,
    status: 404,
    json: failure(404),
  },
  {
    rule: "another organisation's generation is not found",
    given: [create],
    send: poll,
    as: "second-1",
    status: 404,
  },
  {
    rule: "generations are listed",
    given: [{ ...create, times: 2 }],
    send: "GET /v2/generations",
    status: 200,
    has: silent,
    json: [{ status: "COMPLETED" }, { id: uuid }],
  },
  {
    rule: "the list is filtered by a comma list of statuses",
    given: [create],
    send: "GET /v2/generations?status=PENDING,PROCESSING",
    status: 200,
    json: [],
  },
  {
    rule: "the list is filtered by a JSON list of statuses, as the SDK sends it",
    given: [create],
    send: "GET /v2/generations?status=%5B%22COMPLETED%22%5D",
    status: 200,
    json: [{ status: "COMPLETED" }],
  },
  {
    rule: "the list is filtered by ids",
    given: [create, create],
    send: "GET /v2/generations?ids={id}",
    status: 200,
    json: [{ id: uuid }],
  },
  {
    rule: "an unknown status is a bad request",
    send: "GET /v2/generations?status=READY",
    status: 400,
    json: failure(400, /status/),
  },
  {
    rule: "a page is limited",
    given: [{ ...create, times: 3 }],
    send: "GET /v2/generations?limit=2",
    status: 200,
    json: [{ id: uuid }, { id: uuid }],
  },
  {
    rule: "a cursor leads on from the last of a page",
    given: [
      { ...create, times: 3 },
      { send: "GET /v2/generations?limit=2", keep: { last: "1.id" } },
    ],
    send: "GET /v2/generations?limit=2&cursor={last}",
    status: 200,
    json: [{ id: uuid }],
  },
  {
    rule: "a cursor needs a limit",
    given: [create],
    send: "GET /v2/generations?cursor={id}",
    status: 400,
    json: failure(400, /limit/),
  },
  {
    rule: "a page of 101 is a bad request",
    send: "GET /v2/generations?limit=101",
    status: 400,
    json: failure(400, /limit/),
  },
  {
    rule: "generations alive are counted",
    set: slow,
    given: [create, create],
    send: "GET /v2/generations/count?status=PENDING,PROCESSING",
    status: 200,
    json: { count: 2 },
  },
  {
    rule: "a download is a signed address in plain text",
    given: [create],
    send: "GET /v2/generations/{id}/download",
    status: 200,
    has: { "content-type": /^text\/plain/ },
    starts: /^http:\S+signature=[0-9a-f]+$/,
  },
  {
    rule: "an unknown download is not found",
    send: `GET /v2/generations/${nobody}/download`,
    status: 404,
    json: failure(404),
  },
];

runRows("sync", (key) => ({ "x-api-key": key }), rows);
