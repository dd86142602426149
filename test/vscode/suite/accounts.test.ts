/** Accounts and keys in the real host: what is stored, where, and that nothing of a key lies on disk. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import * as vscode from "vscode";
import type { AccountItem } from "../../../src/host/accounts-tree.ts";
import { started, until } from "../started.ts";

const KEY = "sauti_q7Zx41LmPq0vTn83WsRk";
/** The key as it is and as it may be disguised. */
const forms = [
  KEY,
  encodeURIComponent(KEY),
  ...[0, 1, 2].map((skip) => Buffer.from(KEY.slice(skip)).toString("base64").slice(0, 20)),
];

/** A provider on loopback that refuses every key and says it back. */
const provider = {
  keys: [] as string[],
  server: createServer((request, answer) => {
    const key = String(request.headers.authorization ?? Object.values(request.headers).join(" "));
    provider.keys.push(key);
    request.resume().on("end", () => {
      answer.writeHead(401, { "content-type": "application/json", "x-echo": key });
      answer.end(
        JSON.stringify({ error: `no such key: ${key}`, detail: Buffer.from(key).toString("base64") }),
      );
    });
  }),
};

describe("an account of one's own", () => {
  // Before the app is built, which reads the addresses once; mocha runs this file first.
  before(async () => {
    await new Promise<void>((resolve) => provider.server.listen(0, "127.0.0.1", resolve));
    const { port } = provider.server.address() as AddressInfo;
    const settings = vscode.workspace.getConfiguration("headroom");
    await settings.update(
      "baseUrls",
      { sauti: `http://127.0.0.1:${port}` },
      vscode.ConfigurationTarget.Global,
    );
    assert.equal((await started()).app.now, null, "the app was built before it was needed");
  });
  after(() => {
    provider.server.close();
  });

  it("has its key in the secret storage and a hint in the tree", async () => {
    const { app: lazy, keys, accounts } = await started();
    const app = await lazy.get();
    const made = await app.accounts.add({
      providerId: "sauti",
      name: "Work",
      planId: null,
      keyName: "Key 1",
      keyText: KEY,
    });
    const [key] = made.keys;
    assert.ok(key);
    assert.equal(await keys.read(key.id), KEY);

    const tree = await walk(accounts.getChildren.bind(accounts));
    const item = tree.find((one) => one.kind === "key" && one.key.id === key.id);
    assert.ok(item);
    const shown = accounts.getTreeItem(item);
    assert.equal(shown.contextValue, "key");
    assert.equal(shown.description, "sauti_…WsRk");
    assert.ok(!JSON.stringify(tree).includes(KEY));
    assert.ok(
      tree.some((one) => one.kind === "limit"),
      "the tree shows no limits",
    );
  });

  it("sends its key to its provider's own address, and writes it into no file and no snapshot", async () => {
    const { app: lazy, storage } = await started();
    const app = await lazy.get();
    const account = app.accounts.list().find((one) => one.name === "Work");
    assert.ok(account);
    app.receive({ type: "chooseProvider", providerId: "sauti" });
    app.receive({ type: "chooseAccount", accountId: account.id });
    const form = app.snapshot().form;
    assert.ok(form?.canSend);
    app.receive({ type: "send", actionId: form.actionId, values: form.values });
    const card = await until("the end of the request", () =>
      app.snapshot().cards.find((one) => one.accountName === "Work" && one.endedAt !== null),
    );
    assert.equal(provider.keys.length, 1);
    assert.ok(provider.keys[0]?.includes(KEY));
    // The answer said the key back in its text and in a header.
    await vscode.commands.executeCommand("headroom.openAnswer", { exchange: { id: card.id } });
    const shown = vscode.window.activeTextEditor?.document.getText() ?? "";
    assert.match(shown, /no such key/);
    for (const text of [shown, JSON.stringify(app.snapshot()), app.whyOf(card.id)?.text ?? ""])
      assert.ok(!forms.some((one) => text.includes(one)), text);
    const files = filesBelow(path.resolve(storage.fsPath, "../../.."));
    assert.ok(files.some((file) => file.endsWith("headroom.db")));
    for (const file of files)
      for (const one of forms) assert.ok(!readFileSync(file).includes(one), `${file} holds ${one}`);
  });

  it("forgotten, leaves neither account nor key", async () => {
    const { app: lazy, keys, accounts } = await started();
    const app = await lazy.get();
    const account = app.accounts.list().find((one) => one.name === "Work");
    assert.ok(account);
    await app.accounts.forgetAccount(account.id);
    assert.equal(await keys.read(account.keys[0]?.id ?? ""), null);
    const tree = await walk(accounts.getChildren.bind(accounts));
    assert.ok(!tree.some((one) => one.kind === "account" && one.account.id === account.id));
  });

  it("that is simulated cannot be renamed or forgotten", async () => {
    const { app: lazy } = await started();
    const app = await lazy.get();
    const before = app.accounts.list();
    for (const account of before.filter((one) => one.simulated)) {
      app.accounts.rename(account.id, "Mine");
      await app.accounts.forgetAccount(account.id);
    }
    assert.deepEqual(app.accounts.list(), before);
  });
});

async function walk(children: (item?: AccountItem) => Promise<AccountItem[]>): Promise<AccountItem[]> {
  const all: AccountItem[] = [];
  const visit = async (item?: AccountItem): Promise<void> => {
    for (const child of await children(item)) {
      all.push(child);
      await visit(child);
    }
  };
  await visit();
  return all;
}

/** Every file of the editor's own folder that may hold what an extension writes: storage, state, logs, settings. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/(Cache|CachedData|blob_storage)/.test(entry.parentPath))
    .map((entry) => path.join(entry.parentPath, entry.name));
}
