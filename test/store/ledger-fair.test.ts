// Fairness between processes: who wants the same gets the same, whoever asks first, and nobody is passed for ever. In virtual
// time, several ledgers on one file, judged by the model server.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { Ask } from "../../src/core/quota/ledger.ts";
import type { Claim, RatePolicy } from "../../src/core/quota/model.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";
import { temporaryFolder } from "../harness/paths.ts";

const START = Date.UTC(2026, 10, 1);
const WINDOW_MS = 6_000;
const folder = temporaryFolder("fair");
let files = 0;

function claimOf(limit: number): Claim {
  const policy: RatePolicy = {
    type: "rate",
    id: "s",
    title: "s",
    noun: "requests",
    kind: "sliding",
    limit,
    quotaWindowMs: WINDOW_MS,
    refusedCount: false,
    evidence: "published",
  };
  return { accountId: "a", parts: [{ partition: "p/account:a/s", policy, cost: 1 }] };
}

/** One process: its ledger, and what it has still to send, first first. */
interface Process {
  readonly ledger: SqlLedger;
  readonly asks: Ask[];
  /** Those that stand in line. */
  readonly standing: Set<Ask>;
  /** When it begins to ask. */
  readonly from: number;
}

interface Served {
  readonly process: number;
  readonly at: number;
  readonly id: string;
}

/** Lets processes do their work in steps of virtual time; each asks in the order given by `turn`. Answers come at once. */
function run(
  claim: Claim,
  counts: readonly number[],
  from: readonly number[],
  turn: (step: number) => number[],
) {
  const path = join(folder, `${files++}.db`);
  const databases: Database[] = [];
  const processes = counts.map((count, n): Process => {
    const database = new Database({ path, migrations: schema, now: () => START });
    databases.push(database);
    const others = { announce() {}, onChange: () => () => {}, others: () => counts.length - 1 };
    const ledger = new SqlLedger({ database, random: () => 0.5, alive: () => true, signal: others });
    const startsAt = START + (from[n] ?? 0);
    const asks = Array.from({ length: count }, (_, i): Ask => {
      const id = `${n}.${i}`;
      return { id, claim, lane: "batch", since: startsAt, holder: null, title: id };
    });
    return { ledger, asks, standing: new Set(), from: startsAt };
  });
  const served: Served[] = [];
  let now = START;
  for (let step = 0; processes.some((one) => one.asks.length > 0); step++) {
    assert.ok(step < 1_000, "the work does not end");
    let next = Number.POSITIVE_INFINITY;
    for (const n of turn(step)) {
      const { ledger, asks, standing, from: startsAt } = processes[n]!;
      if (startsAt > now) next = Math.min(next, startsAt);
      if (startsAt > now) continue;
      const go = (ask: Ask) => {
        const { id } = ask;
        const decision = ledger.reserve(ask, now);
        if (!decision.granted) {
          next = Math.min(next, Math.max(now + 1, decision.wait.until ?? Number.POSITIVE_INFINITY));
          return false;
        }
        served.push({ process: n, at: now, id });
        ledger.settle(id, { status: 200, headers: {}, sentAt: now, gotAt: now, quick: true }, null, now);
        // The others hear of it.
        next = Math.min(next, now + 1);
        return true;
      };
      while (asks[0] !== undefined && go(asks[0])) asks.shift();
      // As in the gate, those behind the first stand in line from the beginning, for others to see.
      for (const ask of asks)
        if (!standing.has(ask) && standing.add(ask) && ask !== asks[0]) assert.ok(!go(ask));
    }
    now = next;
  }
  for (const one of databases) one.close();
  return served;
}

/** Jain's index of how many of the first half each process was served. */
function jain(served: readonly Served[], processes: number): number {
  const half = served.slice(0, Math.ceil(served.length / 2));
  const counts = Array.from({ length: processes }, (_, n) => half.filter((one) => one.process === n).length);
  const sum = counts.reduce((a, b) => a + b, 0);
  return sum ** 2 / (processes * counts.reduce((a, b) => a + b * b, 0));
}

const ascending = (processes: number) => () => Array.from({ length: processes }, (_, n) => n);

