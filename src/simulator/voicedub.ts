/**
 * The VoiceDub dialect: dubs in three calls (create, preprocess, generate), custom voices, public voices.
 * Facts: provider-pages/voicedub.txt and providers.md section 3, read 2026-11; guesses are marked ASSUMED.
 */
import { type Context, Hono } from "hono";
import { type AppEnv, createEdge, type Dialect, json, readJson } from "./edge.ts";
import { type Job, type Run, resting } from "./jobs.ts";
import type { RatePolicy } from "./limiter.ts";
import { speak } from "./media/voice.ts";
import { encodeWav, recordingSeconds } from "./media/wav.ts";
import type { Vendor } from "./vendor.ts";
import { checkDub, failure, invalid, openApi, publicVoices } from "./voicedub-text.ts";
import { createVoiceDubVoices } from "./voicedub-voices.ts";

/** What is kept with a dub or a custom voice. */
export interface VoiceDubJob {
  readonly input: Readonly<Record<string, unknown>>;
  /** Names of the places its files are uploaded to. */
  readonly uploads: readonly string[];
  /** How far it has been sent: 0 created, 1 preprocessing asked, 2 generation or training asked. */
  step: 0 | 1 | 2;
  inputMs: number | null;
  requiredCredits: number | null;
  usedCredits: number | null;
  /** Credits of the account right after the charge. */
  creditsLeft: number | null;
  /** When it was last asked for, for strict polling. */
  polledAt: number;
}

const uploadLifeMs = 60 * 60_000;
/** The longest result that is really made, so that a half-hour dub does not fill the memory. */
const longestSoundSeconds = 120;

/**
 * The published limits: fixed, by account. ASSUMED: aligned to the UTC minute and hour; a request counts in the global limit and in its
 * class; refused requests and presigned uploads count nowhere; HEAD and OPTIONS are safe like GET; every success is a 200.
 */
export function voiceDubPolicies(): RatePolicy[] {
  const make = (id: string, limit: number, quotaWindowMs: number): RatePolicy => ({
    id,
    scope: "account",
    kind: "fixed",
    limit,
    quotaWindowMs,
  });
  return [
    make("global", 15_000, 60_000),
    make("read", 10_000, 60_000),
    make("writeMinute", 500, 60_000),
    make("writeHour", 20_000, 3_600_000),
  ];
}

