// What the ledger makes of a machine's clock that is set, and of a machine that slept: quota windows keep their length, and the
// server's clock is found anew. Two ledgers on one file, on the two clocks of one machine, moved by hand.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Ask } from "../../src/core/quota/ledger.ts";
import type { Claim, Head, RatePolicy } from "../../src/core/quota/model.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";
import { temporaryFolder } from "../harness/paths.ts";

const START = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;
const folder = temporaryFolder("jumps");
const opened: Database[] = [];
after(() => {
  for (const one of opened) one.close();
});

let files = 0;
/** Two processes of one machine, and its clocks. */
function machine() {
  const path = join(folder, `${files++}.db`);
  const clocks = { wall: START, steady: 5_000, up: 5_000 };
  const later = { now: () => clocks.wall, after: () => () => {} };
  const one = () => {
    const database = new Database({ path, migrations: schema, now: () => START });
    opened.push(database);
    return new SqlLedger({
      database,
      random: () => 0.5,
      alive: () => true,
      later,
      machine: { steady: () => clocks.steady, up: () => clocks.up },
    });
  };
  const [left, right] = [one(), one()];
  /** Real time passes. */
  const pass = (ms: number) => {
    sleep(ms);
    clocks.steady += ms;
  };
  /** The machine sleeps: its steady clock stands still. */
  const sleep = (ms: number) => {
    clocks.wall += ms;
    clocks.up += ms;
  };
  /** The clock is set; or, forward, the machine slept and does not tell. */
  const set = (ms: number) => {
    clocks.wall += ms;
  };
  const state = () =>
    JSON.parse(String(opened.at(-1)!.prepare("SELECT state FROM clocks").get()?.state)) as Record<
      string,
      unknown
    >;
  return { left, right, clocks, pass, sleep, set, state };
}

function claimOf(kind: RatePolicy["kind"], limit: number): Claim {
  const policy: RatePolicy = {
    type: "rate",
    id: "s",
    title: "s",
    noun: "requests",
    kind,
    limit,
    quotaWindowMs: 60_000,
    refusedCount: false,
    evidence: "published",
  };
  return { accountId: "a", parts: [{ partition: "p/account:a/s", policy, cost: 1 }] };
}

let number = 0;
const ask = (claim: Claim): Ask => {
  return { id: `ask ${number++}`, claim, lane: "person", since: START, holder: null, title: "Speak" };
};
const head = (sentAt: number, gotAt: number, headers: Record<string, string> = {}): Head => {
  return { status: 200, headers, sentAt, gotAt, quick: true };
};

/** Reserves and is answered. */
function spend(ledger: SqlLedger, claim: Claim, now: number, headers: Record<string, string> = {}): void {
  const one = ask(claim);
  assert.equal(ledger.reserve(one, now).granted, true);
  ledger.settle(one.id, head(now, now + 5, headers), null, now + 5);
}

const jumps: readonly (readonly [string, number])[] = [
  ["set forward by five minutes", 300_000],
  ["set forward by two hours", 2 * HOUR],
  ["set back by five minutes", -300_000],
  ["set back by two hours", -2 * HOUR],
  ["right again after ten minutes of a sleep of which the machine tells nothing", 600_000],
];
for (const [what, byMs] of jumps)
  test(`with a clock ${what}, a spend leaves its quota window when it would have, in every process`, () => {
    const { left, right, clocks, pass, set } = machine();
    const claim = claimOf("sliding", 1);
    spend(left, claim, clocks.wall);
    pass(10_000);
    set(byMs);
    for (const ledger of [left, right, left]) {
      const decision = ledger.reserve(ask(claim), clocks.wall);
      assert.ok(!decision.granted && decision.wait.until !== null);
      const waitMs = decision.wait.until - clocks.wall;
      assert.ok(waitMs > 49_900 && waitMs < 50_200, `${waitMs} ms`);
    }
    pass(50_300);
    assert.equal(right.reserve(ask(claim), clocks.wall).granted, true);
  });

test("what passed while the machine slept has passed at the server too, in every process", () => {
  const { left, right, clocks, pass, sleep } = machine();
  const claim = claimOf("sliding", 1);
  spend(left, claim, clocks.wall);
  pass(10_000);
  sleep(30_000);
  for (const ledger of [left, right, left]) {
    const decision = ledger.reserve(ask(claim), clocks.wall);
    assert.ok(!decision.granted && decision.wait.until !== null);
    // The clock that is read on waking counts whole seconds.
    const waitMs = decision.wait.until - clocks.wall;
    assert.ok(waitMs >= 20_900 && waitMs <= 21_100, `${waitMs} ms`);
  }
  sleep(8 * HOUR);
  assert.equal(right.reserve(ask(claim), clocks.wall).granted, true);
});

test("a wait that the server stated goes on while the machine sleeps", () => {
  const { left, right, clocks, sleep } = machine();
  const claim = claimOf("sliding", 5);
  const one = ask(claim);
  left.reserve(one, clocks.wall);
  const refusal = { kind: "rate", until: clocks.wall + 30_000, evidence: "stated" } as const;
  left.settle(one.id, { ...head(clocks.wall, clocks.wall + 5), status: 429 }, refusal, clocks.wall + 5);
  sleep(HOUR);
  assert.equal(right.reserve(ask(claim), clocks.wall).granted, true);
});

