// One attempt on the wire: open the body, send through the gate, settle from the head, take the answer in. It must
// not decide whether another one follows.
import { HeadroomError, isHeadroomError } from "../core/errors.ts";
import type { Head, Refusal } from "../core/quota/model.ts";
import type { Incoming, Outgoing, Progress } from "../core/wire.ts";
import { openBody } from "./body.ts";
import type { ClientOptions } from "./client.ts";
import { askAgainAt, plainDiagnosis } from "./diagnose.ts";
import type { WireHeaders, WireOptions } from "./interceptors.ts";
import type { Pass } from "./pass.ts";
import { BrokenOff, type Received, receive } from "./receive.ts";
import { isRest, markOf, type Rest, restHeaders, validatorOf } from "./rest.ts";
import type { Dispatcher } from "./undici.ts";

/** How an attempt ended. Errors that are nobody's expectation are thrown instead. */
export type Attempt =
  | {
      readonly type: "answer";
      readonly status: number;
      readonly refusal: Refusal | null;
      /** When the server wants to be asked again, by its own number; null where it gave none. Epoch ms. */
      readonly until: number | null;
      readonly incoming: Incoming;
    }
  | (Failure<"broken"> & { readonly rest: Rest | null })
  | Failure<"lost">
  | Failure<"unsent">;

interface Failure<T extends string> {
  readonly type: T;
  /** Of the head, where one came; else 0. */
  readonly status: number;
  readonly error: unknown;
  readonly code: string | null;
  readonly origin: string;
}

export interface AttemptOptions {
  readonly request: Outgoing;
  readonly url: URL;
  readonly pass: Pass;
  readonly wire: Dispatcher;
  readonly send: typeof import("./undici.ts").send;
  readonly progress: Progress;
  readonly attempt: number;
  /** What an earlier attempt's download left to go on with. */
  readonly rest: Rest | null;
  readonly options: ClientOptions;
}

const INLINE_BYTES = 8 * 1024 * 1024;
const MAX_BYTES = 8 * 1024 ** 3;
/** An error's body is read to tell what it means; longer ones are cut off there. bytes */
const ERROR_BYTES = 1024 * 1024;
/** How long the ledger waits for a refusal's body before it books the head alone. ms */
const DIAGNOSIS_MS = 2_000;

/** Throws what the request itself got wrong (notConfigured); all that happens on the way is an Attempt. */
export async function runAttempt(context: AttemptOptions): Promise<Attempt> {
  const { request, url, pass, wire, send } = context;
  const outgoing = await openBody(request.body);
  const options: WireOptions = {
    origin: url.origin,
    path: url.pathname + url.search,
    method: request.method as Dispatcher.HttpMethod,
    headers: {
      "user-agent": "headroom",
      ...lowered(request.headers),
      ...outgoing.headers,
      ...restHeaders(context.rest),
    },
    body: outgoing.body,
    headersTimeout: request.idleMs,
    bodyTimeout: request.idleMs,
    cancel: request.signal,
    pass,
    key: request.auth,
  };
  let answer: Dispatcher.ResponseData<null>;
  try {
    answer = await send(wire, options);
  } catch (error) {
    if (isHeadroomError(error, "notConfigured")) throw error;
    const unsent = pass.sentAt === null || codeOf(error) === PROXY_PASSWORD;
    return failure(unsent ? "unsent" : "lost", 0, error, context);
  }
  try {
    return await takeIn(answer, context);
  } catch (error) {
    if (isHeadroomError(error)) throw error;
    const rest = error instanceof BrokenOff ? error.rest : null;
    const cause = error instanceof BrokenOff ? error.cause : error;
    // A range that cannot be had is no answer to the request: it is made again from the start.
    const status = answer.statusCode === 416 ? 206 : answer.statusCode;
    return { ...failure("broken", status, cause, context), rest };
  }
}

