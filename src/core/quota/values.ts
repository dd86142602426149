// Reads single header values: counts, instants, waits, in whatever form they are written, within a sanity band. Pure; it knows no
// header's name.
import type { HeaderDialect } from "../profile/schema.ts";

/** How a header's value is written. */
export type ValueForm = NonNullable<HeaderDialect["reset"]>["form"];

/** Waits above this are taken for misread numbers. ms */
export const LONGEST_WAIT_MS = 32 * 86_400_000;

/** The instant of a value that names when something resets, on the server's clock; null where it makes no sense. Epoch ms. */
export function readInstant(text: string | undefined, form: ValueForm, serverNow: number): number | null {
  const wait = readWait(text, form, serverNow);
  return wait === null ? null : serverNow + wait;
}

/**
 * How far off an instant may be that is told as so long from now: seconds are cut or rounded either way, and counted from a `Date`
 * that is cut. ms
 */
export const FROM_NOW_OFF_MS = 2_000;

/** How far off an instant may be for the way in which it is told; 0 for one on the server's own clock. ms */
export function instantOffMs(text: string | undefined, form: ValueForm): number {
  const value = text?.split(",")[0]?.trim() ?? "";
  const plain = form === "auto" && (/^[+-]?\d{1,9}(\.\d+)?$/.test(value) || readDuration(value) !== null);
  return plain || form === "deltaSeconds" || form === "duration" ? FROM_NOW_OFF_MS : 0;
}

/** The time from now to what a value names; a past instant is 0. ms; null where the value makes no sense. */
export function readWait(text: string | undefined, form: ValueForm, serverNow: number): number | null {
  const whole = text?.trim() ?? "";
  const [first = ""] = whole.split(",");
  const wait = rawWait(first.trim(), whole, form, serverNow);
  if (wait === null || wait > LONGEST_WAIT_MS) return null;
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
function readDuration(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(text)) return null;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g))
    total += Number(number) * UNIT_MS[unit!]!;
  return total;
}

/** A date in any usual form, the printed name of its zone in brackets dropped; one without a zone is in UTC. Epoch ms. */
export function readDate(text: string | undefined): number | null {
  if (text === undefined || !/[A-Za-z:]/.test(text)) return null;
  const date = text.replace(/\s*\([^)]*\)\s*$/, "").trim();
  const zoned = /(?:[A-Z]{1,3}T|UTC|Z|[+-]\d\d:?\d\d)$/i.test(date);
  const at = Date.parse(zoned ? date : `${date}Z`);
  return Number.isFinite(at) ? at : null;
}

function fromNow(at: number | null, serverNow: number): number | null {
  return at === null ? null : at - serverNow;
}

/** A count: the first number of the value; a `;w=60` behind it is not part of it. */
export function readCount(text: string | undefined): number | null {
  const found = /^\s*(-?\d+(?:\.\d+)?)\s*(?:[;,]|$)/.exec(text ?? "");
  return found === null ? null : Number(found[1]);
}
