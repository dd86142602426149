/**
 * What every simulated API does before and after its own work: note the request, check the key, count it in one step,
 * refuse it, strike it with an ordered fault, and put the documented headers on the answer.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context, Next } from "hono";
import type { SimulatedKey } from "./accounts.ts";
import { mostRestrictive } from "./books.ts";
import { pause } from "./clock.ts";
import type { Fault } from "./faults.ts";
import type { Reading } from "./limiter.ts";
import type { SeenRequest, Vendor } from "./vendor.ts";
import { strikeAnswer } from "./wire.ts";

/** What Hono carries along with a request. */
export interface AppEnv {
  Bindings: { incoming?: IncomingMessage; outgoing?: ServerResponse };
  Variables: { key: SimulatedKey; seen: SeenRequest };
}

/** One vendor's wording at the edge. */
export interface Dialect {
  readonly vendor: Vendor;
  /** The key's text as the request carries it. */
  keyText(headers: Headers): string | undefined;
  /** Paths that need no key and draw on no quota, besides the signed links. */
  isOpen(method: string, path: string): boolean;
  /** The policies that a request falls under. */
  policiesOf(method: string, path: string): readonly string[];
  /** The answer to a missing or wrong key. */
  unauthorized(): Response;
  /** The answer to a request over a limit, without rate headers. */
  refusal(refused: { readonly policy: string; readonly limit: number; readonly seconds: number }): Response;
  /** The answer to a fault of the vendor's own. */
  broken(status: 500 | 502 | 503): Response;
  /** Whether rate headers are documented: on every answer, or on none. */
  readonly rateHeaders: "always" | "never";
  /** Whether `Retry-After` is documented for a refusal. */
  readonly retryAfter: boolean;
}

