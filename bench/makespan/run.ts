// Runs one contestant through one scenario: a server process, client processes that begin together at a chosen phase
// of the server's quota window, and the score. Bounded in time; ends every process it started.
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Share } from "./client.ts";
import { optimum, type Scenario } from "./scenarios.ts";

/** The score of one run. Ratios to the optimum. */
export interface Score {
  readonly all: number;
  readonly submits: number;
  readonly refusals: number;
  readonly lost: number;
  readonly cpuMs: number;
  /** Jain's index of how evenly the processes were served in the first half; 1 for one process. */
  readonly fairness: number;
  /** The most requests that reached the server within 100 ms. */
  readonly burst: number;
}

interface Report {
  readonly accepted: readonly { readonly at: number; readonly call: string; readonly client: string }[];
  readonly arrivals: readonly number[];
  readonly refusals: number;
}

const LONGEST_MS = 240_000;
const BURST_MS = 100;

/**
 * Runs on one server, the second with fresh processes that find what the first ones stored; `phase` is the part of the first budget's
 * quota window that has passed at the start, 0 to 1. A second run only where no limits are published: what was learned counts there.
 */
export async function run(scenario: Scenario, contestant: string, phase: number): Promise<Score[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "headroom-bench-"));
  const children: ChildProcess[] = [];
  const start = (file: string, argument: unknown) => {
    const child = fork(path.join(import.meta.dirname, file), [JSON.stringify(argument)], {
      stdio: ["ignore", 2, 2, "ipc"],
    });
    children.push(child);
    return child;
  };
  const deadline = setTimeout(() => {
    for (const child of children) child.kill();
  }, LONGEST_MS);
  try {
    const server = start("server.ts", scenario);
    const { port } = (await message(server)) as { port: number };
    const shares = Array.from({ length: scenario.processes }, (_, i): Share => {
      const ledgerFile = path.join(folder, scenario.shared ? "ledger.db" : `ledger-${i}.db`);
      const submits = part(scenario.submits, scenario.processes, i);
      const polls = part(scenario.polls, scenario.processes, i);
      const origin = `http://127.0.0.1:${port}`;
      return { scenario, contestant, name: `c${i}`, origin, submits, polls, ledgerFile };
    });
    const scores: Score[] = [];
    for (let round = 0; round < (scenario.published ? 1 : 2); round++) {
      const clients = shares.map((share) => start("client.ts", share));
      await Promise.all(clients.map(message));
      scores.push(await score(scenario, phase, server, clients));
    }
    return scores;
  } finally {
    clearTimeout(deadline);
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Lets the clients do their work, begun at the phase and with nothing counted any more. */
async function score(
  scenario: Scenario,
  phase: number,
  server: ChildProcess,
  clients: readonly ChildProcess[],
): Promise<Score> {
  const length = scenario.budgets[0]?.quotaWindowMs ?? 1000;
  const into = (Date.now() + scenario.skewMs) % length;
  const quiet = scenario.published ? 0 : length;
  await sleep(((phase * length - into + 2 * length) % length) + quiet);
  const startAt = Date.now();
  const ended = clients.map((child) => message(child) as Promise<{ lost: number; cpuMs: number }>);
  for (const child of clients) child.send("go");
  const reports = await Promise.all(ended);
  const scored = message(server) as Promise<Report>;
  server.send("score");
  const { accepted, arrivals, refusals } = await scored;
  const best = optimum(scenario, startAt);
  const last = (call?: string) =>
    Math.max(
      startAt,
      ...accepted.filter((one) => call === undefined || one.call === call).map((one) => one.at),
    );
  return {
    all: (last() - startAt) / best.allMs,
    submits: (last("submit") - startAt) / best.submitsMs,
    refusals,
    lost: reports.reduce((sum, report) => sum + report.lost, 0),
    cpuMs: reports.reduce((sum, report) => sum + report.cpuMs, 0),
    fairness: jain(accepted, scenario.processes),
    burst: Math.max(0, ...arrivals.map((at, i) => arrivals.findLastIndex((b) => b < at + BURST_MS) + 1 - i)),
  };
}

function part(total: number, parts: number, index: number): number {
  return Math.floor((total * (index + 1)) / parts) - Math.floor((total * index) / parts);
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    // Not "exit": that may come before the last message is read.
    child.once("disconnect", () => reject(new Error("a process of the bench ended early")));
  });
}

function jain(accepted: Report["accepted"], processes: number): number {
  const half = accepted.toSorted((a, b) => a.at - b.at).slice(0, Math.ceil(accepted.length / 2));
  const counts = Array.from(
    { length: processes },
    (_, i) => half.filter((one) => one.client === `c${i}`).length,
  );
  const sum = counts.reduce((a, b) => a + b, 0);
  return sum ** 2 / (processes * counts.reduce((a, b) => a + b * b, 0));
}
