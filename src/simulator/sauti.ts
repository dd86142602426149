/**
 * The SAUTI dialect: text to speech at once or as a job, speech to text, voices, a talking agent.
 * Facts: provider-pages/sauti.txt and finiflowlabs.com/docs, read 2026-11; guesses are marked ASSUMED.
 */
import { type Context, Hono } from "hono";
import { type AppEnv, createEdge, type Dialect, json, readJson } from "./edge.ts";
import type { Job } from "./jobs.ts";
import type { RatePolicy } from "./limiter.ts";
import { speak, speechSeconds } from "./media/voice.ts";
import { encodeWav, recordingSeconds } from "./media/wav.ts";
import { problem, voices } from "./sauti-text.ts";
import type { Vendor } from "./vendor.ts";

/** What is kept with a job. */
export interface SautiJob {
  readonly text: string;
  readonly voiceId: string;
  readonly rate: number;
}

const sampleRate = 22_050;
const largestUpload = 25 * 1024 * 1024;

/**
 * The published limits: sliding, one minute, by key. ASSUMED: an exact log, in which refused requests do not count; `X-RateLimit-Reset`
 * is the second in which the oldest counted request leaves; rate headers come on errors too and tell of the request's own category.
 */
export function sautiPolicies(): RatePolicy[] {
  const make = (id: string, limit: number): RatePolicy => ({
    id,
    scope: "key",
    kind: "sliding",
    limit,
    quotaWindowMs: 60_000,
  });
  return [make("synthesis", 10), make("polling", 60), make("default", 30)];
}

/** ASSUMED: recordings and the agent belong to "all other endpoints", and a job's audio to the polls, whose path it matches. */
function policyOf(method: string, path: string): string {
  if (method === "POST" && (path.startsWith("/v1/text-to-speech/") || path === "/v1/tts/jobs"))
    return "synthesis";
  if (method === "GET" && path.startsWith("/v1/tts/jobs/")) return "polling";
  return "default";
}

