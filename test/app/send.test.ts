// Sending: what is stored before anything leaves, and what follows from every way it can end.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { HeadroomError } from "../../src/core/errors.ts";
import type { Incoming } from "../../src/core/wire.ts";
import { type Bench, bench, json, settle, until } from "./fakes.ts";

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

const spoken = (): Incoming =>
  json(200, { audio_base64: "UklGRiQAAABXQVZFZm10IBAAAAA=", content_type: "audio/wav", duration_seconds: 1 });

test("the intent with its idempotency key is stored before anything leaves", async () => {
  const seen: unknown[] = [];
  on.client.script = (request) => {
    const id = request.holder ?? "";
    const stored = on.ports.exchanges.get(id);
    seen.push(
      stored?.state,
      stored?.idempotencyKey,
      JSON.parse((request.body as { text: string }).text).idempotency_key,
    );
    return json(422, { detail: "no" });
  };
  const id = on.send("soundpiece", "newSample");
  assert.equal(on.ports.exchanges.get(id)?.state, "intent");
  await settle();
  assert.equal(seen[0], "waiting");
  assert.match(String(seen[1]), /^[0-9a-f-]{36}$/);
  assert.equal(seen[1], seen[2]);
});

test("the stores say that it has left before the first byte leaves", async () => {
  const states: unknown[] = [];
  on.client.script = (request, progress) => {
    const id = request.holder ?? "";
    progress.sending(1, on.clock.now());
    states.push(on.ports.exchanges.get(id)?.state, on.ports.jobs.get(id)?.stage);
    return spoken();
  };
  const id = on.send("sauti", "speak");
  await until(() => on.card(id).state === "succeeded");
  assert.deepEqual(states, ["sent", "sent"]);
  assert.equal(on.card(id).state, "succeeded");
});

test("a request that the server has clearly refused counts as not sent", async () => {
  on.client.script = (request, progress) => {
    progress.sending(1, on.clock.now());
    progress.refused({ kind: "rate", until: null, evidence: "unknown" }, 1);
    assert.equal(on.ports.jobs.get(request.holder ?? "")?.stage, "send");
    return new Promise(() => {});
  };
  const id = on.send("sauti", "speak");
  await settle();
  assert.equal(on.card(id).state, "waiting");
});

test("a key goes to the account's own origin and nowhere else", async () => {
  await on.app.accounts.add({
    providerId: "sauti",
    name: "Work",
    planId: null,
    keyName: "k",
    keyText: "sauti_abcdef0123456789",
  });
  const account = on.app.accounts.list().find((one) => !one.simulated);
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.app.receive({ type: "chooseAccount", accountId: account?.id ?? "" });
  on.client.script = () => spoken();
  on.app.receive({ type: "send", actionId: "speak", values: { text: "Habari", voice_id: "v" } });
  await settle();
  const [request] = on.client.asked;
  assert.equal(request?.auth?.origin, "https://sauti.finiflowlabs.com");
  assert.equal(request?.auth?.keyId, account?.keys[0]?.id);
  assert.ok(request?.url.startsWith("https://sauti.finiflowlabs.com/"));
  assert.ok(!JSON.stringify(request).includes("abcdef0123456789"));
});

test("a key that a server echoes is taken out of what is stored", async () => {
  on.keys.set("k", "sauti_abcdef0123456789");
  on.client.script = () => json(401, { detail: "bad key sauti_abcdef0123456789", title: "Unauthorized" });
  const id = on.send("sauti", "speak");
  await settle();
  const stored = JSON.stringify([on.ports.exchanges.get(id)?.answer, on.card(id), on.app.answerOf(id)]);
  assert.match(stored, /bad key/);
  assert.ok(!stored.includes("abcdef0123456789"), stored);
});

test("a create without a key whose answer was lost waits for the person, who may give up", async () => {
  on.client.script = (request, progress) => {
    progress.sending(1, on.clock.now());
    throw new HeadroomError("outcomeUnknown", "lost", { exchangeId: request.id });
  };
  const id = on.send("sauti", "speak");
  await settle();
  assert.equal(on.card(id).state, "unknown");
  assert.equal(on.card(id).ask?.kind, "outcomeUnknown");
  await on.clock.pass(600_000);
  assert.equal(on.client.asked.length, 1);
  assert.deepEqual(on.ledger.freed, []);
  assert.equal(on.app.headline().decisions, 1);
  assert.match(on.app.headline().sentence, /1 waiting for your decision; simulated, costs nothing/);
  on.app.receive({ type: "giveUp", cardId: id });
  assert.equal(on.app.headline().decisions, 0);
  assert.equal(on.card(id).state, "lost");
  assert.deepEqual(on.ledger.freed, [id]);
});

test("resending after an unknown outcome carries the same key", async () => {
  const keys: unknown[] = [];
  on.client.script = (request) => {
    keys.push(JSON.parse((request.body as { text: string }).text).idempotency_key);
    throw new HeadroomError("outcomeUnknown", "lost", { exchangeId: request.id });
  };
  const id = on.send("soundpiece", "newSample");
  await settle();
  assert.ok(on.card(id).can.includes("resend"));
  on.app.receive({ type: "resend", cardId: id });
  await settle();
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  on.app.receive({ type: "giveUp", cardId: id });
  on.app.receive({ type: "sendAgain", cardId: id });
  await settle();
  assert.notEqual(keys[2], keys[0]);
});

