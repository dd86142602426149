// The plain reading of a refusal, for callers that bring none of their own: 429, Retry-After in seconds or as a date.
// It knows no provider; core/quota's diagnosis with the profile's rules goes before it.
import type { Head, Refusal } from "../core/quota/model.ts";

/** A longer wait than this is taken as rubbish. ms */
const LONGEST_WAIT_MS = 31 * 24 * 3_600_000;

/** Null where an answer is no refusal. A Retry-After of 0, of the past or of rubbish is no number at all. */
export function plainDiagnosis(head: Head): Refusal | null {
  if (head.status !== 429) return null;
  const until = retryAfter(head);
  return { kind: "rate", until, evidence: until === null ? "unknown" : "stated" };
}

/** When the server's Retry-After lets the next one in; null where it does not say. Epoch ms. */
export function retryAfter(head: Head): number | null {
  const text = head.headers["retry-after"]?.split(",")[0]?.trim() ?? "";
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
  const wait = seconds === null ? dateWait(text, head) : seconds * 1000;
  return wait === null || wait <= 0 || wait > LONGEST_WAIT_MS ? null : Math.ceil(head.gotAt + wait);
}

/** A date is measured against the server's own clock where it tells it. */
function dateWait(text: string, head: Head): number | null {
  if (!/[a-z]/i.test(text)) return null;
  const at = Date.parse(text);
  const date = Date.parse(head.headers.date ?? "");
  if (Number.isNaN(at)) return null;
  return Number.isNaN(date) ? at - head.gotAt : at - date;
}
