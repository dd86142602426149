// When what requests brought is dealt with: at once where few are on the wire, together where many are.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "../../src/net/turns.ts";
import { HandClock, turn } from "./tools.ts";

/** Turns with so many on the wire, and what ran. */
function world(flying: number) {
  const clock = new HandClock();
  const turns = new Turns(clock);
  for (let i = 0; i < flying; i++) turns.flies();
  const ran: string[] = [];
  return { clock, turns, ran, soon: (name: string) => turns.soon(() => ran.push(name)) };
}

test("with few on the wire work runs at the end of the turn, without a timer", async () => {
  const { clock, ran, soon } = world(31);
  soon("a");
  assert.deepEqual([ran, clock.timers], [[], 0]);
  await turn();
  assert.deepEqual(ran, ["a"]);
});

test("with many it is collected for a millisecond and runs in order", async () => {
  const { clock, ran, soon } = world(32);
  soon("a");
  soon("b");
  await turn();
  assert.deepEqual([ran, clock.timers], [[], 1]);
  await clock.advance(1);
  assert.deepEqual([ran, clock.timers], [["a", "b"], 0]);
});

test("once sixteen have landed it runs at the end of the turn, whoever is still on the wire", async () => {
  const { clock, turns, ran, soon } = world(100);
  soon("a");
  for (let i = 0; i < 15; i++) turns.lands();
  await turn();
  assert.deepEqual(ran, []);
  turns.lands();
  soon("b");
  await turn();
  assert.deepEqual([ran, clock.timers], [["a", "b"], 0]);
  soon("c");
  await turn();
  assert.deepEqual([ran, clock.timers], [["a", "b"], 1]);
});

test("those that landed before there was work count as well", async () => {
  const { clock, turns, ran, soon } = world(100);
  for (let i = 0; i < 17; i++) turns.lands();
  soon("a");
  assert.equal(clock.timers, 0);
  await turn();
  assert.deepEqual(ran, ["a"]);
});

test("what is cancelled does not run, and the last one takes the timer with it", async () => {
  const { clock, ran, soon } = world(100);
  const [first, second] = [soon("a"), soon("b")];
  first();
  assert.equal(clock.timers, 1);
  second();
  assert.equal(clock.timers, 0);
  soon("c");
  await clock.advance(1);
  assert.deepEqual(ran, ["c"]);
});

test("work that asks for more while it runs gets a later turn", async () => {
  const { clock, turns, ran, soon } = world(100);
  turns.soon(() => void soon("later"));
  await clock.advance(1);
  assert.deepEqual(ran, []);
  await clock.advance(1);
  assert.deepEqual(ran, ["later"]);
});
