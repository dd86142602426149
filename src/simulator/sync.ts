/**
 * The Sync dialect: lip sync generations with two kinds of 429, one for requests and one for generations alive at once.
 * Facts: provider-pages/sync.txt, sync.so/docs and the SDK 0.3.0, read 2026-11; guesses are marked ASSUMED.
 */
import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import { pause } from "./clock.ts";
import { type AppEnv, createEdge, type Dialect, json, readJson } from "./edge.ts";
import type { Job } from "./jobs.ts";
import type { RatePolicy } from "./limiter.ts";
import { talkingFaceMp4, talkingFaceSeconds } from "./sample/talking-face.ts";
import { createSyncBatches } from "./sync-batches.ts";
import { createSyncExtras } from "./sync-extras.ts";
import { IdempotencyKeys, isWellFormed, type KeyVerdict } from "./sync-idempotency.ts";
import { checkGeneration, readList, statuses, syncError } from "./sync-text.ts";
import type { Plan, Vendor } from "./vendor.ts";
import { deliver, syncHeaders } from "./webhooks.ts";

/** What is kept with a generation, a speech job or a batch. */
export type SyncJob = Readonly<Record<string, unknown>>;

/** Signed links of downloads live about 7 days (https://sync.so/docs/api-reference/api/generate-api/download, read 2026-11). */
export const syncLinkLifeMs = 7 * 24 * 60 * 60_000;

/**
 * The published limits. ASSUMED: by key, fixed to the clock's minute, and creating does not count among the others; generations at one time
 * by organisation, a place freed when a generation is completed, failed or rejected; no Retry-After; a create answers 201; first the key is
 * checked, then the rate, then the body, then the places, so a create without a place has used up a request.
 */
export function syncPolicies(): RatePolicy[] {
  const make = (id: string, limit: number): RatePolicy => ({
    id,
    scope: "key",
    kind: "fixed",
    limit,
    quotaWindowMs: 60_000,
  });
  return [make("generate", 60), make("others", 600)];
}

/** The published generations at one time by plan; Enterprise is custom and gets a number here only to have one (ASSUMED). */
export const syncPlans: Readonly<Record<string, Plan>> = {
  Hobbyist: { slots: 1 },
  Creator: { slots: 3 },
  Growth: { slots: 6 },
  Scale: { slots: 15 },
  Enterprise: { slots: 50 },
};

