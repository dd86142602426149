// Lifts media out of a JSON answer while it streams in: the base64 text at named members goes to disk as bytes, and a
// short note stands in the JSON instead, so that an answer of any size can be read. It must not know a provider.
import { rm } from "node:fs/promises";
import type { Lifted } from "../core/wire.ts";
import { Base64 } from "./base64.ts";
import { giveBack, Spool } from "./spool.ts";

export interface LiftOptions {
  /** Members whose text is lifted: the value itself, or all texts of a list. */
  readonly names: readonly string[];
  /** The temporary file of the n-th one. Stays under this name until somebody takes it. */
  readonly fileOf: (index: number) => string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Longer member names are none of ours. bytes */
const LONGEST_NAME = 128;
/** How much of a text that is no base64 stays in the answer. Characters. */
const SAMPLE = 200;

/** A text being lifted. */
interface Lifting {
  readonly base64: Base64;
  spool: Spool | null;
  sample: string;
  /** An escape of which a part has come. */
  escape: string;
}

/** The filter of one answer. */
export class Lift {
  readonly #options: LiftOptions;
  readonly #lifted: Record<string, Lifted> = {};
  #place: "start" | "between" | "text" | "off" = "start";
  /** What stands between two texts, without white space. */
  #between = "";
  /** The last text that was read, if it is short enough to be a member's name. */
  #text: Buffer = Buffer.alloc(0);
  #escaped = false;
  /** Whether texts of the list that is open are lifted. */
  #inList = false;
  #lifting: Lifting | null = null;
  #count = 0;

  constructor(options: LiftOptions) {
    this.#options = options;
  }

  get lifted(): Readonly<Record<string, Lifted>> {
    return this.#lifted;
  }

  /** Takes a chunk; gives what stays of the answer to `pass`, in order. */
  async push(chunk: Buffer, pass: (piece: Buffer) => Promise<void> | null): Promise<void> {
    let at = 0;
    let kept = 0;
    while (at < chunk.length) {
      if (this.#lifting === null) {
        at = this.#scan(chunk, at);
        continue;
      }
      const begin = at;
      if (begin > kept) await pass(chunk.subarray(kept, begin));
      const { end, note } = await this.#lift(this.#lifting, chunk, begin);
      kept = end;
      at = note === null ? end : end + 1;
      if (note !== null) await pass(Buffer.from(note));
      else if (begin === 0) giveBack(chunk);
    }
    if (kept < at) await pass(kept === 0 ? chunk : chunk.subarray(kept));
  }

  /** The answer has ended: a text that was never closed comes to nothing, and its file is closed and deleted. */
  async end(): Promise<void> {
    const lifting = this.#lifting;
    this.#lifting = null;
    await lifting?.spool?.stop(false);
  }

  /** Deletes what was lifted, for an answer that came to nothing. */
  async stop(): Promise<void> {
    await this.end();
    for (const { file } of Object.values(this.#lifted)) await rm(file, { force: true });
  }

  #scan(chunk: Buffer, at: number): number {
    switch (this.#place) {
      case "start":
        return this.#start(chunk, at);
      case "between":
        return this.#skip(chunk, at);
      case "text":
        return this.#read(chunk, at);
      case "off":
        return chunk.length;
    }
  }

  /** Only an object or a list is looked into. */
  #start(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0;
    const blank = byte <= 0x20 || byte === 0xef || byte === 0xbb || byte === 0xbf;
    if (!blank) this.#place = byte === 0x7b || byte === 0x5b ? "between" : "off";
    return at + 1;
  }

