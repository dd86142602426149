// The accounts' tree: a limit's number is read also where the side bar is narrow, and a person's own number is told as such.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { type Bench, bench } from "../app/fakes.ts";
import "./vscode-shim.ts";
import { t } from "../harness/voice.ts";

const { AccountsTree } = await import("../../src/host/accounts-tree.ts");
const { LazyApp } = await import("../../src/host/lazy-app.ts");

let on: Bench;
let tree: InstanceType<typeof AccountsTree>;
beforeEach(() => {
  on = bench();
  tree = new AccountsTree(new LazyApp(async () => ({ app: on.app, close: async () => {} })), t);
});
afterEach(async () => {
  tree.dispose();
  await on.close();
});

async function limitRow(policyId: string) {
  const provider = (await tree.getChildren()).find(
    (one) => one.kind === "provider" && one.provider.id === "sauti",
  );
  const [account] = await tree.getChildren(provider);
  const found = (await tree.getChildren(account)).find(
    (one) => one.kind === "limit" && one.limit.policyId === policyId,
  );
  assert.ok(found);
  return tree.getTreeItem(found);
}

test("a limit's row begins with its number and span, and says where it is a person's own", async () => {
  const row = await limitRow("synthesis");
  assert.match(String(row.label), /^10 in any 60.s$/);
  assert.equal(row.description, "Synthesis");
  const own = {
    policyId: "synthesis",
    limit: 3,
    quotaWindowMs: null,
    evidence: "counted",
    setAt: 0,
  } as const;
  on.app.accounts.saveLimit("sim-sauti", own);
  const mine = await limitRow("synthesis");
  assert.match(String(mine.label), /^3 in any 60.s$/);
  assert.equal(mine.description, "Synthesis · set by you");
});
