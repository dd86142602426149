/**
 * The SoundPiece dialect: named actions, submitted with PUT and polled with GET on the same path.
 * Facts: provider-pages/soundpiece.txt and docs.soundpiece.co, read 2026-11; guesses are marked ASSUMED.
 */
import { type Context, Hono } from "hono";
import { type AppEnv, createEdge, type Dialect, json, readJson } from "./edge.ts";
import type { Job } from "./jobs.ts";
import type { RatePolicy } from "./limiter.ts";
import { encodeFlac } from "./media/flac.ts";
import { speak, speechSeconds } from "./media/voice.ts";
import { type Action, actions, checkBody } from "./soundpiece-actions.ts";
import type { Vendor } from "./vendor.ts";
import { deliver, standardHeaders } from "./webhooks.ts";

/** What is kept with an operation. */
export interface SoundPieceJob {
  readonly route: string;
  readonly fields: Record<string, unknown>;
  readonly idempotencyKey: string;
  readonly digest: string;
  readonly outputs: readonly { readonly name: string; readonly seconds: number; readonly kind?: string }[];
}

const sampleRate = 44_100;

/**
 * The one budget, by account as published. ASSUMED: 60 requests in a fixed minute, for the vendor publishes neither number nor length;
 * a long poll costs one request, at its arrival; a refused request uses up nothing and is not known under its idempotency key.
 */
export function soundPiecePolicies(): RatePolicy[] {
  return [{ id: "requests", scope: "account", kind: "fixed", limit: 60, quotaWindowMs: 60_000 }];
}

