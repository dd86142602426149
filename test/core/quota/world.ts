// A whole run in virtual time: asks, network, model server, answers. Returns when the work was done, what was refused, and what
// the optimum would have been. It must not read a clock.
import { diagnose } from "../../../src/core/quota/diagnosis.ts";
import type { Ask, Finding } from "../../../src/core/quota/ledger.ts";
import { type Claim, LANES, type Lane } from "../../../src/core/quota/model.ts";
import { Database } from "../../../src/store/database.ts";
import { SqlLedger } from "../../../src/store/ledger.ts";
import { schema } from "../../../src/store/schema.ts";
import { Agenda } from "./agenda.ts";
import type { ModelServer } from "./model-server.ts";

/** One piece of work. */
export interface Item {
  readonly claim: Claim;
  readonly call: string;
  readonly lane: Lane;
}

export interface World {
  readonly server: ModelServer;
  readonly items: readonly Item[];
  /** Our clock at the start. Epoch ms. */
  readonly startAt: number;
  /** The server's clock minus ours. ms */
  readonly skewMs: number;
  /** One way, for each request there and back. ms */
  readonly delay: () => number;
  /** One for each process; item by item they take turns. Default a fresh one. */
  readonly ledgers?: readonly SqlLedger[];
  /** Whether the ledgers lie in one database, so that a change in one wakes all. Default false. */
  readonly shared?: boolean;
  /** Requests that others send to the same server. Our clock, epoch ms. */
  readonly others?: readonly number[];
}

export interface Run {
  readonly endAt: number;
  readonly refusals: number;
  /** When each item was admitted, by index. Our clock. */
  readonly admittedAt: readonly number[];
  readonly findings: readonly Finding[];
}

/** A fresh ledger in memory. */
export function freshLedger(): SqlLedger {
  return ledgersIn(1, null)[0]!;
}

/** Ledgers of so many processes in one database file, or, without a path, each alone in memory. */
export function ledgersIn(processes: number, file: string | null): SqlLedger[] {
  return Array.from({ length: processes }, () => {
    const database = new Database({ path: file ?? ":memory:", migrations: schema, now: () => 0 });
    return new SqlLedger({ database, random: () => 0.5 });
  });
}

/** One process: what waits in it, and its one timer. */
interface Process {
  readonly ledger: SqlLedger;
  waiting: { readonly index: number; readonly item: Item; readonly since: number; id: string }[];
  armedAt: number | null;
}

/** Does all the work; each refused item is sent again. Throws when it does not end. */
export function runWorld(world: World): Run {
  const { server, items, startAt, skewMs, delay } = world;
  const ledgers = world.ledgers ?? [freshLedger()];
  const agenda = new Agenda();
  agenda.now = startAt;
  const admittedAt: number[] = items.map(() => Number.NaN);
  let left = items.length;
  let attempt = 0;
  let waking = false;
  const findings: Finding[] = [];
  const processes = ledgers.map((ledger, n): Process => {
    const own = items.map((item, index) => ({ index, item, since: startAt, id: "" }));
    return { ledger, waiting: own.filter((one) => one.index % ledgers.length === n), armedAt: null };
  });
  for (const at of world.others ?? [])
    agenda.at(at, () => void server.arrive(Math.round(at + skewMs), "other"));
  for (const one of processes) agenda.at(startAt, () => pump(one));
  const before = server.refusals;
  for (let steps = 0; left > 0; steps++) {
    if (steps > 200_000) throw new Error("The run does not end.");
    if (!agenda.step()) throw new Error(`${left} pieces of work wait for ever.`);
  }
  return { endAt: Math.max(...admittedAt), refusals: server.refusals - before, admittedAt, findings };

  /** As the gate does it: lane by lane, the first of every kind is asked until it has to wait. */
  function pump(process: Process): void {
    const blocked = new Set<Claim>();
    const standing = new Map<Claim, number>();
    let next = Number.POSITIVE_INFINITY;
    const still: Process["waiting"] = [];
    const inOrder = process.waiting.toSorted(
      (a, b) => LANES.indexOf(a.item.lane) - LANES.indexOf(b.item.lane),
    );
    for (const one of inOrder) {
      const { claim, lane } = one.item;
      const first = !blocked.has(claim);
      if (!first) {
        // The gate lets those behind stand in line as well, up to a number.
        const inLine = (standing.get(claim) ?? 0) + 1;
        standing.set(claim, inLine);
        if (one.id !== "" || inLine > 64) {
          still.push(one);
          continue;
        }
      }
      one.id ||= `ask ${attempt++}`;
      const ask: Ask = { id: one.id, claim, lane, since: one.since, holder: null, title: "" };
      const decision = process.ledger.reserve(ask, agenda.now);
      if (decision.granted) {
        fly(process, one);
        continue;
      }
      still.push(one);
      if (!first) continue;
      blocked.add(claim);
      if (decision.wait.until !== null) next = Math.min(next, Math.max(decision.wait.until, agenda.now + 1));
    }
    process.waiting = still;
    const { armedAt } = process;
    if (!Number.isFinite(next) || (armedAt !== null && next >= armedAt && armedAt > agenda.now)) return;
    process.armedAt = next;
    agenda.at(next, () => pump(process));
  }

  /** The signal from process to process, a millisecond after a change. */
  function wake(): void {
    if (world.shared !== true || waking) return;
    waking = true;
    agenda.at(agenda.now + 1, () => {
      waking = false;
      for (const one of processes) pump(one);
    });
  }

  function fly(process: Process, { index, item, id, since }: Process["waiting"][number]): void {
    const sentAt = agenda.now;
    const arrivesAt = sentAt + delay();
    wake();
    agenda.at(arrivesAt, () => {
      const answer = server.arrive(Math.floor(arrivesAt + skewMs), item.call);
      const gotAt = Math.ceil(arrivesAt + delay());
      agenda.at(gotAt, () => {
        const head = { status: answer.status, headers: answer.headers, sentAt, gotAt, quick: true };
        const meters = process.ledger.meters(item.claim, gotAt);
        const refusal = diagnose({ head, body: undefined, rules: [], dialect: null, meters });
        findings.push(...process.ledger.settle(id, head, refusal, gotAt));
        wake();
        if (answer.status === 200) {
          admittedAt[index] = arrivesAt;
          left--;
        } else process.waiting.unshift({ index, item, since, id: "" });
        pump(process);
      });
    });
  }
}

/** When the last of `count` is admitted if everything were known, starting on the server's clock at `startAt`. */
export function bestFixed(count: number, limit: number, lengthMs: number, startAt: number): number {
  const windows = Math.ceil(count / limit) - 1;
  return windows === 0 ? startAt : (Math.floor(startAt / lengthMs) + windows) * lengthMs;
}

/** The same for a sliding quota window. */
export function bestSliding(count: number, limit: number, lengthMs: number, startAt: number): number {
  return startAt + (Math.ceil(count / limit) - 1) * lengthMs;
}
