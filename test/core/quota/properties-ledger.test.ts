// The real ledger in SQLite and the real gates of two processes under anything that may happen: the rules of the arithmetic hold for
// the whole. FC_RUNS multiplies the runs.
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { Claim } from "../../../src/core/quota/model.ts";
import { decode } from "../../../src/core/quota/state.ts";
import type { Clock } from "../../../src/net/clock.ts";
import { Pass } from "../../../src/net/pass.ts";
import { Gate } from "../../../src/net/throttle.ts";
import type { Signal } from "../../../src/store/changes.ts";
import { Database } from "../../../src/store/database.ts";
import { SqlLedger } from "../../../src/store/ledger.ts";
import { schema } from "../../../src/store/schema.ts";
import { temporaryFolder } from "../../harness/paths.ts";
import { TestHeld } from "../../net/test-held.ts";
import { HandClock, turn } from "../../net/tools.ts";
import { type ModelHeaders, type ModelKind, ModelServer } from "./model-server.ts";

const TIMES = Number(process.env.FC_RUNS ?? 1);
const WAY_MS = 10;
const ORIGIN = "http://x";
const CRASH_IS_FOUND_MS = 700;

interface Request {
  readonly gapMs: number;
  readonly process: number;
  /** Which of the policies counts it besides the first. */
  readonly second: boolean;
  readonly fate: "answered" | "lost" | "never left" | "cancelled" | "crash";
  readonly laterMs: number;
}

interface Plan {
  readonly kinds: readonly ModelKind[];
  readonly limit: number;
  readonly headers: ModelHeaders;
  readonly requests: readonly Request[];
}

interface Process {
  readonly name: string;
  /** Stands still for one that is dead. */
  readonly clock: Clock;
  readonly database: Database;
  readonly ledger: SqlLedger;
  readonly gate: Gate;
  dead: boolean;
}

interface Followed {
  readonly process: Process;
  readonly stop: AbortController;
  went: number;
  failed: number;
}

const request: fc.Arbitrary<Request> = fc.record({
  gapMs: fc.oneof(fc.constant(0), fc.nat(400)),
  process: fc.nat(1),
  second: fc.boolean(),
  fate: fc.oneof(
    { weight: 8, arbitrary: fc.constant("answered" as const) },
    { weight: 3, arbitrary: fc.constantFrom("lost" as const, "never left" as const, "cancelled" as const) },
    { weight: 1, arbitrary: fc.constant("crash" as const) },
  ),
  laterMs: fc.nat(600),
});
const plan: fc.Arbitrary<Plan> = fc.record({
  kinds: fc.array(fc.constantFrom<ModelKind>("fixed", "sliding", "bucket", "fixedFromFirst"), {
    minLength: 2,
    maxLength: 2,
  }),
  limit: fc.integer({ min: 1, max: 4 }),
  headers: fc.constantFrom<ModelHeaders>("mostRestrictive", "retryAfter", "none"),
  requests: fc.array(request, { minLength: 1, maxLength: 16, size: "max" }),
});

