// The whole app over real stores, ledger, client and simulator, as an editor window has it; for the tests of the main
// job. Quota windows and jobs are shortened on both sides.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyReader } from "../../src/app/accounts.ts";
import type { App, AppIntent } from "../../src/app/api.ts";
import { createApp } from "../../src/app/app.ts";
import type { Clock, Keys, Ports } from "../../src/app/ports.ts";
import type { Profile } from "../../src/core/profile/schema.ts";
import { type ClientOptions, UndiciClient } from "../../src/net/client.ts";
import { diagnoseBy } from "../../src/net/diagnose.ts";
import { plainSettings } from "../../src/net/settings.ts";
import type { CardView, FormValue, Snapshot } from "../../src/protocol/snapshot.ts";
import { snapshotSchema } from "../../src/protocol/snapshot.ts";
import { loadProfiles } from "../../src/providers/registry.ts";
import type { Simulator } from "../../src/simulator/server.ts";
import { SqliteAccounts } from "../../src/store/accounts.ts";
import { Database } from "../../src/store/database.ts";
import { SqliteExchanges } from "../../src/store/exchanges.ts";
import { ResultFiles } from "../../src/store/files.ts";
import { SqliteJobs } from "../../src/store/jobs.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { SqliteResults } from "../../src/store/results.ts";
import { schema } from "../../src/store/schema.ts";
import { LoopbackSignal } from "../../src/store/signal.ts";
import { isPassing } from "../../src/store/sqlite-errors.ts";
import { voice } from "../harness/voice.ts";

export type ProviderId = "soundpiece" | "sauti" | "voicedub" | "sync" | "vocabusta";

const clock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A place on disk and a simulator, which outlive an editor window. */
export interface Ground {
  readonly folder: string;
  readonly simulator: Simulator;
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Asks or orders at the simulator's control address. */
  control(path: string, order?: unknown): Promise<unknown>;
  charges(providerId: ProviderId): Promise<number>;
  log(providerId: ProviderId): Promise<{ method: string; path: string; status: number; at: number }[]>;
  close(): Promise<void>;
}

