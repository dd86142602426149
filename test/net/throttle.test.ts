// Rules of the gate, with a clock moved by hand: who goes when, who is woken by what, what cancelling costs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep } from "../../src/net/clock.ts";
import { Pass } from "../../src/net/pass.ts";
import { gate } from "./gate-world.ts";
import { TestHeld } from "./test-held.ts";
import { claim, HandClock, turn } from "./tools.ts";

test("what may go goes at the end of the turn in which it came, without a timer", async () => {
  const { hold, went, clock } = gate();
  hold("a");
  await turn();
  assert.deepEqual(went, ["a"]);
  assert.equal(clock.timers, 0);
});

test("first in, first out within a lane", async () => {
  const { hold, went, ledger } = gate();
  ledger.limit = 0;
  for (const id of ["a", "b", "c"]) hold(id);
  ledger.give(3);
  await turn();
  assert.deepEqual(went, ["a", "b", "c"]);
});

test("a person's send goes before a batch, and a batch before polls, whoever came first", async () => {
  const { hold, went, ledger } = gate();
  ledger.limit = 0;
  hold("poll", "poll");
  hold("batch", "batch");
  hold("flow", "flow");
  hold("person", "person");
  ledger.give(4);
  await turn();
  assert.deepEqual(went, ["person", "flow", "batch", "poll"]);
});

test("a poll waits for what is sent in the same turn, and for no longer", async () => {
  const { hold, went, ledger, clock } = gate();
  ledger.limit = 2;
  hold("poll", "poll");
  hold("batch", "batch");
  hold("person", "person");
  await turn();
  assert.deepEqual(went, ["person", "batch"]);
  ledger.give(1);
  await turn();
  await clock.advance(0);
  assert.deepEqual(went, ["person", "batch", "poll"]);
  hold("alone", "poll");
  ledger.give(1);
  await clock.advance(0);
  assert.deepEqual(went.at(-1), "alone");
});

test("a refused request that comes back stands where it stood", async () => {
  const { hold, went, ledger } = gate();
  ledger.limit = 1;
  hold("first");
  hold("second");
  hold("third");
  hold("first again", "person", "a", { order: 0 });
  ledger.give(3);
  await turn();
  assert.deepEqual(went, ["first", "first again", "second", "third"]);
});

test("there is one timer for the earliest instant, and none when nobody waits for one", async () => {
  const { hold, ledger, clock, went, gate: it } = gate();
  ledger.limit = 0;
  ledger.until = clock.now() + 5_000;
  const first = hold("a");
  hold("b", "person", "b");
  hold("c", "batch", "c");
  await turn();
  assert.equal(clock.timers, 1);
  ledger.limit = 2;
  await clock.advance(4_999);
  assert.deepEqual(went, []);
  await clock.advance(1);
  assert.deepEqual(went, ["a", "b"]);
  assert.equal(it.waiting, 1);
  first.stop.abort();
  ledger.until = null;
  ledger.give(1);
  await turn();
  assert.equal(clock.timers, 0);
  assert.equal(ledger.listeners, 0);
});

test("a timer that fires early asks again and does not spin", async () => {
  const { hold, ledger, clock } = gate();
  ledger.limit = 0;
  ledger.until = clock.now();
  hold("a");
  const before = ledger.asked;
  await clock.advance(10);
  assert.ok(ledger.asked - before <= 10, `${ledger.asked - before} asks in 10 ms`);
});

test("waiting in one account does not hold up another", async () => {
  const { hold, went, ledger } = gate();
  ledger.limit = 1;
  const reserve = ledger.reserve.bind(ledger);
  ledger.reserve = (ask) => {
    if (ask.claim.accountId !== "full") return { granted: true };
    ledger.limit = 0;
    return reserve(ask);
  };
  hold("waits", "person", "full");
  hold("goes", "poll", "free");
  await turn();
  assert.deepEqual(went, ["goes"]);
});

test("cancelling takes a waiter out at once, here and in the ledger's line, and costs nothing", async () => {
  const { hold, ledger, failed, gate: it } = gate();
  ledger.limit = 0;
  const one = hold("a");
  await turn();
  one.stop.abort();
  assert.deepEqual(failed, ["a"]);
  await turn();
  assert.deepEqual(ledger.told, ["leave a"]);
  assert.equal(it.waiting, 0);
  assert.equal(it.armed, false);
});

test("a request that is aborted already never asks", () => {
  const { gate: it, ledger, bookings } = gate();
  const failed: unknown[] = [];
  const pass = new Pass({
    ask: { id: "x", claim, lane: "person", since: 0, holder: null, title: "" },
    origin: "http://x",
    order: 0,
    lane: 0,
    watch: { waiting() {}, sending() {}, learned() {}, trouble() {} },
    bookings,
  });
  it.hold(
    new TestHeld(
      pass,
      AbortSignal.abort("no"),
      () => {},
      (why) => failed.push(why),
    ),
  );
  assert.deepEqual(failed, ["no"]);
  assert.equal(ledger.asked, 0);
});