test("what was in the air when the machine fell asleep may have arrived only when it woke", () => {
  for (const answered of [true, false]) {
    const { left, clocks, pass, sleep } = machine();
    const claim = claimOf("sliding", 1);
    const one = ask(claim);
    const sentAt = clocks.wall;
    left.reserve(one, sentAt);
    sleep(HOUR);
    if (answered) left.settle(one.id, head(sentAt, clocks.wall), null, clocks.wall);
    else left.lost(one.id, clocks.wall);
    pass(59_000);
    assert.equal(left.reserve(ask(claim), clocks.wall).granted, false);
    pass(2_500);
    assert.equal(left.reserve(ask(claim), clocks.wall).granted, true);
  }
});

test("a clock that was set while the machine slept is not believed", () => {
  const { left, clocks, pass, sleep, set } = machine();
  const claim = claimOf("sliding", 1);
  spend(left, claim, clocks.wall);
  pass(10_000);
  sleep(30_000);
  set(HOUR);
  const decision = left.reserve(ask(claim), clocks.wall);
  assert.ok(!decision.granted && decision.wait.until !== null);
  const waitMs = decision.wait.until - clocks.wall;
  assert.ok(waitMs > 49_900 && waitMs < 50_200, `${waitMs} ms`);
});

test("small steps back count a little longer, never shorter", () => {
  const { left, clocks, pass, set } = machine();
  const claim = claimOf("sliding", 1);
  spend(left, claim, clocks.wall);
  pass(10_000);
  set(-5_000);
  const decision = left.reserve(ask(claim), clocks.wall);
  assert.ok(!decision.granted && decision.wait.until !== null);
  const waitMs = decision.wait.until - clocks.wall;
  assert.ok(waitMs >= 50_000 && waitMs <= 55_100, `${waitMs} ms`);
});

test("a wait that the server stated keeps its length over a jump", () => {
  for (const byMs of [HOUR, -HOUR]) {
    const { left, right, clocks, pass, set } = machine();
    const claim = claimOf("sliding", 5);
    const one = ask(claim);
    left.reserve(one, clocks.wall);
    const refusal = { kind: "rate", until: clocks.wall + 30_000, evidence: "stated" } as const;
    left.settle(one.id, { ...head(clocks.wall, clocks.wall + 5), status: 429 }, refusal, clocks.wall + 5);
    pass(10_000);
    set(byMs);
    const decision = right.reserve(ask(claim), clocks.wall);
    assert.ok(!decision.granted && decision.wait.cause === "refused");
    assert.equal(decision.wait.until, clocks.wall + 20_000);
  }
});

test("the estimate of the server's clock is dropped, what the network takes is kept", () => {
  const { left, clocks, pass, set, state } = machine();
  const claim = claimOf("fixed", 5);
  spend(left, claim, clocks.wall, { date: new Date(clocks.wall).toUTCString() });
  assert.notEqual(state().lo, null);
  pass(1_000);
  set(HOUR);
  left.reserve(ask(claim), clocks.wall);
  assert.deepEqual([state().lo, state().hi, state().n], [null, null, 1]);
});

test("a round trip during which the clock was set measures nothing, in either process", () => {
  for (const byMs of [HOUR, -HOUR]) {
    const { left, right, clocks, pass, set, state } = machine();
    const claim = claimOf("sliding", 9);
    spend(left, claim, clocks.wall);
    const [mine, theirs] = [ask(claim), ask(claim)];
    const sentAt = clocks.wall;
    left.reserve(mine, sentAt);
    right.reserve(theirs, sentAt);
    pass(40);
    set(byMs);
    left.settle(mine.id, head(sentAt, clocks.wall), null, clocks.wall);
    right.settle(theirs.id, head(sentAt, clocks.wall), null, clocks.wall);
    assert.deepEqual([state().rttMax, state().n], [5, 1]);
    assert.equal(left.meters(claim, clocks.wall)[0]?.used, 3);
    pass(60_500);
    assert.equal(left.meters(claim, clocks.wall)[0]?.used, 0);
  }
});

test("who waits in any process asks again after a jump", async () => {
  const { left, clocks, pass, set } = machine();
  const claim = claimOf("sliding", 1);
  spend(left, claim, clocks.wall);
  left.reserve(ask(claim), clocks.wall);
  let heard = 0;
  left.onChange(() => heard++);
  pass(1_000);
  set(-HOUR);
  left.free("nobody", clocks.wall);
  await Promise.resolve();
  assert.equal(heard, 1);
});

test("what clocks drift apart is no jump", () => {
  const { left, clocks, pass, set, state } = machine();
  const claim = claimOf("fixed", 50);
  spend(left, claim, clocks.wall, { date: new Date(clocks.wall).toUTCString() });
  for (let i = 0; i < 10; i++) {
    pass(60_000);
    set(900);
    left.reserve(ask(claim), clocks.wall);
  }
  assert.notEqual(state().lo, null);
});
