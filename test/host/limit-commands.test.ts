/** The commands on limits and jobs of an account: what they ask, and what they then tell the app to do. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { App, LimitInfo } from "../../src/app/api.ts";
import type { LimitOverride } from "../../src/core/profile/account.ts";
import type { Tools } from "../../src/host/intents.ts";
import { shim } from "./vscode-shim.ts";

const { limitCommands } = await import("../../src/host/limit-commands.ts");
const { adoptCommand } = await import("../../src/host/adopt-command.ts");
const { carryOut } = await import("../../src/host/intents.ts");

const account = { id: "a-1", providerId: "sauti", name: "Work", keys: [{ id: "k-1" }] };
const rate = { policyId: "synthesis", type: "rate", title: "Synthesis", limit: 10, quotaWindowMs: 60_000 };
const slots = { policyId: "slots", type: "slots", title: "Places", limit: 3, quotaWindowMs: null };
const item = (limit: object) => ({
  kind: "limit",
  account,
  limit: { ...limit, sentence: "", overridden: true },
});
let saved: LimitOverride[];
let told: unknown[];

const app = {
  accounts: {
    list: () => [account],
    providers: () => [{ id: "sauti", name: "SAUTI" }],
    limits: () => [{ ...rate, overridden: false } as LimitInfo],
    saveLimit: (_id: string, limit: LimitOverride) => saved.push(limit),
    resetLimit: (...what: string[]) => told.push(["reset", ...what]),
  },
  snapshot: () => ({
    notices: [
      {
        id: "limit-1",
        level: "info",
        sentence: "More.",
        action: { command: "headroom.keepLimit", title: "Keep" },
      },
      { id: "other", level: "info", sentence: "Else.", action: null },
    ],
  }),
  keepLimit: (id: string) => told.push(["keep", id]),
  adoptables: () => [{ actionId: "speakJob", title: "Speak as a job", group: null }],
  jobIdProblem: (text: string) => (text.includes("/") ? "No." : null),
  adopt: async (...what: string[]) => {
    told.push(["adopt", ...what]);
    return { exchangeId: "x-1" };
  },
};
const tools = {
  app: { get: async () => app as unknown as App },
  t: (sentence: string) => sentence,
} as unknown as Tools;
const limits = limitCommands(tools, () => 7);

beforeEach(() => {
  saved = [];
  told = [];
  shim.typed = [];
  shim.shown = [];
  shim.executed = [];
});

test("a limit in time is set by its number and its seconds, by the person's own word", async () => {
  shim.typed = ["20", "30"];
  await limits.setLimit(item(rate));
  const [limit] = saved;
  assert.deepEqual(
    [limit?.policyId, limit?.limit, limit?.quotaWindowMs, limit?.evidence, limit?.setAt],
    ["synthesis", 20, 30_000, "counted", 7],
  );
  assert.deepEqual(shim.shown, [["status", "$(check) “{limit}” of {account} is now {count}"]]);
});

test("seconds left empty leave the span to the provider, and places have none", async () => {
  shim.typed = ["20", ""];
  await limits.setLimit(item(rate));
  shim.typed = ["5"];
  await limits.setLimit(item(slots));
  assert.deepEqual(
    saved.map(({ limit, quotaWindowMs }) => [limit, quotaWindowMs]),
    [
      [20, null],
      [5, null],
    ],
  );
});

for (const typed of [
  ["0"],
  ["-1"],
  ["99999999999"],
  ["20", "99999999999"],
  ["many"],
  ["1.5"],
  ["20", "soon"],
  ["20", "0"],
  ["20"],
])
  test(`${typed.join(", ")} sets no limit`, async () => {
    shim.typed = typed;
    await limits.setLimit(item(rate));
    assert.deepEqual(saved, []);
  });

test("a limit is reset where it was set; where none was, that is said", async () => {
  await limits.resetLimit(item(rate));
  assert.deepEqual(told, [["reset", "a-1", "synthesis"]]);
  await limits.resetLimit();
  assert.equal(told.length, 1);
  assert.match(shim.shown[0]?.[1] ?? "", /No limit was set/);
});

test("Keep on a notice keeps the limit of that notice", async () => {
  await carryOut(tools, { type: "runNotice", id: "limit-1" });
  const [command, ...given] = shim.executed[0] ?? [];
  assert.equal(command, "headroom.keepLimit");
  await limits.keepLimit(given[0]);
  assert.deepEqual(told, [["keep", "limit-1"]]);
});

test("a job is adopted by account, kind and id, and the playground shows it", async () => {
  shim.typed = ["Work", "Speak as a job", " job-7 "];
  await adoptCommand(tools).adoptJob();
  shim.typed = ["Speak as a job", "job-8"];
  await adoptCommand(tools).adoptJob({ kind: "account", account });
  assert.deepEqual(told, [
    ["adopt", "a-1", "speakJob", "job-7"],
    ["adopt", "a-1", "speakJob", "job-8"],
  ]);
  assert.deepEqual(shim.executed[0], ["headroom.playground.focus"]);
});

test("what is no id of a job is not asked for", async () => {
  shim.typed = ["Work", "Speak as a job", "../voices"];
  await adoptCommand(tools).adoptJob();
  assert.deepEqual(told, []);
});
