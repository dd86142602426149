// An answer that came, was paid for, and finds no room on the disk: nothing of it is lost that can be kept, nobody is told to pay again.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { HeadroomError } from "../../src/core/errors.ts";
import { type Bench, bench, json, settle } from "./fakes.ts";

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

const full = () => {
  const cause = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  return new HeadroomError("notConfigured", "The answer could not be written.", { field: "storage" }, cause);
};

test("sound that the disk did not take is said to be paid for, with the cause, and not to be fetched", async () => {
  on.client.script = (_, progress) => {
    progress.sending(1, on.clock.now());
    throw full();
  };
  const id = on.send("sauti", "speak");
  await settle();
  const { state, problem } = on.card(id);
  assert.equal(state, "failed");
  assert.equal(problem?.sentence, "The answer of SAUTI came, but the disk has no room for it (ENOSPC).");
  assert.equal(
    problem?.remedy,
    "The request was taken and may have been charged; sending it again may be charged again.",
  );
});

test("where the API knows an idempotency key, the same request is offered again under it", async () => {
  on.client.script = (_, progress) => {
    progress.sending(1, on.clock.now());
    throw full();
  };
  const id = on.send("soundpiece", "newSample");
  await settle();
  const { state, problem, can } = on.card(id);
  assert.equal(state, "unknown");
  assert.match(problem?.remedy ?? "", /^Make room on the disk, then resend it with the same key/);
  assert.ok(can.includes("resend"));
});

test("a text that the disk did not take is kept, shown, and written once there is room, without asking the provider", async () => {
  const { files } = on.ports;
  const write = files.writeText.bind(files);
  files.writeText = () => Promise.reject(full());
  on.client.script = (_, progress) => {
    progress.sending(1, on.clock.now());
    return json(200, { voices: [{ voice_id: "v1" }] });
  };
  const id = on.send("sauti", "listVoices");
  await settle();
  const [result] = on.card(id).results;
  assert.equal(on.card(id).state, "succeeded");
  assert.match(result?.problem ?? "", /the disk has no room for it/);
  assert.match(result?.text ?? "", /v1/);
  files.writeText = write;
  on.app.receive({ type: "fetchResult", resultId: result?.id ?? "" });
  await settle();
  const [written] = on.card(id).results;
  assert.equal(written?.problem, null);
  assert.ok((written?.bytes ?? 0) > 0);
  assert.equal(on.client.asked.length, 1);
});
