// What the app itself puts into the result folder: files that the network left there, and texts, written under a
// temporary name, flushed, renamed. It must not touch anything outside the folder.
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { SqliteResults } from "./results.ts";

/** Writes into the result folder; the app's `Files`. */
export class ResultFiles {
  readonly #results: Pick<SqliteResults, "pathOf">;

  constructor(results: Pick<SqliteResults, "pathOf">) {
    this.#results = results;
  }

  async take(path: string, file: string): Promise<void> {
    await rename(this.#pathOf(basename(path)), this.#pathOf(file));
  }

  async discard(paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(this.#pathOf(basename(path)), { force: true });
  }

  async writeText(file: string, text: string): Promise<{ bytes: number }> {
    await this.#write(file, async (handle) => {
      await handle.write(text);
    });
    return { bytes: Buffer.byteLength(text) };
  }

  /** Bytes of any file; null where there is none. */
  async size(path: string): Promise<number | null> {
    const found = await stat(path).catch(() => null);
    return found?.isFile() ? found.size : null;
  }

  #pathOf(file: string): string {
    return this.#results.pathOf(file);
  }

  async #write(file: string, work: (handle: FileHandle) => Promise<void>): Promise<void> {
    const target = this.#pathOf(file);
    const partial = `${target}.${process.pid}.part`;
    const handle = await open(partial, "w", 0o600);
    try {
      await work(handle);
      await handle.sync();
      await handle.close();
      await rename(partial, target);
    } catch (error) {
      await handle.close().catch(() => {});
      await rm(partial, { force: true });
      throw error;
    }
  }
}