/** A signal among ledgers of this process; who is dead hears nothing. */
function signals(): (isDead: () => boolean) => Signal {
  const listeners = new Set<() => void>();
  return (isDead) => ({
    announce: () => queueMicrotask(() => void [...listeners].map((one) => one())),
    onChange: (listener) => {
      const heard = () => void (isDead() || listener());
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    others: () => 1,
  });
}

async function play({ kinds, limit, headers, requests }: Plan) {
  const file = path.join(temporaryFolder("properties"), "ledger.db");
  const clock = new HandClock();
  const lengths = [1000, 2000];
  const limits = kinds.map((kind, i) => ({ name: `p${i}`, kind, limit: limit + i, lengthMs: lengths[i]! }));
  const server = new ModelServer([limits[0]!, { ...limits[1]!, calls: ["both"] }], headers);
  const parts = limits.map(({ name, kind, limit: own, lengthMs }) => ({
    partition: `p/${name}`,
    cost: 1,
    policy: {
      ...({
        type: "rate",
        id: name,
        title: "",
        noun: "",
        refusedCount: false,
        evidence: "published",
      } as const),
      kind: kind as "fixed",
      limit: own,
      quotaWindowMs: lengthMs,
    },
  }));
  const claims: readonly Claim[] = [
    { accountId: "a", parts: parts.slice(0, 1) },
    { accountId: "a", parts },
  ];
  const signal = signals();
  const processes: Process[] = ["A", "B"].map((name, i) => {
    const isDead = () => processes[i]!.dead;
    const own: Clock = {
      now: () => clock.now(),
      random: () => 0.5,
      after: (ms, run) => clock.after(ms, () => void (isDead() || run())),
    };
    const database = new Database({ path: file, migrations: schema, now: own.now });
    const alive = () => !processes[1 - i]!.dead;
    const ledger = new SqlLedger({ database, signal: signal(isDead), random: own.random, alive });
    return { name, clock: own, database, ledger, gate: new Gate({ ledger, clock: own }), dead: false };
  });
  const all: Followed[] = [];
  for (const [i, one] of requests.entries()) {
    await clock.advance(one.gapMs);
    const process = processes[one.process]!;
    if (process.dead) continue;
    if (one.fate === "crash") await crash(process);
    else hold(i, one, process);
  }
  for (let left = 400; left > 0 && open().length > 0; left--) await clock.advance(100);
  assert.equal(open().length, 0, "somebody waits for ever");
  await clock.advance(5000);
  const { database, ledger } = processes.find((one) => !one.dead) ?? processes[0]!;
  const states = database
    .prepare("SELECT state FROM partitions")
    .all()
    .map((row) => decode(String(row.state)));
  const tickets = ledger.tickets().filter((one) => one.own).length;
  const armed = processes.filter((one) => !one.dead && one.gate.armed).length;
  for (const one of processes) {
    one.ledger.close();
    one.database.close();
  }
  return { server, all, states, tickets, armed };

  function open(): Followed[] {
    return all.filter((one) => !one.process.dead && one.went + one.failed === 0);
  }

  function hold(i: number, { fate, second, laterMs }: Request, process: Process): void {
    const { gate, name } = process;
    const claim = claims[second ? 1 : 0]!;
    const followed: Followed = { process, stop: new AbortController(), went: 0, failed: 0 };
    all.push(followed);
    const ask = {
      id: `${name}.${i}`,
      claim,
      lane: "batch",
      since: clock.now(),
      holder: null,
      title: "",
    } as const;
    const watch = { waiting: () => {}, sending: () => {}, learned: () => {}, trouble: () => {} };
    const pass = new Pass({ ask, origin: ORIGIN, order: i, lane: 2, watch, bookings: gate.bookings });
    const over = () => {
      pass.ended();
      gate.landed(held);
    };
    const go = () => {
      assert.ok(!process.dead, "a dead process sends");
      assert.ok(!followed.stop.signal.aborted, "a cancelled one goes");
      followed.went++;
      if (fate === "never left") process.clock.after(1, over);
      else send();
    };
    const send = () => {
      pass.sent();
      const sentAt = clock.now();
      if (fate === "cancelled") followed.stop.signal.addEventListener("abort", over);
      clock.after(WAY_MS, () => {
        const answer = server.arrive(clock.now(), second ? "both" : "first");
        if (fate === "lost") process.clock.after(laterMs, over);
        else
          process.clock.after(WAY_MS, () => {
            if (followed.stop.signal.aborted) return;
            pass.answered();
            pass.settle({ ...answer, sentAt, gotAt: clock.now(), quick: true }, null);
            gate.landed(held);
          });
      });
    };
    const held = new TestHeld(pass, followed.stop.signal, go, () => followed.failed++);
    gate.hold(held);
    if (fate === "cancelled") process.clock.after(laterMs, () => followed.stop.abort());
  }

  /** From one instant to the next the process does nothing more; the other one finds out later. */
  async function crash(process: Process): Promise<void> {
    const other = processes.find((one) => one !== process)!;
    if (other.dead) return;
    // What its event loop has at hand cannot be taken from it.
    for (let turns = 0; turns < 4; turns++) await turn();
    process.dead = true;
    clock.after(CRASH_IS_FOUND_MS, () => {
      for (const claim of claims) other.ledger.abandon(`${process.name}.`, claim, clock.now());
      other.gate.wake();
    });
  }
}

test("through the ledger and the gates the server never refuses, and everybody goes once or fails once", () =>
  fc.assert(
    fc.asyncProperty(plan, async (one) => {
      const { server, all, states, tickets, armed } = await play(one);
      assert.equal(server.refusals, 0);
      for (const { process, went, failed } of all)
        if (!process.dead) assert.equal(went + failed, 1, `went ${went} times, failed ${failed} times`);
      for (const { flying } of states) assert.deepEqual(flying, [], "a reservation is lost or doubled");
      assert.equal(tickets, 0);
      assert.equal(armed, 0);
      await turn();
    }),
    { numRuns: Math.ceil(TIMES * 150) },
  ));
