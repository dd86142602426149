// The server of one slots run: takes three jobs at once, refuses a fourth with a bare 429, and a poll that comes too soon as well.
// Speaks with its parent over IPC; ends with it.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { INTERVAL_MS, mixes, SLOTS } from "./work.ts";

/** Timers are coarse: a poll so much too soon is let pass. ms */
const COARSE_MS = 20;

const [, , mix = "", account = "", run = ""] = process.argv;
const work = mixes[mix]?.(Number(account), Number(run)) ?? [];
const jobs: { readonly endsAt: number; polledAt: number }[] = [];
const accepted: { readonly at: number; readonly lengthMs: number }[] = [];
let refusals = 0;
let polls = 0;

const server = http.createServer((request, response) => {
  request.resume();
  const now = Date.now();
  const answer = (status: number, body: unknown) => {
    if (status === 429) refusals++;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  if (request.method === "POST") {
    const running = jobs.filter((one) => one.endsAt > now).length;
    if (running >= SLOTS) return answer(429, { detail: "Too many requests" });
    const { lengthMs } = work[Number(request.url?.split("=").at(-1))] ?? { lengthMs: 0 };
    jobs.push({ endsAt: now + lengthMs, polledAt: now });
    accepted.push({ at: now, lengthMs });
    return answer(201, { id: jobs.length - 1 });
  }
  const job = jobs[Number(request.url?.split("/").at(-1))];
  polls++;
  if (job === undefined) return answer(404, {});
  if (now - job.polledAt < INTERVAL_MS - COARSE_MS) return answer(429, { detail: "Too many requests" });
  job.polledAt = now;
  return answer(200, { state: job.endsAt <= now ? "succeeded" : "running" });
});

process.on("message", () => process.send?.({ accepted, refusals, polls }));
process.on("disconnect", () => process.exit(0));
server.keepAliveTimeout = 300_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