/** Makes the simulated VoiceDub API, served under `base`. */
export function createVoiceDubApp(vendor: Vendor<VoiceDubJob>, base: string): Hono<AppEnv> {
  const dialect: Dialect = {
    vendor,
    keyText: (headers) => /^Api-Key (.+)$/.exec(headers.get("authorization") ?? "")?.[1],
    isOpen: (method, path) => method === "GET" && path === "/v1/openapi.json",
    policiesOf: (method) =>
      /^(GET|HEAD|OPTIONS)$/.test(method) ? ["global", "read"] : ["global", "writeMinute", "writeHour"],
    unauthorized: () => failure(401, "unauthorized", "Unauthorized."),
    refusal: () =>
      failure(429, "rate_limit_exceeded", "Rate limit exceeded. Please wait before making more requests."),
    broken: (status) => failure(status, "internal_error", "Internal error."),
    rateHeaders: "always",
    retryAfter: true,
  };
  const voices = publicVoices();
  const app = new Hono<AppEnv>().basePath(base);
  app.use("*", createEdge(dialect, base));
  app.get("/v1/openapi.json", () => json(200, openApi(vendor.url())));
  app.get("/v1/me", (c) => json(200, { user: { apiCredits: vendor.creditsOf(c.get("key").account) } }));
  app.get("/v1/voices", listVoices);
  app.post("/v1/me/dubs", createDub);
  app.get("/v1/me/dubs/:id", (c) => withDub(c, (dub) => poll(c, dub)));
  app.post("/v1/me/dubs/:id/preprocess", (c) => withDub(c, (dub) => preprocess(c, dub)));
  app.post("/v1/me/dubs/:id/generate", (c) => withDub(c, (dub) => generate(c, dub)));
  createVoiceDubVoices(app, vendor, base);
  app.notFound(() => failure(404, "not_found", "Not found."));
  return app;

  function listVoices(c: Context<AppEnv>): Response {
    // ASSUMED: the default page size; the range is published.
    const limit = Number(c.req.query("limit") ?? 20);
    const cursor = c.req.query("cursor");
    if (!Number.isInteger(limit) || limit < 8 || limit > 50)
      return invalid({ query: { limit: "must be an integer from 8 to 50" } });
    const from = cursor === undefined ? 0 : voices.findIndex(({ id }) => id === cursor);
    if (from < 0) return invalid({ query: { cursor: "is not a cursor of this list" } });
    return json(200, {
      voices: voices.slice(from, from + limit),
      nextCursor: voices[from + limit]?.id ?? null,
    });
  }

  async function createDub(c: Context<AppEnv>): Promise<Response> {
    const body = await readJson(c);
    if (!body) return invalid({ body: { body: "must be a JSON object" } });
    const wrong = checkDub(body);
    if (Object.keys(wrong).length > 0) return invalid({ body: wrong });
    const key = c.get("key");
    const isOwn = vendor.jobs.get(String(body.voiceId))?.key.account === key.account;
    if (!isOwn && !voices.some(({ id }) => id === body.voiceId))
      return failure(400, "voice_not_found", "Voice not found.");
    const id = vendor.random.uuid();
    const link = typeof body.link === "string" ? body.link : null;
    const input = {
      voiceId: body.voiceId,
      link,
      separate: body.separate ?? true,
      pitchShift: body.pitchShift ?? 0,
    };
    const data: VoiceDubJob = {
      input,
      uploads: link === null ? [`${id}.input`] : [],
      step: 0,
      inputMs: null,
      requiredCredits: null,
      usedCredits: null,
      creditsLeft: null,
      polledAt: Number.NEGATIVE_INFINITY,
    };
    const dub = vendor.jobs.start(id, "dub", key, resting("new"), data);
    const upload = data.uploads[0];
    return json(200, {
      dub: dubBody(dub),
      uploadUrl: upload ? vendor.links.upload(upload, uploadLifeMs).url : null,
    });
  }

  function preprocess(c: Context<AppEnv>, dub: Job<VoiceDubJob>): Response {
    const { data } = dub;
    // ASSUMED: preprocessing twice gives the dub back unchanged.
    if (data.step > 0) return json(200, { dub: dubBody(dub) });
    const upload = data.uploads[0];
    const bytes = upload === undefined ? undefined : vendor.links.uploaded(upload);
    // ASSUMED: nothing uploaded yet is an invalid argument; so is a recording above the published 30 minutes.
    if (upload !== undefined && !bytes) return invalid({ params: { dubId: "has no uploaded file yet" } });
    const seconds = bytes ? recordingSeconds(bytes) : vendor.random.between(12, 90);
    if (seconds > 30 * 60) return invalid({ params: { dubId: "has an input of more than 30 minutes" } });
    data.step = 1;
    data.inputMs = Math.round(seconds * 1000);
    // Published: 10 credits an audio minute, at least 10 a dub. ASSUMED: rounded up to whole credits.
    data.requiredCredits = Math.max(10, Math.ceil((seconds / 60) * 10));
    vendor.jobs.proceed(
      dub,
      run(c, [["preprocessing", vendor.random.between(1_500, 6_000)]], "preprocessed"),
    );
    return json(200, { dub: dubBody(dub, "preprocessing") });
  }

  function generate(c: Context<AppEnv>, dub: Job<VoiceDubJob>): Response {
    const { data } = dub;
    // ASSUMED: generating too early is an invalid argument; generating again gives the dub back unchanged.
    if (data.step === 2) return json(200, { dub: dubBody(dub) });
    if (data.step === 0 || vendor.jobs.status(dub) !== "preprocessed")
      return invalid({ params: { dubId: "is not preprocessed" } });
    const credits = data.requiredCredits ?? 10;
    if (vendor.creditsOf(dub.key.account) < credits)
      return failure(403, "not_enough_credits", "Not enough credits.");
    data.step = 2;
    vendor.charge(c.get("key"), "generate", dub.id, credits, credits);
    data.usedCredits = credits;
    data.creditsLeft = vendor.creditsOf(dub.key.account);
    const workMs = 3_000 + (data.inputMs ?? 0) * vendor.random.between(0.1, 0.3);
    const stages: [string, number][] = [
      ["queued", workMs * 0.1],
      ["starting", workMs * 0.1],
      ["processing", workMs * 0.7],
      ["finalizing", workMs * 0.1],
    ];
    vendor.jobs.proceed(dub, run(c, stages, "done"));
    const seconds = Math.min(longestSoundSeconds, (data.inputMs ?? 0) / 1000);
    vendor.links.offer(`${dub.id}.wav`, () => {
      const sound = speak(dub.id.repeat(4), String(data.input.voiceId), seconds, 44_100);
      return { contentType: "audio/wav", bytes: encodeWav(sound, 44_100) };
    });
    return json(200, { dub: dubBody(dub, "queued") });
  }

  function poll(c: Context<AppEnv>, dub: Job<VoiceDubJob>): Response {
    const now = c.get("seen").at;
    // ASSUMED: polling faster than every 3 s is counted, not refused; strict polls refuse it.
    const tooSoonMs = dub.data.polledAt + 3_000 - now;
    if (vendor.settings.strictPolls && tooSoonMs > 0) {
      const answer = dialect.refusal({ policy: "polls", limit: 1, seconds: 3 });
      answer.headers.set("retry-after", String(Math.ceil(tooSoonMs / 1000)));
      return answer;
    }
    dub.data.polledAt = now;
    return json(200, { dub: dubBody(dub) });
  }

  /** ASSUMED: the word `failed`; the list of status words was cut after `done`. */
  function run(c: Context<AppEnv>, stages: readonly [string, number][], success: string): Run {
    const fate = vendor.fateOf(c.req.method, c.req.path.slice(base.length));
    return {
      stages: stages.map(([status, workMs]) => ({ status, workMs })),
      success,
      failure: "failed",
      fate,
    };
  }

  function withDub(c: Context<AppEnv>, answer: (dub: Job<VoiceDubJob>) => Response): Response {
    const dub = vendor.jobs.get(c.req.param("id") ?? "");
    const isTheirs = dub?.kind === "dub" && dub.key.account === c.get("key").account;
    return isTheirs ? answer(dub) : failure(404, "not_found", "Dub not found.");
  }

  /** `status` is given where the answer tells of the moment in which a stretch of work begins. */
  function dubBody(dub: Job<VoiceDubJob>, status = vendor.jobs.status(dub)): Record<string, unknown> {
    const { data } = dub;
    const endedAt = vendor.jobs.endedAt(dub);
    const isoTime = (at: number) => new Date(vendor.toServer(at)).toISOString();
    const isKnown = data.step === 2 || (data.step === 1 && status === "preprocessed");
    const hasFailed = vendor.jobs.hasFailed(dub);
    return {
      id: dub.id,
      ...data.input,
      status,
      inputDuration: isKnown ? data.inputMs : null,
      // ASSUMED: the words for where an input came from.
      inputSource: data.input.link === null ? "upload" : "link",
      errorCode: hasFailed ? "internal_error" : null,
      errorMessage: hasFailed ? "Processing failed." : null,
      apiCreditsUsed: data.usedCredits,
      apiCreditsLeft: data.creditsLeft,
      completedAt: status === "done" && endedAt !== undefined ? isoTime(endedAt) : null,
      createdAt: isoTime(dub.createdAt),
      updatedAt: isoTime(endedAt ?? dub.startedAt),
      dubUrl:
        status === "done" ? vendor.links.download(`${dub.id}.wav`, vendor.settings.linkLifeMs).url : null,
      requiredCredits: isKnown ? data.requiredCredits : null,
    };
  }
}
