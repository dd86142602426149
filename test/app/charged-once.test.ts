// What must never be paid twice: old keys, cancelled creates, stale buttons, code that is copied.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Ports } from "../../src/app/ports.ts";
import { HeadroomError } from "../../src/core/errors.ts";
import type { Outgoing, Progress } from "../../src/core/wire.ts";
import { type Bench, bench, json, settle, until } from "./fakes.ts";

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

/** Leaves, and is never answered. */
function silent(request: Outgoing, progress: Progress): Promise<never> {
  progress.sending(1, on.clock.now());
  return new Promise((_, reject) =>
    request.signal.addEventListener("abort", () =>
      reject(new HeadroomError("cancelled", "cancelled", { by: "person" })),
    ),
  );
}

test("a key that the provider may have forgotten is not trusted: after an hour the person decides", async () => {
  on.client.script = silent;
  const id = on.send("soundpiece", "newSample");
  await settle();
  on.ports.jobs.unlease = () => {};
  const stopping = on.app.stop();
  await on.clock.pass(3_000);
  await stopping;
  await on.clock.pass(3_700_000);
  await on.another("two").start();
  await on.clock.pass(10_000);
  await until(() => on.ports.exchanges.get(id)?.state !== "sent");
  assert.equal(on.client.asked.length, 1);
  assert.equal(on.ports.exchanges.get(id)?.state, "outcomeUnknown");
});

test("a create that was cancelled after it had left may still be charged, with a key or without", async () => {
  on.client.script = silent;
  for (const [provider, action] of [
    ["soundpiece", "newSample"],
    ["sauti", "speak"],
  ] as const) {
    const id = on.send(provider, action);
    await settle();
    on.app.receive({ type: "cancel", cardId: id });
    await settle();
    assert.equal(on.card(id).state, "cancelled");
    assert.match(on.card(id).problem?.sentence ?? "", /may still do the work/);
  }
});

test("that a charged create leaves outlasts a power failure; nothing else waits for the disk", async () => {
  const { together } = on.ports;
  const stages: unknown[] = [];
  let id = "";
  Object.assign(on.ports, {
    together: ((work, lasting) => {
      const value = together(work, lasting);
      if (lasting === true) stages.push(on.ports.jobs.get(id)?.stage);
      return value;
    }) satisfies Ports["together"],
  });
  on.client.script = (request, progress) => {
    progress.sending(1, on.clock.now());
    return request.method === "POST" ? json(202, { job_id: "j1", status: "queued" }) : json(200, []);
  };
  id = on.send("sauti", "listVoices");
  await settle();
  assert.deepEqual(stages, []);
  id = on.send("sauti", "speakJob");
  await on.clock.pass(30_000);
  assert.ok(on.client.asked.length > 2);
  assert.deepEqual(stages, ["sent"]);
});

test("resend does nothing to a create without a key, whatever the page says", async () => {
  on.client.script = (request) => {
    throw new HeadroomError("outcomeUnknown", "lost", { exchangeId: request.id });
  };
  const id = on.send("sauti", "speak");
  await settle();
  on.app.receive({ type: "resend", cardId: id });
  await settle();
  assert.equal(on.client.asked.length, 1);
  assert.equal(on.card(id).state, "unknown");
});

test("nothing is sent once more as new while its outcome is unknown", async () => {
  on.client.script = (request) => {
    throw new HeadroomError("outcomeUnknown", "lost", { exchangeId: request.id });
  };
  const id = on.send("sauti", "speak");
  await settle();
  on.app.sendAgain(id);
  await settle();
  assert.equal(on.client.asked.length, 1);
  assert.match(on.app.snapshot().notices[0]?.sentence ?? "", /decide on its card first/);
});

test("a copied cURL repeats by itself only what carries a key or changes nothing", async () => {
  on.client.script = () => json(422, {});
  const code = async (provider: string, action: string) => {
    const id = on.send(provider, action);
    await settle();
    return on.app.codeFor(id, "curl")?.text ?? "";
  };
  assert.match(await code("soundpiece", "newSample"), /--retry 5 /);
  assert.match(await code("sauti", "listVoices"), /--retry 3 /);
  assert.doesNotMatch(await code("sauti", "speak"), /--retry/);
});

test("missing credit stops: it is said with the provider's page on billing, and nothing is repeated", async () => {
  on.client.script = () => json(403, { code: "not_enough_credits", message: "Not enough credits." });
  const id = on.send("voicedub", "me");
  await settle();
  const card = on.card(id);
  assert.match(card.problem?.sentence ?? "", /not enough credits/i);
  assert.match(card.problem?.remedy ?? "", /Add credits at VoiceDub/);
  assert.match(on.ports.exchanges.get(id)?.problem?.link ?? "", /\/guides\/billing$/);
  assert.ok(card.can.includes("openAbout"));
  assert.equal(on.client.asked.length, 1);
});