for (const processes of [2, 4])
  test(`${processes} processes that want the same at once get the same, though one always asks first`, () => {
    const served = run(claimOf(10), Array(processes).fill(9), [], ascending(processes));
    assert.ok(jain(served, processes) >= 0.95, `index ${jain(served, processes)}`);
    // And none of them loses by it: the last quota window opens when it would for one alone.
    const alone = run(claimOf(10), [9 * processes], [], ascending(1));
    const late = served.at(-1)!.at - alone.at(-1)!.at;
    assert.ok(late <= 200, `${late} ms later than one process with all the work`);
  });

test("one that comes a little later than the others is made up for it in the next quota window", () => {
  const served = run(claimOf(10), [9, 9, 9, 9], [0, 0, 0, 400], ascending(4));
  const early = served.slice(0, 20);
  for (const n of [0, 1, 2, 3]) {
    const count = early.filter((one) => one.process === n).length;
    assert.ok(count >= 4, `process ${n} had ${count} of the first twenty`);
  }
});

test("a process alone among idle ones has all of a quota window a moment later", () => {
  const path = join(folder, `${files++}.db`);
  const database = new Database({ path, migrations: schema, now: () => START });
  const signal = { announce() {}, onChange: () => () => {}, others: () => 3 };
  const ledger = new SqlLedger({ database, signal });
  const claim = claimOf(10);
  const asks = Array.from({ length: 10 }, (_, i): Ask => {
    return { id: `${i}`, claim, lane: "batch", since: START, holder: null, title: "" };
  });
  const granted = (now: number) => {
    let count = 0;
    while (asks.length > 0 && ledger.reserve(asks[0]!, now).granted) {
      asks.shift();
      count++;
    }
    return count;
  };
  const first = granted(START);
  assert.equal(first, 2);
  const decision = ledger.reserve(asks[0]!, START);
  assert.ok(!decision.granted && decision.wait.cause === "ahead" && decision.wait.until === START + 100);
  assert.equal(granted(START + 100), 8);
  database.close();
});

test("a person's send waits for nobody who might ask", () => {
  const path = join(folder, `${files++}.db`);
  const database = new Database({ path, migrations: schema, now: () => START });
  const signal = { announce() {}, onChange: () => () => {}, others: () => 3 };
  const ledger = new SqlLedger({ database, signal });
  for (let i = 0; i < 10; i++) {
    const ask = { id: `${i}`, claim: claimOf(10), since: START, holder: null, title: "" };
    assert.equal(ledger.reserve({ ...ask, lane: "person" }, START).granted, true);
  }
  database.close();
});

test("whatever the limit, the work, the beginnings and who asks first: nobody waits for ever, each keeps its own order, and none gets far ahead", () => {
  const world = fc.record({
    limit: fc.integer({ min: 2, max: 12 }),
    counts: fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 2, maxLength: 4 }),
    from: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 4, maxLength: 4 }),
    seed: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 }),
  });
  fc.assert(
    fc.property(world, ({ limit, counts, from, seed }) => {
      const turn = (step: number) =>
        counts.map((_, n) => (n + (seed[step % seed.length] ?? 0)) % counts.length);
      const served = run(claimOf(limit), counts, from, turn);
      assert.equal(
        served.length,
        counts.reduce((a, b) => a + b, 0),
      );
      for (const n of counts.keys()) {
        const own = served.filter((one) => one.process === n).map((one) => one.id);
        assert.deepEqual(
          own,
          own.toSorted((a, b) => Number(a.split(".")[1]) - Number(b.split(".")[1])),
        );
      }
      for (const { at } of served)
        assert.ok(served.filter((one) => one.at > at - WINDOW_MS && one.at <= at).length <= limit);
      // While two both want, neither is ahead by more than it took before the other came, and a part of a quota window.
      for (const a of counts.keys())
        for (const b of counts.keys()) {
          const last = (n: number) => served.findLastIndex((one) => one.process === n);
          // Within one instant the order says nothing.
          const until = served[Math.min(last(a), last(b))]!.at;
          const both = served.filter((one) => one.at < until);
          const got = (n: number) => both.filter((one) => one.process === n).length;
          assert.ok(Math.abs(got(a) - got(b)) <= 1.5 * limit, `${got(a)} and ${got(b)} of ${limit}`);
        }
    }),
    { numRuns: 60 },
  );
});
