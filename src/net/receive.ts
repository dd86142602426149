// Takes the bytes of an answer in: text into memory up to a bound, everything else to disk under a temporary name,
// flushed and renamed at the end. Memory stays flat whatever the size. It must not decide what an answer means.
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HeadroomError, isHeadroomError } from "../core/errors.ts";
import { SNIFF_BYTES, sniff } from "../core/sniff.ts";
import type { Rest } from "./rest.ts";

export interface ReceiveOptions {
  /** Where the bytes go as they are; null for memory. */
  readonly saveTo: string | null;
  /** Where an answer goes that is no text or too long for memory; null to give up on it. */
  readonly spillFolder: string | null;
  /** Names the spilled file. */
  readonly name: string;
  readonly contentType: string;
  /** What is there already and goes on with this body; null to begin. */
  readonly rest: Rest | null;
  /** Keep what came if the body breaks off, under this validator; null to delete it. */
  readonly validator: string | null;
  /** The most text that is held in memory. bytes */
  readonly inlineBytes: number;
  /** The most that is taken at all. bytes */
  readonly maxBytes: number;
  bytes(received: number): void;
}

export interface Received {
  readonly text: string | null;
  readonly file: string | null;
  readonly bytes: number;
  readonly sniffed: string | null;
}

/** How much may gather in memory while the disk is at work. bytes */
const GATHER_BYTES = 1024 * 1024;

/** A body that broke off, with what can be gone on with. */
export class BrokenOff extends Error {
  readonly rest: Rest | null;

  constructor(cause: unknown, rest: Rest | null) {
    super("The body broke off.", { cause });
    this.rest = rest;
  }
}

/**
 * Reads a body to its end. Throws badShape where it is too large and BrokenOff where the stream fails; a partial file is
 * deleted then, but for one that can be gone on with.
 */
export async function receive(body: AsyncIterable<Buffer>, options: ReceiveOptions): Promise<Received> {
  const sink = new Sink(options);
  try {
    if (options.rest !== null) await sink.goOn(options.rest);
    for await (const chunk of body) await sink.write(chunk);
    return await sink.finish();
  } catch (error) {
    const keep = isHeadroomError(error) ? null : options.validator;
    const rest = await sink.stop(keep);
    throw isHeadroomError(error) ? error : new BrokenOff(error, rest);
  }
}

class Sink {
  readonly #options: ReceiveOptions;
  #head = Buffer.alloc(0);
  #chunks: Buffer[] = [];
  #held = 0;
  #writing: Promise<void> | null = null;
  #bytes = 0;
  #file: { readonly handle: FileHandle; readonly partial: string; readonly target: string } | null = null;

  constructor(options: ReceiveOptions) {
    this.#options = options;
  }

  async write(chunk: Buffer): Promise<void> {
    const { saveTo, inlineBytes, maxBytes } = this.#options;
    if (this.#head.length < SNIFF_BYTES) {
      const missing = SNIFF_BYTES - this.#head.length;
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, missing)]);
    }
    this.#bytes += chunk.length;
    if (this.#bytes > maxBytes) throw tooLarge(maxBytes);
    this.#options.bytes(this.#bytes);
    if (this.#file === null && (saveTo !== null || this.#bytes > inlineBytes)) await this.#toDisk();
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#file === null) return;
    const writing = this.#write(this.#file.handle);
    // A few chunks may gather while the disk is at work, so that it gets them together.
    if (this.#held >= GATHER_BYTES) await writing;
  }

  async finish(): Promise<Received> {
    const sniffed = sniff(this.#head);
    const { contentType, saveTo } = this.#options;
    const textual = isText(contentType, sniffed);
    if (this.#file === null && (saveTo !== null || (!textual && this.#bytes > 0))) await this.#toDisk();
    const bytes = this.#bytes;
    if (this.#file === null)
      return { text: decode(Buffer.concat(this.#chunks), contentType), file: null, bytes, sniffed };
    const { handle, partial, target } = this.#file;
    await this.#write(handle);
    await onDisk(handle.sync().then(() => handle.close()));
    await onDisk(rename(partial, target));
    this.#file = null;
    return { text: null, file: target, bytes, sniffed };
  }

  /** Goes on writing to what an earlier attempt left. */
  async goOn({ partial, bytes, first }: Rest): Promise<void> {
    const handle = await onDisk(open(partial, "a"));
    this.#file = { handle, partial, target: this.#options.saveTo ?? partial };
    this.#bytes = bytes;
    this.#head = Buffer.from(first);
  }

  /** Closes the file; deletes it, or keeps what is surely written, to be gone on with. */
  async stop(validator: string | null): Promise<Rest | null> {
    if (this.#file === null) return null;
    const { handle, partial } = this.#file;
    this.#file = null;
    try {
      await this.#write(handle);
      if (validator !== null && this.#bytes > 0)
        return { partial, bytes: this.#bytes, first: this.#head, validator };
    } catch {
      // What could not be written is not gone on with.
    } finally {
      await handle.close().catch(() => {});
    }
    await rm(partial, { force: true });
    return null;
  }

  async #toDisk(): Promise<void> {
    const { saveTo, spillFolder, name, inlineBytes } = this.#options;
    const target = saveTo ?? (spillFolder === null ? null : join(spillFolder, safe(name)));
    if (target === null) throw tooLarge(inlineBytes);
    const partial = `${target}.part`;
    await onDisk(mkdir(dirname(target), { recursive: true }));
    const handle = await onDisk(open(partial, "w", 0o600));
    this.#file = { handle, partial, target };
  }

  #write(handle: FileHandle): Promise<void> {
    if (this.#writing === null) {
      this.#writing = this.#drain(handle);
      // A failure is met by whoever waits next; until then it is nobody's surprise.
      this.#writing.catch(() => {});
    }
    return this.#writing;
  }

  /** Writes what has gathered until nothing is left. */
  async #drain(handle: FileHandle): Promise<void> {
    while (this.#chunks.length > 0) {
      const batch = this.#chunks;
      this.#chunks = [];
      this.#held = 0;
      const whole = batch.reduce((sum, chunk) => sum + chunk.length, 0);
      const { bytesWritten } = await onDisk(handle.writev(batch));
      if (bytesWritten !== whole) await onDisk(Promise.reject(new Error("The disk took a part only.")));
    }
    this.#writing = null;
  }
}

/** A full or forbidden disk is not a broken connection, and sending again would not cure it. */
async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const message = `The answer could not be written: ${String(cause)}`;
    throw new HeadroomError("notConfigured", message, { field: "storage" }, cause);
  }
}

function tooLarge(bytes: number): HeadroomError<"badShape"> {
  const expected = `an answer of at most ${Math.round(bytes / 1e6)} MB`;
  return new HeadroomError("badShape", `The answer is larger than ${bytes} bytes.`, { path: "", expected });
}

/** Whether bytes are to be shown as text: what the bytes say goes before what the header says. */
function isText(contentType: string, sniffed: string | null): boolean {
  if (sniffed !== null) return sniffed === "application/json" || sniffed.startsWith("text/");
  return /^text\/|[/+](json|xml)\b/i.test(contentType);
}

function decode(bytes: Buffer, contentType: string): string {
  const label = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function safe(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_");
}
