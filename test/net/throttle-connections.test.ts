// Rules of the gate where no connection to an origin is free.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gate } from "./gate-world.ts";
import { turn } from "./tools.ts";

test("a request waits in the gate while no connection is free, and reserves nothing meanwhile", async () => {
  const { hold, went, ledger, land } = gate(2);
  for (const id of ["a", "b", "c"]) hold(id);
  await turn();
  assert.deepEqual(went, ["a", "b"]);
  assert.equal(ledger.asked, 2);
  land();
  await turn();
  assert.deepEqual(went, ["a", "b", "c"]);
});

test("who waits for a connection is told so, and how many are on their way", async () => {
  const { hold, went, told, land } = gate(2);
  for (const id of ["a", "b", "c", "d"]) hold(id);
  await turn();
  hold("e");
  assert.deepEqual([...told.keys()].sort(), ["c", "d", "e"]);
  for (const wait of told.values()) {
    assert.equal(wait.cause, "connections");
    assert.equal(wait.limit, 2);
    assert.equal(wait.until, null);
  }
  land();
  await turn();
  assert.deepEqual(went, ["a", "b", "c"]);
});
