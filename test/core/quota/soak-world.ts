// Weeks of mixed traffic on one provider in virtual time: the real profile's claims, the ledger in a file shared by two processes, a
// server whose clock is off and drifts. It tells what each day was like; it must not judge, and reads no clock.
import path from "node:path";
import { claimFor } from "../../../src/core/profile/claim.ts";
import type { Profile } from "../../../src/core/profile/schema.ts";
import { type ClockState, NO_CLOCK, thetaAt } from "../../../src/core/quota/clock.ts";
import type { Claim, Lane, RatePolicy } from "../../../src/core/quota/model.ts";
import { Database } from "../../../src/store/database.ts";
import { SqlLedger } from "../../../src/store/ledger.ts";
import { schema } from "../../../src/store/schema.ts";
import { temporaryFolder } from "../../harness/paths.ts";
import { type ModelHeaders, type ModelLimit, ModelServer } from "./model-server.ts";
import { bestFixed, bestSliding, type Item, runWorld } from "./world.ts";

const START = Date.UTC(2026, 10, 1);
const DAY_MS = 86_400_000;
/** The server's clock runs faster than ours, by so much in all. ms a ms */
const DRIFT = 15e-6;
const SKEW_MS = 1_300;
/** One way. ms */
const WAY_MS = [8, 30] as const;

/** How a provider is used, and what its server does where the profile does not say. */
export interface Use {
  readonly providerId: string;
  readonly planId?: string;
  /** What is sent all day, and the one that binds once a day. */
  readonly send: readonly [method: string, path: string];
  readonly poll: readonly [method: string, path: string];
  /** The policy that binds, and how many sends in one go; every one of them is asked at once. */
  readonly binding: string;
  readonly burst: number;
  /** On which days it is that many; on others a tenth. Default every day. */
  readonly everyDays?: number;
  readonly headers: ModelHeaders;
  readonly unknown?: {
    readonly kind: "fixed" | "sliding";
    readonly limit: number;
    readonly lengthMs: number;
  };
}

/** One day as it was. */
export interface Day {
  readonly requests: number;
  readonly refusals: number;
  /** The end of the day's burst after the optimum, and the optimum. ms */
  readonly lateMs: number;
  readonly bestMs: number;
  /** Whether the server's true offset lies in the interval that is known, and how wide that is; null where nothing is. ms */
  readonly clockHolds: boolean;
  readonly doubtMs: number | null;
  readonly rows: number;
  readonly bytes: number;
}

/** Plays so many days; the sessions of a day are spread over it. */
export function soak(profile: Profile, use: Use, days: number): Day[] {
  const file = path.join(temporaryFolder("soak"), "ledger.db");
  const open = () => new Database({ path: file, migrations: schema, now: () => 0 });
  const databases = [open(), open()];
  const ledgers = databases.map(
    (database) => new SqlLedger({ database, random: () => 0.5, dialect: () => profile.headers }),
  );
  const account = { id: "a", planId: use.planId ?? null, overrides: [] };
  const claims = new Map<string, Claim>();
  const item = ([method, route]: Use["send"], lane: Lane): Item => {
    const call = `${method} ${route}`;
    const claim = claims.get(call) ?? claimFor(profile, account, "k", method, route);
    claims.set(call, claim);
    return { claim, call, lane };
  };
  const items = (sends: number, polls: number) => [
    ...Array.from({ length: sends }, () => item(use.send, "batch")),
    ...Array.from({ length: polls }, () => item(use.poll, "poll")),
  ];
  items(1, 1);
  const server = new ModelServer(limitsOf(claims, use), use.headers);
  const random = chance();
  const delay = () => WAY_MS[0] + random() * (WAY_MS[1] - WAY_MS[0]);
  let requests = 0;
  const play = (startAt: number, work: readonly Item[]) => {
    server.forget(startAt + SKEW_MS);
    const skewMs = Math.round(skewAt(startAt));
    requests += work.length;
    return runWorld({ server, items: work, startAt, skewMs, delay, ledgers, shared: true });
  };
  const report: Day[] = [];
  for (let day = 0; day < days; day++) {
    const dayAt = START + day * DAY_MS;
    const before = { requests, refusals: server.refusals };
    const at = (hour: number) => Math.round(dayAt + (hour + random()) * 3_600_000);
    // A morning of single sends, the burst at noon, polls of what runs, an evening of a few.
    for (const hour of [7, 8, 9]) play(at(hour), items(2, 5));
    const burstAt = at(12);
    const burst =
      day === days - 1 || day % (use.everyDays ?? 1) === 0 ? use.burst : Math.ceil(use.burst / 10);
    const best = bestMs(server, use.binding, burst, burstAt);
    const lateMs = play(burstAt, items(burst, 0)).endAt - burstAt - best;
    for (const hour of [13, 15, 17]) play(at(hour), items(1, 12));
    const endAt = at(21);
    play(endAt, items(3, 3));
    const theta = thetaAt(clockOf(databases[0]!), endAt);
    const truth = skewAt(endAt) + WAY_MS[0];
    report.push({
      requests: requests - before.requests,
      refusals: server.refusals - before.refusals,
      lateMs,
      bestMs: best,
      clockHolds: theta === null || (theta.lo <= truth + 1 && theta.hi >= truth - 1),
      doubtMs: theta === null ? null : theta.hi - theta.lo,
      ...sizeOf(databases[0]!),
    });
  }
  for (const ledger of ledgers) ledger.close();
  for (const database of databases) database.close();
  return report;
}

function skewAt(at: number): number {
  return SKEW_MS + (at - START) * DRIFT;
}

/** The server's limits: the profile's, told apart by which calls they count, or what the profile leaves open. */
function limitsOf(claims: ReadonlyMap<string, Claim>, use: Use): ModelLimit[] {
  const policies = new Map<string, RatePolicy>();
  for (const { parts } of claims.values())
    for (const { policy } of parts) if (policy.type === "rate") policies.set(policy.id, policy);
  return [...policies.values()].map(({ id, kind, limit, quotaWindowMs }): ModelLimit => {
    const calls = [...claims].filter(([, claim]) => claim.parts.some((part) => part.policy.id === id));
    const own = {
      kind: kind === "fixed" ? kind : "sliding",
      limit: limit ?? 0,
      lengthMs: quotaWindowMs ?? 0,
    } as const;
    return { name: id, calls: calls.map(([call]) => call), ...(limit === null ? (use.unknown ?? own) : own) };
  });
}

/** How long so many sends take if everything were known. */
function bestMs(server: ModelServer, binding: string, count: number, startAt: number): number {
  const bound = server.limits.find((one) => one.name === binding)!;
  const at = startAt + skewAt(startAt);
  const best = bound.kind === "fixed" ? bestFixed : bestSliding;
  return best(count, bound.limit, bound.lengthMs, at) - at;
}

function clockOf(database: Database): ClockState {
  const row = database.prepare("SELECT state FROM clocks").get();
  return row === undefined ? NO_CLOCK : { ...NO_CLOCK, ...JSON.parse(String(row.state)) };
}

/** Everything the ledger's tables hold. */
function sizeOf(database: Database): { readonly rows: number; readonly bytes: number } {
  let rows = 0;
  let bytes = 0;
  for (const table of ["partitions", "clocks", "lines", "tickets"])
    for (const row of database.prepare(`SELECT * FROM ${table}`).all()) {
      rows++;
      bytes += Object.values(row).reduce<number>((sum, one) => sum + String(one).length, 0);
    }
  return { rows, bytes };
}

/** A seeded generator; the same weeks every time. */
function chance(): () => number {
  let seed = 20_261_123;
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
}
