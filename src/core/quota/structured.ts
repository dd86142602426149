// Reads the structured fields RateLimit and RateLimit-Policy of the IETF drafts: lists since draft 08, a dictionary in 07,
// three plain fields before. Malformed fields are ignored. Pure.
import { type BareItem, type Item, type Parameters, parseDictionary, parseList } from "structured-headers";
import type { QuotaReading } from "./evidence.ts";
import { FROM_NOW_OFF_MS } from "./values.ts";

/** Every budget of requests that the fields name, with its policy's figures. `serverNow` in the server's epoch ms. */
export function structuredQuotas(
  headers: Readonly<Record<string, string>>,
  serverNow: number,
): readonly QuotaReading[] {
  const limits = headers.ratelimit;
  const all = listOf(headers["ratelimit-policy"]);
  const policies = all.filter(isOfRequests);
  if (limits === undefined) return olderFields(headers, policies, serverNow);
  const named = listOf(limits).filter(([, parameters]) => parameters.has("r"));
  if (named.length === 0) return draft07(limits, policies, serverNow);
  const others = all.filter((one) => !isOfRequests(one)).map(([name]) => String(name));
  return named
    .filter(([name]) => !others.includes(String(name)))
    .map(([name, parameters]) => {
      const policy = policies.find(([other]) => String(other) === String(name))?.[1];
      const seconds = numberOf(parameters.get("t"));
      const length = numberOf(policy?.get("w"));
      return {
        name: String(name),
        limit: numberOf(policy?.get("q")),
        remaining: numberOf(parameters.get("r")),
        resetAt: seconds === null ? null : serverNow + seconds * 1000,
        resetOffMs: FROM_NOW_OFF_MS,
        quotaWindowMs: length === null ? null : length * 1000,
      };
    });
}

/** Draft 07: `limit=100, remaining=50, reset=30`, the reset in seconds from now. */
function draft07(text: string, policies: readonly Item[], serverNow: number): readonly QuotaReading[] {
  try {
    const fields = parseDictionary(text);
    const number = (key: string) => numberOf(fields.get(key)?.[0]);
    const remaining = number("remaining");
    if (remaining === null) return [];
    return [
      quota(number("limit"), remaining, number("reset"), windowOf(policies, number("limit")), serverNow),
    ];
  } catch {
    return [];
  }
}

/** Drafts 00 to 06: `RateLimit-Limit: 100, 100;w=60`, `-Remaining`, `-Reset` in seconds from now (GitLab: since 1970). */
function olderFields(
  headers: Readonly<Record<string, string>>,
  policies: readonly Item[],
  serverNow: number,
): readonly QuotaReading[] {
  const limits = listOf(headers["ratelimit-limit"]);
  const limit = numberOf(limits[0]?.[0]);
  const remaining = numberOf(listOf(headers["ratelimit-remaining"])[0]?.[0]);
  if (limit === null && remaining === null) return [];
  const reset = numberOf(listOf(headers["ratelimit-reset"])[0]?.[0]);
  const length = windowOf([...limits, ...policies], limit);
  const epoch = reset !== null && reset > 1e9;
  const seconds = epoch ? Math.max(0, reset - serverNow / 1000) : reset;
  const read = quota(limit, remaining, seconds, length, serverNow);
  return [epoch ? { ...read, resetOffMs: 0 } : read];
}

function quota(
  limit: number | null,
  remaining: number | null,
  seconds: number | null,
  quotaWindowMs: number | null,
  serverNow: number,
): QuotaReading {
  const resetAt = seconds === null ? null : serverNow + seconds * 1000;
  return { name: null, limit, remaining, resetAt, resetOffMs: FROM_NOW_OFF_MS, quotaWindowMs };
}

/** The length that goes with a limit in a list such as `100;w=60`. ms */
function windowOf(items: readonly Item[], limit: number | null): number | null {
  const found = items.find(([value, parameters]) => numberOf(value) === limit && parameters.has("w"));
  const seconds = numberOf(found?.[1].get("w"));
  return seconds === null ? null : seconds * 1000;
}

function listOf(text: string | undefined): readonly Item[] {
  if (text === undefined) return [];
  try {
    return parseList(text).filter(isItem);
  } catch {
    return [];
  }
}

/** Bytes and things alive at once are not requests. */
function isOfRequests([, parameters]: Item): boolean {
  const unit = parameters.get("qu");
  return unit === undefined || String(unit) === "requests";
}

function isItem(member: ReturnType<typeof parseList>[number]): member is [BareItem, Parameters] {
  return !Array.isArray(member[0]);
}

function numberOf(value: BareItem | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
