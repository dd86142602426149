// The one way to the network: sends through the gate, settles in the ledger, repeats what may be repeated. It must
// not know any provider, and no key stays with it.
import { HeadroomError, isHeadroomError } from "../core/errors.ts";
import type { Ask, Finding, Ledger } from "../core/quota/ledger.ts";
import { LANES } from "../core/quota/model.ts";
import type { Client, Incoming, NetSettings, Outgoing, Progress } from "../core/wire.ts";
import { Agents } from "./agents.ts";
import { type Attempt, runAttempt } from "./attempt.ts";
import { type Clock, sleep } from "./clock.ts";
import type { Diagnose } from "./diagnose.ts";
import { pinned, putKey, throttle } from "./interceptors.ts";
import { AGENT_GONE, type Leaving, Outages } from "./outage.ts";
import { decide } from "./outcome.ts";
import { Pass } from "./pass.ts";
import { forget, type Rest, takeUp } from "./rest.ts";
import { RetryBudget } from "./retry-budget.ts";
import { Gate } from "./throttle.ts";

export interface ClientOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Reads a key's text; null where there is none. Called last, for each attempt. */
  readonly keyOf: (keyId: string) => Promise<string | null>;
  /** Read when the first request is sent and after `reconfigure`. */
  readonly settings: () => NetSettings;
  /** Tells what a refusal means by the provider's rules. Default: 429 and Retry-After alone. */
  readonly diagnose?: Diagnose;
  /** Hears what settled answers taught about limits. */
  readonly learned?: (findings: readonly Finding[]) => void;
  /** Hears what went wrong beside a request without stopping it: a progress that threw, a ledger that stayed locked. */
  readonly trouble?: (error: unknown) => void;
  /** Where answers go that are no text or too long for memory; null to give up on them. */
  readonly spillFolder: string | null;
  /** The most text of an answer that is held in memory. Default 8 MB. */
  readonly inlineBytes?: number;
  /** The most that is taken of one answer. Default 8 GB. */
  readonly maxBytes?: number;
  /** Requests on the wire at once to one origin. Default 100. */
  readonly connections?: number;
  /** How many other processes send for the same accounts. Default none. */
  readonly others?: () => number;
}

/** One request on its way through all its attempts. */
interface Journey {
  readonly request: Outgoing;
  readonly url: URL;
  readonly progress: Progress;
  /** When it began to wait, and its place among this process' requests: both stay with its repeats. */
  readonly since: number;
  readonly order: number;
  /** What a download that broke off left to go on with. */
  rest: Rest | null;
}

/** How often one request is sent at all, refusals included. */
const MOST_ATTEMPTS = 200;

