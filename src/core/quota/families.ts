// Reads rate limit headers of servers that no profile describes: the names are many, their parts few. Budgets of other things than
// requests are left out, for requests are all that is counted here. Pure.
import type { QuotaReading } from "./evidence.ts";
import { instantOffMs, readCount, readInstant } from "./values.ts";

/** What one header of a family may say. `next` is when one more passes. */
const PARTS = ["limit", "remaining", "used", "reset-after", "reset", "next"] as const;
type Part = (typeof PARTS)[number];
type Family = Partial<Record<Part, string>>;

/** Every budget of requests that a head speaks of. `serverNow` in the server's epoch ms. */
export function familyQuotas(
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): readonly QuotaReading[] {
  // Most heads say nothing of limits: that is found out for little.
  if (!Object.keys(headers).some((name) => name.includes("limit"))) return [];
  const listed = ["x-app-rate-limit", "x-method-rate-limit"].flatMap((name) => lists(headers, name));
  const calls = ratio(headers["x-shopify-shop-api-call-limit"]);
  const told = calls === null ? [] : [quota(null, calls.limit, calls.remaining, null, null)];
  const families = [...familiesOf(headers)].map(([name, family]) => read(name, family, headers, serverNow));
  return [...listed, ...told, ...families.filter((one) => one !== null)];
}

/** Headers such as `x-ratelimit-limit-requests` and `anthropic-ratelimit-requests-limit`, gathered by what they count. */
function familiesOf(headers: Readonly<Record<string, string>>): Map<string, Family> {
  const families = new Map<string, Family>();
  for (const [name, value] of Object.entries(headers)) {
    const rest = /^(?:x-)?(?:[a-z]+-)?rate-?limit-([a-z_-]+)$/.exec(name)?.[1];
    if (rest === undefined) continue;
    const part = PARTS.find((one) => rest === one || rest.startsWith(`${one}-`) || rest.endsWith(`-${one}`));
    if (part === undefined) continue;
    const family = rest === part ? "" : rest.replace(part, "").replace(/^-|-$/g, "");
    // Tokens, bytes and points are not requests.
    if (family !== "" && family !== "requests") continue;
    families.set(family, { ...families.get(family), [part]: value });
  }
  return families;
}

function read(
  name: string,
  family: Family,
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): QuotaReading | null {
  const pair = ratio(family.limit) ?? ratio(family.remaining);
  const used = readCount(family.used);
  const left = pair?.remaining ?? readCount(family.remaining);
  const limit =
    pair?.limit ?? readCount(family.limit) ?? (left === null || used === null ? null : left + used);
  const remaining = left ?? (limit === null || used === null ? null : limit - used);
  if (limit === null && remaining === null) return null;
  // Seconds from now beat an instant: no clock is needed to read them.
  const resetAt =
    readInstant(family["reset-after"], "deltaSeconds", serverNow) ??
    readInstant(family.reset ?? family.next, "auto", serverNow);
  const resetOffMs = instantOffMs(family["reset-after"] ?? family.reset ?? family.next, "auto");
  return {
    ...quota(name === "" ? null : name, limit, remaining, resetAt, refillMs(headers, limit)),
    resetOffMs,
  };
}

/** A bucket that tells how fast it fills is full again after so long. ms */
function refillMs(headers: Readonly<Record<string, string>>, limit: number | null): number | null {
  const seconds = readCount(headers["x-ratelimit-interval-seconds"]);
  const rate = readCount(headers["x-ratelimit-fillrate"]);
  return limit === null || seconds === null || rate === null || rate <= 0
    ? null
    : (limit / rate) * seconds * 1000;
}

/** `20:1,100:120` beside `3:1,3:120`: several quota windows at once, each with its count. */
function lists(headers: Readonly<Record<string, string>>, name: string): QuotaReading[] {
  const pairs = (text: string | undefined) =>
    [...(text ?? "").matchAll(/(\d+):(\d+)/g)].map((one) => [Number(one[1]), Number(one[2])] as const);
  const counts = pairs(headers[`${name}-count`]);
  return pairs(headers[name]).map(([limit, seconds]) => {
    const used = counts.find((one) => one[1] === seconds)?.[0];
    return quota(null, limit, used === undefined ? null : limit - used, null, seconds * 1000);
  });
}

/** `32/40`: used and size. */
function ratio(text: string | undefined): { readonly limit: number; readonly remaining: number } | null {
  const found = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(text ?? "");
  if (found === null) return null;
  const limit = Number(found[2]);
  return { limit, remaining: limit - Number(found[1]) };
}

function quota(
  name: string | null,
  limit: number | null,
  remaining: number | null,
  resetAt: number | null,
  quotaWindowMs: number | null,
): QuotaReading {
  return { name, limit, remaining, resetAt, quotaWindowMs };
}