test("watching that was stopped while a poll was under way stays stopped when the poll fails", async () => {
  let answer = (): void => {};
  on.client.script = (request) => {
    if (request.method === "POST") return json(202, { job_id: "j1", status: "queued" });
    return new Promise((resolve) => {
      answer = () => resolve(json(503, {}));
    });
  };
  const id = on.send("sauti", "speakJob");
  await on.clock.pass(3_000);
  on.app.receive({ type: "stopWatching", cardId: id });
  answer();
  await on.clock.pass(60_000);
  assert.equal(on.card(id).stateTitle, "Not watched");
  assert.equal(on.client.asked.filter((one) => one.method === "GET").length, 1);
});

test("what was lost once and waits to be sent again is not said to have never left", async () => {
  on.client.script = silent;
  const id = on.send("soundpiece", "newSample");
  await settle();
  on.ports.jobs.unlease = () => {};
  const stopping = on.app.stop();
  await on.clock.pass(3_000);
  await stopping;
  // As whoever took it over left it, who died before it could be sent again.
  on.ports.jobs.update(id, { stage: "send", mayBeDone: true });
  on.ports.exchanges.update(id, { state: "waiting" });
  await on.clock.pass(3_700_000);
  await on.another("two").start();
  await on.clock.pass(10_000);
  await until(() => on.ports.jobs.get(id)?.stage === "ask");
  assert.equal(on.ports.exchanges.get(id)?.state, "outcomeUnknown");
  assert.equal(on.client.asked.length, 1);
});

test("one whose answer was lost, and that is cancelled while it waits to be repeated, may still be charged", async () => {
  let told: Progress | null = null;
  on.client.script = (request, progress) => {
    progress.sending(1, on.clock.now());
    progress.retrying(
      on.clock.now() + 60_000,
      { cause: "lost", attempt: 2, most: 6, capMs: 60_000 },
      "counted",
    );
    progress.refused({ kind: "rate", until: on.clock.now() + 60_000, evidence: "stated" }, 2);
    told = progress;
    return new Promise((_, reject) =>
      request.signal.addEventListener("abort", () =>
        reject(new HeadroomError("cancelled", "cancelled", { by: "person" })),
      ),
    );
  };
  for (const intent of ["cancel", "keep"] as const) {
    const id = on.send("soundpiece", "newSample");
    await settle();
    assert.ok(told !== null);
    assert.equal(on.ports.jobs.get(id)?.stage, "send");
    on.app.receive({ type: intent, cardId: id });
    await settle();
    assert.match(on.card(id).problem?.sentence ?? "", /may still do the work/, intent);
  }
});

test("a charged step of running work that is cancelled on its way may still be charged", async () => {
  on.client.script = (request, progress) => {
    if (request.url.endsWith("/generate")) return silent(request, progress);
    return json(200, { dub: { id: "d1", status: "preprocessed", requiredCredits: 20 } });
  };
  const id = on.send("voicedub", "dub");
  await settle();
  for (let i = 0; i < 40 && on.ports.jobs.get(id)?.stage !== "sent"; i++) {
    if (on.ports.jobs.get(id)?.asks === "confirm") on.app.receive({ type: "confirm", cardId: id });
    await on.clock.pass(5_000);
    await settle();
  }
  assert.equal(on.ports.jobs.get(id)?.stage, "sent");
  on.app.receive({ type: "cancel", cardId: id });
  await settle();
  assert.match(on.card(id).problem?.sentence ?? "", /may still do the work/);
});

test("an attempt that waited for an hour after a lost one does not leave under the old key: the person decides", async () => {
  let left = 0;
  on.client.script = async (_, progress) => {
    progress.sending(1, on.clock.now());
    left++;
    progress.retrying(on.clock.now(), { cause: "lost", attempt: 2, most: null, capMs: 1 }, "counted");
    await on.clock.pass(3_700_000);
    progress.sending(2, on.clock.now());
    left++;
    return json(200, {});
  };
  const id = on.send("soundpiece", "newSample");
  await until(() => on.card(id).state === "unknown");
  assert.equal(left, 1);
  assert.ok(!on.card(id).can.includes("resend"), "the old key is offered");
  on.app.receive({ type: "resend", cardId: id });
  await settle();
  assert.equal(on.client.asked.length, 1);
});

test("whatever keeps a repeat back, what may have been taken before it is in doubt, and with a key it is sent again", async () => {
  for (const [provider, action, can] of [
    ["sauti", "speak", "giveUp"],
    ["soundpiece", "newSample", "resend"],
  ] as const)
    for (const error of [
      new HeadroomError("unreachable", "no", { origin: "https://x", code: "ECONNREFUSED" }),
      new HeadroomError("notConfigured", "no", { field: "proxy" }),
    ]) {
      on.client.script = (_, progress) => {
        progress.sending(1, on.clock.now());
        progress.retrying(on.clock.now(), { cause: "lost", attempt: 2, most: 3, capMs: 1_000 }, "unknown");
        throw error;
      };
      const id = on.send(provider, action);
      await settle();
      const card = on.card(id);
      assert.equal(card.state, "unknown", `${provider}, ${error.kind}`);
      assert.match(card.problem?.sentence ?? "", /An earlier answer was lost/);
      assert.ok(card.can.includes(can) && !card.can.includes("sendAgain"), card.can.join());
    }
});
