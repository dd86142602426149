/**
 * The simulator's command line: starts one server, prints one line of JSON, and ends when told or when long idle.
 * With `--announce` it shares one simulator among processes.
 */
import { parseArgs } from "node:util";
import { announce, findLiving, isAnnounced, takeLock, withdraw } from "./announce.ts";
import { announcement, type SimulatorOptions, startSimulator } from "./server.ts";

const usage = `Starts the simulators of SoundPiece, SAUTI, VoiceDub, Sync and VocaBusta on 127.0.0.1 and prints one line of JSON.

  --port N            port to listen on (default 0: any free one)
  --seed N            where ids, durations and sounds come from (default 1)
  --time-scale X      job durations are multiplied by this: 0.1 is ten times as fast (default 1)
  --idle-exit-ms N    ends after that long with no request and no running job (default 0: never)
  --announce FILE     shares one simulator: writes the line to FILE, or prints the one that FILE names if it lives
  --built-at N        how new this build is, epoch ms: with --announce, one that is older is replaced (default 0)
  --set JSON          a change to begin with, as for POST /__sim/set; may be repeated
`;

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      seed: { type: "string", default: "1" },
      "time-scale": { type: "string", default: "1" },
      "idle-exit-ms": { type: "string", default: "0" },
      announce: { type: "string" },
      "built-at": { type: "string", default: "0" },
      set: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const options: SimulatorOptions = {
    port: numberOf("--port", values.port),
    seed: numberOf("--seed", values.seed),
    timeScale: numberOf("--time-scale", values["time-scale"]),
    settings: settingsOf(values.set),
  };
  const idleExitMs = numberOf("--idle-exit-ms", values["idle-exit-ms"]);
  if (values.announce === undefined) return run(options, idleExitMs);
  const builtAt = numberOf("--built-at", values["built-at"]);
  await runShared(options, idleExitMs, { file: values.announce, builtAt });
}

/** The file by which one simulator is shared, and how new the build is that shares it. Epoch ms. */
interface Shared {
  readonly file: string;
  readonly builtAt: number;
}

async function runShared(options: SimulatorOptions, idleExitMs: number, shared: Shared): Promise<void> {
  const release = takeLock(shared.file);
  try {
    const living = await findLiving(shared.file);
    // An older build is left to end by itself, as one that its file no longer names does.
    const { builtAt, ...line } = living?.line ?? {};
    if (living && Number(builtAt ?? 0) >= shared.builtAt) process.stdout.write(`${JSON.stringify(line)}\n`);
    else await run(options, idleExitMs, shared);
  } finally {
    release();
  }
}

async function run(options: SimulatorOptions, idleExitMs: number, shared?: Shared): Promise<void> {
  const simulator = await startSimulator(options);
  const line = announcement(simulator);
  if (shared !== undefined) {
    announce(shared.file, { ...line, builtAt: shared.builtAt });
    process.on("exit", () => withdraw(shared.file));
  }
  const end = () => process.exit(0);
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.on("SIGHUP", end);
  // The starter may have gone by the time something is written.
  process.stdout.on("error", () => {});
  process.stdout.write(`${JSON.stringify(line)}\n`);
  if (idleExitMs > 0) {
    const watch = () => {
      const since = simulator.idleSince();
      const leftMs = since === undefined ? idleExitMs : since + idleExitMs - Date.now();
      // Nobody finds a simulator that its file no longer names: the extension was removed, or a test's folder is gone.
      if (leftMs <= 0 || (shared !== undefined && !isAnnounced(shared.file))) end();
      else setTimeout(watch, Math.min(Math.max(leftMs, 20), 60_000));
    };
    watch();
  }
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new Error(`${name} must be a number of at least 0, not ${text}`);
  return value;
}

function settingsOf(texts: readonly string[]): NonNullable<SimulatorOptions["settings"]> {
  const settings: Record<string, Record<string, unknown>> = {};
  for (const text of texts) {
    const given = JSON.parse(text) as Record<string, unknown>;
    const provider = String(given.provider);
    settings[provider] = { ...settings[provider], ...given };
  }
  return settings;
}