  /** From one text to the next. */
  #skip(chunk: Buffer, at: number): number {
    const quote = chunk.indexOf(QUOTE, at);
    const end = quote < 0 ? chunk.length : quote;
    // A comma or a colon, and at most one bracket, tell all that matters here.
    if (this.#between.length < 4) {
      const some = chunk.toString("latin1", at, Math.min(end, at + 64)).replace(/\s+/g, "");
      this.#between = (this.#between + some).slice(0, 4);
    }
    if (quote < 0) return end;
    const value = this.#between === ":" || this.#between === ":[";
    const named = value && this.#options.names.includes(this.#text.toString("utf8"));
    if (this.#between !== ",") this.#inList = named && this.#between === ":[";
    this.#between = "";
    if (named || this.#inList) this.#lifting = { base64: new Base64(), spool: null, sample: "", escape: "" };
    else {
      this.#place = "text";
      this.#text = Buffer.alloc(0);
    }
    return quote + 1;
  }

  /** To the end of a text that stays. */
  #read(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#escaped) {
      this.#escaped = false;
      at++;
    }
    for (;;) {
      const quote = chunk.indexOf(QUOTE, at);
      const end = quote < 0 ? chunk.length : quote;
      let slashes = 0;
      while (end - 1 - slashes >= at && chunk[end - 1 - slashes] === BACKSLASH) slashes++;
      if (quote >= 0 && slashes % 2 === 1) {
        at = quote + 1;
        continue;
      }
      if (this.#text.length < LONGEST_NAME)
        this.#text = Buffer.concat([this.#text, chunk.subarray(from, Math.min(end, from + LONGEST_NAME))]);
      if (quote < 0) {
        this.#escaped = slashes % 2 === 1;
        return chunk.length;
      }
      this.#place = "between";
      return quote + 1;
    }
  }

  /** Takes the text's next piece up to its closing quote, with the note to stand in its place then; null before. */
  async #lift(
    lifting: Lifting,
    chunk: Buffer,
    at: number,
  ): Promise<{ readonly end: number; readonly note: string | null }> {
    const { text, end, over } = unescaped(lifting, chunk, at);
    if (lifting.sample.length < SAMPLE) lifting.sample = (lifting.sample + text).slice(0, SAMPLE);
    await this.#put(lifting, lifting.base64.push(text));
    if (!over) return { end, note: null };
    await this.#put(lifting, lifting.base64.end());
    const { spool, base64, sample } = lifting;
    // What is no base64 from the first character on stays in the answer, for somebody to read.
    const note =
      spool === null ? JSON.stringify(sample).slice(1, -1) : await this.#done(spool, !base64.broken);
    this.#lifting = null;
    return { end, note };
  }

  async #done(spool: Spool, whole: boolean): Promise<string> {
    const done = await spool.finish(this.#options.fileOf(this.#count));
    this.#count++;
    const note = `(${done.sniffed ?? "data"}, ${done.bytes} bytes, ${this.#count})`;
    this.#lifted[note] = { ...done, whole: whole && done.whole };
    return note;
  }

  async #put(lifting: Lifting, bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    lifting.spool ??= await Spool.begin(this.#options.fileOf(this.#count));
    await lifting.spool.write(bytes);
  }
}

/** The characters of a text up to its closing quote or the chunk's end, escapes resolved. */
function unescaped(
  lifting: Lifting,
  chunk: Buffer,
  from: number,
): { readonly text: string; readonly end: number; readonly over: boolean } {
  const quote = chunk.indexOf(QUOTE, from);
  const slash = chunk.indexOf(BACKSLASH, from);
  const stop = quote < 0 ? chunk.length : quote;
  if (lifting.escape === "" && (slash < 0 || slash > stop))
    return { text: chunk.toString("latin1", from, stop), end: stop, over: quote >= 0 };
  // Escaped slashes, line ends and signs are few; a quote cannot be among them in base64, so it ends the text.
  let text = "";
  let at = from;
  for (; at < chunk.length; at++) {
    const char = String.fromCharCode(chunk[at] ?? 0);
    if (lifting.escape === "") {
      if (char === '"') return { text, end: at, over: true };
      if (char === "\\") lifting.escape = char;
      else text += char;
      continue;
    }
    lifting.escape += char;
    if (lifting.escape[1] === "u" && lifting.escape.length < 6) continue;
    text += resolved(lifting.escape);
    lifting.escape = "";
  }
  return { text, end: at, over: false };
}

/** The character that an escape stands for; a question mark, which is no base64, where it is none. */
function resolved(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return "?";
  }
}
