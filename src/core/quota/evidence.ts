// The one reader of heads: what the server says about limits and time, in any dialect, as plain numbers. A profile's dialect
// goes first; guessing is kept within a sanity band. Pure.
import type { HeaderDialect } from "../profile/schema.ts";
import type { Head } from "./model.ts";
import { structuredQuotas } from "./structured.ts";

/** One statement about one budget. Instants on the server's clock, epoch ms. */
export interface QuotaReading {
  readonly name: string | null;
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly resetAt: number | null;
  readonly quotaWindowMs: number | null;
}

export interface HeadReading {
  /** The server's clock when it answered, cut to whole seconds; null without a usable `Date`. Epoch ms. */
  readonly dateAt: number | null;
  /** The answer came out of a cache: its numbers are old. */
  readonly cached: boolean;
  /** The wait the server asks for, from the receipt of the answer. ms; null where it is absent, zero or rubbish. */
  readonly retryAfterMs: number | null;
  readonly quotas: readonly QuotaReading[];
}

/** How a header's value is written. */
export type ValueForm = NonNullable<HeaderDialect["reset"]>["form"];

/** Waits above this are taken for misread numbers. ms */
const LONGEST_WAIT_MS = 32 * 86_400_000;

/** Names that are common without any profile. */
const COMMON: Pick<HeaderDialect, "limit" | "remaining" | "reset" | "retryAfter"> = {
  limit: { name: "x-ratelimit-limit", form: "auto" },
  remaining: { name: "x-ratelimit-remaining", form: "auto" },
  reset: { name: "x-ratelimit-reset", form: "auto" },
  retryAfter: { name: "retry-after", form: "auto" },
};

/** Reads a head. Without a dialect the common names are tried. */
export function readHead(head: Head, dialect: HeaderDialect | null): HeadReading {
  const { headers } = head;
  const dateAt = readDate(headers.date);
  const serverNow = dateAt ?? head.gotAt;
  const names = dialect ?? COMMON;
  const age = Number(headers.age ?? 0);
  const quotas: QuotaReading[] = [];
  if (dialect === null || dialect.structured) quotas.push(...structuredQuotas(headers, serverNow));
  if (quotas.length === 0 && dialect?.describes !== "none") {
    const plain = plainQuota(headers, names, serverNow);
    if (plain !== null) quotas.push(plain);
  }
  return {
    dateAt,
    cached: age > 0,
    retryAfterMs: readRetryAfter(headers, names.retryAfter, serverNow),
    quotas: quotas.map((one) => sensible(one, serverNow)),
  };
}

/** Numbers that can be true: a limit that lets something through, nothing below zero, no reset and no quota window beyond the longest wait. */
function sensible(quota: QuotaReading, serverNow: number): QuotaReading {
  const { limit, remaining, resetAt, quotaWindowMs } = quota;
  return {
    name: quota.name,
    limit: limit !== null && limit >= 1 ? Math.floor(limit) : null,
    remaining: remaining === null ? null : Math.max(0, remaining),
    resetAt: resetAt !== null && resetAt - serverNow <= LONGEST_WAIT_MS ? resetAt : null,
    quotaWindowMs:
      quotaWindowMs !== null && quotaWindowMs > 0 && quotaWindowMs <= LONGEST_WAIT_MS ? quotaWindowMs : null,
  };
}

/** The instant of a value that names when something resets, on the server's clock; null where it makes no sense. Epoch ms. */
export function readInstant(text: string | undefined, form: ValueForm, serverNow: number): number | null {
  const wait = readWait(text, form, serverNow);
  return wait === null ? null : serverNow + wait;
}

/** The time from now to what a value names; a past instant is 0. ms; null where the value makes no sense. */
export function readWait(text: string | undefined, form: ValueForm, serverNow: number): number | null {
  const value = text?.split(",")[0]?.trim();
  if (value === undefined || value === "") return null;
  const wait = rawWait(value, text?.trim() ?? value, form, serverNow);
  if (wait === null || !Number.isFinite(wait) || wait > LONGEST_WAIT_MS) return null;
  return Math.max(0, wait);
}

