/**
 * The VocaBusta dialect: speech as raw WAV, transcription, cloned voices, history. Dubbing lies beside it.
 * Facts: provider-pages/vocabusta.txt and developers.vocabusta.satryx.ai, read 2026-11; guesses are marked ASSUMED.
 */
import { type Context, Hono } from "hono";
import { pause } from "./clock.ts";
import { type AppEnv, createEdge, type Dialect, json, readJson } from "./edge.ts";
import type { RatePolicy } from "./limiter.ts";
import { speak, speechSeconds } from "./media/voice.ts";
import { encodeWav, recordingSeconds } from "./media/wav.ts";
import type { Plan, Vendor } from "./vendor.ts";
import { createVocaBustaDubbing } from "./vocabusta-dubbing.ts";
import { History } from "./vocabusta-history.ts";
import { builtInVoices, checkSpeech, detail, headerJson, unprocessable } from "./vocabusta-text.ts";

/** What is kept with a dubbing job or a cloned voice. */
export type VocaBustaJob = Readonly<Record<string, unknown>>;

const sampleRate = 24_000;

/**
 * The limit, by key as published. ASSUMED: 60 in a fixed minute, for the vendor publishes no number and no algorithm; polls and history count
 * like everything else; test keys have a count of their own like any key.
 */
export function vocaBustaPolicies(): RatePolicy[] {
  return [{ id: "requests", scope: "key", kind: "fixed", limit: 60, quotaWindowMs: 60_000 }];
}

/** ASSUMED: names and numbers; the page only says that the plan sets the number. */
export const vocaBustaPlans: Readonly<Record<string, Plan>> = {
  starter: { limits: { requests: 20 } },
  standard: { limits: { requests: 60 } },
  scale: { limits: { requests: 300 } },
};

/** What one file of a multipart request holds. */
export interface UploadedFile {
  readonly bytes: Uint8Array;
  readonly type: string;
}

