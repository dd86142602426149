// Going on with a download that broke off: what is there already, and how to ask for the rest. Only where the server
// says that it can, and that the bytes are still the same ones.
import { rm } from "node:fs/promises";
import type { Head } from "../core/quota/model.ts";
import type { Outgoing } from "../core/wire.ts";
import type { Begun } from "./spool.ts";

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

/** Deletes what nobody goes on with. */
export async function forget(rest: Rest | null): Promise<void> {
  if (rest !== null) await rm(rest.partial, { force: true });
}