/** Makes the simulated SAUTI API, served under `base`. */
export function createSautiApp(vendor: Vendor<SautiJob>, base: string): Hono<AppEnv> {
  const dialect: Dialect = {
    vendor,
    keyText: (headers) => headers.get("xi-api-key") ?? undefined,
    isOpen: () => false,
    policiesOf: (method, path) => [policyOf(method, path)],
    unauthorized: () =>
      problem("unauthorized", "Missing or invalid API key. Send it in the xi-api-key header."),
    // The synthesis wording is published; ASSUMED for the other two categories. A shortened quota window keeps the word "minute".
    refusal: ({ policy, limit }) =>
      problem(
        "rate_limit_exceeded",
        `You have exceeded ${limit} requests per minute for ${policy}. Try again shortly.`,
      ),
    broken: (status) =>
      problem(
        status === 500 ? "internal_error" : status === 502 ? "bad_gateway" : "unavailable",
        "Something went wrong on our side.",
      ),
    rateHeaders: "always",
    retryAfter: true,
  };
  const app = new Hono<AppEnv>().basePath(base);
  app.use("*", createEdge(dialect, base));
  app.post("/v1/text-to-speech/:voice", async (c) => synthesise(c, c.req.param("voice")));
  app.post("/v1/tts/jobs", async (c) => synthesise(c, undefined));
  app.get("/v1/tts/jobs/:id", (c) => withJob(c.req.param("id"), (job) => json(200, jobBody(job))));
  app.get("/v1/tts/jobs/:id/audio", (c) => withJob(c.req.param("id"), audioOf));
  app.get("/v1/voices", (c) => {
    const language = c.req.query("language");
    return json(200, { voices: voices.filter((voice) => !language || voice.language_code === language) });
  });
  app.get("/v1/voices/:id", (c) => {
    const voice = voices.find(({ voice_id }) => voice_id === c.req.param("id"));
    return voice ? json(200, voice) : problem("not_found", `Voice ${c.req.param("id")} was not found.`);
  });
  app.post("/v1/speech-to-text/", async (c) => transcribe(c));
  app.post("/v1/voice-agent/converse", async (c) => converse(c));
  app.post("/v1/voice-agent/converse/audio", async (c) => converseAudio(c));
  app.notFound(() => problem("not_found", "There is nothing at this address."));
  return app;

  async function synthesise(c: Context<AppEnv>, voiceInPath: string | undefined): Promise<Response> {
    const body = await readJson(c);
    if (!body) return problem("invalid_request", "The request body is not a JSON object.");
    const { text, voice_settings: voiceSettings } = body;
    const voiceId = voiceInPath ?? body.voice_id;
    if (typeof text !== "string") return problem("invalid_request", "text is required and must be a string.");
    if (typeof voiceId !== "string")
      return problem("invalid_request", "voice_id is required and must be a string.");
    if (text.trim() === "") return problem("unprocessable_content", "text must not be empty.");
    if (text.length > 5000) {
      return problem("unprocessable_content", `text has ${text.length} characters; the maximum is 5000.`);
    }
    if (!voices.some((voice) => voice.voice_id === voiceId && voice.status === "active")) {
      return problem("unprocessable_content", `Voice ${voiceId} does not exist or is not active.`);
    }
    const rate = speakingRate(voiceSettings);
    if (rate === undefined)
      return problem("unprocessable_content", "voice_settings.speaking_rate must be a number above 0.");
    const key = c.get("key");
    if (voiceInPath !== undefined && text.length <= 2000) {
      const fate = vendor.fateOf(c.req.method, c.req.path.slice(base.length));
      if (fate === "fail") return problem("internal_error", "The synthesis failed.");
      vendor.charge(key, "text-to-speech", voiceId, text.length);
      const { seconds, wav } = render({ text, voiceId, rate });
      return json(200, {
        audio_base64: wav.toString("base64"),
        content_type: "audio/wav",
        duration_seconds: seconds,
        characters_synthesized: text.length,
        voice_id: voiceId,
      });
    }
    const fate = vendor.fateOf(c.req.method, c.req.path.slice(base.length));
    const id = vendor.random.uuid();
    // ASSUMED: 0.5 to 15 s, longer for longer texts.
    const workMs = Math.min(15_000, 500 + text.length * vendor.random.between(1, 3));
    const stages = [
      { status: "queued", workMs: workMs * 0.2 },
      { status: "running", workMs: workMs * 0.8 },
    ];
    const job = vendor.jobs.start(
      id,
      "tts",
      key,
      { stages, success: "succeeded", failure: "failed", fate },
      { text, voiceId, rate },
    );
    vendor.charge(key, "tts/jobs", id, text.length);
    // ASSUMED: the 202 of text-to-speech has the body of a job's creation.
    return json(202, { job_id: id, status: "queued", created_at: jobBody(job).created_at });
  }

  function jobBody(job: Job<SautiJob>): Record<string, unknown> {
    const endedAt = vendor.jobs.endedAt(job);
    return {
      job_id: job.id,
      status: vendor.jobs.status(job),
      created_at: isoTime(job.createdAt),
      ...(endedAt !== undefined && { completed_at: isoTime(endedAt) }),
      // ASSUMED: a failed job says why in one string.
      ...(vendor.jobs.hasFailed(job) && { error: "Synthesis failed on an internal error." }),
    };
  }

  function audioOf(job: Job<SautiJob>): Response {
    if (!vendor.jobs.isOver(job))
      return problem("job_not_complete", `Job ${job.id} is ${vendor.jobs.status(job)}.`);
    if (vendor.jobs.hasFailed(job))
      return problem("job_not_complete", `Job ${job.id} failed and has no audio.`);
    const { wav } = render(job.data);
    return new Response(wav, {
      headers: { "content-type": "audio/wav", "content-length": String(wav.length) },
    });
  }

  function withJob(id: string, answer: (job: Job<SautiJob>) => Response): Response {
    const job = vendor.jobs.get(id);
    return job ? answer(job) : problem("not_found", `Job ${id} was not found.`);
  }

  function isoTime(at: number): string {
    return new Date(vendor.toServer(at)).toISOString();
  }

  async function upload(c: Context<AppEnv>): Promise<{ file: Uint8Array; form: FormData } | Response> {
    if (Number(c.req.header("content-length") ?? 0) > largestUpload)
      return problem("payload_too_large", "The audio is larger than 25 MB.");
    const form = await c.req.formData().catch(() => undefined);
    const file = form?.get("audio");
    if (!form || !(file instanceof File))
      return problem("invalid_request", "audio is required as multipart file.");
    if (file.size > largestUpload) return problem("payload_too_large", "The audio is larger than 25 MB.");
    if (file.size === 0) return problem("unprocessable_content", "The audio is empty.");
    return { file: new Uint8Array(await file.arrayBuffer()), form };
  }

  async function transcribe(c: Context<AppEnv>): Promise<Response> {
    const got = await upload(c);
    if (got instanceof Response) return got;
    const seconds = rounded(recordingSeconds(got.file));
    vendor.charge(c.get("key"), "speech-to-text", "recording", seconds);
    return json(200, {
      text: "Habari ya asubuhi, karibu sana.",
      language: String(got.form.get("language") ?? "sw"),
      duration_seconds: seconds,
    });
  }

  async function converse(c: Context<AppEnv>): Promise<Response> {
    const body = await readJson(c);
    if (!body) return problem("invalid_request", "The request body is not a JSON object.");
    if (typeof body.text !== "string" || body.text.trim() === "")
      return problem("unprocessable_content", "text must not be empty.");
    return talk(c, body.text, body.scenario, body.voice_id);
  }

  async function converseAudio(c: Context<AppEnv>): Promise<Response> {
    const got = await upload(c);
    if (got instanceof Response) return got;
    const field = (name: string) => got.form.get(name) ?? undefined;
    return talk(c, "Nina swali kuhusu akaunti yangu.", field("scenario"), field("voice_id"));
  }

  function talk(c: Context<AppEnv>, userText: string, scenario: unknown, voice: unknown): Response {
    const chosen = scenario ?? "general";
    if (typeof chosen !== "string" || !["general", "banking", "health"].includes(chosen)) {
      return problem("unprocessable_content", "scenario must be general, banking or health.");
    }
    const voiceId = typeof voice === "string" ? voice : "sauti-swahili-v1";
    if (!voices.some(({ voice_id }) => voice_id === voiceId)) {
      return problem("unprocessable_content", `Voice ${voiceId} does not exist or is not active.`);
    }
    const text = "Asante kwa swali lako. Nitakusaidia sasa hivi.";
    vendor.charge(c.get("key"), "voice-agent", voiceId, text.length);
    const audio = render({ text, voiceId, rate: 1 }).wav.toString("base64");
    return json(200, {
      user_text: userText,
      agent_text: text,
      audio_base64: audio,
      content_type: "audio/wav",
      scenario: chosen,
      voice_id: voiceId,
    });
  }
}

function render({ text, voiceId, rate }: SautiJob): { seconds: number; wav: Buffer<ArrayBuffer> } {
  const seconds = rounded(speechSeconds(text, rate));
  return { seconds, wav: encodeWav(speak(text, voiceId, seconds, sampleRate), sampleRate) };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}

function speakingRate(voiceSettings: unknown): number | undefined {
  if (typeof voiceSettings !== "object" || voiceSettings === null) return 1;
  const { speaking_rate: rate } = voiceSettings as Record<string, unknown>;
  if (rate === undefined) return 1;
  return typeof rate === "number" && rate > 0 && rate <= 10 ? rate : undefined;
}
