/** What is said when Headroom cannot start. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { t } from "../harness/voice.ts";
import { shim } from "./vscode-shim.ts";

const { startFailures } = await import("../../src/host/failures.ts");

beforeEach(() => {
  shim.shown.length = 0;
  shim.click = undefined;
});

test("a start that fails again and again is logged each time and said once, with its cause", () => {
  const logged: unknown[] = [];
  const failed = startFailures({ show: () => {}, error: (_what, error) => logged.push(error) }, t, "/place");
  for (let round = 0; round < 3; round++) failed(new Error("the disk is full."));
  assert.equal(logged.length, 3);
  assert.deepEqual(shim.shown, [
    [
      "error",
      "Headroom could not start: the disk is full. Its files lie in /place. Put that right, then open the playground again.",
      "Show Log",
    ],
  ]);
});

test("the log is one click away", async () => {
  let opened = 0;
  shim.click = "Show Log";
  startFailures({ show: () => opened++, error: () => {} }, t, "/place")("no");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(opened, 1);
});