async function takeIn(answer: Dispatcher.ResponseData<null>, context: AttemptOptions): Promise<Attempt> {
  const { request, pass, progress, attempt, options } = context;
  const { clock } = options;
  const status = answer.statusCode;
  const head: Head = {
    status,
    headers: joined(answer.headers),
    sentAt: pass.sentAt ?? clock.now(),
    gotAt: pass.gotAt ?? clock.now(),
    quick: request.quick,
  };
  if (status < 400) pass.settle(head, null);
  progress.head(head, attempt);
  if (context.rest !== null && (status === 416 || (status === 206 && !isRest(context.rest, head)))) {
    answer.body.on("error", () => {}).destroy();
    pass.settle(head, null);
    throw new Error("The server gave another part than was asked for.");
  }
  if (status >= 300 && status < 400) {
    answer.body.on("error", () => {}).destroy();
    throw redirected(head);
  }
  if (status < 400) {
    const received = await receive(answer.body, receiveOptions(context, head, request.saveTo));
    // The rest of a download makes it whole: to the app it is an answer like any other.
    const whole = isRest(context.rest, head) ? { ...head, status: 200 } : head;
    return {
      type: "answer",
      status,
      refusal: null,
      until: null,
      incoming: { head: whole, ...received, attempts: attempt },
    };
  }
  const early = clock.after(DIAGNOSIS_MS, () => pass.settle(head, diagnose(null)));
  const received = await receive(answer.body, receiveOptions(context, head, null)).catch(() => NOTHING);
  early();
  const refusal = diagnose(received.text);
  pass.settle(head, refusal);
  if (refusal !== null) progress.refused(refusal, attempt);
  return {
    type: "answer",
    status,
    refusal,
    until: askAgainAt(head),
    incoming: { head, ...received, attempts: attempt },
  };

  function diagnose(body: string | null): Refusal | null {
    return (options.diagnose ?? plainDiagnosis)(request, head, body, clock.now());
  }
}

/** An error whose body broke off, or was larger than any error should be, still has its head. */
const NOTHING: Received = {
  text: null,
  file: null,
  bytes: 0,
  sniffed: null,
  digest: null,
  whole: true,
  lifted: {},
};

function receiveOptions(
  { request, progress, options, attempt, rest: earlier }: AttemptOptions,
  head: Head,
  saveTo: string | null,
) {
  const rest = isRest(earlier, head) ? earlier : null;
  const length = Number(head.headers["content-length"] ?? Number.NaN) + (rest?.bytes ?? 0);
  const total = Number.isSafeInteger(length) ? length : null;
  const failed = head.status >= 400;
  // An encoded body is as long as nobody says; the one of a HEAD is not there.
  const plain = head.headers["content-encoding"] === undefined && request.method !== "HEAD";
  const validator = failed ? null : validatorOf(request, head);
  return {
    saveTo,
    rest,
    lift: failed ? [] : (request.lift ?? []),
    total: plain ? total : null,
    validator,
    mark: validator === null ? null : markOf(request.url, validator),
    spillFolder: failed ? null : options.spillFolder,
    name: `${request.id}.${attempt}`,
    contentType: head.headers["content-type"] ?? "",
    inlineBytes: failed ? ERROR_BYTES : (options.inlineBytes ?? INLINE_BYTES),
    maxBytes: failed ? ERROR_BYTES : (options.maxBytes ?? MAX_BYTES),
    bytes: (received: number) => progress.bytes(received, total),
  };
}

/** No redirect is followed: it could carry a key or a signed body to another host. */
function redirected(head: Head): HeadroomError<"httpFailed"> {
  const where = URL.parse(head.headers.location ?? "")?.origin ?? null;
  return new HeadroomError("httpFailed", `The server answered with a redirect (${head.status}).`, {
    status: head.status,
    code: "redirect",
    detail: where,
  });
}

function failure<T extends "broken" | "lost" | "unsent">(
  type: T,
  status: number,
  error: unknown,
  { request, url }: AttemptOptions,
): Failure<T> {
  const code = codeOf(error);
  const overdue = code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT";
  const better = overdue
    ? new HeadroomError("overdue", "Nothing came for too long.", { afterMs: request.idleMs }, error)
    : error;
  return { type, status, error: better, code, origin: url.origin };
}

/** What a proxy's refusal is called: undici has only words for it. */
const PROXY_PASSWORD = "proxy 407";

/** The first code in a chain of causes: the outer ones are often only "fetch failed". */
function codeOf(error: unknown): string | null {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    if (/proxy.*\b407\b/i.test(one.message)) return PROXY_PASSWORD;
    const { code } = one as { code?: unknown };
    if (typeof code === "string") return code;
    if (one instanceof AggregateError) one.cause ??= one.errors[0];
  }
  return null;
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function joined(headers: WireHeaders): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) all[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  return all;
}
