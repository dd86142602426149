// A clock by hand, a scripted client, a ledger that remembers, stores in memory: everything the app is built from,
// without network and without waiting.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { App } from "../../src/app/api.ts";
import { createApp } from "../../src/app/app.ts";
import type { Clock, Keys, Ports } from "../../src/app/ports.ts";
import type { Ledger, Ticket } from "../../src/core/quota/ledger.ts";
import type { Claim, Meter, Wait } from "../../src/core/quota/model.ts";
import type { Client, Incoming, Outgoing, Progress } from "../../src/core/wire.ts";
import { Lift } from "../../src/net/lift.ts";
import { partialOf } from "../../src/net/spool.ts";
import type { CardView } from "../../src/protocol/snapshot.ts";
import { loadProfiles } from "../../src/providers/registry.ts";
import { SqliteAccounts } from "../../src/store/accounts.ts";
import { Database } from "../../src/store/database.ts";
import { SqliteExchanges } from "../../src/store/exchanges.ts";
import { ResultFiles } from "../../src/store/files.ts";
import { SqliteJobs } from "../../src/store/jobs.ts";
import { SqliteResults } from "../../src/store/results.ts";
import { schema } from "../../src/store/schema.ts";
import { isPassing } from "../../src/store/sqlite-errors.ts";
import { voice } from "../harness/voice.ts";

export const profiles = await loadProfiles();

/** Time by hand. `random` is always the middle. */
export class HandClock implements Clock {
  #now = Date.UTC(2026, 10, 22, 14, 2, 0);
  readonly #timers: { at: number; run: () => void }[] = [];

  now = (): number => this.#now;
  random = (): number => 0.5;
  after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  };

  get timers(): number {
    return this.#timers.length;
  }

  /** Lets so much time pass, timer by timer, with everything that follows from each. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const [next] = this.#timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** So long something may take that a test waits for on a real disk, however busy the machine. ms */
const PATIENCE_MS = 20_000;

/** Lets promises and disk work come to rest: turns of the loop until none of it is left, and a few more. */
export async function settle(): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let quiet = 0; quiet < 12 && performance.now() < deadline; quiet++) {
    await turn();
    if (process.getActiveResourcesInfo().some((one) => /^(FSReq|CloseReq)/.test(one))) quiet = -1;
  }
}

/** Turns of the loop until something holds; the test's own assertion tells what did not. */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds() && performance.now() < deadline) await turn();
}

function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

/** What a scripted answer may be. */
export type Script = (request: Outgoing, progress: Progress) => Promise<Incoming> | Incoming;

