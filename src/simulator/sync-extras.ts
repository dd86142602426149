/**
 * Sync beside its generations: models, assets, cost, the error catalogue and speech.
 * Facts: the SDK 0.3.0 and sync.so/docs, read 2026-11; guesses are marked ASSUMED.
 */
import type { Context, Hono } from "hono";
import { type AppEnv, json, readJson } from "./edge.ts";
import type { Job } from "./jobs.ts";
import { speak, speechSeconds } from "./media/voice.ts";
import { encodeWav } from "./media/wav.ts";
import type { SyncJob } from "./sync.ts";
import { assets, checkGeneration, errorCatalogue, modelInfos, readList, syncError } from "./sync-text.ts";
import type { Vendor } from "./vendor.ts";

const sampleRate = 44_100;

/** Adds these calls to the app. */
export function createSyncExtras(app: Hono<AppEnv>, vendor: Vendor<SyncJob>, base: string): void {
  app.get("/v2/models", () => json(200, modelInfos));
  app.get("/v2/errors", () => json(200, errorCatalogue));
  app.get("/v2/assets", listAssets);
  app.get("/v2/assets/:id", (c) => {
    const asset = assets.find(({ id }) => id === c.req.param("id"));
    return asset ? json(200, asset) : syncError(404, "Asset not found");
  });
  app.post("/v2/analyze/cost", cost);
  app.post("/v2/tts", speakNow);
  app.post("/v2/tts/jobs", startSpeech);
  app.get("/v2/tts/jobs/:id", pollSpeech);

  /** Filters and pages as in the SDK 0.3.0; ASSUMED: newest last, the order in which they are kept. */
  function listAssets(c: Context<AppEnv>): Response {
    const limit = Number(c.req.query("limit") ?? 100);
    if (!Number.isInteger(limit) || limit < 1 || limit > 100)
      return syncError(400, "limit must be from 1 to 100");
    const types = readList(c.req.query("types"));
    const cursor = c.req.query("cursor");
    const wanted = assets.filter(({ type }) => !types || types.includes(type));
    const from = cursor === undefined ? 0 : wanted.findIndex(({ id }) => id === cursor) + 1;
    const items = wanted.slice(from, from + limit);
    const isMore = from + limit < wanted.length;
    return json(200, { items, totalCount: wanted.length, ...(isMore && { nextCursor: items.at(-1)?.id }) });
  }

  async function cost(c: Context<AppEnv>): Promise<Response> {
    const body = await readJson(c);
    if (!body) return syncError(400, "The body could not be parsed.");
    const complaints = checkGeneration(body);
    if (complaints.length > 0) return syncError(400, complaints);
    // ASSUMED: the numbers; the shape is the SDK's.
    return json(200, [{ estimatedFrameCount: 150, estimatedGenerationCost: 0.3 }]);
  }

  /** ASSUMED: the fields of a speech request; only its paths and the job's statuses are attested. */
  async function readSpeech(c: Context<AppEnv>): Promise<{ script: string; voiceId: string } | Response> {
    const body = await readJson(c);
    if (!body) return syncError(400, "The body could not be parsed.");
    const { script, voiceId } = body;
    const complaints: string[] = [];
    if (typeof script !== "string" || script.trim() === "") complaints.push("script should not be empty");
    if (typeof voiceId !== "string" || voiceId === "") complaints.push("voiceId should not be empty");
    return complaints.length > 0
      ? syncError(400, complaints)
      : { script: String(script), voiceId: String(voiceId) };
  }

  async function speakNow(c: Context<AppEnv>): Promise<Response> {
    const speech = await readSpeech(c);
    if (speech instanceof Response) return speech;
    const id = vendor.random.uuid();
    vendor.charge(c.get("key"), "tts", id, speech.script.length);
    return json(200, { id, ...speech, ...offered(id, speech) });
  }

  async function startSpeech(c: Context<AppEnv>): Promise<Response> {
    const speech = await readSpeech(c);
    if (speech instanceof Response) return speech;
    const id = vendor.random.uuid();
    const workMs = vendor.random.between(800, 3_000);
    const stages = [
      { status: "PENDING", workMs: workMs * 0.3 },
      { status: "PROCESSING", workMs: workMs * 0.7 },
    ];
    const fate = vendor.fateOf(c.req.method, c.req.path.slice(base.length));
    const job = vendor.jobs.start(
      id,
      "tts",
      c.get("key"),
      { stages, success: "SUCCESS", failure: "FAILED", fate },
      speech,
    );
    vendor.charge(c.get("key"), "tts/jobs", id, speech.script.length);
    return json(201, speechBody(job, "PENDING"));
  }

  function pollSpeech(c: Context<AppEnv>): Response {
    const job = vendor.jobs.get(c.req.param("id") ?? "");
    if (job?.kind !== "tts" || job.key.account !== c.get("key").account)
      return syncError(404, "Job not found");
    return json(200, speechBody(job), vendor.jobs.isOver(job) ? {} : { "retry-after": "3" });
  }

  function speechBody(job: Job<SyncJob>, status = vendor.jobs.status(job)): Record<string, unknown> {
    const speech = { script: String(job.data.script), voiceId: String(job.data.voiceId) };
    return {
      id: job.id,
      createdAt: new Date(vendor.toServer(job.createdAt)).toISOString(),
      status,
      ...speech,
      ...(status === "SUCCESS" && offered(job.id, speech)),
      ...(status === "FAILED" && { error: "Speech could not be made.", error_code: "internal_error" }),
    };
  }

  function offered(
    id: string,
    { script, voiceId }: { script: string; voiceId: string },
  ): Record<string, unknown> {
    const seconds = Math.round(speechSeconds(script) * 100) / 100;
    vendor.links.offer(`${id}.wav`, () => {
      return {
        contentType: "audio/wav",
        bytes: encodeWav(speak(script, voiceId, seconds, sampleRate), sampleRate),
      };
    });
    return {
      outputUrl: vendor.links.download(`${id}.wav`, vendor.settings.linkLifeMs).url,
      outputDuration: seconds,
    };
  }
}
