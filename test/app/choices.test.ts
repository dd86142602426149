// Choices that another call offers: over all pages of a list, once for an account.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { type Bench, bench, json, settle } from "./fakes.ts";

let on: Bench;
beforeEach(async () => {
  on = bench();
  await on.app.start();
});
afterEach(() => on.close());

const field = () => on.app.snapshot().form?.fields.find((one) => one.name === "voiceId");

test("a list of several pages offers what stands on all of them", async () => {
  on.client.script = ({ url }) => {
    const page = Number(new URL(url).searchParams.get("cursor") ?? "0");
    const voices = [0, 1].map((i) => ({ id: `v${2 * page + i}`, name: `Voice ${2 * page + i}` }));
    return json(200, { voices, nextCursor: page < 2 ? String(page + 1) : null });
  };
  on.app.receive({ type: "chooseProvider", providerId: "voicedub" });
  on.app.receive({ type: "chooseAction", actionId: "dub" });
  on.app.receive({ type: "loadChoices", field: "voiceId" });
  await settle();
  assert.equal(field()?.loadChoices, "loaded");
  assert.deepEqual(
    field()?.choices?.map((one) => one.value),
    ["v0", "v1", "v2", "v3", "v4", "v5"],
  );
});

test("a list that never ends is taken so far and no further", async () => {
  on.client.script = () => json(200, { voices: [{ id: "v", name: "Voice" }], nextCursor: "again" });
  on.app.receive({ type: "chooseProvider", providerId: "voicedub" });
  on.app.receive({ type: "chooseAction", actionId: "dub" });
  on.app.receive({ type: "loadChoices", field: "voiceId" });
  await settle();
  assert.equal(on.client.asked.length, 10);
});
