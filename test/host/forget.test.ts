// Forget Everything names what goes, removes nothing by Enter, and says when it is done; nothing of the past is left to go by.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Tools } from "../../src/host/intents.ts";
import { type Bench, bench, json, settle } from "../app/fakes.ts";
import { t } from "../harness/voice.ts";
import { shim } from "./vscode-shim.ts";

const { accountCommands } = await import("../../src/host/account-commands.ts");
let on: Bench;
let keysForgotten: number;
let commands: ReturnType<typeof accountCommands>;

beforeEach(async () => {
  on = bench();
  keysForgotten = 0;
  shim.shown = [];
  shim.executed = [];
  shim.click = undefined;
  const tools = { app: { get: async () => on.app }, t } as unknown as Tools;
  commands = accountCommands(tools, async () => void keysForgotten++);
  on.client.script = () => json(500, {});
  on.send("sauti", "speak");
  await settle();
  on.client.script = () => json(202, { job_id: "j1", status: "running" });
  on.send("sauti", "speakJob");
  await settle();
});
afterEach(() => on.close());

const forget = async () => void (await commands.forgetEverything());

test("the question counts requests, results and what is under way, and its first button removes nothing", async () => {
  shim.click = "Export History First";
  await forget();
  const [level, question, options, first] = shim.shown[0] as unknown as [
    string,
    string,
    { detail: string },
    string,
  ];
  assert.deepEqual([level, question, first], ["warning", "Forget everything?", "Export History First"]);
  assert.match(
    options.detail,
    /Requests in the history: 2\nResults on disk: 0 \(0.bytes\)\nUnder way now: 1\. Their results are lost/,
  );
  assert.deepEqual(shim.executed, [["headroom.exportHistory"]]);
  assert.equal(on.app.history.list({ limit: 9 }).length, 2);
  shim.click = undefined;
  await forget();
  assert.deepEqual([on.app.history.list({ limit: 9 }).length, keysForgotten], [2, 0]);
});

test("once it is done that is said, and nothing is left", async () => {
  shim.click = "Forget Everything";
  await forget();
  assert.deepEqual([on.app.history.list({ limit: 9 }).length, keysForgotten], [0, 1]);
  assert.match(shim.shown.at(-1)?.[1] ?? "", /^Everything was forgotten/);
  assert.deepEqual(on.app.history.stock(), { exchanges: 0, results: 0, bytes: 0, underWay: 0 });
});

test("what is under way goes too where its account is gone already", async () => {
  on.ports.exchanges.update(on.app.history.list({ limit: 1 })[0]?.id ?? "", { accountId: "gone" });
  await on.app.accounts.forgetEverything();
  assert.deepEqual(on.app.history.list({ limit: 9 }), []);
});