/** Starts a simulator whose jobs are twenty times as fast, and makes a storage folder. Quota windows as published. */
export async function ground(timeScale = 0.05, quotaWindowMs: number | null = null): Promise<Ground> {
  // Not loaded by a child process that only opens an editor window.
  const { startSimulator } = await import("../../src/simulator/server.ts");
  const folder = await mkdtemp(join(tmpdir(), "headroom-app-"));
  const simulator = await startSimulator({ timeScale });
  const { url, token } = simulator.control;
  const control = async (path: string, order?: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}/${path}`, {
      method: order === undefined ? "GET" : "POST",
      headers: { "x-sim-token": token, "content-type": "application/json" },
      ...(order === undefined ? {} : { body: JSON.stringify(order) }),
    });
    return answer.json();
  };
  if (quotaWindowMs !== null)
    for (const provider of Object.keys(simulator.accounts)) await control("set", { provider, quotaWindowMs });
  return {
    folder,
    simulator,
    profiles: quicker(await loadProfiles(), quotaWindowMs),
    control,
    charges: async (id) =>
      ((await control("state")) as Record<string, { charges: { count: number } }>)[id]?.charges.count ?? -1,
    log: async (id) => (await control(`log?provider=${id}`)) as Awaited<ReturnType<Ground["log"]>>,
    close: async () => {
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Polls follow each other faster, and backoff is short: the simulated jobs take no longer. */
function quicker(
  profiles: ReadonlyMap<string, Profile>,
  quotaWindowMs: number | null,
): ReadonlyMap<string, Profile> {
  const text = JSON.stringify([...profiles], (name, value: unknown) => {
    if (name === "intervalMs" || name === "minimumIntervalMs") return 40;
    if (name === "jitterMs") return 5;
    if (name === "typicalMs") return 80;
    if (name === "quotaWindowMs") return quotaWindowMs ?? value;
    return name === "baseMs" ? 20 : value;
  });
  return new Map(JSON.parse(text) as [string, Profile][]);
}

/** One editor window's app. */
export interface EditorWindow {
  readonly app: App;
  readonly ports: Ports;
  send(providerId: ProviderId, actionId: string, values?: Record<string, FormValue>): Promise<string>;
  do(intent: AppIntent): void;
  /** The card with this id once the condition holds; fails after the time with what stands there. */
  card(id: string, holds: (card: CardView) => boolean, withinMs?: number): Promise<CardView>;
  snapshot(): Snapshot;
  files(): Promise<string[]>;
  readonly logged: string[];
  close(): Promise<void>;
  /** Ends it as a crash would: nothing is put right, leases go stale. */
  crash(): Promise<void>;
}

/** Opens an editor window over a ground. */
export function open(
  place: Pick<Ground, "folder" | "profiles"> & { readonly simulator: Pick<Simulator, "accounts"> },
  more: Partial<Ports> = {},
  owner = "w1",
  net: Partial<ClientOptions> = {},
): EditorWindow {
  const { folder, simulator } = place;
  const profiles = more.profiles ?? place.profiles;
  const database = new Database({ path: join(folder, "headroom.db"), migrations: schema, now: clock.now });
  const signal = new LoopbackSignal(database);
  const ledger = new SqlLedger({ database, signal, dialect: (id) => profiles.get(id)?.headers ?? null });
  const results = new SqliteResults(database, join(folder, "results"));
  const keys = more.keys ?? memoryKeys();
  const sim = {
    baseOf: async (id: string) => simulator.accounts[id as ProviderId].url,
    keyOf: async (id: string) => simulator.accounts[id as ProviderId].key,
    ...more.simulator,
  };
  const client = new UndiciClient({
    ledger,
    clock,
    keyOf: keyReader(keys, sim),
    settings: () => plainSettings,
    diagnose: diagnoseBy((id) => profiles.get(id) ?? null, ledger),
    spillFolder: results.folder,
    ...net,
  });
  const logged: string[] = [];
  const ports: Ports = {
    profiles,
    accounts: new SqliteAccounts(database, signal),
    ledger,
    exchanges: new SqliteExchanges(database, signal),
    jobs: new SqliteJobs(database, signal),
    results,
    together: (work, lasting) => (lasting ? database.lasting(work) : database.transaction(work)),
    isPassing,
    client,
    keys,
    simulator: sim,
    files: new ResultFiles(results),
    clock,
    ...voice,
    owner,
    log: (level, line) => void logged.push(`${level} ${line}`),
    ...more,
  };
  const app = createApp(ports);
  const snapshot = () => snapshotSchema.parse(app.snapshot());
  const stop = async (tidy: boolean) => {
    if (tidy) await app.stop();
    await client.close();
    if (!tidy) await app.stop();
    ledger.close();
    signal.close();
    database.close();
  };
  return {
    app,
    ports,
    logged,
    snapshot,
    async send(providerId, actionId, values = {}) {
      app.receive({ type: "chooseProvider", providerId });
      app.receive({ type: "chooseAction", actionId });
      const before = new Set(app.history.list({ limit: 1000 }).map((one) => one.id));
      app.receive({ type: "send", actionId, values });
      const made = app.history.list({ limit: 1000 }).find((one) => !before.has(one.id));
      if (made === undefined) throw new Error(`not sent: ${JSON.stringify(snapshot().form?.problems)}`);
      return made.id;
    },
    do: (intent) => app.receive(intent),
    async card(id, holds, withinMs = 8_000) {
      const end = Date.now() + withinMs;
      for (;;) {
        const card = snapshot().cards.find((one) => one.id === id);
        if (card !== undefined && holds(card)) return card;
        if (Date.now() > end)
          throw new Error(`${JSON.stringify(card, null, 1)}\n${logged.join("\n")}\n${app.whyOf(id)?.text}`);
        await new Promise((done) => setTimeout(done, 15));
      }
    },
    files: () => readdir(results.folder),
    close: () => stop(true),
    crash: () => stop(false),
  };
}

/** Keys in memory, as the editor's SecretStorage keeps them. */
export function memoryKeys(): Keys {
  const texts = new Map<string, string>();
  return {
    read: async (id) => texts.get(id) ?? null,
    store: async (id, text) => void texts.set(id, text),
    forget: async (id) => void texts.delete(id),
    known: () => texts.values(),
  };
}

/** Whether a card has ended or waits for a person. */
export const settled = (card: CardView): boolean =>
  ["succeeded", "failed", "cancelled", "unknown", "lost", "decide"].includes(card.state);