/** Answers by script, media lifted as the real one does it; keeps what it was asked. */
export class ScriptedClient implements Client {
  readonly asked: Outgoing[] = [];
  script: Script = () => json(200, {});
  readonly #folder: string;
  readonly #now: () => number;

  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  async send(request: Outgoing, progress: Progress): Promise<Incoming> {
    this.asked.push(request);
    const sentAt = this.#now();
    const given = await this.script(request, progress);
    // A script that names no instants means this one.
    const timed = given.head.gotAt > 0 ? {} : { sentAt, gotAt: this.#now() };
    const answer = { ...given, head: { ...given.head, ...timed } };
    const lift = new Lift({
      names: request.lift ?? [],
      fileOf: (index) => partialOf(join(this.#folder, `${request.id}.${index}`)),
    });
    if (answer.text === null || answer.head.status >= 400) return answer;
    let text = "";
    await lift.push(Buffer.from(answer.text), (piece) => {
      text += piece.toString();
      return null;
    });
    return { ...answer, text, lifted: lift.lifted };
  }

  async close(): Promise<void> {}
}

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Incoming {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const head = {
    status,
    headers: { "content-type": "application/json", ...headers },
    sentAt: 0,
    gotAt: 0,
    quick: true,
  };
  return { head, text, file: null, bytes: text.length, sniffed: "application/json", attempts: 1 };
}

/** A ledger that lets everything pass and remembers what it was told. */
export class OpenLedger implements Ledger {
  readonly freed: string[] = [];
  wait: Wait | null = null;
  firstAt: number | null = null;
  shown: (claim: Claim) => Meter[] = () => [];
  readonly #listeners = new Set<() => void>();
  together = <T>(work: () => T): T => work();
  eventually = (work: () => void, done: () => void): void => {
    work();
    done();
  };
  reserve = () => ({ granted: true }) as const;
  reserveAlike = () => true;
  leave = () => {};
  sent = () => {};
  settle = () => [];
  lost = () => {};
  abandon = () => {};
  refund = () => {};
  occupy = () => {};
  free = (holder: string): void => void this.freed.push(holder);
  reconcileSlots = () => {};
  meters = (claim: Claim): Meter[] => this.shown(claim);
  preview = (_claim: Claim, _count: number, now: number) => ({
    firstAt: this.firstAt ?? now,
    lastAt: this.firstAt ?? now,
    wait: this.wait,
  });
  turns(): ReadonlyMap<string, number> {
    return new Map();
  }
  tailMs = () => 0;
  tickets = (): Ticket[] => [];
  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

export interface Bench {
  readonly app: App;
  readonly ports: Ports;
  readonly clock: HandClock;
  readonly client: ScriptedClient;
  readonly ledger: OpenLedger;
  readonly keys: Map<string, string>;
  readonly logged: string[];
  /** Sends and returns the exchange's id; throws with the problems where the form does not let it. */
  send(
    providerId: string,
    actionId: string,
    values?: Record<string, string | number | boolean | null>,
  ): string;
  card(id: string): CardView;
  /** Another process over the same stores. */
  another(owner: string): App;
  close(): Promise<void>;
}

/** An app on a bench. */
export function bench(more: Partial<Ports> = {}): Bench {
  const folder = mkdtempSync(join(tmpdir(), "headroom-bench-"));
  const clock = new HandClock();
  const client = new ScriptedClient(folder, clock.now);
  const ledger = new OpenLedger();
  const database = new Database({ path: ":memory:", migrations: schema, now: clock.now });
  const results = new SqliteResults(database, folder);
  const texts = new Map<string, string>();
  const keys: Keys = {
    read: async (id) => texts.get(id) ?? null,
    store: async (id, text) => void texts.set(id, text),
    forget: async (id) => void texts.delete(id),
    known: () => texts.values(),
  };
  const logged: string[] = [];
  const ports: Ports = {
    profiles,
    accounts: new SqliteAccounts(database),
    ledger,
    exchanges: new SqliteExchanges(database),
    jobs: new SqliteJobs(database),
    results,
    together: (work, lasting) => (lasting ? database.lasting(work) : database.transaction(work)),
    isPassing,
    client,
    keys,
    simulator: {
      baseOf: async (id) => `http://127.0.0.1:7/${id}`,
      keyOf: async (id) => `${id}-simulated-key`,
    },
    files: new ResultFiles(results),
    clock,
    ...voice,
    owner: "one",
    log: (level, line) => void logged.push(`${level} ${line}`),
    ...more,
  };
  const app = createApp(ports);
  const apps = [app];
  return {
    app,
    ports,
    clock,
    client,
    ledger,
    keys: texts,
    logged,
    send(providerId, actionId, values = {}) {
      app.receive({ type: "chooseProvider", providerId });
      app.receive({ type: "chooseAction", actionId });
      const before = new Set(app.history.list({ limit: 500 }).map((one) => one.id));
      app.receive({ type: "send", actionId, values });
      const made = app.history.list({ limit: 500 }).find((one) => !before.has(one.id));
      if (made === undefined) throw new Error(JSON.stringify(app.snapshot().form?.problems));
      return made.id;
    },
    card(id) {
      const card = app.snapshot().cards.find((one) => one.id === id);
      if (card === undefined) throw new Error(`no card ${id}\n${logged.join("\n")}`);
      return card;
    },
    another(owner) {
      const other = createApp({ ...ports, owner });
      apps.push(other);
      return other;
    },
    async close() {
      for (const one of apps) {
        const stopping = one.stop();
        await clock.pass(3_000);
        await stopping;
      }
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
