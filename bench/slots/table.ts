// Prints the slots table: every contestant, one and two processes, several accounts with two runs each; all accounts of a
// contestant at once, for clients mostly wait.
import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { temporaryFolder } from "../../test/harness/paths.ts";
import { contestants } from "./contestants.ts";
import { mixes, optimumKnowing, optimumPolling, type Share } from "./work.ts";

const LONGEST_MS = 240_000;

interface Score {
  readonly polling: number;
  readonly knowing: number;
  readonly refusals: number;
  readonly polls: number;
  readonly lost: number;
  readonly cpuMs: number;
}

interface Accepted {
  readonly at: number;
  readonly lengthMs: number;
}

/** Runs and prints; contestants by name, all without names. */
export async function slotsTable(names: readonly string[], accounts: readonly number[]): Promise<void> {
  for (const [mix, processes] of Object.keys(mixes).flatMap((one) => [
    [one, 1] as const,
    [one, 2] as const,
  ])) {
    console.log(
      `\n3 slots, 24 jobs, ${mix}, bare 429, ${processes} process(es); ${accounts.length} accounts\n`,
    );
    console.log(columns("", "/polling", "worst", "/knowing", "refusals", "polls", "lost", "cpu ms"));
    for (const name of Object.keys(contestants)) {
      if (names.length > 0 && !names.includes(name)) continue;
      const scores = await Promise.all(accounts.map((account) => runs(name, mix, account, processes)));
      print(
        name,
        scores.map(([first]) => first!),
      );
      print(
        "  in its next run",
        scores.map(([, next]) => next!),
      );
    }
  }
}

function print(name: string, scores: readonly Score[]): void {
  const mean = (pick: (score: Score) => number) =>
    scores.reduce((sum, score) => sum + pick(score), 0) / scores.length;
  console.log(
    columns(
      name,
      mean((one) => one.polling).toFixed(3),
      Math.max(...scores.map((one) => one.polling)).toFixed(3),
      mean((one) => one.knowing).toFixed(3),
      mean((one) => one.refusals).toFixed(1),
      mean((one) => one.polls).toFixed(0),
      mean((one) => one.lost).toFixed(1),
      mean((one) => one.cpuMs).toFixed(0),
    ),
  );
}

/** Two runs of one account, the second with what the first has left in its folder. */
async function runs(contestant: string, mix: string, account: number, processes: number): Promise<Score[]> {
  const folder = temporaryFolder("slots");
  const scores: Score[] = [];
  for (const number of [1, 2])
    scores.push(await run({ contestant, mix, account, number, processes, folder }));
  return scores;
}

interface Run {
  readonly contestant: string;
  readonly mix: string;
  readonly account: number;
  readonly number: number;
  readonly processes: number;
  readonly folder: string;
}

async function run({ contestant, mix, account, number, processes, folder }: Run): Promise<Score> {
  const children: ChildProcess[] = [];
  const start = (file: string, ...args: string[]) => {
    const child = fork(path.join(import.meta.dirname, file), args, { stdio: ["ignore", 2, 2, "ipc"] });
    children.push(child);
    return child;
  };
  const deadline = setTimeout(() => {
    for (const child of children) child.kill();
  }, LONGEST_MS);
  try {
    const server = start("server.ts", mix, String(account), String(number));
    const origin = `http://127.0.0.1:${await message(server)}`;
    const work = (mixes[mix]?.(account, number) ?? []).map(({ size }, index) => ({ index, size }));
    const clients = await Promise.all(
      Array.from({ length: processes }, async (_, i) => {
        const jobs = work.filter(({ index }) => index % processes === i);
        const share: Share = {
          contestant,
          name: `${number}-c${i}`,
          origin,
          jobs,
          ledgerFile: path.join(folder, "ledger.db"),
          lengthsFile: path.join(folder, "lengths.jsonl"),
        };
        const child = start("client.ts", JSON.stringify(share));
        await message(child);
        return child;
      }),
    );
    const ended = clients.map((child) => message(child) as Promise<{ lost: number; cpuMs: number }>);
    for (const child of clients) child.send("go");
    const reports = await Promise.all(ended);
    const scored = message(server) as Promise<{
      accepted: readonly Accepted[];
      refusals: number;
      polls: number;
    }>;
    server.send("score");
    const { accepted, refusals, polls } = await scored;
    // As the optimum: from the first submit to the last, without what a process takes to warm up.
    const instants = accepted.map((one) => one.at);
    const tookMs = Math.max(...instants) - Math.min(...instants);
    // In the order in which they were taken in: two processes take turns as they like.
    const lengths = accepted.map((one) => one.lengthMs);
    return {
      polling: tookMs / optimumPolling(lengths),
      knowing: tookMs / optimumKnowing(lengths),
      refusals,
      polls,
      lost: reports.reduce((sum, one) => sum + one.lost, 0),
      cpuMs: reports.reduce((sum, one) => sum + one.cpuMs, 0),
    };
  } finally {
    clearTimeout(deadline);
    for (const child of children) child.kill();
  }
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    // Not "exit": that may come before the last message is read.
    child.once("disconnect", () => reject(new Error("a process of the bench ended early")));
  });
}

function columns(name: string, ...figures: string[]): string {
  return name.padEnd(28) + figures.map((figure) => figure.padStart(9)).join("");
}