function rawWait(value: string, whole: string, form: ValueForm, serverNow: number): number | null {
  const number = /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : null;
  switch (form) {
    case "epochSeconds":
      return number === null ? null : number * 1000 - serverNow;
    case "epochMs":
      return number === null ? null : number - serverNow;
    case "deltaSeconds":
      return number === null ? null : number * 1000;
    case "duration":
      return readDuration(value);
    case "date":
      return fromNow(readDate(whole), serverNow);
    default:
  }
  if (number !== null) return fromMagnitude(number, serverNow);
  return readDuration(value) ?? fromNow(readDate(whole), serverNow);
}

/** A bare number is read by its size: nanoseconds, microseconds, milliseconds or seconds since 1970, else seconds from now. */
function fromMagnitude(number: number, serverNow: number): number {
  if (number > 1e17) return number / 1e6 - serverNow;
  if (number > 1e14) return number / 1e3 - serverNow;
  if (number > 1e11) return number - serverNow;
  if (number > 1e9) return number * 1000 - serverNow;
  return number * 1000;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A duration as Go prints it: `6m0s`, `880ms`. ms */
export function readDuration(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(text)) return null;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g))
    total += Number(number) * (UNIT_MS[unit ?? ""] ?? 0);
  return total;
}

/** A date in any usual form, the printed name of its zone in brackets dropped. Epoch ms. */
export function readDate(text: string | undefined): number | null {
  if (text === undefined || !/[A-Za-z:]/.test(text) || !/\d/.test(text)) return null;
  const at = Date.parse(text.replace(/\s*\([^)]*\)\s*$/, ""));
  return Number.isFinite(at) ? at : null;
}

function fromNow(at: number | null, serverNow: number): number | null {
  return at === null ? null : at - serverNow;
}

/** The longest of several waits; null where none is above zero, for 0 tells nothing. */
function readRetryAfter(
  headers: Head["headers"],
  named: { readonly name: string; readonly form: ValueForm },
  serverNow: number,
): number | null {
  const ms = Number(headers["retry-after-ms"] ?? Number.NaN);
  if (Number.isFinite(ms) && ms > 0 && ms <= LONGEST_WAIT_MS) return ms;
  const text = headers[named.name.toLowerCase()];
  if (text === undefined) return null;
  const single = readWait(text, named.form, serverNow);
  const each = /^[\d\s.,]+$/.test(text)
    ? text.split(",").map((one) => readWait(one, named.form, serverNow))
    : [single];
  const longest = Math.max(...each.map((one) => one ?? 0));
  return longest > 0 ? longest : null;
}

function plainQuota(
  headers: Head["headers"],
  names: Pick<HeaderDialect, "limit" | "remaining" | "reset">,
  serverNow: number,
): QuotaReading | null {
  const text = (named: { readonly name: string } | undefined) => headers[named?.name.toLowerCase() ?? ""];
  const limitText = text(names.limit);
  const ratio = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(limitText ?? text(names.remaining) ?? "");
  const limit = ratio === null ? readCount(limitText) : Number(ratio[2]);
  const remaining = ratio === null ? readCount(text(names.remaining)) : Number(ratio[2]) - Number(ratio[1]);
  const resetAt = readInstant(text(names.reset), names.reset?.form ?? "auto", serverNow);
  if (limit === null && remaining === null) return null;
  return { name: null, limit, remaining, resetAt, quotaWindowMs: null };
}

/** A count: the first number of the value; a `;w=60` behind it is not part of it. */
function readCount(text: string | undefined): number | null {
  const found = /^\s*(-?\d+(?:\.\d+)?)\s*(?:[;,]|$)/.exec(text ?? "");
  return found === null ? null : Number(found[1]);
}