/** Makes the simulated SoundPiece API, served under `base`. */
export function createSoundPieceApp(vendor: Vendor<SoundPieceJob>, base: string): Hono<AppEnv> {
  const dialect: Dialect = {
    vendor,
    keyText: (headers) => /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1],
    isOpen: () => false,
    policiesOf: () => ["requests"],
    unauthorized: () => json(401, { detail: "Invalid or missing API key" }),
    refusal: ({ seconds }) => json(429, { detail: `Rate limit exceeded; retry in ${seconds} seconds` }),
    broken: (status) =>
      json(status, {
        detail: { 500: "Internal Server Error", 502: "Bad Gateway", 503: "Unavailable" }[status],
      }),
    rateHeaders: "never",
    retryAfter: true,
  };
  /** Operation ids by account, route and idempotency key. */
  const known = new Map<string, string>();
  vendor.onReset(() => known.clear());
  const app = new Hono<AppEnv>().basePath(base);
  app.use("*", createEdge(dialect, base));
  for (const [route, action] of Object.entries(actions)) {
    app.put(`/v1/${route}`, (c) => submit(c, route, action));
    app.get(`/v1/${route}`, (c) => poll(c, route, action));
    app.all(`/v1/${route}`, () => json(405, { detail: "Method Not Allowed" }));
  }
  app.notFound(() => json(404, { detail: "Not Found" }));
  return app;

  async function submit(c: Context<AppEnv>, route: string, action: Action): Promise<Response> {
    const body = await readJson(c);
    if (!body) return json(400, { detail: "The request body could not be parsed" });
    const { complaints, fields } = checkBody(action, body);
    if (complaints.length > 0) return json(422, { detail: complaints });
    const key = c.get("key");
    const idempotencyKey = String(body.idempotency_key).toLowerCase();
    const digest = JSON.stringify(fields);
    // ASSUMED: an idempotency key is known by account and route, for as long as the simulator lives.
    const name = `${key.account} ${route} ${idempotencyKey}`;
    const earlier = vendor.jobs.get(known.get(name) ?? "");
    if (earlier) return replay(earlier, action, digest);
    // ASSUMED: one credit an operation; the body of a 402 is one string.
    if (vendor.creditsOf(key.account) < 1) return json(402, { detail: "Not enough credits" });
    const id = `op_${vendor.random.text(26, "0123456789abcdefghijklmnopqrstuvwxyz")}`;
    const outputs = planOutputs(id, action, fields);
    // ASSUMED: 1 to 60 s, most of them short.
    const workMs = 1_000 + 59_000 * vendor.random.next() ** 3;
    const fate = vendor.fateOf(c.req.method, c.req.path.slice(base.length));
    const run = { stages: [{ status: "processing", workMs }], success: "ready", failure: "failed", fate };
    const data = { route, fields, idempotencyKey: String(body.idempotency_key), digest, outputs };
    const job = vendor.jobs.start(id, route, key, run, data);
    known.set(name, id);
    vendor.charge(key, route, id, 1, 1);
    for (const { name: file, seconds } of outputs)
      vendor.links.offer(file, () => sound(file, seconds, fields));
    const accepted = json(200, {
      [action.envelope]: { ...operation(job, action), status: "processing", [action.gives]: null },
    });
    if (typeof body.callback_url === "string") void callBack(job, action, body.callback_url);
    return accepted;
  }

  function replay(job: Job<SoundPieceJob>, action: Action, digest: string): Response {
    const { idempotencyMismatch } = vendor.settings;
    if (job.data.digest !== digest && idempotencyMismatch !== "original") {
      // ASSUMED: the page covers identical requests only.
      const msg = "idempotency_key was used with another request";
      if (idempotencyMismatch === "409") return json(409, { detail: msg });
      return json(422, { detail: [{ loc: ["body", "idempotency_key"], msg, type: "value_error" }] });
    }
    return json(200, { [action.envelope]: operation(job, action) });
  }

  async function poll(c: Context<AppEnv>, route: string, action: Action): Promise<Response> {
    const id = c.req.query("id");
    const wait = c.req.query("wait");
    const complain = (name: string, msg: string, type: string) =>
      json(422, { detail: [{ loc: ["query", name], msg, type }] });
    if (id === undefined) return complain("id", "Field required", "missing");
    if (!/^op_[0-9a-z]{26}$/.test(id)) {
      return complain("id", "String should match pattern '^op_[0-9a-z]{26}$'", "string_pattern_mismatch");
    }
    if (wait !== undefined && !/^(true|false|1|0)$/i.test(wait))
      return complain("wait", "Input should be a valid boolean", "bool_parsing");
    const job = vendor.jobs.get(id);
    // ASSUMED: an unknown operation, another account's and one of another route are all told so with 422.
    if (!job || job.data.route !== route || job.key.account !== c.get("key").account) {
      return complain("id", "Operation not found", "value_error");
    }
    if (wait !== undefined && /^(true|1)$/i.test(wait)) {
      await vendor.jobs.whenOver(job, vendor.settings.longPollMs, c.req.raw.signal);
    }
    return json(200, { [action.envelope]: operation(job, action) });
  }

  function operation(job: Job<SoundPieceJob>, action: Action): Record<string, unknown> {
    const isReady = vendor.jobs.isOver(job) && !vendor.jobs.hasFailed(job);
    const results = job.data.outputs.map(({ name, seconds, kind }) => {
      const link = vendor.links.download(name, vendor.settings.linkLifeMs);
      return {
        url: link.url,
        expires_at: new Date(link.expiresAt).toISOString(),
        duration: seconds,
        ...(kind && { kind }),
      };
    });
    return {
      id: job.id,
      status: vendor.jobs.status(job),
      created_at: new Date(vendor.toServer(job.createdAt)).toISOString(),
      idempotency_key: job.data.idempotencyKey,
      ...job.data.fields,
      [action.gives]: !isReady ? null : action.gives === "output" ? results[0] : results,
      // ASSUMED: only `internal_error` is attested among the codes.
      error: vendor.jobs.hasFailed(job)
        ? { code: "internal_error", message: "The operation failed on an internal error." }
        : null,
    };
  }

  async function callBack(job: Job<SoundPieceJob>, action: Action, address: string): Promise<void> {
    if (!(await vendor.jobs.whenOver(job, Number.MAX_SAFE_INTEGER))) return;
    if (vendor.jobs.get(job.id) !== job) return;
    const data = operation(job, action);
    const body = JSON.stringify({ type: `${job.data.route}.${vendor.jobs.status(job)}`, data });
    await deliver(vendor, address, body, standardHeaders(`msg_${job.id.slice(3)}`, vendor.serverNow(), body));
  }
}

/** ASSUMED: a new song has two variations; songs last as long as their words take to say, at most 30 s. */
function planOutputs(id: string, action: Action, fields: Record<string, unknown>): SoundPieceJob["outputs"] {
  const asked = fields.duration ?? fields.target_duration;
  const words = String(fields.lyrics ?? fields.prompt ?? "");
  const seconds =
    typeof asked === "number"
      ? asked
      : Math.min(30, Math.max(6, Math.round(speechSeconds(words) * 100) / 100));
  const kinds =
    action.kinds ??
    new Array<undefined>(action.gives === "output" ? 1 : Number(fields.n_variations ?? 2)).fill(undefined);
  return kinds.map((kind, index) => ({ name: `${id}-${index + 1}.flac`, seconds, ...(kind && { kind }) }));
}

function sound(
  name: string,
  seconds: number,
  fields: Record<string, unknown>,
): { contentType: string; bytes: Uint8Array } {
  const words = String(fields.lyrics ?? fields.prompt ?? "la la la la");
  return {
    contentType: "audio/flac",
    bytes: encodeFlac(speak(words, name, seconds, sampleRate), sampleRate),
  };
}
