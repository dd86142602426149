// What a person keeps for later: it has a state of its own, stays with its input, costs nothing and never goes by itself.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { HeadroomError } from "../../src/core/errors.ts";
import type { Progress } from "../../src/core/wire.ts";
import { type Bench, bench, json, settle } from "./fakes.ts";

let on: Bench;
let held = true;
let refusedFirst = false;

beforeEach(() => {
  held = true;
  refusedFirst = false;
  on = bench();
  on.client.script = (request, progress: Progress) => {
    if (!held) return json(200, { ok: true });
    if (refusedFirst) {
      progress.sending(1, on.clock.now());
      progress.refused({ kind: "rate", until: on.clock.now() + 60_000, evidence: "stated" }, 1);
    }
    return new Promise((_, reject) =>
      request.signal.addEventListener("abort", () =>
        reject(new HeadroomError("cancelled", "cancelled", { by: "person" })),
      ),
    );
  };
});
afterEach(() => on.close());

/** A text that waits, kept for later. */
async function keptOne(): Promise<string> {
  const id = on.send("sauti", "speak", { text: "Habari ya asubuhi" });
  await settle();
  on.app.receive({ type: "keep", cardId: id });
  await settle();
  return id;
}

test("what is kept for later says so, and is neither cancelled nor a problem", async () => {
  const card = on.card(await keptOne());
  assert.deepEqual(
    [card.state, card.stateTitle, card.problem, card.endedAt],
    ["kept", "Kept for later", null, null],
  );
  assert.deepEqual(card.can.slice(0, 2), ["sendKept", "discard"]);
  assert.match(card.detail, /Habari ya asubuhi/);
  assert.deepEqual(on.ledger.freed, [card.id]);
});

test("what is kept for later never goes by itself, not in the next session either", async () => {
  const id = await keptOne();
  held = false;
  const next = on.another("two");
  next.start();
  await on.clock.pass(3_600_000);
  assert.equal(on.client.asked.length, 1);
  const card = next.snapshot().cards.find((one) => one.id === id);
  assert.deepEqual([card?.state, card?.detail], ["kept", "Habari ya asubuhi"]);
  assert.deepEqual([next.headline().waiting, next.headline().decisions], [0, 0]);
});

test("what is kept for later is not cleared with the history, and goes with its own entry", async () => {
  const id = await keptOne();
  await on.app.history.clear();
  assert.equal(on.card(id).state, "kept");
  await on.app.history.remove(id);
  assert.equal(on.ports.exchanges.get(id), null);
  assert.equal(on.ports.jobs.get(id), null);
});

test("sending what was kept makes one request of it, whoever presses first", async () => {
  const id = await keptOne();
  held = false;
  const other = on.another("two");
  other.start();
  await on.clock.pass(700_000);
  on.app.receive({ type: "sendKept", cardId: id });
  other.receive({ type: "sendKept", cardId: id });
  await settle();
  const sent = on.app.history.list({ limit: 9 });
  assert.equal(sent.length, 1);
  assert.notEqual(sent[0]?.id, id);
  assert.equal(sent[0]?.input.text, "Habari ya asubuhi");
  assert.equal(on.client.asked.length, 2);
});

test("what had been tried before it was kept leaves its record behind when it is sent", async () => {
  refusedFirst = true;
  const id = await keptOne();
  assert.equal(on.card(id).state, "kept");
  on.app.receive({ type: "sendKept", cardId: id });
  await settle();
  assert.equal(on.ports.exchanges.get(id)?.state, "cancelled");
  assert.match(on.app.whyOf(id)?.text ?? "", /Kept for later by you[\s\S]*Sent by you as a new request/);
});

test("what is discarded leaves the playground, and its input stays in the history", async () => {
  const id = await keptOne();
  on.app.receive({ type: "discard", cardId: id });
  await settle();
  assert.equal(on.app.snapshot().cards.length, 0);
  assert.deepEqual(
    [on.ports.exchanges.get(id)?.state, on.ports.exchanges.get(id)?.input.text],
    ["cancelled", "Habari ya asubuhi"],
  );
  assert.match(on.app.whyOf(id)?.text ?? "", /Discarded by you/);
});

test("what is under way at the provider cannot be kept for later", async () => {
  on.client.script = () => json(202, { job_id: "j1", status: "queued" });
  const id = on.send("sauti", "speakJob");
  await settle();
  on.app.receive({ type: "keep", cardId: id });
  await settle();
  assert.equal(on.ports.jobs.get(id)?.stage, "watch");
  assert.equal(on.ports.exchanges.get(id)?.state, "accepted");
});
