/**
 * VoiceDub's custom voices: create, upload recordings, train, ask.
 * Facts: providers.md section 3, read 2026-11; guesses are marked ASSUMED.
 */
import type { Context, Hono } from "hono";
import { type AppEnv, json, readJson } from "./edge.ts";
import { type Job, resting } from "./jobs.ts";
import type { Vendor } from "./vendor.ts";
import type { VoiceDubJob } from "./voicedub.ts";
import { checkVoice, failure, invalid } from "./voicedub-text.ts";

const uploadLifeMs = 60 * 60_000;

/** Adds the calls of custom voices to the app. */
export function createVoiceDubVoices(app: Hono<AppEnv>, vendor: Vendor<VoiceDubJob>, base: string): void {
  app.post("/v1/me/voices", create);
  app.get("/v1/me/voices/:id", (c) => withVoice(c, (voice) => json(200, { voice: voiceBody(voice) })));
  app.post("/v1/me/voices/:id/clone", (c) => withVoice(c, (voice) => train(c, voice)));

  async function create(c: Context<AppEnv>): Promise<Response> {
    const body = await readJson(c);
    if (!body) return invalid({ body: { body: "must be a JSON object" } });
    const wrong = checkVoice(body);
    if (Object.keys(wrong).length > 0) return invalid({ body: wrong });
    const id = vendor.random.uuid();
    const uploads = Array.from(
      { length: Number(body.numberOfFiles) },
      (_, index) => `${id}-${index + 1}.input`,
    );
    const data: VoiceDubJob = {
      input: {
        name: body.name,
        numberOfFiles: body.numberOfFiles,
        maxMinutes: body.maxMinutes ?? 10,
        separate: body.separate ?? true,
      },
      uploads,
      step: 0,
      inputMs: null,
      requiredCredits: null,
      usedCredits: null,
      creditsLeft: null,
      polledAt: 0,
    };
    const voice = vendor.jobs.start(id, "voice", c.get("key"), resting("new"), data);
    const uploadUrls = uploads.map((name) => vendor.links.upload(name, uploadLifeMs).url);
    return json(200, { voice: voiceBody(voice), uploadUrls });
  }

  function train(c: Context<AppEnv>, voice: Job<VoiceDubJob>): Response {
    const { data } = voice;
    // ASSUMED: training again gives the voice back unchanged; training without recordings is an invalid argument.
    if (data.step === 2) return json(200, { voice: voiceBody(voice) });
    if (!data.uploads.some((name) => vendor.links.uploaded(name)))
      return invalid({ params: { voiceId: "has no uploaded file yet" } });
    // Published: 10 credits for each minute of `maxMinutes`.
    const credits = 10 * Number(data.input.maxMinutes);
    if (vendor.creditsOf(voice.key.account) < credits)
      return failure(403, "not_enough_credits", "Not enough credits.");
    data.step = 2;
    vendor.charge(c.get("key"), "clone", voice.id, credits, credits);
    const fate = vendor.fateOf(c.req.method, c.req.path.slice(base.length));
    // ASSUMED: the words between `queued` and `done` are those of a dub.
    const workMs = vendor.random.between(10_000, 40_000);
    const stages = [
      { status: "queued", workMs: workMs * 0.1 },
      { status: "starting", workMs: workMs * 0.1 },
      { status: "processing", workMs: workMs * 0.8 },
    ];
    vendor.jobs.proceed(voice, { stages, success: "done", failure: "failed", fate });
    return json(200, { voice: { ...voiceBody(voice), status: "queued" } });
  }

  function withVoice(c: Context<AppEnv>, answer: (voice: Job<VoiceDubJob>) => Response): Response {
    const voice = vendor.jobs.get(c.req.param("id") ?? "");
    const isTheirs = voice?.kind === "voice" && voice.key.account === c.get("key").account;
    return isTheirs ? answer(voice) : failure(404, "not_found", "Voice not found.");
  }

  /** ASSUMED: a voice's fields beyond `id`, `name` and `status`. */
  function voiceBody(voice: Job<VoiceDubJob>): Record<string, unknown> {
    return {
      id: voice.id,
      ...voice.data.input,
      status: vendor.jobs.status(voice),
      createdAt: new Date(vendor.toServer(voice.createdAt)).toISOString(),
    };
  }
}