test("a keyed create that fails at the provider can be resent under its key, since a new request would have a new one", async () => {
  const keys: unknown[] = [];
  on.client.script = (request) => {
    keys.push(JSON.parse((request.body as { text: string }).text).idempotency_key ?? null);
    return json(503, {});
  };
  const id = on.send("soundpiece", "newSample");
  await settle();
  assert.equal(on.card(id).state, "unknown");
  assert.deepEqual(on.card(id).can.slice(0, 2), ["resend", "giveUp"]);
  on.app.receive({ type: "resend", cardId: id });
  await settle();
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  const unkeyed = on.send("vocabusta", "speak", {});
  await settle();
  assert.equal(on.card(unkeyed).state, "failed");
});

test("cancelling ends a waiting request at once and gives its slots back once", async () => {
  on.client.script = (request) =>
    new Promise((_, reject) =>
      request.signal.addEventListener("abort", () =>
        reject(new HeadroomError("cancelled", "cancelled", { by: "person" })),
      ),
    );
  const id = on.send("sync", "generate");
  await settle();
  assert.deepEqual(on.card(id).can.slice(0, 2), ["cancel", "keep"]);
  on.app.receive({ type: "cancel", cardId: id });
  await settle();
  assert.equal(on.card(id).state, "cancelled");
  assert.deepEqual(on.ledger.freed, [id]);
});

test("cancel all ends what has not left, and nothing else", async () => {
  on.client.script = (request, progress) => {
    if (on.client.asked.length === 1) progress.sending(1, on.clock.now());
    return new Promise((_, reject) =>
      request.signal.addEventListener("abort", () =>
        reject(new HeadroomError("cancelled", "cancelled", { by: "person" })),
      ),
    );
  };
  const ids = [on.send("sauti", "speak"), on.send("sauti", "speak"), on.send("sauti", "speak")];
  await settle();
  assert.equal(on.app.cancelAll(), 2);
  await settle();
  assert.deepEqual(
    ids.map((id) => on.card(id).state),
    ["sending", "cancelled", "cancelled"],
  );
});

test("a mistake of ours ends the card with a sentence, and never hangs", async () => {
  on.client.script = () => {
    throw new TypeError("x is not a function");
  };
  const id = on.send("sauti", "speak");
  await settle();
  assert.equal(on.card(id).state, "failed");
  assert.match(on.card(id).problem?.sentence ?? "", /Headroom itself failed: x is not a function/);
});

test("an answer without what the profile promises names the missing value", async () => {
  on.client.script = () => json(200, { something: "else" });
  const id = on.send("sauti", "speak");
  await settle();
  assert.match(on.card(id).problem?.sentence ?? "", /no value at audio_base64/);
});

test("sound that is no sound is kept, with a word on it", async () => {
  on.client.script = () => json(200, { audio_base64: Buffer.from("<html>oops</html>").toString("base64") });
  const id = on.send("sauti", "speak");
  await until(() => on.card(id).state === "succeeded");
  const [result] = on.card(id).results;
  assert.match(result?.problem ?? "", /sent text\/html where a playable result was due/);
  assert.notEqual(result?.src, null);
});

test("only what changes nothing or carries a key may be repeated alone", async () => {
  on.client.script = () => json(500, {});
  for (const [providerId, actionId] of [
    ["sauti", "speak"],
    ["sauti", "listVoices"],
    ["soundpiece", "newSample"],
    ["sync", "generate"],
    ["vocabusta", "speak"],
  ] as const)
    on.send(providerId, actionId);
  await settle();
  assert.deepEqual(
    on.client.asked.map((one) => one.repeat),
    ["never", "safe", "sameKey", "sameKey", "never"],
  );
});

test("a crash after a keyed create has left: it is sent again with its key; an unkeyed one waits for the person", async () => {
  on.client.script = (_request, progress) => {
    progress.sending(1, on.clock.now());
    return new Promise(() => {});
  };
  const keyed = on.send("soundpiece", "newSample");
  const unkeyed = on.send("sauti", "speak");
  await settle();
  const unlease = on.ports.jobs.unlease;
  on.ports.jobs.unlease = () => {};
  const stopping = on.app.stop();
  await on.clock.pass(3_000);
  await stopping;
  on.ports.jobs.unlease = unlease;
  const key = on.ports.exchanges.get(keyed)?.idempotencyKey;
  await on.another("two").start();
  await on.clock.pass(10_000);
  // Whoever takes it over looks into the result folder first, on a real disk.
  await until(
    () =>
      on.client.asked.filter((one) => one.holder === keyed).length === 2 &&
      on.ports.exchanges.get(unkeyed)?.state !== "sent",
  );
  const again = on.client.asked.filter((one) => one.holder === keyed);
  assert.equal(again.length, 2);
  assert.ok(JSON.stringify(again[1]?.body).includes(String(key)));
  assert.equal(on.client.asked.filter((one) => one.holder === unkeyed).length, 1);
  assert.equal(on.ports.exchanges.get(unkeyed)?.state, "outcomeUnknown");
});

test("checking takes only a job that Headroom does not know", async () => {
  on.client.script = (request) => {
    if (request.method === "GET") return json(200, [{ id: "g1" }, { id: "g2" }]);
    throw new HeadroomError("outcomeUnknown", "lost", { exchangeId: request.id });
  };
  const id = on.send("sync", "generate");
  await settle();
  on.app.receive({ type: "check", cardId: id });
  await settle();
  assert.match(on.card(id).problem?.sentence ?? "", /lists 2 jobs that Headroom does not know/);
  const job = on.ports.jobs.get(id);
  assert.ok(job);
  on.ports.jobs.add({ ...job, id: "x-other", remoteId: "g1", watched: false });
  on.app.receive({ type: "check", cardId: id });
  await settle();
  assert.equal(on.ports.jobs.get(id)?.remoteId, "g2");
});