test("a ledger that another process holds is asked again soon, and forgets nobody", async () => {
  const { hold, went, ledger, clock } = gate();
  const reserve = ledger.reserve.bind(ledger);
  let locked = 3;
  ledger.reserve = (ask) => {
    if (locked-- > 0) throw new Error("database is locked");
    return reserve(ask);
  };
  hold("a");
  await turn();
  assert.deepEqual(went, []);
  await clock.advance(200);
  assert.deepEqual(went, ["a"]);
});

test("a wall clock that is set back by an hour lets nobody wait an hour longer", async () => {
  const { hold, went, ledger, clock } = gate();
  ledger.limit = 0;
  ledger.until = clock.now() + 30_000;
  hold("a");
  await turn();
  clock.set(-3_600_000);
  ledger.limit = 1;
  await clock.advance(30_000);
  assert.deepEqual(went, ["a"]);
});

test("a pause lasts as long as it should, however the wall clock is set meanwhile", async () => {
  for (const byMs of [-3_600_000, 3_600_000]) {
    const clock = new HandClock();
    let over = false;
    const pause = sleep(clock, 20_000, new AbortController().signal).then(() => {
      over = true;
    });
    clock.set(byMs);
    await clock.advance(19_000);
    assert.equal(over, false);
    await clock.advance(1_000);
    await pause;
    assert.equal(clock.timers, 0);
  }
});

test("one signal ends all that hang on it, waiting or on the wire, once each; what has landed is left alone", async () => {
  const { hold, went, failed, aborted, land, ledger } = gate();
  ledger.limit = 3;
  const stop = new AbortController();
  for (const id of ["a", "b", "c", "d"]) hold(id, "person", "a", { stop });
  await turn();
  assert.deepEqual(went, ["a", "b", "c"]);
  land();
  stop.abort();
  assert.deepEqual([aborted.toSorted(), failed], [["b", "c"], ["d"]]);
  land();
  land();
  await turn();
  assert.deepEqual([aborted.length, failed.length], [2, 1]);
});

test("one that is cancelled by what another hears in the same turn does not go, and gives back what was booked for it", async () => {
  const { hold, went, failed, told, ledger } = gate();
  ledger.limit = 1;
  const first = hold("a");
  hold("b");
  told.set = (id, wait) => {
    first.stop.abort();
    return Map.prototype.set.call(told, id, wait);
  };
  await turn();
  await turn();
  assert.deepEqual([went, failed], [[], ["a"]]);
  assert.deepEqual(
    ledger.told.filter((one) => one.endsWith(" a")),
    ["reserve a", "refund a"],
  );
});

test("disposing fails what waits and what comes later, once each", () => {
  const { hold, failed, ledger, gate: it } = gate();
  ledger.limit = 0;
  hold("a");
  hold("b");
  it.dispose(new Error("closing"));
  hold("c");
  assert.deepEqual(failed, ["a", "b", "c"]);
  assert.equal(it.armed, false);
});

test("a pass ends exactly once, whatever comes in whatever order", async () => {
  const head = { status: 200, headers: {}, sentAt: 1, gotAt: 2, quick: true };
  const ends: [string, (pass: Pass) => void][] = [
    ["settle", (pass) => pass.settle(head, null)],
    ["ended", (pass) => pass.ended()],
  ];
  for (const sent of [true, false])
    for (const [, one] of ends)
      for (const [, two] of ends) {
        const { hold, passes, ledger } = gate();
        hold("a");
        await turn();
        const pass = passes.get("a");
        assert.ok(pass);
        if (sent) pass.sent();
        for (const end of [one, two, one]) end(pass);
        pass.ended();
        await turn();
        const final = ledger.told.filter((line) => /^(settle|lost|refund)/.test(line));
        assert.equal(final.length, 1, ledger.told.join(", "));
        if (!sent) assert.deepEqual(final, ["refund a"]);
      }
});

test("a hundred thousand waiters ask a handful of times, and cancelling them all leaves nothing", async () => {
  const { hold, ledger, failed, gate: it } = gate();
  ledger.limit = 0;
  const all = Array.from({ length: 100_000 }, (_, index) => hold(`w${index}`));
  await turn();
  assert.ok(ledger.asked <= 64, `${ledger.asked} asks`);
  it.wake();
  for (const one of all.toReversed()) one.stop.abort();
  await turn();
  assert.equal(failed.length, 100_000);
  assert.equal(it.waiting, 0);
  assert.equal(it.armed, false);
  assert.equal(ledger.told.length, 64);
});
