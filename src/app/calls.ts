// One call of an action: builds the request from profile, account and input, and hands it to the client. Every
// feature's requests pass here; nothing is decided here about what an answer means.
import { orAborted } from "../core/aborted.ts";
import { HeadroomError } from "../core/errors.ts";
import type { Job } from "../core/jobs/model.ts";
import { claimFor, wholeClaim } from "../core/profile/claim.ts";
import type { Input } from "../core/profile/input.ts";
import { isOpenLink } from "../core/profile/link.ts";
import { type BuiltRequest, buildRequest } from "../core/profile/request.ts";
import type { Action } from "../core/profile/schema.ts";
import type { Claim, Lane } from "../core/quota/model.ts";
import { makeRedactor } from "../core/redact.ts";
import type { Incoming, Outgoing, Progress } from "../core/wire.ts";
import { baseOf } from "./accounts.ts";
import { type Context, newId, type Place } from "./context.ts";
import { heard } from "./slot-count.ts";

/** What a call needs beside profile and account. */
export interface Call {
  readonly place: Place;
  readonly action: Action;
  readonly input: Input;
  /** The exchange it belongs to; holds its slots. Null for calls of no exchange, as choices of a field. */
  readonly exchangeId: string | null;
  readonly idempotencyKey: string | null;
  readonly lane: Lane;
  readonly title: string;
  /** Where a body that is a result goes. */
  readonly saveTo: string | null;
  /** A part of that body that another process left. Default none. */
  readonly goesOn?: string | null;
  /** Members of the answer whose base64 is media. Default none. */
  readonly lift?: readonly string[];
  /** How long the server may stay silent. ms; default 60 s for quick calls, 180 s for others. */
  readonly idleMs?: number;
  readonly signal: AbortSignal;
}

const QUICK_IDLE_MS = 60_000;
const SLOW_IDLE_MS = 180_000;
/** Nothing is noted and nobody listens. */
export const SILENT: Progress = {
  waiting: () => {},
  sending: () => {},
  head: () => {},
  refused: () => {},
  retrying: () => {},
  bytes: () => {},
};

/** Builds the request of an action for an account. Throws HeadroomError badShape, unreachable (simulator). */
export async function buildFor(
  context: Context,
  { place, action, input, idempotencyKey }: Pick<Call, "place" | "action" | "input" | "idempotencyKey">,
): Promise<BuiltRequest & { readonly base: string }> {
  const base = await baseOf(context.ports.simulator, place.profile, place.account);
  return { ...buildRequest(place.profile, action, input, { idempotencyKey, origin: base }), base };
}

/** Sends a call through the gate. Throws what the client throws. */
export async function send(context: Context, call: Call, progress: Progress): Promise<Incoming> {
  const built = await orAborted(buildFor(context, call), call.signal);
  const { profile, account, keyId } = call.place;
  const quick = isQuick(call.action);
  const outgoing: Outgoing = {
    id: requestId(call.exchangeId),
    method: built.method,
    url: built.url,
    headers: built.headers,
    body: built.body,
    auth: {
      keyId,
      header: profile.auth.header,
      prefix: profile.auth.prefix,
      origin: new URL(built.base).origin,
    },
    claim: claimFor(profile, account, keyId, built.method, built.path),
    lane: call.lane,
    holder: call.exchangeId,
    title: call.title,
    quick: quick && call.idleMs === undefined,
    repeat: repeatOf(call.action, call.idempotencyKey),
    retry: profile.retry,
    saveTo: call.saveTo,
    goesOn: call.goesOn ?? null,
    lift: call.lift ?? [],
    idleMs: call.idleMs ?? (quick ? QUICK_IDLE_MS : SLOW_IDLE_MS),
    signal: call.signal,
  };
  const incoming = withoutKeys(context, await context.ports.client.send(outgoing, progress));
  heard(context, call, incoming);
  return incoming;
}

/** An answer that says a key back does so to nobody: sentences, results, jobs and history are all made from this. */
export function withoutKeys({ ports }: Context, incoming: Incoming): Incoming {
  const keys = [...ports.keys.known()];
  if (keys.length === 0) return incoming;
  const { text, headers } = makeRedactor(keys);
  return {
    ...incoming,
    head: { ...incoming.head, headers: headers(incoming.head.headers) },
    text: incoming.text === null ? null : text(incoming.text),
  };
}

