// Takes the bytes of an answer in: text into memory up to a bound, everything else to disk under a temporary name,
// flushed and renamed at the end, media inside a JSON answer as well. Memory stays flat whatever the size. It must not decide what an answer means.
import { join } from "node:path";
import { HeadroomError, isHeadroomError } from "../core/errors.ts";
import { SNIFF_BYTES, sniff } from "../core/sniff.ts";
import type { Incoming } from "../core/wire.ts";
import { Lift } from "./lift.ts";
import type { Rest } from "./rest.ts";
import { giveBack, partialOf, Spool } from "./spool.ts";

export interface ReceiveOptions {
  /** Where the bytes go as they are; null for memory. */
  readonly saveTo: string | null;
  /** Where an answer goes that is no text or too long for memory; null to give up on it. */
  readonly spillFolder: string | null;
  /** Names the spilled file. */
  readonly name: string;
  readonly contentType: string;
  /** Members of a JSON answer whose base64 goes to disk as bytes. */
  readonly lift: readonly string[];
  /** How many bytes were announced, with what was there before; null where nobody says. */
  readonly total: number | null;
  /** What is there already and goes on with this body; null to begin. */
  readonly rest: Rest | null;
  /** Keep what came if the body breaks off, under this validator; null to delete it. */
  readonly validator: string | null;
  /** Stands in the partial file's name, for a later process; null where it has nothing to go on with. */
  readonly mark: string | null;
  /** The most text that is held in memory. bytes */
  readonly inlineBytes: number;
  /** The most that is taken at all. bytes */
  readonly maxBytes: number;
  bytes(received: number): void;
}

/** A body that was taken in whole. */
export type Received = Required<
  Pick<Incoming, "text" | "file" | "bytes" | "sniffed" | "digest" | "whole" | "lifted">
>;

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
    for await (const chunk of body) {
      const writing = sink.write(chunk);
      if (writing !== null) await writing;
    }
    return await sink.finish();
  } catch (error) {
    // What cannot be taken at all is not gone on with; where the process ends, another one may.
    const closing = isHeadroomError(error, "cancelled") && error.fields.by === "closing";
    const keep = isHeadroomError(error) && !closing ? null : options.validator;
    const rest = await sink.stop(keep);
    throw isHeadroomError(error) ? error : new BrokenOff(error, rest);
  }
}

class Sink {
  readonly #options: ReceiveOptions;
  readonly #lift: Lift | null;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** What is kept as it came, without what was lifted. */
  #kept = 0;
  #spool: Spool | null = null;

  constructor(options: ReceiveOptions) {
    this.#options = options;
    const { lift, spillFolder, name } = options;
    const fileOf = (index: number) => partialOf(join(spillFolder ?? "", `${safe(name)}.${index}`));
    this.#lift = lift.length > 0 && spillFolder !== null ? new Lift({ names: lift, fileOf }) : null;
  }

  /** Returns a promise only where something must be waited for. */
  write(chunk: Buffer): Promise<void> | null {
    const { maxBytes } = this.#options;
    this.#bytes += chunk.length;
    if (this.#bytes > maxBytes) throw tooLarge(maxBytes);
    this.#options.bytes(this.#bytes);
    return this.#lift === null ? this.#keep(chunk) : this.#lift.push(chunk, (piece) => this.#keep(piece));
  }

  async finish(): Promise<Received> {
    const { contentType, saveTo, total } = this.#options;
    if (total !== null && this.#bytes !== total)
      throw new Error(`${this.#bytes} bytes came of ${total} that were announced.`);
    await this.#lift?.end();
    const bytes = this.#bytes;
    const lifted = this.#lift?.lifted ?? {};
    const held = Buffer.concat(this.#chunks);
    const sniffed = sniff(held.subarray(0, SNIFF_BYTES));
    const textual = this.#spool === null && isText(contentType, sniffed);
    if (this.#spool === null && (saveTo !== null || (!textual && bytes > 0))) await this.#toDisk();
    if (this.#spool === null) {
      const text = decode(held, contentType);
      return { text, file: null, bytes, sniffed, digest: null, whole: true, lifted };
    }
    const spooled = await this.#spool.finish(saveTo ?? this.#partial());
    this.#spool = null;
    return { ...spooled, text: null, bytes, lifted };
  }

  /** Goes on writing to what an earlier attempt left. */
  async goOn(rest: Rest): Promise<void> {
    this.#spool = await Spool.goOn(rest);
    this.#bytes = rest.bytes;
  }

  /** Closes the files; deletes them, or keeps what is surely written, to be gone on with. */
  async stop(validator: string | null): Promise<Rest | null> {
    await this.#lift?.stop();
    const spool = this.#spool;
    this.#spool = null;
    const begun = (await spool?.stop(validator !== null)) ?? null;
    return begun === null || validator === null ? null : { ...begun, validator };
  }

  #keep(piece: Buffer): Promise<void> | null {
    this.#kept += piece.length;
    if (this.#spool !== null) return this.#spend(this.#spool, piece);
    this.#chunks.push(piece);
    const { saveTo, inlineBytes } = this.#options;
    return saveTo !== null || this.#kept > inlineBytes ? this.#toDisk() : null;
  }

  #spend(spool: Spool, piece: Buffer): Promise<void> | null {
    const writing = spool.write(piece);
    if (writing !== null) return writing.then(() => giveBack(piece));
    giveBack(piece);
    return null;
  }

  async #toDisk(): Promise<void> {
    const { saveTo, spillFolder, inlineBytes } = this.#options;
    if (saveTo === null && spillFolder === null) throw tooLarge(inlineBytes);
    const spool = await Spool.begin(this.#partial());
    this.#spool = spool;
    for (const chunk of this.#chunks) await this.#spend(spool, chunk);
    this.#chunks = [];
  }

  #partial(): string {
    const { saveTo, spillFolder, name, mark } = this.#options;
    return saveTo === null ? partialOf(join(spillFolder ?? "", safe(name))) : partialOf(saveTo, mark);
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
