// A real client with a real ledger against the simulator, with quota windows short enough for a test.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { claimFor } from "../../src/core/profile/claim.ts";
import type { Profile } from "../../src/core/profile/schema.ts";
import type { Claim } from "../../src/core/quota/model.ts";
import type { Incoming, Outgoing } from "../../src/core/wire.ts";
import { UndiciClient } from "../../src/net/client.ts";
import { diagnoseBy } from "../../src/net/diagnose.ts";
import { plainSettings } from "../../src/net/settings.ts";
import { loadProfiles } from "../../src/providers/registry.ts";
import type { ProviderId } from "../../src/simulator/accounts.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";
import { LoopbackSignal } from "../../src/store/signal.ts";
import { listen, outgoing, realClock } from "../net/tools.ts";

export interface PacedOptions {
  /** Length of every quota window, or by policy, on both sides. ms */
  readonly quotaWindowMs?: number | Readonly<Record<string, number>>;
  /** Limits by policy, on both sides. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly planId?: string;
  /** More settings of the simulated vendor. */
  readonly settings?: Record<string, unknown>;
  readonly timeScale?: number;
  /** Default: in memory, for this client alone. */
  readonly databasePath?: string;
}

/** One request as the simulator saw it. */
export interface Seen {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** 0 where the connection was cut before the answer. */
  readonly status: number;
}

export interface Simulation {
  readonly url: string;
  readonly key: string;
  /** What the simulator was asked, oldest first. */
  log(): Promise<Seen[]>;
  /** When it took the accepted requests of these paths, ascending. Epoch ms. */
  accepted(path: RegExp): Promise<number[]>;
  refused(): Promise<number>;
  charges(): Promise<number>;
  order(fault: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

export interface Paced extends Simulation {
  readonly ledger: SqlLedger;
  readonly client: UndiciClient;
  call(method: string, path: string, more?: Partial<Outgoing>): Promise<Incoming>;
}

/** Starts a simulator and a client for one provider. */
export async function paced(providerId: ProviderId, options: PacedOptions = {}): Promise<Paced> {
  const simulation = await simulate(providerId, options);
  const side = clientSide(await profileOf(providerId), simulation.url, simulation.key, options);
  const close = async () => {
    await side.close();
    await simulation.close();
  };
  return { ...simulation, ...side, close };
}

/** A built-in profile. */
export async function profileOf(providerId: string): Promise<Profile> {
  const profile = (await loadProfiles()).get(providerId);
  if (profile === undefined) throw new Error(`no profile ${providerId}`);
  return profile;
}

/** Starts the simulator in a process of its own, as it is in life: shared time would distort both sides. */
export async function simulate(providerId: ProviderId, options: PacedOptions): Promise<Simulation> {
  const { quotaWindowMs, limits, settings, timeScale } = options;
  const set = {
    ...settings,
    provider: providerId,
    ...(quotaWindowMs === undefined ? {} : { quotaWindowMs: camel(quotaWindowMs) }),
    ...(limits === undefined ? {} : { limits: camel(limits) }),
  };
  const main = join(import.meta.dirname, "..", "..", "src", "simulator", "main.ts");
  const scale = String(timeScale ?? 1);
  const given = [main, "--port", "0", "--time-scale", scale, "--set", JSON.stringify(set)];
  const child = spawn(process.execPath, given, { stdio: ["ignore", "pipe", "inherit"] });
  const line = await firstLine(child);
  const said = JSON.parse(line) as Record<string, { url: string; key: string; token: string }>;
  const [account, control] = [said[providerId], said.control];
  if (account === undefined || control === undefined) throw new Error(`The simulator said ${line}`);
  const ask = async (path: string, order?: unknown): Promise<unknown> => {
    const answer = await fetch(`${control.url}/${path}`, {
      method: order === undefined ? "GET" : "POST",
      headers: { "x-sim-token": control.token, "content-type": "application/json" },
      ...(order === undefined ? {} : { body: JSON.stringify(order) }),
    });
    return answer.json();
  };
  const log = async () => (await ask(`log?provider=${providerId}`)) as Seen[];
  const state = async () =>
    ((await ask("state")) as Record<string, { charges: { count: number } }>)[providerId];
  return {
    url: account.url,
    key: account.key,
    log,
    accepted: async (path) =>
      (await log())
        .filter((one) => path.test(`${one.method} ${one.path}`) && one.status < 400)
        .map((one) => one.at)
        .sort((a, b) => a - b),
    refused: async () => (await log()).filter((one) => one.status === 429).length,
    charges: async () => (await state())?.charges.count ?? 0,
    order: async (fault) => {
      await ask("faults", { provider: providerId, ...fault });
    },
    close: async () => {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}

/** The simulator writes the policy that the profile calls write-minute as writeMinute. */
function camel<T extends number | Readonly<Record<string, number>>>(byPolicy: T) {
  if (typeof byPolicy === "number") return byPolicy;
  const entries = Object.entries(byPolicy).map(([id, value]) => [
    id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries) as Record<string, number>;
}

/** The client's side alone, for tests in which several processes share one simulator. */
export function clientSide(profile: Profile, url: string, key: string, options: PacedOptions) {
  // Closed with its client.
  const database = new Database({
    path: options.databasePath ?? ":memory:",
    migrations: schema,
    now: Date.now,
  });
  const signal = options.databasePath === undefined ? null : new LoopbackSignal(database);
  const ledger = new SqlLedger({ database, signal, dialect: () => profile.headers });
  const client = new UndiciClient({
    ledger,
    clock: { ...realClock, random: Math.random },
    keyOf: async () => key,
    settings: () => plainSettings,
    diagnose: diagnoseBy(() => profile, ledger),
    spillFolder: null,
  });
  const origin = new URL(url).origin;
  const { header, prefix } = profile.auth;
  const call = (method: string, path: string, more: Partial<Outgoing> = {}): Promise<Incoming> =>
    client.send(
      outgoing(url + path, {
        // Several processes share one ledger: a name of theirs must not be another's.
        id: randomUUID(),
        method,
        claim: claim(profile, method, path.split("?")[0] ?? path, options),
        auth: { keyId: "k", header, prefix, origin },
        retry: profile.retry,
        quick: true,
        ...more,
      }),
      listen(),
    );
  const close = async () => {
    await client.close();
    ledger.close();
    signal?.close();
    database.close();
  };
  return { ledger, client, call, close };
}

function claim(profile: Profile, method: string, path: string, options: PacedOptions): Claim {
  const lengths = options.quotaWindowMs;
  const overrides = profile.policies.flatMap((policy) => {
    const length = typeof lengths === "number" ? lengths : lengths?.[policy.id];
    if (policy.type !== "rate" || policy.quotaWindowMs === null) return [];
    return [
      {
        policyId: policy.id,
        limit: options.limits?.[policy.id] ?? policy.limit,
        quotaWindowMs: length ?? policy.quotaWindowMs,
        evidence: "published" as const,
        setAt: 0,
      },
    ];
  });
  return claimFor(profile, { id: "a", planId: options.planId ?? null, overrides }, "k", method, path);
}

/** How much later than its earliest instant each accepted request came, in a sliding quota window. ms */
export function slackOf(accepted: readonly number[], limit: number, quotaWindowMs: number): number[] {
  return accepted.slice(limit).map((at, index) => at - (accepted[index] ?? 0) - quotaWindowMs);
}
