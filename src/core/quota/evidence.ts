// The one reader of heads: what the server says about limits and time, in any dialect, as plain numbers. A profile's dialect
// goes first; guessing is kept within a sanity band. Pure.
import type { HeaderDialect } from "../profile/schema.ts";
import { familyQuotas } from "./families.ts";
import type { Head } from "./model.ts";
import { structuredQuotas } from "./structured.ts";
import {
  instantOffMs,
  LONGEST_WAIT_MS,
  readCount,
  readDate,
  readInstant,
  readWait,
  type ValueForm,
} from "./values.ts";

/** One statement about one budget. Instants on the server's clock, epoch ms. */
export interface QuotaReading {
  readonly name: string | null;
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly resetAt: number | null;
  /** How far off that may be: it was told as so long from now; Infinity where the server's clock is not known. Default 0. ms */
  readonly resetOffMs?: number;
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

/** The wait of a refusal where no profile names another header. */
const RETRY_AFTER = { name: "retry-after", form: "auto" } as const;

/** Reads a head. Without a dialect the common names are tried. */
export function readHead(head: Head, dialect: HeaderDialect | null): HeadReading {
  const { headers } = head;
  const dateAt = readDate(headers.date);
  const serverNow = dateAt ?? head.gotAt;
  const age = Number(headers.age);
  const quotas: QuotaReading[] = [];
  if (dialect === null || dialect.structured) quotas.push(...structuredQuotas(headers, serverNow));
  if (quotas.length === 0 && dialect === null) quotas.push(...familyQuotas(headers, serverNow));
  if (quotas.length === 0 && dialect !== null && dialect.describes !== "none") {
    const plain = plainQuota(headers, dialect, serverNow);
    if (plain !== null) quotas.push(plain);
  }
  return {
    dateAt,
    cached: age > 0,
    retryAfterMs: readRetryAfter(headers, dialect?.retryAfter ?? RETRY_AFTER, serverNow),
    quotas: quotas.map((one) => sensible(one, serverNow, dateAt !== null)),
  };
}

/** Numbers that can be true: a limit that lets something through, nothing below zero, no reset and no quota window beyond the longest wait. */
function sensible(quota: QuotaReading, serverNow: number, dated: boolean): QuotaReading {
  const { limit, remaining, resetAt, resetOffMs = 0, quotaWindowMs } = quota;
  return {
    name: quota.name,
    limit: limit !== null && limit >= 1 ? Math.floor(limit) : null,
    remaining: remaining === null ? null : Math.max(0, remaining),
    resetAt: resetAt !== null && resetAt - serverNow <= LONGEST_WAIT_MS ? resetAt : null,
    resetOffMs: resetOffMs === 0 || dated ? resetOffMs : Number.POSITIVE_INFINITY,
    quotaWindowMs:
      quotaWindowMs !== null && quotaWindowMs > 0 && quotaWindowMs <= LONGEST_WAIT_MS ? quotaWindowMs : null,
  };
}

/**
 * The longest of all waits that a head names, for none may be shortened; a header that only a profile knows goes before the usual
 * ones. Null where none is above zero, for 0 tells nothing.
 */
function readRetryAfter(
  headers: Head["headers"],
  named: { readonly name: string; readonly form: ValueForm },
  serverNow: number,
): number | null {
  const name = named.name.toLowerCase();
  const own = longestWait(headers[name], named.form, serverNow);
  if (own > 0 && name !== RETRY_AFTER.name) return own;
  const ms = Number(headers["retry-after-ms"]);
  const longest = Math.max(
    own,
    name === RETRY_AFTER.name ? 0 : longestWait(headers[RETRY_AFTER.name], RETRY_AFTER.form, serverNow),
    longestWait(headers["x-ratelimit-retry-after"], named.form, serverNow),
    ms <= LONGEST_WAIT_MS ? ms : 0,
  );
  return longest > 0 ? longest : null;
}

/** The longest of the waits in one value, which a repeated header makes a list; 0 where there is none. ms */
function longestWait(text: string | undefined, form: ValueForm, serverNow: number): number {
  if (text === undefined) return 0;
  const each = /^[\d\s.,]+$/.test(text) ? text.split(",") : [text];
  return Math.max(...each.map((one) => readWait(one, form, serverNow) ?? 0));
}

function plainQuota(
  headers: Head["headers"],
  names: Pick<HeaderDialect, "limit" | "remaining" | "reset">,
  serverNow: number,
): QuotaReading | null {
  const text = (named: { readonly name: string } | undefined) =>
    named === undefined ? undefined : headers[named.name.toLowerCase()];
  const limitText = text(names.limit);
  const ratio = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(limitText ?? text(names.remaining) ?? "");
  const limit = ratio === null ? readCount(limitText) : Number(ratio[2]);
  const remaining = ratio === null ? readCount(text(names.remaining)) : Number(ratio[2]) - Number(ratio[1]);
  const { reset } = names;
  const resetAt = reset === undefined ? null : readInstant(text(reset), reset.form, serverNow);
  if (limit === null && remaining === null) return null;
  const resetOffMs = reset === undefined ? 0 : instantOffMs(text(reset), reset.form);
  return { name: null, limit, remaining, resetAt, resetOffMs, quotaWindowMs: null };
}
