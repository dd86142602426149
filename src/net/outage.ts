// Servers that do not answer: after some failures in a row one request at a time tries, at growing intervals, and the rest
// waits behind it, so that an outage is met with less traffic and not with more. It must not decide whether a request is
// repeated, and it sends nothing.
import { isHeadroomError } from "../core/errors.ts";
import type { Wait } from "../core/quota/model.ts";
import type { Attempt } from "./attempt.ts";
import type { Clock } from "./clock.ts";

/** So many failures in a row make an outage. */
const OPEN_AFTER = 4;
const FIRST_PAUSE_MS = 1_000;
/** Above the quota window that nearly all servers have, so that the tries of an outage never use one up. */
const LONGEST_PAUSE_MS = 75_000;

/** What undici says of an agent that was closed while a request waited for it. */
export const AGENT_GONE: ReadonlySet<string> = new Set(["UND_ERR_CLOSED", "UND_ERR_DESTROYED"]);

/** How an attempt ended, as far as the server's health goes; null where it says nothing. */
type Sign = "answered" | "failed" | null;

/** A request before its attempt. */
export interface Leaving {
  /** The lower goes first. */
  readonly lane: number;
  readonly order: number;
  /** Whether a person waits for just this: it may try before the interval is over. */
  readonly urgent: boolean;
  readonly signal: AbortSignal;
  waiting(wait: Wait): void;
}

interface Waiter extends Leaving {
  go(probe: boolean): void;
}

interface Origin {
  failures: number;
  /** Whether the one request that may try is under way. */
  probing: boolean;
  triedAt: number;
  /** When it failed last. Epoch ms. */
  failedAt: number;
  /** When the next one tries. Epoch ms. */
  until: number;
  readonly queue: Set<Waiter>;
  cancel: (() => void) | null;
}

/** The health of every origin, as this process has seen it. */
export class Outages {
  readonly #clock: Clock;
  readonly #origins = new Map<string, Origin>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Makes an attempt once its server may be tried, and notes how it ended. An aborted one is made at once, to fail. The attempt
   * calls `held` where the gate lets it wait: then another may try meanwhile, for what it waits for may be one of them.
   */
  async tried(
    name: string,
    leaving: () => Leaving,
    attempt: (held: () => void) => Promise<Attempt>,
  ): Promise<Attempt> {
    const origin = this.#origins.get(name);
    const out = origin !== undefined && origin.failures >= OPEN_AFTER;
    let probe = out && (await this.#leave(origin, leaving()));
    const release = () => {
      if (probe && origin !== undefined) origin.probing = false;
      probe = false;
    };
    const held = () => {
      if (!probe || origin === undefined) return;
      release();
      this.#arm(origin);
    };
    let made: Attempt | null = null;
    try {
      made = await attempt(held);
      return made;
    } finally {
      release();
      this.#heard(name, signOf(made));
    }
  }

  /** Resolves when the request may go on: true as the one that tries, false when all may, or it was aborted. */
  async #leave(origin: Origin, leaving: Leaving): Promise<boolean> {
    const now = this.#clock.now();
    const soon = leaving.urgent && now >= origin.triedAt + FIRST_PAUSE_MS;
    if (!origin.probing && (soon || (now >= origin.until && origin.queue.size === 0))) {
      this.#probe(origin);
      return true;
    }
    return new Promise((done) => {
      const go = (probe: boolean) => {
        origin.queue.delete(waiter);
        leaving.signal.removeEventListener("abort", abort);
        if (origin.queue.size === 0) disarm(origin);
        done(probe);
      };
      const abort = () => go(false);
      const waiter: Waiter = { ...leaving, waiting: (wait) => leaving.waiting(wait), go };
      origin.queue.add(waiter);
      leaving.signal.addEventListener("abort", abort, { once: true });
      if (leaving.signal.aborted) abort();
      else leaving.waiting(waitOf(origin));
      this.#arm(origin);
    });
  }

  #heard(name: string, sign: Sign): void {
    const origin = this.#origins.get(name);
    if (sign === "answered") {
      this.#origins.delete(name);
      if (origin !== undefined) disarm(origin);
      for (const waiter of [...(origin?.queue ?? [])]) waiter.go(false);
      return;
    }
    if (sign === "failed") this.#failed(origin ?? this.#begin(name));
    if (origin !== undefined) this.#arm(origin);
  }

  #begin(name: string): Origin {
    const origin = {
      failures: 0,
      probing: false,
      triedAt: 0,
      failedAt: 0,
      until: 0,
      queue: new Set<Waiter>(),
      cancel: null,
    };
    this.#origins.set(name, origin);
    return origin;
  }

  /** Longer each time, and spread: other processes try as well. */
  #failed(origin: Origin): void {
    origin.failures++;
    origin.failedAt = this.#clock.now();
    if (origin.failures < OPEN_AFTER) return;
    const wished = FIRST_PAUSE_MS * 2 ** Math.min(origin.failures - OPEN_AFTER, 10);
    const pause = Math.min(LONGEST_PAUSE_MS, wished) * (0.5 + this.#clock.random() / 2);
    origin.until = Math.ceil(origin.failedAt + pause);
    disarm(origin);
    for (const waiter of origin.queue) waiter.waiting(waitOf(origin));
  }

  #probe(origin: Origin): void {
    origin.probing = true;
    origin.triedAt = this.#clock.now();
  }

  /** One timer an origin, and none while nobody waits or one is trying. */
  #arm(origin: Origin): void {
    if (origin.cancel !== null || origin.probing || origin.queue.size === 0) return;
    origin.cancel = this.#clock.after(Math.max(0, origin.until - this.#clock.now()), () => {
      origin.cancel = null;
      if (origin.probing) return;
      const [first] = [...origin.queue].sort((a, b) => a.lane - b.lane || a.order - b.order);
      if (first === undefined) return;
      this.#probe(origin);
      first.go(true);
    });
  }
}

/** No answer, or one of those that stand before a server that is down. What never tried says nothing. */
function signOf(made: Attempt | null): Sign {
  if (made === null) return null;
  if (made.type === "answer") {
    const down = made.status >= 502 && made.status <= 504 && (made.refusal?.until ?? null) === null;
    return down ? "failed" : "answered";
  }
  if (made.type === "broken") return "answered";
  const code = made.code ?? "";
  // A head that cannot be read, or is too long, was an answer.
  if (code.startsWith("HPE_") || code === "UND_ERR_HEADERS_OVERFLOW") return "answered";
  return isHeadroomError(made.error) || AGENT_GONE.has(code) ? null : "failed";
}

function disarm(origin: Origin): void {
  origin.cancel?.();
  origin.cancel = null;
}

function waitOf(origin: Origin): Wait {
  const until = origin.probing ? null : origin.until;
  return {
    partition: "",
    policyId: "",
    cause: "outage",
    until,
    evidence: "counted",
    evidenceAt: origin.failedAt,
    left: null,
    limit: null,
  };
}
