// The server of one makespan run: counts exactly at arrival, answers at once after the network's delay, keeps score.
// A process of its own, so that no client's event loop bends its clock. Speaks with its parent over IPC.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { Counter } from "../../src/simulator/limiter.ts";
import type { Scenario } from "./scenarios.ts";

const scenario = JSON.parse(process.argv[2] ?? "") as Scenario;
const counters = scenario.budgets.map((budget) => ({
  budget,
  counter: new Counter({ ...budget, scope: "account" }),
}));
/** Instants of all arrivals. */
let arrivals: number[] = [];
let accepted: { readonly at: number; readonly call: string; readonly client: string }[] = [];
let refusals = 0;

const delay = () => {
  const [least, most] = scenario.latencyMs;
  return least + Math.random() * (most - least);
};
/** Half of the latency before the count, half after; no timer where there is none. */
const later = (run: () => void) => {
  const ms = delay() / 2;
  if (ms === 0) run();
  else setTimeout(run, ms);
};

const server = http.createServer((request, response) => {
  request.resume();
  later(() => {
    const now = Date.now();
    arrivals.push(now);
    const call = request.url?.startsWith("/poll") ? "poll" : "submit";
    const counting = counters.filter(({ budget }) => budget.counts === "all" || budget.counts === call);
    const before = counting.map(({ counter }) => counter.read(now, scenario.skewMs));
    const passes = before.every((reading) => reading.openAt <= now && reading.remaining > 0);
    if (passes || scenario.refusedCount) for (const { counter } of counting) counter.count(now);
    const after = counting.map(({ counter }) => counter.read(now, scenario.skewMs));
    const headers: Record<string, string> = { date: new Date(now + scenario.skewMs).toUTCString() };
    const tightest = after.toSorted((a, b) => a.remaining - b.remaining || b.resetAt - a.resetAt)[0];
    if (scenario.headers === "quota" && tightest !== undefined) {
      headers["x-ratelimit-limit"] = String(tightest.limit);
      headers["x-ratelimit-remaining"] = String(passes ? tightest.remaining : 0);
      headers["x-ratelimit-reset"] = String(Math.ceil((tightest.resetAt + scenario.skewMs) / 1000));
    }
    if (!passes && scenario.headers !== "none") {
      const open = Math.max(...after.map((reading) => reading.openAt));
      headers["retry-after"] = String(Math.max(1, Math.ceil((open - now) / 1000)));
    }
    if (passes) accepted.push({ at: now, call, client: String(request.headers["x-client"] ?? "") });
    else refusals++;
    later(() => {
      response.writeHead(passes ? 200 : 429, { ...headers, "content-type": "application/json" });
      response.end(passes ? '{"ok":true}' : '{"detail":"Rate limit exceeded"}');
    });
  });
});

process.on("message", () => {
  process.send?.({ accepted, arrivals, refusals });
  [accepted, arrivals, refusals] = [[], [], 0];
});
process.on("disconnect", () => process.exit(0));
// Longer than any quota window: a connection closed under a client that waits would count as its mistake.
server.keepAliveTimeout = 300_000;
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