/** The client over undici. Build one, close it at the end. */
export class UndiciClient implements Client {
  readonly #options: ClientOptions;
  readonly #gate: Gate;
  readonly #closing = new AbortController();
  readonly #outages: Outages;
  readonly #budget: RetryBudget;
  readonly #agents: Agents;
  #order = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    const { ledger, clock, connections } = options;
    this.#outages = new Outages(clock);
    this.#budget = new RetryBudget(clock, options.others);
    this.#gate = new Gate({
      ledger,
      clock,
      ...(connections === undefined ? {} : { connections }),
    });
    this.#agents = new Agents({
      settings: options.settings,
      interceptors: [putKey(options.keyOf), throttle(this.#gate)],
    });
  }

  /** How many requests wait in the gate of this process. */
  get waiting(): number {
    return this.#gate.waiting;
  }

  /** Looks at the settings again; requests under way end as they began. */
  reconfigure(): Promise<void> {
    return this.#agents.renew();
  }

  async send(request: Outgoing, listener: Progress): Promise<Incoming> {
    const url = target(request);
    if (request.auth !== null) pinned(request.auth, url.origin);
    const journey: Journey = {
      request,
      url,
      progress: guarded(listener, (error) => this.#options.trouble?.(error)),
      since: this.#options.clock.now(),
      order: this.#order++,
      rest: null,
    };
    try {
      journey.rest = await takeUp(request);
      return await this.#repeat(journey);
    } finally {
      await forget(journey.rest, request.signal.reason ?? this.#closing.signal.reason);
    }
  }

  /** Attempt after attempt, each through the gate, until one is final. */
  async #repeat(journey: Journey): Promise<Incoming> {
    const { request, progress, url } = journey;
    const { clock } = this.#options;
    this.#budget.sent(payer(request, url));
    let counted = 0;
    let refusals = 0;
    for (let attempt = 1; ; attempt++) {
      const made = await this.#outages.tried(
        url.origin,
        () => this.#leaving(journey, attempt),
        (held) => this.#attempt(journey, attempt, held),
      );
      // It waited while the settings changed, and its agent was closed: it goes out by the new one.
      if (made.type === "unsent" && AGENT_GONE.has(made.code ?? "") && attempt < MOST_ATTEMPTS) continue;
      const refusal = made.type === "answer" ? made.refusal : null;
      refusals = refusal === null ? 0 : refusals + 1;
      const tally = { attempt, counted: counted + 1, refusals };
      const next = decide(request, made, tally, clock.now(), clock.random());
      if (next.type === "unknown") throw outcomeUnknown(request, made);
      if (next.type === "final" || attempt >= MOST_ATTEMPTS) return final(made, attempt);
      if (next.counts) counted++;
      progress.retrying(next.at, next.retry, next.stated ? "stated" : "counted");
      const leaving = this.#leaving(journey, attempt + 1);
      if (next.at > clock.now()) await sleep(clock, next.at - clock.now(), leaving.signal).catch(() => {});
      // A refusal is awaited in the gate, for everyone; what failed goes again at the account's cost.
      if (next.counts) await this.#budget.repeat(payer(request, url), leaving);
    }
  }

  #leaving({ request, order, progress }: Journey, attempt: number): Leaving {
    return {
      lane: LANES.indexOf(request.lane),
      order,
      urgent: request.lane === "person" && attempt === 1,
      signal: AbortSignal.any([request.signal, this.#closing.signal]),
      waiting: (wait) => progress.waiting(wait),
    };
  }

  /** Waiting requests are cancelled, flying ones aborted and left counted. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const reason = cancelled("closing", null);
    this.#closing.abort(reason);
    this.#gate.dispose(reason);
    await this.#agents.destroy(reason);
    this.#gate.bookings.flush();
  }

  /** One attempt; what ends it early because somebody wants it so becomes `cancelled`. */
  async #attempt(journey: Journey, attempt: number, held: () => void): Promise<Attempt> {
    const { request, progress, url, rest } = journey;
    this.#alive(request);
    const { wire, send } = await this.#agents.open(url);
    let stopped: { readonly error: unknown } | undefined;
    const sending = (now: number) => {
      try {
        progress.sending(attempt, now);
      } catch (error) {
        stopped = { error };
        throw error;
      }
    };
    const pass = this.#pass(journey, attempt, sending, held);
    const options = this.#options;
    try {
      const made = await runAttempt({
        request,
        url,
        pass,
        wire,
        send,
        progress,
        attempt,
        rest,
        options,
      });
      if (made.type === "broken") {
        if (made.rest?.partial !== rest?.partial) await forget(rest);
        journey.rest = made.rest;
      }
      if (stopped !== undefined) throw stopped.error;
      if (made.type !== "answer") this.#alive(request, made.error);
      return made;
    } finally {
      pass.ended();
      // Who hears of the end finds it booked.
      await this.#gate.bookings.done;
    }
  }

  #pass(journey: Journey, attempt: number, sending: (now: number) => void, held: () => void): Pass {
    const { request, url, since, order, progress } = journey;
    const { learned, trouble } = this.#options;
    return new Pass({
      ask: askOf(request, attempt, since),
      origin: url.origin,
      order,
      lane: LANES.indexOf(request.lane),
      watch: {
        waiting: (wait) => {
          held();
          progress.waiting(wait);
        },
        sending,
        learned: (findings) => learned?.(findings),
        trouble: (error) => trouble?.(error),
      },
      bookings: this.#gate.bookings,
    });
  }

  #alive(request: Outgoing, cause?: unknown): void {
    if (request.signal.aborted) throw cancelled("person", cause);
    if (this.#closing.signal.aborted) throw cancelled("closing", cause);
  }
}

function target(request: Outgoing): URL {
  const url = URL.parse(request.url);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new HeadroomError("notConfigured", "The request's address is no http address.", { field: "baseUrl" });
}

/** A listener that throws must not break the gate or an answer; only `sending` may stop a request. */
function guarded(progress: Progress, trouble: (error: unknown) => void): Progress {
  const guard =
    <A extends unknown[]>(tell: (...given: A) => void) =>
    (...given: A) => {
      try {
        tell(...given);
      } catch (error) {
        trouble(error);
      }
    };
  return {
    waiting: guard((wait) => progress.waiting(wait)),
    sending: (attempt, now) => progress.sending(attempt, now),
    head: guard((head, attempt) => progress.head(head, attempt)),
    refused: guard((refusal, attempt) => progress.refused(refusal, attempt)),
    retrying: guard((at, retry, evidence) => progress.retrying(at, retry, evidence)),
    bytes: guard((received, total) => progress.bytes(received, total)),
  };
}

/** One ask for each attempt, named ID#ATTEMPT; its place in line stays that of the first. */
function askOf(request: Outgoing, attempt: number, since: number): Ask | null {
  const { claim, lane, holder, title } = request;
  return claim === null ? null : { id: `${request.id}#${attempt}`, claim, lane, since, holder, title };
}

/** Whose repeats a request's are: its account's, or, where it counts nowhere, its server's. */
function payer({ claim }: Outgoing, url: URL): string {
  return claim?.accountId ?? url.origin;
}

function cancelled(by: "person" | "closing", cause: unknown): HeadroomError<"cancelled"> {
  const message = by === "person" ? "The request was cancelled." : "Headroom is closing.";
  return new HeadroomError("cancelled", message, { by }, cause ?? undefined);
}

function outcomeUnknown(request: Outgoing, made: Attempt): HeadroomError<"outcomeUnknown"> {
  const message = "The answer was lost; the server may have done the work.";
  const cause = made.type === "answer" ? undefined : made.error;
  return new HeadroomError("outcomeUnknown", message, { exchangeId: request.id }, cause);
}

/** The answer, or the error that says best what happened. */
function final(made: Attempt, attempts: number): Incoming {
  if (made.type === "answer") return { ...made.incoming, attempts };
  if (isHeadroomError(made.error)) throw made.error;
  throw new HeadroomError(
    "unreachable",
    `The request did not get through: ${String(made.error)}`,
    { origin: made.origin, code: made.code },
    made.error,
  );
}
