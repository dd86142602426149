// Requests that are alike, booked and settled in one step: what may share a step and what may not.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Claim, Head, Refusal } from "../../src/core/quota/model.ts";
import { gate } from "./gate-world.ts";
import { claim, turn } from "./tools.ts";

/** A gate that writes down how many were asked for and settled in one step. */
function counted(connections?: number) {
  const world = gate(connections);
  const { ledger } = world;
  const booked: number[] = [];
  const settled: string[][] = [];
  const reserveAlike = ledger.reserveAlike.bind(ledger);
  ledger.reserveAlike = (asks) => {
    const done = reserveAlike(asks);
    if (done) booked.push(asks.length);
    return done;
  };
  ledger.settle = (id, _head, _refusal, _now, others = []) => {
    settled.push([id, ...others]);
    return [];
  };
  return { ...world, booked, settled };
}

const FIVE = ["a", "b", "c", "d", "e"];

test("what came in one turn and is alike is booked in one step and goes in order", async () => {
  const { hold, went, booked } = counted();
  for (const id of FIVE) hold(id);
  await turn();
  assert.deepEqual([booked, went], [[5], FIVE]);
});

test("where not all find room they are asked for one by one, and as many go as may", async () => {
  const { hold, went, booked, ledger } = counted();
  ledger.limit = 3;
  for (const id of FIVE) hold(id);
  await turn();
  assert.deepEqual([booked, went], [[], ["a", "b", "c"]]);
});

test("no more are booked in one step than connections are free", async () => {
  const { hold, went, booked, land } = counted(3);
  for (const id of FIVE) hold(id);
  await turn();
  assert.deepEqual([booked, went], [[3], ["a", "b", "c"]]);
  land();
  land();
  await turn();
  assert.deepEqual([booked, went], [[3, 2], FIVE]);
});

test("who was told to wait is asked for by itself, so that its place in the ledger's line is kept", async () => {
  const { hold, went, booked, ledger } = counted();
  ledger.limit = 0;
  for (const id of FIVE) hold(id);
  await turn();
  ledger.give(5);
  await turn();
  assert.deepEqual([booked, went], [[], FIVE]);
});

test("one that counts by other figures, as after an edit of its profile, is not booked with the others", async () => {
  const { hold, went, booked } = counted();
  const [part] = claim.parts;
  const edited: Claim = { ...claim, parts: [{ ...part!, policy: { ...part!.policy, limit: 9 } }] };
  for (const id of FIVE) hold(id, "person", "a", { claim: id === "c" ? edited : claim });
  await turn();
  assert.deepEqual([booked, went], [[2], FIVE]);
});

test("those that are being cancelled, many with one signal, are not booked with the others", async () => {
  const { hold, went, booked, ledger, gate: it } = counted(10_000);
  const stop = new AbortController();
  hold("first");
  for (let i = 0; i < 2_500; i++) hold(`cancelled ${i}`, "person", "a", { stop });
  hold("last");
  stop.abort();
  while (it.waiting > 0) await turn();
  assert.deepEqual(went, ["first", "last"]);
  assert.deepEqual([booked, ledger.order], [[], ["first", "last"]]);
});

const HEAD: Head = {
  status: 200,
  headers: { server: "x" },
  sentAt: 1_000_000,
  gotAt: 1_000_040,
  quick: true,
};
const REFUSAL: Refusal = { kind: "rate", until: null, evidence: "counted" };

/** Five on the wire, answered in one turn; which of them were settled in one step. */
async function answered(answers: readonly (readonly [Head, Refusal | null])[]): Promise<string[][]> {
  const { hold, settled, passes } = counted();
  for (const id of FIVE.slice(0, answers.length)) hold(id);
  await turn();
  const all = answers.map(([head, refusal], i) => ({ pass: passes.get(FIVE[i]!)!, head, refusal }));
  for (const { pass } of all) pass.sent();
  for (const { pass, head, refusal } of all) pass.settle(head, refusal);
  await turn();
  return settled;
}

test("answers of one turn that say the same are settled in one step", async () => {
  assert.deepEqual(
    await answered([
      [HEAD, null],
      [{ ...HEAD }, null],
      [{ ...HEAD, headers: { server: "x" } }, null],
    ]),
    [["a", "b", "c"]],
  );
});

test("answers that differ in anything are settled apart, each refusal by itself", async () => {
  const others: Head[] = [
    { ...HEAD, status: 201 },
    { ...HEAD, gotAt: HEAD.gotAt + 1 },
    { ...HEAD, sentAt: HEAD.sentAt - 1 },
    { ...HEAD, quick: false },
    { ...HEAD, headers: { server: "y" } },
    { ...HEAD, headers: {} },
    { ...HEAD, headers: { server: "x", date: "y" } },
  ];
  for (const other of others)
    assert.deepEqual(
      await answered([
        [HEAD, null],
        [other, null],
      ]),
      [["a"], ["b"]],
      JSON.stringify(other),
    );
  assert.deepEqual(
    await answered([
      [HEAD, REFUSAL],
      [HEAD, REFUSAL],
    ]),
    [["a"], ["b"]],
  );
});
