// Turns a body of the wire contract into what goes out: text, a file or a multipart stream, with its exact length.
// Files are streamed and never held in memory. It must not send anything.
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { HeadroomError } from "../core/errors.ts";
import type { Body, Part } from "../core/wire.ts";

/** A body ready for one attempt; a repeat makes a new one. */
export interface OutgoingBody {
  readonly body: string | Readable | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Throws notConfigured where a file is not there to be read. */
export async function openBody(body: Body): Promise<OutgoingBody> {
  switch (body.type) {
    case "none":
      return { body: null, headers: {} };
    case "json":
      return { body: body.text, headers: { "content-type": "application/json" } };
    case "file": {
      const size = await sizeOf(body.file, "file");
      const headers = { "content-type": body.mediaType, "content-length": String(size) };
      return { body: lazily(() => fileChunks(body.file)), headers };
    }
    case "multipart":
      return multipart(body.parts);
  }
}

async function multipart(parts: readonly Part[]): Promise<OutgoingBody> {
  const boundary = `headroom-${randomBytes(18).toString("hex")}`;
  const heads = parts.map((part) => Buffer.from(`--${boundary}\r\n${partHead(part)}\r\n\r\n`));
  const end = Buffer.from(`--${boundary}--\r\n`);
  let length = end.length;
  for (const [index, part] of parts.entries()) {
    const size = "file" in part ? await sizeOf(part.file, part.name) : Buffer.byteLength(part.text);
    length += (heads[index]?.length ?? 0) + size + 2;
  }
  async function* chunks() {
    for (const [index, part] of parts.entries()) {
      yield heads[index];
      if ("file" in part) yield* fileChunks(part.file);
      else yield Buffer.from(part.text);
      yield CRLF;
    }
    yield end;
  }
  const headers = {
    "content-type": `multipart/form-data; boundary=${boundary}`,
    "content-length": String(length),
  };
  return { body: lazily(chunks), headers };
}

const CRLF = Buffer.from("\r\n");

function partHead(part: Part): string {
  const name = `content-disposition: form-data; name="${quoted(part.name)}"`;
  if (!("file" in part)) return name;
  const type = part.mediaType.replace(/[\r\n]/g, "");
  return `${name}; filename="${quoted(part.fileName)}"\r\ncontent-type: ${type}`;
}

/** As browsers do it: quotes and line ends percent-encoded, so that no name can end its own field. */
function quoted(text: string): string {
  return text.replace(/"/g, "%22").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}

async function* fileChunks(file: string): AsyncGenerator<Buffer> {
  yield* createReadStream(file, { highWaterMark: 256 * 1024 });
}

/** No file is opened before the body is really read, and it is closed when the request ends early. */
function lazily(chunks: () => AsyncIterable<Buffer | undefined>): Readable {
  return Readable.from(chunks(), { objectMode: false });
}

async function sizeOf(file: string, field: string): Promise<number> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new Error("not a file");
    return found.size;
  } catch (cause) {
    throw new HeadroomError("notConfigured", `The file for ${field} cannot be read.`, { field }, cause);
  }
}
