// A chosen file that is gone when its turn comes: which one, and where it is chosen again.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { HeadroomError } from "../../src/core/errors.ts";
import { type Bench, bench, profiles, settle } from "./fakes.ts";

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

/** Sends an action with one chosen file, which the client then cannot read. */
async function sendWithout(actionId: string, wireName: string): Promise<string> {
  on.client.script = () => {
    throw new HeadroomError("notConfigured", "The file cannot be read.", { field: wireName });
  };
  on.app.receive({ type: "chooseProvider", providerId: "vocabusta" });
  on.app.receive({ type: "chooseAction", actionId });
  on.app.setFile("file", { path: "/gone/take-3.mp4", name: "take-3.mp4", bytes: 1_000 });
  const id = on.send("vocabusta", actionId);
  await settle();
  return id;
}

test("a file that cannot be read is named, with the field where it is chosen again", async () => {
  const title = profiles
    .get("vocabusta")
    ?.actions.find((one) => one.id === "analyze")
    ?.parameters.find((one) => one.name === "file")?.title;
  const id = await sendWithout("analyze", "file");
  const { state, problem } = on.card(id);
  assert.equal(state, "failed");
  assert.match(problem?.sentence ?? "", /^The file take-3\.mp4 cannot be read/);
  assert.ok(problem?.remedy?.includes(`“${title}”`), problem?.remedy ?? "");
  assert.match(on.app.snapshot().form?.problems.file ?? "", /take-3\.mp4/);
  assert.ok(!JSON.stringify(on.app.snapshot()).includes("/gone/"), "the path reached the page");
});

test("the field's own problem is gone once another file is chosen", async () => {
  await sendWithout("analyze", "file");
  on.app.setFile("file", { path: "/here/take-4.mp4", name: "take-4.mp4", bytes: 1_000 });
  assert.equal(on.app.snapshot().form?.problems.file, undefined);
});

test("the only file is meant where the name on the wire is another", async () => {
  const id = await sendWithout("analyze", "body");
  assert.match(on.card(id).problem?.sentence ?? "", /take-3\.mp4/);
});

test("a missing key stays a missing key", async () => {
  on.client.script = () => {
    throw new HeadroomError("notConfigured", "There is no key.", { field: "key" });
  };
  const id = on.send("sauti", "speak");
  await settle();
  assert.match(on.card(id).problem?.sentence ?? "", /no key of SAUTI/);
});
