// The lanes over a long time, through the ledger: whatever the load, each keeps its own order, none starves, and polls take
// nothing from a person's sends but their share.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Ask } from "../../src/core/quota/ledger.ts";
import { type Claim, LANES, type Lane, type RatePolicy } from "../../src/core/quota/model.ts";
import { freshLedger } from "../core/quota/world.ts";

const START = Date.UTC(2026, 10, 1);
const W = 60_000;
const ok = { status: 200, headers: {}, quick: true };

function claimOf(limit: number | null, kind: RatePolicy["kind"]): Claim {
  const words = { title: "", noun: "", refusedCount: false, evidence: "published" } as const;
  const policy: RatePolicy = { ...words, type: "rate", id: "all", kind, limit, quotaWindowMs: W };
  return { accountId: "a", parts: [{ partition: "p/account:a/all", policy, cost: 1, shared: true }] };
}

interface Arrival {
  readonly atMs: number;
  readonly lane: Lane;
  readonly many: number;
}

interface Going {
  readonly ask: Ask;
  readonly at: number;
}

/** Runs requests through one ledger as the gate does: the first of each lane asks, again at the instant that it was told. */
function run(claim: Claim, endMs: number, comes: readonly Arrival[]): Going[] {
  const ledger = freshLedger();
  const queues = new Map<Lane, Ask[]>(LANES.map((lane) => [lane, []]));
  const arrivals = comes.toSorted((a, b) => a.atMs - b.atMs);
  const gone: Going[] = [];
  let number = 0;
  let at = START;
  for (let next = 0; at < START + endMs; ) {
    for (; (arrivals[next]?.atMs ?? Number.NaN) <= at - START; next++) {
      const { lane, many } = arrivals[next]!;
      for (let i = 0; i < many; i++)
        queues.get(lane)?.push({ id: `r${number++}`, claim, lane, since: at, holder: null, title: "" });
    }
    let until = START + (arrivals[next]?.atMs ?? endMs);
    for (const lane of LANES) {
      const queue = queues.get(lane) ?? [];
      for (let ask = queue[0]; ask !== undefined; ask = queue[0]) {
        const decision = ledger.reserve(ask, at);
        if (!decision.granted) {
          until = Math.min(until, decision.wait.until ?? until);
          break;
        }
        queue.shift();
        gone.push({ ask, at });
        ledger.settle(ask.id, { ...ok, sentAt: at, gotAt: at + 20 }, null, at + 20);
      }
    }
    at = Math.max(at + 1, until);
  }
  return gone;
}

const ofLane = (gone: readonly Going[], lane: Lane) => gone.filter(({ ask }) => ask.lane === lane);

/** So many of each lane at the beginning. */
const atOnce = (many: number, ...lanes: Lane[]): Arrival[] => lanes.map((lane) => ({ atMs: 0, lane, many }));

test("a send is foretold behind what persons have sent and before all else that waits, and goes just then", () => {
  const ledger = freshLedger();
  const claim = claimOf(1, "sliding");
  let number = 0;
  const asked = (lane: Lane, since: number): Ask => {
    return { id: `r${number++}`, claim, lane, since, holder: null, title: "" };
  };
  assert.equal(ledger.reserve(asked("person", START), START).granted, true);
  ledger.settle("r0", { ...ok, sentAt: START, gotAt: START + 20 }, null, START + 20);
  for (const lane of ["flow", "batch", "batch", "poll"] as const)
    ledger.reserve(asked(lane, START + 100), START + 100);
  const foretold = () => ledger.preview(claim, 1, START + 200);
  const { firstAt, wait } = foretold();
  assert.ok(firstAt !== null && wait?.cause === "rate");
  const send = asked("person", START + 200);
  assert.equal(ledger.reserve(send, START + 200).granted, false);
  assert.ok(foretold().firstAt! >= firstAt + W);
  assert.equal(foretold().wait?.cause, "rate");
  assert.equal(ledger.reserve(send, firstAt - 1).granted, false);
  assert.equal(ledger.reserve(send, firstAt).granted, true);
});

