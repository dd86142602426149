// Going on with a download that broke off: what is there already, and how to ask for the rest. Only where the server
// says that it can, and that the bytes are still the same ones.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { isHeadroomError } from "../core/errors.ts";
import { readPart } from "../core/part-name.ts";
import type { Head } from "../core/quota/model.ts";
import { CLOSING, type Outgoing } from "../core/wire.ts";
import { type Begun, partialOf, Spool } from "./spool.ts";

/** The beginning of a file, kept between two attempts of one request. */
export interface Rest extends Begun {
  /** The strong ETag or the date that the rest must still have. */
  readonly validator: string;
}

/** What identifies the bytes of an answer so surely that its rest may be fetched later; null where nothing does. */
export function validatorOf(
  request: Pick<Outgoing, "method" | "saveTo" | "repeat">,
  head: Head,
): string | null {
  const { headers, status } = head;
  if (request.method !== "GET" || request.saveTo === null || request.repeat !== "safe") return null;
  if ((status !== 200 && status !== 206) || (headers["content-encoding"] ?? "identity") !== "identity")
    return null;
  if (status === 200 && headers["accept-ranges"]?.toLowerCase() !== "bytes") return null;
  const { etag } = headers;
  if (etag !== undefined && /^"[^"]*"$/.test(etag)) return etag;
  return headers["last-modified"] ?? null;
}

/** The headers that ask for the rest, or for all where the bytes have changed. */
export function restHeaders(rest: Rest | null): Record<string, string> {
  return rest === null ? {} : { range: `bytes=${rest.bytes}-`, "if-range": rest.validator };
}

/** Whether an answer is exactly the rest that was asked for. */
export function isRest(rest: Rest | null, head: Head): rest is Rest {
  const start = /^bytes (\d+)-/.exec(head.headers["content-range"] ?? "")?.[1];
  return rest !== null && head.status === 206 && start !== undefined && Number(start) === rest.bytes;
}

/** So much of an address' digest tells it from others. Characters. */
const ADDRESS = 16;

/** The mark in a part's name by which a later process goes on with it: its validator, and the address without its signature. */
export function markOf(url: string, validator: string): string {
  const { origin, pathname } = new URL(url);
  const address = createHash("sha256")
    .update(origin + pathname)
    .digest("base64url");
  return address.slice(0, ADDRESS) + Buffer.from(validator, "latin1").toString("base64url");
}

/**
 * Takes over what an earlier process left of the same download: copies it, for that process may only be frozen. Null where
 * there is nothing, or where it is part of something else.
 */
export async function takeUp({ goesOn, url, saveTo }: Outgoing): Promise<Rest | null> {
  const mark = readPart(goesOn ?? "")?.mark ?? null;
  if (goesOn == null || saveTo === null || mark === null) return null;
  const validator = Buffer.from(mark.slice(ADDRESS), "base64url").toString("latin1");
  if (markOf(url, validator) !== mark) return null;
  const spool = await Spool.begin(partialOf(saveTo, mark));
  try {
    for await (const chunk of createReadStream(goesOn)) {
      const writing = spool.write(chunk as Buffer);
      if (writing !== null) await writing;
    }
    const begun = await spool.stop(true);
    return begun === null ? null : { ...begun, validator };
  } catch {
    // All of it is fetched then, and who fetches it tells what is wrong with the disk.
    await spool.stop(false);
    return null;
  }
}

/** Deletes what nobody goes on with; what is ended because the process ends (`reason`) stays for another one. */
export async function forget(rest: Rest | null, reason: unknown = null): Promise<void> {
  const closing =
    reason === CLOSING || (isHeadroomError(reason, "cancelled") && reason.fields.by === "closing");
  if (rest !== null && !closing) await rm(rest.partial, { force: true });
}
