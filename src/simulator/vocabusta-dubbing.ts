/**
 * VocaBusta's dubbing in three steps: analyze and render as jobs, translate at once.
 * Facts: https://developers.vocabusta.satryx.ai/docs/dubbing, read 2026-11; guesses are marked ASSUMED.
 */
import type { Context, Hono } from "hono";
import { type AppEnv, json, readJson } from "./edge.ts";
import type { Job } from "./jobs.ts";
import { speak } from "./media/voice.ts";
import { encodeWav, recordingSeconds } from "./media/wav.ts";
import { talkingFaceMp4, talkingFaceSeconds } from "./sample/talking-face.ts";
import type { Vendor } from "./vendor.ts";
import type { UploadedFile, VocaBustaJob } from "./vocabusta.ts";
import { detail, hear, parsed, readSegments, targetLanguages, unprocessable } from "./vocabusta-text.ts";

/** What dubbing borrows from the rest of the dialect. */
export interface Borrowed {
  remember(c: Context<AppEnv>, feature: string, id: string, more: Record<string, unknown>): string;
  upload(c: Context<AppEnv>): Promise<{ file: UploadedFile; form: FormData } | Response>;
}

const sampleRate = 24_000;

/** Adds the calls of dubbing to the app. */
export function createVocaBustaDubbing(
  app: Hono<AppEnv>,
  vendor: Vendor<VocaBustaJob>,
  base: string,
  { remember, upload }: Borrowed,
): void {
  app.post("/voice/dub/analyze", analyze);
  app.post("/voice/dub/translate", translate);
  app.post("/voice/dub/render", render);
  app.get("/voice/dub/jobs/:id", poll);

  async function analyze(c: Context<AppEnv>): Promise<Response> {
    const got = await upload(c);
    if (got instanceof Response) return got;
    const seconds = rounded(lengthOf(got.file));
    const diarize = String(got.form.get("diarize") ?? "true") !== "false";
    const asked = String(got.form.get("language") ?? "auto");
    const segments = hear(seconds, diarize);
    const speakers = [...new Set(segments.map(({ speaker }) => speaker))];
    const result = {
      language: asked === "auto" ? "en" : asked,
      duration_seconds: seconds,
      segments,
      speakers,
      diarized: diarize,
    };
    return begin(c, "analyze", vendor.random.between(1_500, 6_000), { result });
  }

  async function translate(c: Context<AppEnv>): Promise<Response> {
    const body = await readJson(c);
    if (!body)
      return unprocessable([{ loc: ["body"], msg: "Input should be a valid dictionary", type: "dict_type" }]);
    const segments = readSegments(body.segments);
    if (!segments) return detail(400, "Invalid segments.");
    const target = String(body.target_language ?? "");
    if (!targetLanguages.includes(target)) return detail(400, `Unsupported target_language '${target}'.`);
    vendor.charge(c.get("key"), "dub/translate", target, segments.length);
    // ASSUMED: the answer gives the segments back with their texts translated.
    const translated = segments.map((segment) => ({
      ...segment,
      text: `[${target}] ${String(segment.text)}`,
    }));
    return json(200, { segments: translated, target_language: target });
  }

  async function render(c: Context<AppEnv>): Promise<Response> {
    const got = await upload(c);
    if (got instanceof Response) return got;
    const segments = readSegments(parsed(got.form.get("segments")));
    if (!segments) return detail(400, "Invalid segments JSON.");
    const map = got.form.get("voice_map");
    const voiceMap = map === null ? {} : parsed(map);
    if (typeof voiceMap !== "object" || voiceMap === null || Array.isArray(voiceMap))
      return detail(400, "Invalid voice_map JSON.");
    const target = got.form.get("target_language");
    if (target !== null && !targetLanguages.includes(String(target)))
      return detail(400, `Unsupported target_language '${String(target)}'.`);
    const isFilm = got.file.type.startsWith("video/");
    const seconds = isFilm ? talkingFaceSeconds : rounded(lengthOf(got.file));
    const text = segments.map((segment) => String(segment.text)).join(" ");
    return begin(c, "render", vendor.random.between(3_000, 15_000), { text, seconds, isFilm });
  }

  function begin(c: Context<AppEnv>, kind: string, workMs: number, data: Record<string, unknown>): Response {
    const id = vendor.random.uuid();
    // ASSUMED: the words before `done` and `error`.
    const stages = [
      { status: "queued", workMs: workMs * 0.2 },
      { status: "running", workMs: workMs * 0.8 },
    ];
    const fate = vendor.fateOf(c.req.method, c.req.path.slice(base.length));
    vendor.jobs.start(id, kind, c.get("key"), { stages, success: "done", failure: "error", fate }, data);
    remember(c, "dub", id, { step: kind });
    vendor.charge(c.get("key"), `dub/${kind}`, id, 1);
    if (kind === "render") vendor.links.offer(fileName(id, data), () => film(id, data));
    return json(200, { job_id: id });
  }

  function poll(c: Context<AppEnv>): Response {
    const job = vendor.jobs.get(c.req.param("id") ?? "");
    const isTheirs = job && job.kind !== "clone" && job.key.account === c.get("key").account;
    // ASSUMED: 404 for an unknown job; the page names voices and history items only.
    if (!isTheirs) return detail(404, "Job not found");
    const status = vendor.jobs.status(job);
    return json(200, {
      job_id: job.id,
      status,
      ...(status === "done" && { result: resultOf(job) }),
      ...(status === "error" && { error: "Dubbing failed." }),
    });
  }

  /** ASSUMED: the analysis stands in the job's body, the render as a link. */
  function resultOf(job: Job<VocaBustaJob>): unknown {
    if (job.kind === "analyze") return job.data.result;
    const link = vendor.links.download(fileName(job.id, job.data), vendor.settings.linkLifeMs);
    return { url: link.url, duration_seconds: job.data.seconds };
  }
}

function fileName(id: string, data: VocaBustaJob): string {
  return `${id}.${data.isFilm ? "mp4" : "wav"}`;
}

function film(id: string, data: VocaBustaJob): { contentType: string; bytes: Uint8Array } {
  if (data.isFilm) return { contentType: "video/mp4", bytes: Buffer.from(talkingFaceMp4, "base64") };
  return {
    contentType: "audio/wav",
    bytes: encodeWav(speak(String(data.text), id, Number(data.seconds), sampleRate), sampleRate),
  };
}

/** A length that is fit to be spoken: at least a second, at most ten minutes. */
function lengthOf(file: UploadedFile): number {
  return Math.min(600, Math.max(1, recordingSeconds(file.bytes)));
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
