// What the tests of the network code share: real servers on port 0, a ledger of a few lines, a client around them.
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Ask, Decision, Ledger } from "../../src/core/quota/ledger.ts";
import type { Claim, Refusal, Wait } from "../../src/core/quota/model.ts";
import type { Outgoing, Progress } from "../../src/core/wire.ts";
import { UndiciClient } from "../../src/net/client.ts";
import type { Clock } from "../../src/net/clock.ts";
import { plainSettings } from "../../src/net/settings.ts";

/** Real time, for tests over real sockets; nothing is asserted about it. */
export const realClock: Clock = {
  now: () => Date.now(),
  random: () => 0.5,
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A clock that stands until it is moved. */
export class HandClock implements Clock {
  #now = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** The machine's clock is set forward, or back; timers run on as they would. */
  set(byMs: number): void {
    this.#now += byMs;
    for (const timer of this.#timers) timer.at += byMs;
  }

  /** Moves on, running what falls due in its order. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((one) => one !== next);
      next.run();
      await turn();
    }
    this.#now = end;
    await turn();
  }
}

/** Lets everything that is ready run. */
export const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** A ledger that lets `limit` through until somebody frees one, and writes down what it was told. */
export class ListLedger implements Ledger {
  readonly told: string[] = [];
  readonly order: string[] = [];
  readonly refusals: Refusal[] = [];
  limit = Number.POSITIVE_INFINITY;
  until: number | null = null;
  asked = 0;
  #used = 0;
  readonly #listeners = new Set<() => void>();

  together<T>(work: () => T): T {
    return work();
  }

  eventually(work: () => void, done: () => void): void {
    work();
    done();
  }

  reserve(ask: Ask): Decision {
    this.asked++;
    if (this.#used >= this.limit) return { granted: false, wait: waitFor(ask.claim, this.until) };
    this.#used++;
    this.order.push(ask.id);
    this.told.push(`reserve ${ask.id}`);
    return { granted: true };
  }

  reserveAlike(asks: readonly Ask[]): boolean {
    if (this.#used + asks.length > this.limit) return false;
    for (const ask of asks) this.reserve(ask);
    return true;
  }

  leave(askId: string): void {
    this.told.push(`leave ${askId}`);
  }

  sent(askId: string): void {
    this.told.push(`sent ${askId}`);
  }

  settle(...[askId, head, refusal, , others]: Parameters<Ledger["settle"]>): [] {
    for (const id of [askId, ...(others ?? [])])
      this.told.push(`settle ${id} ${head.status}${refusal === null ? "" : ` ${refusal.kind}`}`);
    if (refusal !== null) this.refusals.push(refusal);
    return [];
  }

  lost(askId: string): void {
    this.told.push(`lost ${askId}`);
  }

  abandon(askPrefix: string): void {
    this.told.push(`abandon ${askPrefix}`);
  }

  refund(askId: string): void {
    this.told.push(`refund ${askId}`);
  }

  free(): void {
    this.give(1);
  }

  /** So many more may go, and everyone hears of it. */
  give(count: number): void {
    this.#used -= count;
    for (const listener of [...this.#listeners]) listener();
  }

  occupy(): void {}
  reconcileSlots(): void {}
  meters(): [] {
    return [];
  }
  preview() {
    return { firstAt: null, lastAt: null, wait: null };
  }
  turns(): ReadonlyMap<string, number> {
    return new Map();
  }
  tailMs(): number {
    return 0;
  }

  tickets(): [] {
    return [];
  }
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  get listeners(): number {
    return this.#listeners.size;
  }
}

function waitFor(claim: Claim, until: number | null): Wait {
  const partition = claim.parts[0]?.partition ?? "";
  return { partition, policyId: "p", cause: "rate", until, evidence: "counted", left: 0, limit: null };
}

export const claim: Claim = {
  accountId: "a",
  parts: [
    {
      partition: "x/account:a/p",
      cost: 1,
      policy: {
        type: "rate",
        id: "p",
        title: "Requests",
        noun: "requests",
        kind: "sliding",
        limit: 10,
        quotaWindowMs: 1000,
        refusedCount: false,
        evidence: "published",
      },
    },
  ],
};

/** A progress that writes down what it hears. */
export function listen(): Progress & { readonly heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    waiting: (wait) => heard.push(`waiting ${wait.cause}`),
    sending: (attempt) => heard.push(`sending ${attempt}`),
    head: (head) => heard.push(`head ${head.status}`),
    refused: (refusal) => heard.push(`refused ${refusal.kind}`),
    retrying: (_at, { cause }) => heard.push(`retrying ${cause}`),
    bytes: () => {},
  };
}

let count = 0;

/** A request as the app would make it, with what a test cares about changed. */
export function outgoing(url: string, more: Partial<Outgoing> = {}): Outgoing {
  return {
    id: `r${count++}`,
    method: "GET",
    url,
    headers: {},
    body: { type: "none" },
    auth: null,
    claim,
    lane: "person",
    holder: null,
    title: "A request",
    quick: true,
    repeat: "never",
    retry: { statuses: [500, 502, 503], baseMs: 1, capMs: 4, attempts: 3 },
    saveTo: null,
    idleMs: 5_000,
    signal: new AbortController().signal,
    ...more,
  };
}

export interface Wired {
  readonly client: UndiciClient;
  readonly ledger: ListLedger;
}

/** A client over a list ledger; close it at the end. */
export function wired(more: Partial<ConstructorParameters<typeof UndiciClient>[0]> = {}): Wired {
  const ledger = new ListLedger();
  const client = new UndiciClient({
    ledger,
    clock: realClock,
    keyOf: async () => "secret-key-text",
    settings: () => plainSettings,
    spillFolder: null,
    ...more,
  });
  return { client, ledger };
}

export interface Listening {
  readonly url: string;
  readonly server: Server;
  readonly requests: { readonly method: string; readonly url: string; readonly headers: Headers }[];
  close(): Promise<void>;
}

type Headers = IncomingMessage["headers"];

/** A real server on port 0 of the loopback. */
export async function serve(listener: RequestListener): Promise<Listening> {
  const requests: Listening["requests"] = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers });
    listener(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  server.unref();
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((done) => {
      server.closeAllConnections();
      server.close(() => done());
    });
  return { url: `http://127.0.0.1:${port}`, server, requests, close };
}

/** The whole body of a request, as text. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}