test("where there is room, but others have not gone yet, a send is foretold to go after them", () => {
  const ledger = freshLedger();
  const claim = claimOf(null, "unknown");
  const asked = (id: string): Ask => ({ id, claim, lane: "person", since: START, holder: null, title: "" });
  assert.equal(ledger.reserve(asked("a"), START).granted, true);
  ledger.sent("a", START);
  assert.equal(ledger.reserve(asked("b"), START).granted, false);
  ledger.settle("a", { ...ok, sentAt: START, gotAt: START + 20 }, null, START + 20);
  const { firstAt, wait } = ledger.preview(claim, 1, START + 20);
  assert.deepEqual([firstAt, wait?.cause], [START + 20, "ahead"]);
  assert.equal(ledger.reserve(asked("b"), START + 20).granted, true);
  ledger.settle("b", { ...ok, sentAt: START + 20, gotAt: START + 40 }, null, START + 40);
  assert.equal(ledger.preview(claim, 1, START + 40).wait, null);
});

test("a step, a batch and a poll go at least once in two quota windows while a person sends more than fits", () => {
  for (const kind of ["fixed", "sliding"] as const)
    for (const limit of [4, 10, 40]) {
      const sends = Array.from(
        { length: 12 },
        (_, i): Arrival => ({ atMs: i * W, lane: "person", many: limit * 2 }),
      );
      const lower = ["flow", "batch", "poll"] as const;
      const gone = run(claimOf(limit, kind), 12 * W, [...sends, ...atOnce(30, ...lower)]);
      for (const lane of lower) {
        const instants = [START, ...ofLane(gone, lane).map(({ at }) => at), START + 12 * W];
        const longest = Math.max(...instants.slice(1).map((at, i) => at - (instants[i] ?? 0)));
        assert.ok(longest <= 2.1 * W, `${kind} ${limit} ${lane}: ${longest / W} quota windows`);
      }
      // Who is served that way goes once in a quota window: the rest is the person's.
      const count = ofLane(gone, "person").length;
      assert.ok(count >= 11 * (limit - 3), `${kind} ${limit}: ${count} sends`);
    }
});

test("a click is not kept waiting by any number of polls", () => {
  const clicks = Array.from(
    { length: 10 },
    (_, i): Arrival => ({ atMs: i * W + 30_000, lane: "person", many: 1 }),
  );
  const gone = run(claimOf(20, "sliding"), 10 * W, [...clicks, ...atOnce(400, "poll")]);
  const sends = ofLane(gone, "person");
  assert.equal(sends.length, 10);
  for (const { ask, at } of sends) assert.equal(at, ask.since);
  assert.ok(ofLane(gone, "poll").length >= 9 * 18, "what is left goes to the polls");
});

test("a poll goes with every quota window for which a batch waits, and the batch has the rest", () => {
  const gone = run(claimOf(20, "sliding"), 10 * W, atOnce(400, "batch", "poll"));
  const polls = ofLane(gone, "poll").length;
  assert.ok(gone.length >= 9 * 20, `${gone.length} in ten quota windows`);
  assert.ok(polls >= 9 && polls <= 20, `${polls} polls`);
});

test("whatever comes in whatever lane: within a lane who came first goes first, and no quota window holds more than its limit", () => {
  const arrivals = fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 5 * W }),
      lane: fc.constantFrom(...LANES),
      many: fc.integer({ min: 1, max: 12 }),
    }),
    { minLength: 1, maxLength: 25 },
  );
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 1, max: 12 }), (comes, limit) => {
      const gone = run(claimOf(limit, "sliding"), 8 * W, comes);
      for (const lane of LANES) {
        const order = ofLane(gone, lane).map(({ ask }) => Number(ask.id.slice(1)));
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
        );
      }
      for (const { at: end } of gone)
        assert.ok(gone.filter(({ at: one }) => one > end - W && one <= end).length <= limit);
    }),
    { numRuns: 60 },
  );
});