/** Makes the simulated Sync API, served under `base`. */
export function createSyncApp(vendor: Vendor<SyncJob>, base: string): Hono<AppEnv> {
  const tooMany = (message: string, errorCode: string) =>
    syncError(429, message, vendor.settings.refusalBody === "documented" ? { errorCode } : {});
  const dialect: Dialect = {
    vendor,
    keyText: (headers) => headers.get("x-api-key") ?? undefined,
    isOpen: (method, path) => method === "GET" && path === "/v2/errors",
    policiesOf: (method, path) => [method === "POST" && path === "/v2/generate" ? "generate" : "others"],
    unauthorized: () => syncError(401, "Unauthorized"),
    refusal: () => tooMany("Too many requests. Please try again later.", "rate_limit_exceeded"),
    broken: (status) =>
      syncError(status, "Something went wrong.", {
        errorCode: "internal_error",
        requestId: vendor.random.uuid(),
      }),
    rateHeaders: "never",
    retryAfter: false,
  };
  const keys = new IdempotencyKeys();
  vendor.onReset(() => keys.clear());
  const app = new Hono<AppEnv>().basePath(base);
  app.use("*", createEdge(dialect, base));
  app.post("/v2/generate", create);
  app.get("/v2/generate/:id", poll);
  app.get("/v2/generations", list);
  app.get("/v2/generations/count", (c) => {
    const chosen = byStatus(c, own(c));
    return chosen instanceof Response ? chosen : json(200, { count: chosen.length });
  });
  app.get("/v2/generations/:id/download", download);
  createSyncExtras(app, vendor, base);
  createSyncBatches(app, vendor, base, tooMany);
  app.notFound((c) => syncError(404, `Cannot ${c.req.method} ${c.req.path.slice(base.length)}`));
  return app;

  async function create(c: Context<AppEnv>): Promise<Response> {
    const idempotencyKey = c.req.header("idempotency-key");
    if (idempotencyKey !== undefined && !isWellFormed(idempotencyKey)) {
      const message = "Idempotency-Key must be one value of 1 to 128 characters from A-Z a-z 0-9 . _ ~ -";
      return syncError(400, message, { errorCode: "INVALID_IDEMPOTENCY_KEY" });
    }
    const body = await readBody(c);
    if (!body) return syncError(400, "The body could not be parsed.");
    const complaints = checkGeneration(body);
    if (complaints.length > 0) return syncError(400, complaints);
    const key = c.get("key");
    const digest = createHash("sha256").update(JSON.stringify(body)).digest("hex");
    const verdict =
      idempotencyKey === undefined
        ? undefined
        : keys.look(key.account, idempotencyKey, digest, vendor.clock.now());
    if (verdict && verdict.is !== "new") return answerKnownKey(verdict);
    if (verdict && vendor.settings.createMs > 0) await pause(vendor.clock, vendor.settings.createMs);
    const refused = whyNot(key.account);
    if (refused) {
      verdict?.abandon();
      return refused;
    }
    const id = vendor.random.uuid();
    // ASSUMED: 1 to 5 s in the simulator; the vendor says 30 to 120 s.
    const workMs = vendor.random.between(1_000, 5_000);
    const stages = [
      { status: "PENDING", workMs: workMs * 0.25 },
      { status: "PROCESSING", workMs: workMs * 0.75 },
    ];
    const path = c.req.path.slice(base.length);
    const run = { stages, success: "COMPLETED", failure: "FAILED", fate: vendor.fateOf(c.req.method, path) };
    const job = vendor.jobs.start(id, "generation", key, run, body);
    verdict?.settle(id);
    vendor.charge(key, "generate", id, 1, 1);
    vendor.links.offer(fileName(job), () => ({
      contentType: "video/mp4",
      bytes: Buffer.from(talkingFaceMp4, "base64"),
    }));
    if (typeof body.webhookUrl === "string") void callBack(job, body.webhookUrl);
    if (vendor.faults.strikeWork(c.req.method, path, ["idempotencyUnknown"])) {
      return syncError(409, "The outcome of the first request is not known.", {
        errorCode: "IDEMPOTENCY_OUTCOME_UNKNOWN",
        generationId: id,
      });
    }
    return json(201, generation(job, "PENDING"));
  }

  function answerKnownKey(verdict: Exclude<KeyVerdict, { is: "new" }>): Response {
    if (verdict.is === "replay") {
      const job = vendor.jobs.get(verdict.jobId);
      return job
        ? json(201, generation(job), { "idempotency-replayed": "true" })
        : syncError(404, "Generation not found");
    }
    if (verdict.is === "running") {
      return syncError(409, "A request with this Idempotency-Key is still running.", {
        errorCode: "IDEMPOTENCY_IN_PROGRESS",
      });
    }
    const status = vendor.settings.idempotencyMismatch === "422" ? 422 : 409;
    return syncError(status, "This Idempotency-Key was used with another body.", {
      errorCode: "IDEMPOTENCY_KEY_REUSED",
    });
  }

  /** ASSUMED: plan and credits are looked at before the generations at one time. */
  function whyNot(account: string): Response | undefined {
    if (vendor.creditsOf(account) < 1) return syncError(402, "Your plan does not allow more generations.");
    const alive = vendor.jobs
      .list()
      .filter((job) => isGeneration(job) && job.key.account === account && !vendor.jobs.isOver(job));
    if (alive.length < vendor.settings.slots) return undefined;
    const message = `You have reached the maximum of ${vendor.settings.slots} concurrent generations of your plan.`;
    return tooMany(message, "concurrency_limit_reached");
  }

  async function readBody(c: Context<AppEnv>): Promise<Record<string, unknown> | undefined> {
    if (!/^multipart\/form-data/i.test(c.req.header("content-type") ?? "")) return readJson(c);
    const form = await c.req.formData().catch(() => undefined);
    if (!form) return undefined;
    const body: Record<string, unknown> = {};
    const input: unknown[] = [];
    for (const [name, value] of form) {
      if (value instanceof File) {
        const bytes = new Uint8Array(await value.arrayBuffer());
        const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
        input.push({ type: name, url: `${vendor.url()}/_inputs/${digest}` });
      } else {
        body[name] = /^[[{]/.test(value) ? parse(value) : value;
      }
    }
    return { ...body, input: [...(Array.isArray(body.input) ? body.input : []), ...input] };
  }

  async function poll(c: Context<AppEnv>): Promise<Response> {
    const id = c.req.param("id") ?? "";
    const isWaiting = c.req.query("wait") === "true";
    const timeout = Number(c.req.query("timeout") ?? 5);
    const include = c.req.query("include");
    if (c.req.query("timeout") !== undefined && !(timeout >= 1 && timeout <= 10))
      return syncError(400, "timeout must be from 1 to 10");
    if (isWaiting && include === "progress")
      return syncError(400, "wait cannot be used with include=progress");
    const job = own(c).find((each) => each.id === id);
    if (!job) return syncError(404, "Generation not found");
    // ASSUMED: how progress is told.
    const body = () => ({
      ...generation(job),
      ...(include === "progress" && { progress: Math.round(vendor.jobs.progress(job) * 100) }),
    });
    if (!isWaiting) return json(200, body());
    const isOver = await vendor.jobs.whenOver(job, timeout * 1000, c.req.raw.signal);
    // ASSUMED: Retry-After only while it is not over; the two others always.
    return json(200, body(), {
      ...(!isOver && { "retry-after": "2" }),
      "x-sync-wait-mode": "long_poll",
      "x-sync-wait-timeout-seconds": String(timeout),
    });
  }

  function list(c: Context<AppEnv>): Response {
    const limit = c.req.query("limit");
    const cursor = c.req.query("cursor");
    if (limit !== undefined && !/^([1-9]\d?|100)$/.test(limit))
      return syncError(400, "limit must be from 1 to 100");
    if (cursor !== undefined && limit === undefined) return syncError(400, "cursor needs limit");
    const ids = readList(c.req.query("ids"));
    const chosen = byStatus(c, own(c));
    if (chosen instanceof Response) return chosen;
    const newestFirst = chosen.filter((job) => !ids || ids.includes(job.id)).reverse();
    if (limit === undefined)
      return json(
        200,
        newestFirst.map((job) => generation(job)),
      );
    const at = cursor === undefined ? -1 : newestFirst.findIndex((job) => job.id === cursor);
    if (cursor !== undefined && at < 0) return syncError(400, "cursor is not a generation of this list");
    return json(
      200,
      newestFirst.slice(at + 1, at + 1 + Number(limit)).map((job) => generation(job)),
    );
  }

  function byStatus(c: Context<AppEnv>, jobs: Job<SyncJob>[]): Job<SyncJob>[] | Response {
    const wanted = readList(c.req.query("status"));
    const strange = wanted?.find((status) => !statuses.includes(status));
    if (strange) return syncError(400, `status must be of the following values: ${statuses.join(", ")}`);
    return wanted ? jobs.filter((job) => wanted.includes(vendor.jobs.status(job))) : jobs;
  }

  function download(c: Context<AppEnv>): Response {
    const job = own(c).find((each) => each.id === c.req.param("id"));
    if (!job) return syncError(404, "Generation not found");
    // ASSUMED: the answer before completion.
    if (vendor.jobs.status(job) !== "COMPLETED") return syncError(400, "The generation is not completed.");
    return new Response(vendor.links.download(fileName(job), vendor.settings.linkLifeMs).url, {
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  }

  function own(c: Context<AppEnv>): Job<SyncJob>[] {
    return vendor.jobs.list().filter((job) => isGeneration(job) && job.key.account === c.get("key").account);
  }

  /** `status` is given where the answer tells of the moment of creation. */
  function generation(job: Job<SyncJob>, status = vendor.jobs.status(job)): Record<string, unknown> {
    return {
      ...job.data,
      id: job.id,
      createdAt: new Date(vendor.toServer(job.createdAt)).toISOString(),
      status,
      ...(status === "COMPLETED" && {
        outputUrl: vendor.links.download(fileName(job), vendor.settings.linkLifeMs).url,
        outputDuration: talkingFaceSeconds,
      }),
      ...(status === "FAILED" && {
        error: "The metadata of the input could not be read.",
        error_code: "generation_media_metadata_missing",
      }),
    };
  }

  async function callBack(job: Job<SyncJob>, address: string): Promise<void> {
    if (!(await vendor.jobs.whenOver(job, Number.MAX_SAFE_INTEGER)) || vendor.jobs.get(job.id) !== job)
      return;
    const body = JSON.stringify(generation(job));
    await deliver(vendor, address, body, syncHeaders(vendor.serverNow(), body));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isGeneration(job: Job<SyncJob>): boolean {
  return job.kind === "generation";
}

function fileName(job: Job<SyncJob>): string {
  return `${job.id}/${typeof job.data.outputFileName === "string" ? job.data.outputFileName : "output"}.mp4`;
}