/** Makes the edge of one API as Hono middleware. `base` is the path under which it is served. */
export function createEdge(dialect: Dialect, base: string) {
  const { vendor } = dialect;
  const { settings } = vendor;
  return async (c: Context<AppEnv>, next: Next): Promise<void> => {
    const { method } = c.req;
    const path = c.req.path.slice(base.length);
    if (settings.latencyMs > 0 || settings.jitterMs > 0) await travel(vendor);
    const query = new URL(c.req.url).search.replace(/((?:key|token|signature)[^=&]*=)[^&]*/gi, "$1-");
    const seen = vendor.see({ at: vendor.clock.now(), method, path, query, status: 0 });
    c.set("seen", seen);
    const answer = await judge(c, next, path, seen);
    seen.status = seen.fault === "loseAnswer" || seen.fault === "cutBody" ? 0 : answer.status;
    if (seen.status === 429) vendor.refusalCount += 1;
    if (settings.latencyMs > 0 || settings.jitterMs > 0) await travel(vendor);
    // Hono would carry the headers of the earlier answer over into the later one.
    c.res = undefined;
    c.res = answer;
  };

  async function judge(c: Context<AppEnv>, next: Next, path: string, seen: SeenRequest): Promise<Response> {
    const { method } = c.req;
    const isLink = path.startsWith("/_files/") || path.startsWith("/_uploads/");
    const isFree = isLink || dialect.isOpen(method, path);
    const key = vendor.keyOf(dialect.keyText(c.req.raw.headers));
    if (key) seen.key = key.label;
    if (!key && !isFree) {
      // ASSUMED: an unauthenticated request is not counted; where rate headers are documented it sees an untouched count.
      const stranger: SimulatedKey = { provider: vendor.provider, account: "", label: "", text: "" };
      const readings = vendor.books.read(
        dialect.policiesOf(method, path),
        stranger,
        seen.at,
        settings.clockSkewMs,
      );
      return finished(dialect.unauthorized(), dialect.rateHeaders === "always" ? readings : []);
    }
    const fault = vendor.faults.strike(method, path);
    if (fault) seen.fault = fault.kind;
    const made = fault && madeUpAnswer(fault);
    if (made) return made;
    let readings: readonly Reading[] = [];
    if (key) c.set("key", key);
    if (key && !isFree) {
      const ids = dialect.policiesOf(method, path);
      const verdict = vendor.books.admit(ids, key, seen.at, settings.clockSkewMs, settings.refusedCount);
      if (verdict.refusedBy) {
        seen.refusedBy = verdict.refusedBy.policy;
        return refused(verdict.refusedBy);
      }
      readings = verdict.readings;
    }
    const early = fault && faultBeforeWork(fault);
    if (early) return finished(early, readings);
    if (!isLink) await next();
    const work = isLink ? await vendor.links.answer(c.req.raw, path.split("/").slice(2).join("/")) : c.res;
    const answer = finished(work, readings);
    return fault ? strikeAnswer(fault, answer, c.env?.outgoing, vendor) : answer;
  }

  function finished(answer: Response, readings: readonly Reading[]): Response {
    const headers = new Headers(answer.headers);
    headers.set("date", new Date(vendor.serverNow()).toUTCString());
    const reading = mostRestrictive(readings, settings.restrictiveBy);
    if (reading && (dialect.rateHeaders === "always" || settings.rateHeaders === "added")) {
      headers.set("x-ratelimit-limit", String(reading.limit));
      headers.set("x-ratelimit-remaining", String(reading.remaining));
      headers.set("x-ratelimit-reset", String(Math.ceil(vendor.toServer(reading.resetAt) / 1000)));
    }
    return new Response(answer.body, { status: answer.status, headers });
  }

  function refused(by: Reading): Response {
    const seconds = Math.max(1, Math.ceil((by.openAt - vendor.clock.now()) / 1000));
    const answer = finished(dialect.refusal({ policy: by.policy, limit: by.limit, seconds }), [by]);
    const form = dialect.retryAfter || settings.rateHeaders === "added" ? settings.retryAfter : "absent";
    return withRetryAfter(answer, form, seconds);
  }

  function withRetryAfter(answer: Response, form: string, seconds: number): Response {
    if (form === "seconds") answer.headers.set("retry-after", String(seconds));
    if (form === "zero") answer.headers.set("retry-after", "0");
    if (form === "rubbish") answer.headers.set("retry-after", "soon");
    if (form === "date") {
      answer.headers.set(
        "retry-after",
        new Date(Math.ceil(vendor.serverNow() / 1000 + seconds) * 1000).toUTCString(),
      );
    }
    return answer;
  }

  /** Refusals out of thin air: not counted, no work done. */
  function madeUpAnswer(fault: Fault): Response | undefined {
    if (fault.kind === "bare429") return finished(new Response(null, { status: 429 }), []);
    const form = /^retryAfter(.+)$/.exec(fault.kind)?.[1]?.toLowerCase();
    if (!form) return undefined;
    const seconds = fault.seconds ?? 1;
    const policy = vendor.books.policies[0];
    const body = dialect.refusal({ policy: policy?.id ?? "", limit: policy?.limit ?? 0, seconds });
    return withRetryAfter(finished(body, []), form, seconds);
  }

  /** Faults that come after counting and before any work. */
  function faultBeforeWork(fault: Fault): Response | undefined {
    if (fault.kind === "status500") return dialect.broken(500);
    if (fault.kind === "status502") return dialect.broken(502);
    if (fault.kind === "status503") return dialect.broken(503);
    if (fault.kind === "redirect")
      return new Response(null, { status: 307, headers: { location: fault.url ?? "/" } });
    return undefined;
  }
}

/** One way over a network with the latency and jitter that are set. */
async function travel(vendor: Vendor): Promise<void> {
  const { latencyMs, jitterMs } = vendor.settings;
  await pause(vendor.clock, latencyMs + vendor.random.between(0, jitterMs));
}

/** Reads a JSON body that must be an object; undefined when it is not. */
export async function readJson(c: Context<AppEnv>): Promise<Record<string, unknown> | undefined> {
  const value: unknown = await c.req.json().catch(() => undefined);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}
