// Sees to it that one simulator process runs for all editor windows, and knows where it listens. It must not know how
// the simulator works: it starts it, reads what it announces, and asks whether it lives.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { get } from "node:http";
import path from "node:path";
import type { Simulator } from "../app/ports.ts";
import { HeadroomError } from "../core/errors.ts";

/** How the process is started and shared. */
export interface SimulatorOptions {
  /** dist/simulator.js. */
  readonly script: string;
  /** Folder for what it announces and for its log; shared by all editor windows. */
  readonly folder: string;
  /** Factor on the duration of jobs. */
  readonly timeScale: () => number;
  /** Default 30 minutes. */
  readonly idleExitMs?: number;
  /** How long a start may take. Default 15 s. */
  readonly patienceMs?: number;
  readonly log: (line: string) => void;
}

interface Announced {
  readonly pid: number;
  readonly control: { readonly url: string };
  /** When the script was built that wrote it, epoch ms; left out by builds older than this word. */
  readonly builtAt?: number;
  readonly [providerId: string]: unknown;
}

/** How long an answer of the process counts as a sign of life, ms. */
const ALIVE_MS = 1_000;
const LOOK_EVERY_MS = 40;

/** The one simulator process, started when first needed and again when it has died. */
export class SharedSimulator implements Simulator {
  readonly #options: SimulatorOptions;
  readonly #file: string;
  #living: { readonly announced: Announced; readonly seenAt: number } | null = null;
  #starting: Promise<Announced> | null = null;

  constructor(options: SimulatorOptions) {
    this.#options = options;
    this.#file = path.join(options.folder, "simulator.json");
  }

  async baseOf(providerId: string): Promise<string> {
    return (await this.#account(providerId)).url;
  }

  async keyOf(providerId: string): Promise<string> {
    return (await this.#account(providerId)).key;
  }

  /** Ends the running process, if any, and starts a new one. Counters and jobs of the simulator begin anew. */
  async restart(): Promise<void> {
    await this.stop();
    await this.#ensure();
  }

  /** Ends the running process, if any; the next ask starts one. */
  async stop(): Promise<void> {
    const running = await this.#announced();
    if (running !== null && (await isAlive(running))) {
      process.kill(running.pid, "SIGTERM");
      const until = performance.now() + 5_000;
      while (performance.now() < until && (await isAlive(running))) await pause(LOOK_EVERY_MS);
    }
    this.#living = null;
  }

  async #account(providerId: string): Promise<{ readonly url: string; readonly key: string }> {
    const account = (await this.#ensure())[providerId] as { url?: unknown; key?: unknown } | undefined;
    if (typeof account?.url !== "string" || typeof account.key !== "string")
      throw new HeadroomError("notConfigured", `The simulator does not simulate ${providerId}.`, {
        field: "account",
      });
    return { url: account.url, key: account.key };
  }

  async #ensure(): Promise<Announced> {
    const living = this.#living;
    if (living !== null && performance.now() - living.seenAt < ALIVE_MS) return living.announced;
    this.#starting ??= this.#find().finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #find(): Promise<Announced> {
    const announced = (await this.#announced()) ?? null;
    const builtAt = await this.#builtAt();
    if (announced !== null && !isOlder(announced, builtAt) && (await isAlive(announced)))
      return this.#keep(announced);
    return this.#keep(await this.#start(builtAt));
  }

  /** After an update the script is newer than the one that runs: that is replaced, and never by an older one. */
  async #builtAt(): Promise<number> {
    const found = await stat(this.#options.script).catch(() => null);
    return Math.floor(found?.mtimeMs ?? 0);
  }

  #keep(announced: Announced): Announced {
    this.#living = { announced, seenAt: performance.now() };
    return announced;
  }

  async #start(builtAt: number): Promise<Announced> {
    const { script, folder, idleExitMs = 1_800_000, patienceMs = 15_000, timeScale, log } = this.#options;
    await mkdir(folder, { recursive: true });
    const output = path.join(folder, "simulator.log");
    const fd = openSync(output, "w", 0o600);
    const args = [
      script,
      "--announce",
      this.#file,
      "--idle-exit-ms",
      String(idleExitMs),
      "--time-scale",
      String(timeScale()),
      "--built-at",
      String(builtAt),
    ];
    // Detached and without a pipe to us, so that it outlives this editor window and never writes into a closed pipe.
    const child = spawn(process.execPath, args, {
      detached: true,
      windowsHide: true,
      stdio: ["ignore", fd, fd],
      env: environment(),
    });
    closeSync(fd);
    let failure: string | null = null;
    child.once("error", (error) => {
      failure = error.message;
    });
    child.once("exit", (code) => {
      // Code 0 so early: another editor window's simulator was found alive.
      if (code !== 0) failure ??= `It ended with code ${code}: ${tail(output)}`;
    });
    child.unref();
    const until = performance.now() + patienceMs;
    while (failure === null && performance.now() < until) {
      const announced = await this.#announced();
      if (announced !== null && !isOlder(announced, builtAt) && (await isAlive(announced))) {
        log(`The simulator runs as process ${announced.pid} at ${new URL(announced.control.url).origin}.`);
        return announced;
      }
      await pause(LOOK_EVERY_MS);
    }
    const said = failure ?? `It announced nothing within ${patienceMs / 1000} s. ${tail(output)}`;
    throw new HeadroomError("unreachable", `The simulator did not start. ${said}`, {
      origin: "http://127.0.0.1",
      code: null,
    });
  }

  async #announced(): Promise<Announced | null> {
    const text = await readFile(this.#file, "utf8").catch(() => null);
    if (text === null) return null;
    const found = announcedIn(text);
    // The simulator itself asks whoever the file names: a file that is not believed must not stay.
    if (found === null) await rm(this.#file, { force: true });
    return found;
  }
}

/** What the file says; null where it is no announcement or names another address than this machine's own. */
function announcedIn(text: string): Announced | null {
  try {
    const found = JSON.parse(text) as Announced;
    const isHere = new URL(found.control.url).hostname === "127.0.0.1";
    return typeof found.pid === "number" && isHere ? found : null;
  } catch {
    return null;
  }
}

function isOlder({ builtAt = 0 }: Announced, than: number): boolean {
  return builtAt < than;
}

/** Whether the announced process answers, and is the one that wrote the file. */
function isAlive(announced: Announced): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = get(`${announced.control.url}/health`, { timeout: 2_000, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => {
        text += piece;
      });
      answer.on("error", () => resolve(false));
      answer.on("end", () => resolve(text.includes(`"pid":${announced.pid},`)));
    });
    asking.on("timeout", () => asking.destroy());
    asking.on("error", () => resolve(false));
  });
}

/** The environment without what is meant for this process alone. */
function environment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env))
    if (!/^(NODE_OPTIONS|NODE_CHANNEL|VSCODE_|ELECTRON_)/.test(name)) env[name] = value;
  return { ...env, ELECTRON_RUN_AS_NODE: "1" };
}

/** The line that names the error, or the last words. */
function tail(file: string): string {
  try {
    const text = readFileSync(file, "utf8").trim();
    return /^\w*Error\b.*$/m.exec(text)?.[0].slice(0, 400) ?? text.slice(-400);
  } catch {
    return "";
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
