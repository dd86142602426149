// Bytes that the app itself puts into the result folder: base64 decoded piece by piece, text. Written under a
// temporary name, flushed, renamed. It must not write outside the folder.
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import { SNIFF_BYTES, sniff } from "../core/sniff.ts";
import type { SqliteResults } from "./results.ts";

/** A multiple of four characters at a time: decoding never holds more than this twice. */
const PIECE = 1024 * 1024;

/** Writes into the result folder; the app's `Files`. */
export class ResultFiles {
  readonly #results: Pick<SqliteResults, "pathOf">;

  constructor(results: Pick<SqliteResults, "pathOf">) {
    this.#results = results;
  }

  /** Decodes base64 (or base64url, with or without line ends and a data: prefix) into a file. Throws for other text. */
  async writeBase64(file: string, base64: string): Promise<{ bytes: number; sniffed: string | null }> {
    const comma = base64.startsWith("data:") ? base64.indexOf(",") + 1 : 0;
    let head = Buffer.alloc(0);
    let bytes = 0;
    await this.#write(file, async (handle) => {
      for await (const piece of decoded(base64, comma)) {
        if (head.length < SNIFF_BYTES) head = Buffer.concat([head, piece.subarray(0, SNIFF_BYTES)]);
        bytes += piece.length;
        await handle.write(piece);
      }
    });
    return { bytes, sniffed: sniff(head) };
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

  async #write(file: string, work: (handle: FileHandle) => Promise<void>): Promise<void> {
    const target = this.#results.pathOf(basename(file) === file ? file : "");
    const partial = `${target}.part`;
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

/** Pieces of the decoded bytes; gives other work a turn between them. */
async function* decoded(base64: string, from: number): AsyncGenerator<Buffer> {
  let rest = "";
  for (let at = from; at < base64.length; at += PIECE) {
    const clean = rest + base64.slice(at, at + PIECE).replace(/[\s=]+/g, "");
    if (/[^A-Za-z0-9+/_-]/.test(clean)) throw new Error("This is not base64.");
    const whole = clean.length - (clean.length % 4);
    rest = clean.slice(whole);
    yield Buffer.from(clean.slice(0, whole), "base64");
  }
  if (rest.length === 1) throw new Error("This base64 is cut off.");
  if (rest.length > 0) yield Buffer.from(rest, "base64");
}
