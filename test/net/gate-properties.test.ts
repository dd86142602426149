// Rules of the gate under anything that may happen in any order: nobody is forgotten, nobody goes twice, order is kept.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import fc from "fast-check";
import { LANES } from "../../src/core/quota/model.ts";
import { Pass } from "../../src/net/pass.ts";
import { Gate } from "../../src/net/throttle.ts";
import { Groups, Waiter } from "../../src/net/waiters.ts";
import { TestHeld } from "./test-held.ts";
import { claim, HandClock, ListLedger, turn } from "./tools.ts";

type Step =
  | { readonly do: "hold"; readonly lane: number; readonly account: string }
  | { readonly do: "cancel"; readonly which: number }
  | { readonly do: "give"; readonly count: number }
  | { readonly do: "land" }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "lock"; readonly times: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("hold" as const),
      lane: fc.nat(3),
      account: fc.constantFrom("a", "b"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cancel" as const), which: fc.nat(60) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("give" as const), count: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "land" as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lock" as const), times: fc.nat(4) }) },
);

interface Followed {
  readonly group: string;
  readonly stop: AbortController;
  went: number;
  failed: number;
  aborted: number;
}

/** Plays the steps; what became of every request, and in which order they went. */
async function play(steps: readonly Step[], close: boolean) {
  const ledger = new ListLedger();
  const clock = new HandClock();
  const gate = new Gate({ ledger, clock, connections: 3 });
  const { bookings } = gate;
  const all: Followed[] = [];
  const order: number[] = [];
  let locked = 0;
  const flying: TestHeld[] = [];
  const land = () => {
    const first = flying.shift();
    if (first !== undefined) gate.landed(first);
  };
  ledger.limit = 2;
  const reserve = ledger.reserve.bind(ledger);
  ledger.reserve = (ask) => {
    if (locked > 0 && locked-- > 0) throw new Error("database is locked");
    ledger.until = clock.now() + 50;
    return reserve(ask);
  };
  for (const one of steps) {
    if (one.do === "hold") {
      const index = all.length;
      const followed = {
        group: `${one.lane}${one.account}`,
        stop: new AbortController(),
        went: 0,
        failed: 0,
        aborted: 0,
      };
      all.push(followed);
      const lane = LANES[one.lane] ?? "poll";
      const asked = { ...claim, accountId: one.account };
      const pass = new Pass({
        ask: { id: `r${index}`, claim: asked, lane, since: clock.now(), holder: "h", title: "" },
        origin: "http://x",
        order: index,
        lane: one.lane,
        watch: { waiting: () => {}, sending: () => {}, learned: () => {}, trouble: () => {} },
        bookings,
      });
      const go = () => {
        followed.went++;
        flying.push(held);
        order.push(index);
      };
      const failed = () => followed.failed++;
      const held = new TestHeld(pass, followed.stop.signal, go, failed, () => {
        assert.ok(flying.includes(held), "aborted where it does not fly");
        followed.aborted++;
      });
      gate.hold(held);
    } else if (one.do === "cancel") all[one.which]?.stop.abort();
    else if (one.do === "give") ledger.give(one.count);
    else if (one.do === "pass") await clock.advance(one.ms);
    else if (one.do === "lock") locked = one.times;
    else land();
    assert.ok(flying.length <= 3, "more on the wire than connections");
  }
  if (close) gate.dispose(new Error("closing"));
  else {
    ledger.limit = Number.POSITIVE_INFINITY;
    for (let left = 500; gate.waiting > 0 && left > 0; left--) {
      ledger.give(1);
      land();
      await clock.advance(60);
    }
  }
  while (flying.length > 0) land();
  await turn();
  return { all, order, gate, ledger, clock };
}

test("whatever happens, every request goes once or fails once, in order, and no timer or listener is left", () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.boolean(), async (steps, close) => {
      const { all, order, gate, ledger } = await play(steps, close);
      for (const one of all) assert.equal(one.went + one.failed, 1);
      for (const one of all) if (!close && !one.stop.signal.aborted) assert.equal(one.went, 1);
      for (const { stop, aborted } of all) {
        assert.ok(aborted <= (stop.signal.aborted ? 1 : 0));
        assert.equal(getEventListeners(stop.signal, "abort").length, 0);
      }
      assert.equal(gate.waiting, 0);
      assert.equal(gate.armed, false);
      assert.equal(ledger.listeners, 0);
      const granted = ledger.order.length;
      assert.equal(granted, order.length);
    }),
    { numRuns: 300 },
  ));

test("in a group they go in the order in which they came", () =>
  fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const quiet = steps.filter((one) => one.do !== "lock" && one.do !== "pass");
      const { all, order } = await play(quiet, false);
      for (const group of new Set(all.map((one) => one.group))) {
        const went = order.filter((index) => all[index]?.group === group);
        assert.deepEqual(
          went,
          went.toSorted((a, b) => a - b),
        );
      }
    }),
    { numRuns: 1_000 },
  ));

test("groups keep their order whatever comes and goes, as a sorted list would", () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(40)), { maxLength: 80 }), (steps) => {
      const { signal } = new AbortController();
      const groups = new Groups<Waiter>();
      const model: Waiter[] = [];
      for (const [add, number] of steps) {
        if (add) {
          const waiter = new Waiter(number, signal);
          groups.add("g", 0, waiter);
          model.push(waiter);
          model.sort((a, b) => a.order - b.order);
        } else {
          const gone = model.splice(number % Math.max(1, model.length), 1)[0];
          if (gone !== undefined) groups.remove(gone);
        }
        const listed: number[] = [];
        for (let one = groups.get("g")?.head ?? null; one !== null; one = one.after) listed.push(one.order);
        assert.deepEqual(
          listed,
          model.map((one) => one.order),
        );
        assert.equal(groups.size, model.length === 0 ? 0 : 1);
      }
    }),
    { numRuns: 300 },
  ));
