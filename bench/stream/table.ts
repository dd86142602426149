// `npm run bench -- stream`: an answer of 1 GB to disk, by a bare pipe, by one that flushes its file as the client does, and
// through the client, in turns in one run, and the same size as base64 inside a JSON answer. Medians; nothing here passes or fails.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { removeFolder, temporaryFolder } from "../../test/harness/paths.ts";

const ROUNDS = 5;
const MB = 1024 * 1024;

interface Row {
  readonly ms: number;
  readonly cpuMs: number;
  readonly grownBytes: number;
}

/** Prints throughput against the bare pipe and how much resident memory grew. */
export async function streamTable(): Promise<void> {
  const folder = temporaryFolder("stream");
  const server = spawn(process.execPath, [path.join(import.meta.dirname, "server.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(server.stdout, "data")) as [Buffer];
  const url = `http://127.0.0.1:${String(line).trim()}`;
  const rows = new Map<string, Row[]>();
  const contestants = [
    ["bare", "binary"],
    ["flushed", "binary"],
    ["headroom", "binary"],
    ["headroom", "base64"],
  ] as const;
  for (let round = 0; round < ROUNDS; round++)
    for (const [who, form] of contestants) {
      const name = `${who} ${form}`;
      const script = path.join(import.meta.dirname, "client.ts");
      const { stdout } = spawnSync(process.execPath, ["--expose-gc", script, who, url, folder, form], {
        stdio: ["ignore", "pipe", "inherit"],
        timeout: 120_000,
      });
      rows.set(name, [...(rows.get(name) ?? []), JSON.parse(String(stdout)) as Row]);
    }
  server.stdin.end();
  removeFolder(folder);

  const bare = rows.get("bare binary") ?? [];
  const flushed = rows.get("flushed binary") ?? [];
  console.log(
    `\n1 GB to disk (median of ${ROUNDS}; shares are of the bare pipe in the same round, which leaves its bytes`,
  );
  console.log("to the system, and of the pipe that, as the client does, returns when the disk has them)");
  for (const [name, all] of rows) {
    const ms = median(all.map((one) => one.ms));
    const share = (of: readonly Row[]) =>
      Math.round(100 * median(all.map((one, round) => (of[round]?.ms ?? Number.NaN) / one.ms)));
    const cpu = median(all.map((one, round) => one.cpuMs / (bare[round]?.cpuMs ?? Number.NaN)));
    const grown = all.map((one) => one.grownBytes / MB);
    console.log(
      `${name.padEnd(16)} ${String(Math.round(1024 / (ms / 1000))).padStart(5)} MB/s,` +
        ` ${String(share(bare)).padStart(3)} % and ${String(share(flushed)).padStart(3)} % of their throughput,` +
        ` ${cpu.toFixed(2)} of the bare one's processor time;` +
        ` memory grew by ${median(grown).toFixed(1)} MB (at most ${Math.max(...grown).toFixed(1)} MB)`,
    );
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
