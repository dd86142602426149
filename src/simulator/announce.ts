/**
 * The file by which several processes share one simulator: written whole or not at all, checked before it is trusted, guarded by a lock.
 * Must never remove a file that another simulator has written.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Starting takes far less than this. */
const lockWaitMs = 15_000;

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

/** Whether the file still names this process; false once it was removed or another simulator has written it. */
export function isAnnounced(file: string): boolean {
  return readAnnounced(file)?.pid === process.pid;
}

/** Removes the file if it is still this process's own. */
export function withdraw(file: string): void {
  if (isAnnounced(file)) rmSync(file, { force: true });
}

/**
 * Takes the lock beside the file, and gives the function that returns it. Blocks while another process holds it, at most
 * `lockWaitMs`, and then throws. The lock is SQLite's on an empty database: the system itself returns it when its holder
 * dies, so it cannot go stale, and the file stays where it is.
 */
export function takeLock(file: string): () => void {
  mkdirSync(dirname(file), { recursive: true });
  const lock = new DatabaseSync(`${file}.lock`);
  lock.exec(`PRAGMA busy_timeout = ${lockWaitMs}`);
  lock.exec("BEGIN EXCLUSIVE");
  return () => lock.close();
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