/** Makes the simulated VocaBusta API, served under `base`. */
export function createVocaBustaApp(vendor: Vendor<VocaBustaJob>, base: string): Hono<AppEnv> {
  const dialect: Dialect = {
    vendor,
    keyText: (headers) => /^Bearer (satryx_(?:live|test)_.+)$/.exec(headers.get("authorization") ?? "")?.[1],
    isOpen: () => false,
    policiesOf: () => ["requests"],
    unauthorized: () => detail(401, "Invalid or missing API key."),
    // ASSUMED: the wording of the refusal.
    refusal: () => detail(429, "Rate limit exceeded. Please slow down and try again."),
    // ASSUMED: the wording; the page lists what each status means.
    broken: (status) =>
      detail(
        status,
        {
          500: "Internal server error.",
          502: "Pod TTS unavailable.",
          503: "Subscription service unavailable.",
        }[status],
      ),
    rateHeaders: "never",
    retryAfter: false,
  };
  const history = new History();
  vendor.onReset(() => history.clear());
  const app = new Hono<AppEnv>().basePath(base);
  app.use("*", createEdge(dialect, base));
  // The list of voices and the history are not gated by the subscription.
  for (const gated of ["/voice/tts", "/voice/tts/stream", "/voice/stt", "/voice/clone", "/voice/dub/*"]) {
    app.use(gated, async (_c, next) => {
      if (!vendor.settings.entitled)
        return detail(403, "VocaBusta is not active for this account. Manage it in Billing.");
      await next();
      return undefined;
    });
  }
  app.post("/voice/tts", (c) => synthesise(c, false));
  app.post("/voice/tts/stream", (c) => synthesise(c, true));
  app.post("/voice/stt", transcribe);
  app.post("/voice/clone", clone);
  app.get("/voice/voices", (c) =>
    json(200, { voices: [...builtInVoices, ...clonedVoices(c.get("key").account)] }),
  );
  app.delete("/voice/voices/:id", removeVoice);
  app.get("/voice/history", (c) => history.list(c.get("key").account, new URL(c.req.url).searchParams));
  app.delete("/voice/history/:id", (c) => history.remove(c.get("key").account, c.req.param("id")));
  createVocaBustaDubbing(app, vendor, base, { remember, upload });
  app.notFound(() => detail(404, "Not Found"));
  return app;

  async function synthesise(c: Context<AppEnv>, isStream: boolean): Promise<Response> {
    const body = await readJson(c);
    if (!body)
      return unprocessable([{ loc: ["body"], msg: "Input should be a valid dictionary", type: "dict_type" }]);
    const complaints = checkSpeech(body);
    if (complaints.length > 0) return unprocessable(complaints);
    const text = String(body.text);
    const voiceId = String(body.voice_id ?? "af_heart");
    const name = voiceName(c.get("key").account, voiceId);
    if (name === undefined) return detail(404, `Voice '${voiceId}' not found`);
    if (vendor.fateOf(c.req.method, c.req.path.slice(base.length)) === "fail")
      return detail(502, "Pod TTS unavailable.");
    const seconds =
      Math.round(speechSeconds(text, typeof body.speed === "number" ? body.speed : 1) * 100) / 100;
    const id = vendor.random.uuid();
    const createdAt = remember(c, "tts", id, { text, voice_id: voiceId, duration_seconds: seconds });
    vendor.charge(c.get("key"), "tts", id, text.length);
    const metadata = {
      id,
      voice_id: voiceId,
      voice_name: name,
      text,
      duration_seconds: seconds,
      sample_rate: sampleRate,
      character_count: text.length,
      created_at: createdAt,
    };
    const wav = encodeWav(speak(text, voiceId, seconds, sampleRate), sampleRate);
    const headers = { "content-type": "audio/wav", "x-vox-metadata": headerJson(metadata) };
    if (isStream) return new Response(inPieces(wav), { headers });
    return new Response(wav, { headers: { ...headers, "content-length": String(wav.length) } });
  }

  /** Sends sound as it would be made: half a second of it in each piece, ten times as fast as it plays. */
  function inPieces(wav: Uint8Array): ReadableStream<Uint8Array> {
    const size = sampleRate;
    let at = 0;
    return new ReadableStream({
      async pull(controller) {
        if (at > 0) await pause(vendor.clock, 50 * vendor.settings.jobTimeScale);
        controller.enqueue(wav.subarray(at, at + size));
        at += size;
        if (at >= wav.length) controller.close();
      },
    });
  }

  async function transcribe(c: Context<AppEnv>): Promise<Response> {
    const got = await upload(c);
    if (got instanceof Response) return got;
    const id = vendor.random.uuid();
    const seconds = Math.round(recordingSeconds(got.file.bytes) * 100) / 100;
    const text = "Every story begins with a small sound.";
    remember(c, "stt", id, { text, duration_seconds: seconds });
    vendor.charge(c.get("key"), "stt", id, seconds);
    // ASSUMED: the body was not seen.
    return json(200, {
      id,
      text,
      language: String(got.form.get("language") ?? "en"),
      duration_seconds: seconds,
    });
  }

  async function clone(c: Context<AppEnv>): Promise<Response> {
    const got = await upload(c);
    if (got instanceof Response) return got;
    const name = got.form.get("name");
    if (typeof name !== "string" || name === "")
      return unprocessable([{ loc: ["body", "name"], msg: "Field required", type: "missing" }]);
    const description = got.form.get("description");
    const id = `cloned_${vendor.random.text(12, "0123456789abcdef")}`;
    const fate = vendor.fateOf(c.req.method, c.req.path.slice(base.length));
    const run = {
      stages: [{ status: "processing", workMs: vendor.random.between(2_000, 8_000) }],
      success: "ready",
      failure: "failed",
      fate,
    };
    const data = { name, description: typeof description === "string" ? description : null };
    const voice = vendor.jobs.start(id, "clone", c.get("key"), run, data);
    remember(c, "clone", id, { voice_id: id, name });
    vendor.charge(c.get("key"), "clone", id, 1);
    return json(200, clonedBody(voice.id));
  }

  function removeVoice(c: Context<AppEnv>): Response {
    const id = c.req.param("id") ?? "";
    const voice = vendor.jobs.get(id);
    const isTheirs = voice?.kind === "clone" && voice.key.account === c.get("key").account;
    // ASSUMED: the answers; the page only says that ids of cloned voices can be deleted.
    if (!id.startsWith("cloned_")) return detail(400, "Only cloned voices can be deleted.");
    if (!isTheirs) return detail(404, `Voice '${id}' not found`);
    vendor.jobs.remove(id);
    return json(200, { voice_id: id, deleted: true });
  }

  function clonedVoices(account: string): Record<string, unknown>[] {
    return vendor.jobs
      .list()
      .filter((job) => job.kind === "clone" && job.key.account === account)
      .map((job) => clonedBody(job.id));
  }

  function clonedBody(id: string): Record<string, unknown> {
    const voice = vendor.jobs.get(id);
    if (!voice) return {};
    const preview = encodeWav(speak("hello", id, 0.5, 8_000), 8_000).toString("base64");
    return {
      voice_id: id,
      name: voice.data.name,
      description: voice.data.description,
      status: vendor.jobs.status(voice),
      preview_url: `data:audio/wav;base64,${preview}`,
      created_at: new Date(vendor.toServer(voice.createdAt)).toISOString(),
    };
  }

  function voiceName(account: string, id: string): string | undefined {
    const builtIn = builtInVoices.find((voice) => voice.voice_id === id);
    if (builtIn) return builtIn.name;
    const cloned = clonedVoices(account).find((voice) => voice.voice_id === id && voice.status === "ready");
    return cloned && String(cloned.name);
  }

  function remember(c: Context<AppEnv>, feature: string, id: string, more: Record<string, unknown>): string {
    const createdAt = new Date(vendor.serverNow()).toISOString();
    history.add(c.get("key").account, { id, feature, created_at: createdAt, ...more });
    return createdAt;
  }

  async function upload(c: Context<AppEnv>): Promise<{ file: UploadedFile; form: FormData } | Response> {
    const form = await c.req.formData().catch(() => undefined);
    const file = form?.get("file");
    if (!form || !(file instanceof File))
      return unprocessable([{ loc: ["body", "file"], msg: "Field required", type: "missing" }]);
    if (file.size === 0) return detail(400, "Empty audio file.");
    return { file: { bytes: new Uint8Array(await file.arrayBuffer()), type: file.type }, form };
  }
}
