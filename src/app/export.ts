// The history as a file that other programs read: HAR 1.2, or one JSON object a line. It adds nothing to what is stored,
// and takes the paths of the person's files from it; it must not write anywhere.
import type { Exchange, Moment } from "../core/jobs/stores.ts";
import { thoughtMs } from "./thought.ts";

/** What an export is written as. */
export type ExportFormat = "har" | "jsonl";

/** An exchange with all that happened to it. */
export interface Told {
  readonly exchange: Exchange;
  readonly timeline: readonly Moment[];
  /** The timeline in the person's words, one line a moment. */
  readonly why: string;
}

/** Who writes a HAR file. */
export interface Creator {
  readonly name: string;
  readonly version: string;
}

/** The text of the file, exchange by exchange, so that a long history need not be held at once. */
export function* exported(told: Iterable<Told>, format: ExportFormat, creator: Creator): Generator<string> {
  if (format === "jsonl") {
    for (const { exchange, timeline } of told)
      yield `${JSON.stringify({ ...exchange, input: withoutPaths(exchange.input), timeline })}\n`;
    return;
  }
  yield `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"entries":[`;
  let comma = "\n";
  for (const one of told) {
    yield comma + JSON.stringify(entryOf(one));
    comma = ",\n";
  }
  yield "\n]}}\n";
}

/**
 * One entry of HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/, read 2026-11): the last attempt, with the time in the
 * gate as `blocked`, without what a person thought. Status 0 stands for no answer, as browsers write it; names with an underscore are our own, as the format
 * allows.
 */
function entryOf({ exchange, timeline, why }: Told) {
  const { request, answer, createdAt, endedAt } = exchange;
  const sentAt = timeline.findLast((one) => one.what === "sent")?.at ?? null;
  const answeredAt = timeline.findLast((one) => one.what === "answered")?.at ?? null;
  const until = sentAt ?? endedAt ?? createdAt;
  const from = begunAt(timeline) ?? createdAt;
  const blocked = Math.max(0, until - from - thoughtMs(timeline, from, until));
  const wait = sentAt === null || answeredAt === null ? 0 : Math.max(0, answeredAt - sentAt);
  return {
    startedDateTime: new Date(from).toISOString(),
    time: blocked + wait,
    request: {
      method: request.method,
      url: request.url,
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: pairs(request.headers),
      queryString: query(request.url),
      ...(request.body === null
        ? {}
        : { postData: { mimeType: typeOf(request.headers), text: request.body, params: [] } }),
      headersSize: -1,
      bodySize: request.body === null ? 0 : bytesOf(request.body),
    },
    response: {
      status: answer?.status ?? 0,
      statusText: "",
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: pairs(answer?.headers ?? {}),
      content: {
        size: answer?.bytes ?? 0,
        mimeType: typeOf(answer?.headers ?? {}),
        ...(answer?.body == null ? {} : { text: answer.body }),
      },
      redirectURL: answer?.headers.location ?? "",
      headersSize: -1,
      bodySize: answer?.bytes ?? -1,
    },
    cache: {},
    timings: { blocked, dns: -1, connect: -1, ssl: -1, send: 0, wait, receive: 0 },
    comment: exchange.problem?.sentence ?? "",
    _provider: exchange.providerId,
    _action: exchange.actionId,
    _state: exchange.state,
    _attempts: exchange.attempts,
    _why: why,
  };
}

/** When the call that left last began to wait, where it is a further step of a flow: what went before is not its waiting. */
function begunAt(timeline: readonly Moment[]): number | null {
  const last = timeline.findLast((one) => one.what === "sent");
  if (last?.call === undefined) return null;
  const first = timeline.findIndex((one) => one.what === "sent" && one.call === last.call);
  return timeline.slice(0, first).findLast((one) => one.what === "state")?.at ?? null;
}

/** Chosen files by their names: where they lie is nobody else's business. */
function withoutPaths(input: Exchange["input"]): Exchange["input"] {
  const shown = Object.entries(input).map(([name, value]) => {
    if (typeof value !== "object" || value === null || !("file" in value)) return [name, value];
    const { file: _, ...rest } = value;
    return [name, rest];
  });
  return Object.fromEntries(shown) as Exchange["input"];
}

function pairs(headers: Readonly<Record<string, string>>) {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}

function query(url: string) {
  if (!URL.canParse(url)) return [];
  return [...new URL(url).searchParams].map(([name, value]) => ({ name, value }));
}

function typeOf(headers: Readonly<Record<string, string>>): string {
  const name = Object.keys(headers).find((one) => one.toLowerCase() === "content-type");
  return name === undefined ? "" : (headers[name] ?? "");
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
