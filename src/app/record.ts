// How requests and answers are kept in the history: without keys, without megabytes. Pure.

import type { Exchange } from "../core/jobs/stores.ts";
import type { Answered } from "../core/profile/path.ts";
import type { BuiltRequest } from "../core/profile/request.ts";
import type { Redactor } from "../core/redact.ts";
import type { Body, Incoming } from "../core/wire.ts";

const MAX_BODY = 64 * 1024;
/** A text inside a body that is longer than this is data, such as audio in base64. */
const MAX_TEXT = 8 * 1024;
const MOST_HEADERS = 200;
/** Where a browser is to send its complaints: long, different each time, and nothing about the exchange. */
const FOR_BROWSERS: ReadonlySet<string> = new Set(["report-to", "nel", "reporting-endpoints"]);
/** No provider nests so deep; what does is made to overflow somebody's stack. */
const MOST_DEPTH = 200;

/** A request as stored. The key is not part of a built request at all. */
export function recordRequest(redactor: Redactor, built: BuiltRequest): Exchange["request"] {
  return {
    method: built.method,
    url: redactor.url(built.url),
    headers: cleanHeaders(redactor, built.headers),
    body: clean(redactor, bodyText(built.body)),
  };
}

/** An answer as stored: long texts inside it are cut, with a word on how long they were. */
export function recordAnswer(redactor: Redactor, incoming: Incoming): NonNullable<Exchange["answer"]> {
  const { head, text, bytes } = incoming;
  return {
    status: head.status,
    headers: cleanHeaders(redactor, head.headers),
    body: text === null ? null : clean(redactor, shortened(text)),
    bytes,
  };
}

/** What paths are read from; `broken` where a text that should be JSON is not. */
export function answered(
  incoming: Incoming,
): Answered & { readonly status: number; readonly broken: boolean } {
  const { head, text } = incoming;
  const base = { status: head.status, headers: head.headers };
  if (text === null || text.trim() === "") return { ...base, body: null, broken: false };
  try {
    const body = JSON.parse(text) as unknown;
    return isDeep(body) ? { ...base, body: null, broken: true } : { ...base, body, broken: false };
  } catch {
    const json = /[/+]json/i.test(head.headers["content-type"] ?? "") || /^\s*[[{]/.test(text);
    return { ...base, body: text, broken: json };
  }
}

/**
 * A copy of an answer's body to be kept with a job. Later steps send what it holds, so a text is whole or, where it is data,
 * not there: never cut.
 */
export function keptBody(value: unknown): unknown {
  return mapTexts(value, (text) => (isData(text) ? null : text));
}

/** Whether a text is bytes in disguise: long, and no blank in it. */
function isData(text: string): boolean {
  return text.length > MAX_TEXT && !/\s/.test(text);
}

function mapTexts(value: unknown, change: (text: string) => string | null): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapTexts(one, change)]));
}

/** Whether a value is nested deeper than anything honest; walks without recursion. */
function isDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_DEPTH) return true;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return false;
}

function bodyText(body: Body): string | null {
  switch (body.type) {
    case "none":
      return null;
    case "json":
      return shortened(body.text);
    case "file":
      return `<${body.mediaType}>`;
    case "multipart":
      return body.parts
        .map((part) =>
          "text" in part ? `${part.name}: ${cut(part.text, MAX_TEXT)}` : `${part.name}: <${part.fileName}>`,
        )
        .join("\n");
  }
}

function shortened(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  try {
    const body = JSON.parse(text) as unknown;
    return cut(isDeep(body) ? text : JSON.stringify(mapTexts(body, short), null, 2), MAX_BODY);
  } catch {
    return cut(text, MAX_BODY);
  }
}

function short(text: string): string {
  return cut(text, MAX_TEXT);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, 200)}… (${text.length} characters)`;
}

function clean(redactor: Redactor, text: string | null): string | null {
  return text === null ? null : redactor.text(text);
}

/** Headers as stored, without secrets and without endless values. */
export function cleanHeaders(
  redactor: Redactor,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(redactor.headers(headers))
    .filter(([name]) => !FOR_BROWSERS.has(name.toLowerCase()))
    .slice(0, MOST_HEADERS);
  return Object.fromEntries(kept.map(([name, value]) => [name, cut(value, MAX_TEXT)]));
}