/** Throws HeadroomError notConfigured for an address out of an answer that is not to be asked. */
export async function assertOpen(
  { ports }: Context,
  { profile, account }: Place,
  url: string,
): Promise<void> {
  if (isOpenLink(url, await baseOf(ports.simulator, profile, account))) return;
  throw new HeadroomError("notConfigured", "An answer names an address that is not asked.", {
    field: "link",
  });
}

/** Downloads a signed link: no key goes there, and it counts in no policy. */
export async function download(
  context: Context,
  link: {
    readonly url: string;
    readonly exchangeId: string;
    readonly title: string;
    readonly saveTo: string;
    readonly goesOn: string | null;
    readonly place: Place;
    readonly signal: AbortSignal;
  },
  progress: Progress,
): Promise<Incoming> {
  await orAborted(assertOpen(context, link.place, link.url), link.signal);
  const incoming = await context.ports.client.send(
    {
      id: requestId(link.exchangeId),
      method: "GET",
      url: link.url,
      headers: {},
      body: { type: "none" },
      auth: null,
      claim: null,
      lane: "flow",
      holder: null,
      title: link.title,
      quick: false,
      repeat: "safe",
      retry: link.place.profile.retry,
      saveTo: link.saveTo,
      goesOn: link.goesOn,
      idleMs: QUICK_IDLE_MS,
      signal: link.signal,
    },
    progress,
  );
  return withoutKeys(context, incoming);
}

/** The partitions that an action's first call counts in, whatever its input. */
export function claimOf(place: Place, action: Action): Claim {
  return claimFor(place.profile, place.account, place.keyId, action.method, action.path);
}

/** Tells the ledger that nobody waits any more for the answers to this exchange's requests: their process died. */
export function abandonFlights({ ports }: Context, place: Place, exchangeId: string): void {
  const { profile, account, keyId } = place;
  ports.ledger.abandon(`${exchangeId}.`, wholeClaim(profile, account, keyId), ports.clock.now());
}

/** What may be repeated alone: what changes nothing, what carries a key, and nothing else. */
export function repeatOf(action: Action, idempotencyKey: string | null): Outgoing["repeat"] {
  if (action.method === "GET" || action.method === "HEAD" || action.method === "DELETE") return "safe";
  if (action.role === "read" || action.role === "poll") return "safe";
  return action.idempotency.in !== "none" && idempotencyKey !== null ? "sameKey" : "never";
}

/** So long after a key was first used it is surely still known to the provider (ASSUMED; Sync's 24 h are too). ms */
const KEY_TRUST_MS = 60 * 60_000;

/** The same for a step as it stands: a key that the provider may have forgotten keeps nothing from being done twice. */
export function repeatNow(
  action: Action,
  { stepKey, keyedAt, createdAt }: Job,
  now: number,
): Outgoing["repeat"] {
  const repeat = repeatOf(action, stepKey ?? null);
  return repeat === "sameKey" && now - (keyedAt ?? createdAt) > KEY_TRUST_MS ? "never" : repeat;
}

/**
 * Before a request leaves: throws HeadroomError outcomeUnknown where an earlier attempt was lost and this one waited so long that its
 * key may be forgotten. It would be done twice.
 */
export function checkKey(action: Action, job: Job, now: number): void {
  const keyed = job.stepKey != null && action.charged && job.mayBeDone === true;
  if (keyed && repeatNow(action, job, now) === "never")
    throw new HeadroomError("outcomeUnknown", "The key of the lost attempt is too old.", {
      exchangeId: job.id,
    });
}

/** A fresh idempotency key, where the action has a place for one. */
export function keyFor(action: Action): string | null {
  return action.idempotency.in === "none" ? null : newId();
}

/** Whether the server answers without doing the work first, so that its round trip measures the network. */
export function isQuick(action: Action): boolean {
  return action.answers.every((one) =>
    one.results.every(
      (result) => one.watch !== undefined || (result.from !== "body" && result.from !== "base64"),
    ),
  );
}

/** The exchange that a request or ticket belongs to; null where it belongs to none. */
export function exchangeOf(requestOrAskId: string): string | null {
  const dot = requestOrAskId.indexOf(".");
  return dot > 0 ? requestOrAskId.slice(0, dot) : null;
}

/** Unique for each sending, for tickets and reservations are named after it. */
function requestId(exchangeId: string | null): string {
  return exchangeId === null ? newId("q-") : `${exchangeId}.${newId().slice(0, 8)}`;
}
