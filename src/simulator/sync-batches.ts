/**
 * Sync's batches: up to 500 generations in one file, past the generations at one time but with a cap of their own.
 * Facts: https://sync.so/docs/api-reference/guides/batch-processing.md, read 2026-11; guesses are marked ASSUMED.
 */
import type { Context, Hono } from "hono";
import { type AppEnv, json } from "./edge.ts";
import type { Job } from "./jobs.ts";
import type { SyncJob } from "./sync.ts";
import { checkGeneration, syncError } from "./sync-text.ts";
import type { Vendor } from "./vendor.ts";
import { deliver, syncHeaders } from "./webhooks.ts";

const largestBytes = 5_000_000;
/** ASSUMED: batches at one time. */
const batchesAtOnce = 1;

/** Adds the calls of batches to the app; `tooMany` words a refusal. */
export function createSyncBatches(
  app: Hono<AppEnv>,
  vendor: Vendor<SyncJob>,
  base: string,
  tooMany: (message: string, errorCode: string) => Response,
): void {
  app.post("/v2/batch", create);
  app.get("/v2/batch", (c) =>
    json(
      200,
      own(c)
        .reverse()
        .map((job) => batchBody(job)),
    ),
  );
  app.get("/v2/batch/:id", (c) => withBatch(c, (job) => json(200, batchBody(job))));
  app.get("/v2/batch/:id/output", (c) =>
    withBatch(c, (job) => {
      if (vendor.jobs.status(job) !== "COMPLETED") return syncError(400, "The batch is not completed.");
      const location = vendor.links.download(`${job.id}.jsonl`, vendor.settings.linkLifeMs).url;
      return new Response(null, { status: 302, headers: { location } });
    }),
  );

  async function create(c: Context<AppEnv>): Promise<Response> {
    // ASSUMED: a plan without batches is told so with 402.
    if (!["Scale", "Enterprise"].includes(vendor.settings.plan)) {
      return syncError(402, "Batches need the Scale or Enterprise plan.");
    }
    const form = await c.req.formData().catch(() => undefined);
    const input = form?.get("input");
    if (!form || !(input instanceof File)) return syncError(400, "input must be a file");
    if (input.size > largestBytes) return syncError(413, "input must not be larger than 5 MB");
    const read = readLines(await input.text());
    if (read.complaints.length > 0) return syncError(400, read.complaints);
    if (form.get("dry_run") === "true") return json(200, { status: "VALIDATED" });
    if (own(c).filter((job) => !vendor.jobs.isOver(job)).length >= batchesAtOnce) {
      return tooMany("You have reached the maximum of simultaneous batches.", "concurrency_limit_reached");
    }
    const id = vendor.random.uuid();
    const workMs = vendor.random.between(5_000, 20_000);
    const stages = [
      { status: "PENDING", workMs: workMs * 0.1 },
      { status: "JOBS_CREATED", workMs: workMs * 0.1 },
      { status: "PROCESSING", workMs: workMs * 0.8 },
    ];
    const fate = vendor.fateOf(c.req.method, c.req.path.slice(base.length));
    const webhookUrl = form.get("webhook_url");
    const data = { requestIds: read.requestIds, ...(typeof webhookUrl === "string" && { webhookUrl }) };
    const job = vendor.jobs.start(
      id,
      "batch",
      c.get("key"),
      { stages, success: "COMPLETED", failure: "FAILED", fate },
      data,
    );
    vendor.charge(c.get("key"), "batch", id, read.requestIds.length, read.requestIds.length);
    const results = read.requestIds.map((requestId) =>
      JSON.stringify({ request_id: requestId, status: "COMPLETED" }),
    );
    vendor.links.offer(`${id}.jsonl`, () => ({
      contentType: "application/jsonl",
      bytes: Buffer.from(`${results.join("\n")}\n`),
    }));
    if (typeof webhookUrl === "string") void callBack(job, webhookUrl);
    return json(201, batchBody(job, "PENDING"));
  }

  async function callBack(job: Job<SyncJob>, address: string): Promise<void> {
    if (!(await vendor.jobs.whenOver(job, Number.MAX_SAFE_INTEGER)) || vendor.jobs.get(job.id) !== job)
      return;
    const body = JSON.stringify(batchBody(job));
    await deliver(vendor, address, body, syncHeaders(vendor.serverNow(), body));
  }

  function own(c: Context<AppEnv>): Job<SyncJob>[] {
    return vendor.jobs
      .list()
      .filter((job) => job.kind === "batch" && job.key.account === c.get("key").account);
  }

  function withBatch(c: Context<AppEnv>, answer: (job: Job<SyncJob>) => Response): Response {
    const job = own(c).find((each) => each.id === c.req.param("id"));
    return job ? answer(job) : syncError(404, "Batch not found");
  }

  function batchBody(job: Job<SyncJob>, status = vendor.jobs.status(job)): Record<string, unknown> {
    const total = (job.data.requestIds as readonly string[]).length;
    const done =
      vendor.jobs.hasFailed(job) || status === "PENDING" ? 0 : Math.floor(vendor.jobs.progress(job) * total);
    const failed = vendor.jobs.hasFailed(job) ? total : 0;
    return {
      id: job.id,
      created_at: new Date(vendor.toServer(job.createdAt)).toISOString(),
      status,
      metrics: {
        total_generations: total,
        success_count: done,
        failed_count: failed,
        pending_count: total - done - failed,
      },
      ...(typeof job.data.webhookUrl === "string" && { webhookUrl: job.data.webhookUrl }),
      // ASSUMED: the address that redirects to the result; the SDK's type has it always.
      outputUrl: `${vendor.url()}/v2/batch/${job.id}/output`,
    };
  }
}

/** Reads and checks the lines of a batch: 20 to 500, each with its own `request_id` and the one endpoint that is allowed. */
function readLines(text: string): { requestIds: string[]; complaints: string[] } {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const requestIds: string[] = [];
  const complaints: string[] = [];
  if (lines.length < 20 || lines.length > 500)
    complaints.push(`a batch has 20 to 500 lines, this one ${lines.length}`);
  for (const [index, line] of lines.entries()) {
    const item = parse(line);
    const id = item?.request_id;
    if (typeof id !== "string" || requestIds.includes(id))
      complaints.push(`line ${index + 1}: request_id must be unique`);
    if (item?.endpoint !== "/v2/generate")
      complaints.push(`line ${index + 1}: endpoint must be /v2/generate`);
    const payload = item?.payload;
    const wrong =
      typeof payload === "object" && payload !== null
        ? checkGeneration(payload as Record<string, unknown>)[0]
        : "must be an object";
    if (wrong) complaints.push(`line ${index + 1}: payload ${wrong}`);
    requestIds.push(String(id));
  }
  return { requestIds, complaints: complaints.slice(0, 20) };
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
