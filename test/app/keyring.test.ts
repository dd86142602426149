// The keyring does not answer: the cause is said, nothing is sent without a key, and nothing that was typed or paid for is lost.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Keys } from "../../src/app/ports.ts";
import { HeadroomError } from "../../src/core/errors.ts";
import { type Bench, bench, json, settle } from "./fakes.ts";

let on: Bench;
let locked: boolean;
beforeEach(async () => {
  on = bench();
  locked = false;
  const { read } = on.ports.keys;
  const guarded: Keys["read"] = async (id) => {
    if (locked) throw new HeadroomError("notConfigured", "locked", { field: "keyring" });
    return read(id);
  };
  Object.assign(on.ports.keys, { read: guarded });
  const account = await on.app.accounts.add({
    providerId: "sauti",
    name: "Work",
    planId: null,
    keyName: "main",
    keyText: "sauti_0123456789abcdef",
  });
  on.app.receive({ type: "chooseAccount", accountId: account.id });
});
afterEach(() => on.close());

function sent(): string {
  on.app.receive({ type: "send", actionId: "speakJob", values: { text: "Habari" } });
  return on.app.history.list({ limit: 1 })[0]?.id ?? "";
}

test("a request whose key cannot be read says why, keeps its input, and goes out once the keyring is open", async () => {
  locked = true;
  on.client.script = () => json(202, { job_id: "j1", status: "queued" });
  const id = sent();
  await settle();
  const card = on.card(id);
  assert.match(card.problem?.sentence ?? "", /key of SAUTI could not be read/);
  assert.match(card.problem?.remedy ?? "", /Unlock the keyring/);
  assert.equal(on.client.asked.length, 0);
  assert.ok(card.can.includes("sendAgain"));
  locked = false;
  on.app.receive({ type: "sendAgain", cardId: id });
  await settle();
  assert.equal(on.client.asked.filter((one) => one.method === "POST").length, 1);
});

test("a job that is under way is asked about again once the keyring is open", async () => {
  on.client.script = (request) => {
    if (locked) throw new HeadroomError("notConfigured", "locked", { field: "keyring" });
    return json(request.method === "POST" ? 202 : 200, { job_id: "j1", status: "running" });
  };
  const id = sent();
  await settle();
  locked = true;
  await on.clock.pass(60_000);
  assert.match(on.ports.jobs.get(id)?.error?.detail ?? "", /key of SAUTI could not be read/);
  const before = on.ports.jobs.get(id)?.polls ?? 0;
  locked = false;
  await on.clock.pass(120_000);
  assert.ok((on.ports.jobs.get(id)?.polls ?? 0) > before);
  assert.equal(on.card(id).state, "running");
});

test("a repeat whose first attempt may have been taken is in doubt where its key cannot be read", async () => {
  on.client.script = (_, progress) => {
    progress.sending(1, on.clock.now());
    progress.retrying(on.clock.now(), { cause: "lost", attempt: 2, most: 3, capMs: 1_000 }, "unknown");
    throw new HeadroomError("notConfigured", "locked", { field: "keyring" });
  };
  const id = sent();
  await settle();
  assert.equal(on.card(id).state, "unknown");
  assert.ok(!on.card(id).can.includes("sendAgain"));
});
