/**
 * Runs other programs for the harness: once to their end, or as a group that is surely ended with this process.
 * It must not decide what is run, and never touches a process that it did not start.
 */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const windows = process.platform === "win32";
const alive = new Set<ChildProcess>();
let watching = false;

/** What a program printed and how it ended. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/**
 * The environment for a program that must not know that it runs inside npm, a test runner or another editor.
 * @param extra variables to set on top; undefined removes one.
 */
export function plainEnvironment(extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const dropped =
    /^(npm_(package|lifecycle|node|command|config_(local_)?prefix$)|NODE_(OPTIONS|TEST)|VSCODE_|ELECTRON_|INIT_CWD)/;
  const kept = Object.entries(process.env).filter(([name]) => !dropped.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

/** Starts npm's own program file with this Node, so that it works the same on every platform. */
export function npmCommand(): {
  readonly file: string;
  readonly args: readonly string[];
  readonly shell: boolean;
} {
  const program = process.env.npm_execpath;
  if (program !== undefined && /npm-cli\.c?js$/.test(program) && existsSync(program)) {
    return { file: process.execPath, args: [program], shell: false };
  }
  return { file: windows ? "npm.cmd" : "npm", args: [], shell: windows };
}

/**
 * Runs a program to its end and collects what it prints.
 * @param options `timeoutMs` ends it (default ten minutes); `echo` also shows its output as it comes.
 */
export function runToEnd(
  file: string,
  args: readonly string[],
  options: SpawnOptions & { readonly timeoutMs?: number; readonly echo?: boolean } = {},
): Promise<Finished> {
  const { timeoutMs = 600_000, echo = false, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = startGroup(file, args, rest);
    const parts: string[] = [];
    const timer = setTimeout(() => void endGroup(child), timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        parts.push(text);
        if (echo) process.stdout.write(text);
      });
    }
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output: parts.join("") });
    });
  });
}

/** Runs npm to its end in a folder; throws with npm's own words when it fails. */
export async function runNpm(folder: string, args: readonly string[], timeoutMs = 600_000): Promise<void> {
  const npm = npmCommand();
  const options = { cwd: folder, env: plainEnvironment(), shell: npm.shell, timeoutMs };
  const { code, output } = await runToEnd(
    npm.file,
    [...npm.args, ...args, "--no-audit", "--no-fund"],
    options,
  );
  if (code !== 0) {
    throw new Error(
      `npm ${args.join(" ")} in ${path.basename(folder)} ended with ${code}:\n${output.slice(-4000)}`,
    );
  }
}

/**
 * Starts a program as the head of its own process group. The group is ended when this process exits or is interrupted,
 * so that nothing is left running after a failed test.
 */
export function startGroup(file: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(file, [...args], { stdio: ["ignore", "pipe", "pipe"], ...options, detached: !windows });
  alive.add(child);
  child.once("close", () => alive.delete(child));
  watchForEnd();
  return child;
}

/** Ends a group that `startGroup` started: asked first, forced after `graceMs`. Resolves when it has ended. */
export async function endGroup(child: ChildProcess, graceMs = 3_000): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    signalGroup(child, "SIGTERM");
    const forced = setTimeout(() => signalGroup(child, "SIGKILL"), graceMs);
    await ended;
    clearTimeout(forced);
  }
  // Whatever of the group has outlived its head gets no grace; the kernel takes a moment to end it.
  signalGroup(child, "SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, 50));
  alive.delete(child);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group has ended by itself.
  }
}

function watchForEnd(): void {
  if (watching) return;
  watching = true;
  process.once("exit", () => {
    for (const child of alive) signalGroup(child, "SIGKILL");
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      // A second listener (a program that ends cleanly by itself, such as `npm start`) has the word.
      if (process.listenerCount(signal) === 0) process.exit(1);
    });
  }
}
