/**
 * The file by which several processes share one simulator: written whole or not at all, checked before it is trusted, guarded by a lock.
 * Must never remove a file that another simulator has written.
 */
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A lock older than this was left behind: starting takes far less. */
const staleLockMs = 10_000;

/** What stands in the file: the announced line, and who wrote it. */
export interface Announced {
  readonly pid: number;
  /** The line as it was printed, without the pid. */
  readonly line: Record<string, unknown>;
}

/** Reads the file and asks the simulator that it names; undefined when there is none alive. */
export async function findLiving(file: string): Promise<Announced | undefined> {
  const found = readAnnounced(file);
  if (!found || !isAlive(found.pid)) return undefined;
  const control = found.line.control as { url?: unknown } | undefined;
  if (typeof control?.url !== "string") return undefined;
  return (await healthPid(`${control.url}/health`)) === found.pid ? found : undefined;
}

/** Writes the line with this process's pid under a temporary name and moves it into place. Readable by the owner only. */
export function announce(file: string, line: Record<string, unknown>): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify({ ...line, pid: process.pid })}\n`, { mode: 0o600 });
  renameSync(temporary, file);
}

/** Removes the file if it is still this process's own. */
export function withdraw(file: string): void {
  if (readAnnounced(file)?.pid === process.pid) rmSync(file, { force: true });
}

/**
 * Takes the lock beside the file, and gives the function that returns it.
 * Waits while another living process holds it; a lock of a dead process or an old one is taken over.
 */
export async function takeLock(file: string): Promise<() => void> {
  const lock = `${file}.lock`;
  for (;;) {
    try {
      const opened = openSync(lock, "wx", 0o600);
      writeSync(opened, String(process.pid));
      closeSync(opened);
      return () => {
        if (readText(lock) === String(process.pid)) rmSync(lock, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (isStale(lock)) removeStale(lock);
    else await sleep(20 + (process.pid % 17));
  }
}

/** Moves a stale lock aside under a name of our own, so that of two who see it only one takes it away. */
function removeStale(lock: string): void {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  const pid = Number(readText(aside));
  if (isAlive(pid) && pid !== process.pid && ageMs(aside) < staleLockMs) {
    // It was replaced by a fresh one in between: put that back, unless yet another stands there.
    try {
      renameSync(aside, lock);
    } catch {
      rmSync(aside, { force: true });
    }
    return;
  }
  rmSync(aside, { force: true });
}

function isStale(lock: string): boolean {
  const text = readText(lock);
  if (text === undefined) return false;
  const age = ageMs(lock);
  if (age > staleLockMs) return true;
  // Just made and not yet signed.
  if (text === "") return false;
  return !isAlive(Number(text));
}

function ageMs(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function readAnnounced(file: string): Announced | undefined {
  try {
    const { pid, ...line } = JSON.parse(readText(file) ?? "") as Record<string, unknown>;
    return typeof pid === "number" ? { pid, line } : undefined;
  } catch {
    return undefined;
  }
}

function healthPid(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asking = get(url, { timeout: 2000, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => {
        text += piece;
      });
      answer.on("error", () => resolve(undefined));
      answer.on("end", () => {
        try {
          const { pid } = JSON.parse(text) as { pid?: unknown };
          resolve(typeof pid === "number" ? pid : undefined);
        } catch {
          resolve(undefined);
        }
      });
    });
    asking.on("error", () => resolve(undefined));
    asking.on("timeout", () => asking.destroy());
  });
}
