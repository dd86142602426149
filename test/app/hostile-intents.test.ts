// Messages from a page that was taken over: what does not fit the contract is refused before anything is done with it, and what fits
// can do no more than a person's clicks.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import fc from "fast-check";
import { isHostIntent } from "../../src/app/api.ts";
import { type Intent, intentSchema } from "../../src/protocol/intents.ts";
import { snapshotSchema } from "../../src/protocol/snapshot.ts";
import { hostileIds, hostileText } from "../../src/simulator/hostile.ts";
import { type Bench, bench, json, settle } from "./fakes.ts";

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

test("a message that is no intent is refused", () => {
  for (const bad of [
    null,
    undefined,
    7,
    "send",
    [],
    {},
    { type: "eval", code: "1" },
    { type: "__proto__" },
    { type: "send" },
    { type: "send", actionId: 7, values: {} },
    { type: "send", actionId: "speak", values: { text: { toString: "x" } } },
    { type: "send", actionId: "speak", values: { text: ["a"] } },
    { type: "send", actionId: "speak", values: [] },
    { type: "cancel", cardId: "x".repeat(101) },
    { type: "openResult", resultId: ["../../etc/passwd"] },
    { type: "chooseProvider", providerId: "x".repeat(201) },
    { type: "confirm", cardId: "a", text: "x".repeat(2_000_001) },
    { type: "runNotice", id: "a".repeat(300) },
  ])
    assert.equal(intentSchema.safeParse(bad).success, false, JSON.stringify(bad)?.slice(0, 80));
});

test("what an intent brings beside its own fields is dropped", () => {
  const read = intentSchema.parse(
    JSON.parse('{"type":"cancel","cardId":"a","path":"/etc/passwd","__proto__":{"polluted":1}}'),
  );
  assert.deepEqual(Object.keys(read), ["type", "cardId"]);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

const types = intentSchema.def.options.map(({ def }) => def.shape.type.def.values[0]);
const names = fc.oneof(
  fc.constantFrom(
    ...hostileIds,
    "__proto__",
    "constructor",
    "speak",
    "sauti",
    "sync",
    "sim-sauti",
    "text",
    "x-1",
  ),
  fc.constant(hostileText.slice(0, 150)),
  fc.string({ maxLength: 40 }),
);
const intents: fc.Arbitrary<unknown> = fc.record({
  type: fc.constantFrom(...types),
  cardId: names,
  resultId: names,
  providerId: names,
  accountId: names,
  keyId: names,
  actionId: names,
  field: names,
  id: names,
  values: fc.dictionary(names, fc.oneof(names, fc.double(), fc.boolean(), fc.constant(null)), { maxKeys: 4 }),
});

test("no intent throws, pollutes or leaves a snapshot that breaks the contract", async () => {
  on.client.script = () => json(200, {});
  const { app } = on;
  await fc.assert(
    fc.asyncProperty(fc.array(intents, { maxLength: 6 }), async (list) => {
      for (const one of list) {
        const read = intentSchema.safeParse(one);
        if (read.success && !isHostIntent(read.data)) app.receive(read.data);
      }
      await settle();
      snapshotSchema.parse(app.snapshot());
      assert.equal(Object.keys(Object.prototype).length, 0);
    }),
    { numRuns: 150 },
  );
});

test("only sending asks a provider for something that costs: no other intent leads to a create", async () => {
  const { app } = on;
  const safe = (intent: Intent) => !/^(send|sendAgain|resend|confirm)$/.test(intent.type);
  await fc.assert(
    fc.asyncProperty(fc.array(intents, { maxLength: 6 }), async (list) => {
      for (const one of list) {
        const read = intentSchema.safeParse(one);
        if (read.success && !isHostIntent(read.data) && safe(read.data)) app.receive(read.data);
      }
      await settle();
      assert.ok(on.client.asked.every(({ method }) => method === "GET"));
    }),
    { numRuns: 150 },
  );
});

test("a result or document is found by its id alone, never by a path", async () => {
  const { app } = on;
  for (const id of [...hostileIds, "/etc/passwd", "../headroom.db", "headroom.db"]) {
    assert.equal(app.resultFile(id), null);
    assert.equal(app.answerOf(id), null);
    assert.equal(app.codeFor(id, "curl"), null);
  }
});
