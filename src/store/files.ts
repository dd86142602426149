// What the app itself puts into the result folder: files that the network left there, and texts, written under a
// temporary name, flushed, renamed. It must not touch anything outside the folder.
import { type FileHandle, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { uptime } from "node:os";
import { basename, extname } from "node:path";
import { HeadroomError } from "../core/errors.ts";
import { isCut } from "../core/extent.ts";
import type { FoundFile } from "../core/jobs/stores.ts";
import { partName, readPart } from "../core/part-name.ts";
import { SNIFF_BYTES, sniff } from "../core/sniff.ts";
import { isAlive } from "./ledger-lines.ts";
import { isResultFile, type SqliteResults } from "./results.ts";

/** Writes into the result folder; the app's `Files`. */
export class ResultFiles {
  readonly #results: Pick<SqliteResults, "pathOf" | "folder">;

  constructor(results: Pick<SqliteResults, "pathOf" | "folder">) {
    this.#results = results;
  }

  async take(path: string, file: string): Promise<void> {
    await onDisk(rename(this.#pathOf(basename(path)), this.#pathOf(file)));
  }

  async discard(paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(this.#pathOf(basename(path)), { force: true });
  }

  async writeText(file: string, text: string): Promise<{ bytes: number }> {
    await this.#write(file, async (handle) => {
      await handle.writeFile(text);
    });
    return { bytes: Buffer.byteLength(text) };
  }

  /** Bytes of any file; null where there is none. */
  async size(path: string): Promise<number | null> {
    const found = await stat(path).catch(() => null);
    return found?.isFile() ? found.size : null;
  }

  async takeOver(resultId: string, mark: string): Promise<FoundFile | null> {
    const names = await this.#names();
    const found = names.find((name) => name.startsWith(`${resultId}.`) && readPart(name) === null);
    if (found === undefined) return null;
    const file = `${resultId}.${mark}${extname(found)}`;
    const renamed = await rename(this.#pathOf(found), this.#pathOf(file)).catch(
      (error: NodeJS.ErrnoException) => error,
    );
    // Whoever wrote it may have deleted it just now.
    if (renamed !== undefined && renamed.code === "ENOENT") return null;
    if (renamed !== undefined) throw unwritten(renamed);
    const handle = await open(this.#pathOf(file), "r");
    try {
      const { size } = await handle.stat();
      const read = async (at: number, length: number) => {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
        return buffer.subarray(0, bytesRead);
      };
      const sniffed = sniff(await read(0, SNIFF_BYTES));
      return { file, bytes: size, sniffed, whole: !(await isCut(sniffed, size, read)) };
    } finally {
      await handle.close();
    }
  }

  /** What the machine wrote before it last started may have holes where the power failed. */
  async parts(resultId: string): Promise<string[]> {
    const started = Date.now() - uptime() * 1000;
    const names = await this.#names();
    const found: { name: string; size: number }[] = [];
    for (const name of names) {
      if (!name.startsWith(`${resultId}.`) || (readPart(name)?.mark ?? null) === null) continue;
      const { size, mtimeMs } = await stat(this.#pathOf(name)).catch(() => ({ size: 0, mtimeMs: 0 }));
      if (size > 0 && mtimeMs > started) found.push({ name, size });
    }
    return found.sort((a, b) => b.size - a.size).map(({ name }) => name);
  }

  /** A part may still be held open by a process that is frozen, and then stays on some systems; the next sweep gets it. */
  async sweep(exchangeId: string, booked: readonly string[], whole: boolean): Promise<void> {
    const names = await this.#names();
    for (const name of names)
      if (name.startsWith(exchangeId) && (whole || readPart(name) !== null) && !booked.includes(name))
        await rm(this.#pathOf(name), { force: true }).catch(() => {});
  }

  async tidy(isBooked: (file: string) => boolean, before: number): Promise<void> {
    const names = await this.#names();
    for (const name of names) {
      const part = readPart(name);
      const old = !isBooked(name) && ((await this.usedAt(name)) ?? before) < before;
      // What may be gone on with waits for that as long as a file that nobody names yet.
      const left = part === null ? old : !isAlive(part.pid) && (old || part.mark === null);
      if (left) await this.remove(name).catch(() => {});
    }
  }

  async usedAt(file: string): Promise<number | null> {
    return (await stat(this.#pathOf(file)).catch(() => null))?.mtimeMs ?? null;
  }

  async touch(file: string): Promise<void> {
    const now = new Date();
    await utimes(this.#pathOf(file), now, now).catch(() => {});
  }

  async remove(file: string): Promise<void> {
    await rm(this.#pathOf(file), { force: true });
  }

  async #names(): Promise<string[]> {
    const names = await readdir(this.#results.folder).catch(() => []);
    return names.filter(isResultFile);
  }

  #pathOf(file: string): string {
    return this.#results.pathOf(file);
  }

  async #write(file: string, work: (handle: FileHandle) => Promise<void>): Promise<void> {
    const target = this.#pathOf(file);
    const partial = partName(target, process.pid, null);
    const handle = await onDisk(open(partial, "w", 0o600));
    try {
      await work(handle);
      await handle.sync();
      await handle.close();
      await rename(partial, target);
    } catch (error) {
      await handle.close().catch(() => {});
      await rm(partial, { force: true }).catch(() => {});
      throw unwritten(error);
    }
  }
}

/** A full or forbidden disk is no fault of the request, and sending again would not cure it. */
async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw unwritten(error);
  }
}

function unwritten(cause: unknown): HeadroomError<"notConfigured"> {
  return new HeadroomError(
    "notConfigured",
    `The file could not be written: ${String(cause)}`,
    { field: "storage" },
    cause,
  );
}
