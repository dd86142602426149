// Bytes on their way to one file: gathered in two fixed buffers, hashed, written under a temporary name, flushed and
// renamed. Memory stays the same whatever the size. It must not know what the bytes mean.
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { HeadroomError } from "../core/errors.ts";
import { isCut } from "../core/extent.ts";
import { partName } from "../core/part-name.ts";
import { SNIFF_BYTES, sniff } from "../core/sniff.ts";

/** A file that is whole. */
export interface Spooled {
  readonly file: string;
  readonly bytes: number;
  /** The type that the first bytes show; null where nothing fits. */
  readonly sniffed: string | null;
  /** SHA-256 of the bytes, in hex. */
  readonly digest: string;
  /** False where the file is shorter than it says of itself. */
  readonly whole: boolean;
}

/** What a closed temporary file can be gone on with from. */
export interface Begun {
  readonly partial: string;
  readonly bytes: number;
  /** The first bytes, to tell the type by. */
  readonly first: Buffer;
  readonly hash: Hash;
}

/** How much gathers in memory while as much again is being written. bytes */
const BUFFER_BYTES = 512 * 1024;
/**
 * So much goes to the system before the disk is set to work on it, while more comes: left to the end, the flush of 1 GB takes as
 * long as the download (`npm run bench -- stream`). Files that are shorter are flushed once. bytes
 */
const FLUSH_BYTES = 32 * 1024 * 1024;
/** A chunk from a socket that is at least so long is given back at once, instead of when it is collected. bytes */
const WORTH_FREEING = 16 * 1024;

/** The temporary name of a file that this process writes, so that a later start can tell what a dead one left behind. */
export function partialOf(target: string, mark: string | null = null): string {
  return partName(target, process.pid, mark);
}

/** One file being written. Every method throws notConfigured where the disk fails. */
export class Spool {
  readonly #handle: FileHandle;
  readonly #partial: string;
  readonly #hash: Hash;
  #filling = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #other = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #filled = 0;
  #writing: Promise<void> = Promise.resolve();
  /** What the system has and no flush has begun on. bytes */
  #unflushed = 0;
  #flushing = false;
  /** A disk tells of a failure once: the last flush may succeed after one that did not. */
  #flushed: Promise<void> = Promise.resolve();
  #first: Buffer;
  #bytes: number;

  private constructor(handle: FileHandle, { partial, bytes, first, hash }: Begun) {
    this.#handle = handle;
    this.#partial = partial;
    this.#bytes = bytes;
    this.#first = Buffer.from(first);
    this.#hash = hash;
  }

  /** Opens a new temporary file, making its folder. */
  static async begin(partial: string): Promise<Spool> {
    await onDisk(mkdir(dirname(partial), { recursive: true }));
    const handle = await onDisk(open(partial, "w+", 0o600));
    return new Spool(handle, { partial, bytes: 0, first: Buffer.alloc(0), hash: createHash("sha256") });
  }

  /** Goes on with what an earlier one has left. */
  static async goOn(begun: Begun): Promise<Spool> {
    return new Spool(await onDisk(open(begun.partial, "a+")), begun);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Copies a chunk. Returns a promise only where the disk must be waited for: awaiting each chunk would let the next ones
   * gather elsewhere.
   */
  write(chunk: Buffer): Promise<void> | null {
    this.#hash.update(chunk);
    if (this.#first.length < SNIFF_BYTES)
      this.#first = Buffer.concat([this.#first, chunk.subarray(0, SNIFF_BYTES - this.#first.length)]);
    this.#bytes += chunk.length;
    if (this.#filled + chunk.length > BUFFER_BYTES) return this.#spill(chunk);
    this.#filled += chunk.copy(this.#filling, this.#filled);
    return null;
  }

  /** Flushes to the disk and gives the file its name. */
  async finish(target: string): Promise<Spooled> {
    await this.#settle();
    const sniffed = sniff(this.#first);
    const whole = !(await onDisk(isCut(sniffed, this.#bytes, (at, length) => this.#read(at, length))));
    await onDisk(this.#handle.sync().then(() => this.#handle.close()));
    if (target !== this.#partial) await onDisk(rename(this.#partial, target));
    const digest = this.#hash.digest("hex");
    return { file: target, bytes: this.#bytes, sniffed, digest, whole };
  }

  /** Closes the file; keeps what is surely written where asked to, and deletes it otherwise. */
  async stop(keep: boolean): Promise<Begun | null> {
    try {
      await this.#settle();
      if (keep && this.#bytes > 0)
        return { partial: this.#partial, bytes: this.#bytes, first: this.#first, hash: this.#hash };
    } catch {
      // What could not be written is not gone on with.
    } finally {
      await this.#handle.close().catch(() => {});
    }
    await rm(this.#partial, { force: true });
    return null;
  }

  async #spill(chunk: Buffer): Promise<void> {
    for (let from = 0; from < chunk.length; ) {
      if (this.#filled === BUFFER_BYTES) await this.#flush();
      const copied = chunk.copy(this.#filling, this.#filled, from);
      this.#filled += copied;
      from += copied;
    }
  }

  /** Ends when all is written and no flush is under way; throws where either failed. */
  async #settle(): Promise<void> {
    await this.#flush();
    await this.#writing;
    await this.#flushed;
  }

  /** Hands the full buffer to the disk and goes on in the other one, once that is written. */
  async #flush(): Promise<void> {
    await this.#writing;
    const full = this.#filling.subarray(0, this.#filled);
    [this.#filling, this.#other] = [this.#other, this.#filling];
    this.#filled = 0;
    this.#writing = this.#put(full);
    // A failure is met by whoever waits next; until then it is nobody's surprise.
    this.#writing.catch(() => {});
  }

  async #read(at: number, length: number): Promise<Uint8Array> {
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(length), 0, length, at);
    return buffer.subarray(0, bytesRead);
  }

  async #put(bytes: Buffer): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const { bytesWritten } = await onDisk(this.#handle.write(bytes, from));
      from += bytesWritten;
    }
    this.#unflushed += bytes.length;
    if (this.#unflushed >= FLUSH_BYTES && !this.#flushing) this.#flushEarly();
  }

  /** Nobody waits for it but the end, and after a failure none is begun again. */
  #flushEarly(): void {
    this.#unflushed = 0;
    this.#flushing = true;
    this.#flushed = onDisk(this.#handle.datasync()).then(() => {
      this.#flushing = false;
    });
    this.#flushed.catch(() => {});
  }
}

/**
 * Frees the memory of a chunk that nobody needs any more. Chunks are collected so late that a large download grows the
 * process by tens of megabytes (`npm run bench -- stream`). Only memory that the chunk has for itself is given back.
 */
export function giveBack(chunk: Buffer): void {
  const { buffer, byteLength } = chunk;
  if (byteLength >= WORTH_FREEING && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer)
    buffer.transfer(0);
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
