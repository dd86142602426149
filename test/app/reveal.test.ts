// A card that a person asks to see from the history: it is there, however old, until it is put away.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { type Bench, bench, settle } from "./fakes.ts";

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

test("what a person opens from the history is a card again, also one that is old or was put away, until it is put away", async () => {
  const id = on.send("sauti", "speak");
  await settle();
  const isShown = () => on.app.snapshot().cards.some((one) => one.id === id);
  on.app.receive({ type: "dismiss", cardId: id });
  assert.equal(isShown(), false);
  on.app.reveal(id);
  const first = on.app.snapshot().reveal;
  assert.deepEqual([isShown(), first?.cardId], [true, id]);
  await on.clock.pass(13 * 3_600_000);
  assert.ok(isShown());
  assert.ok(on.card(id).can.includes("openRequest"));
  on.app.reveal(id);
  assert.notEqual(on.app.snapshot().reveal?.id, first?.id);
  on.app.receive({ type: "dismiss", cardId: id });
  assert.equal(isShown(), false);
});
