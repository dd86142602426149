/** A send through the simulated SAUTI account, from the command to the file on disk, and what the surfaces then show. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { chooseSimulated, started, until } from "../started.ts";

describe("a send through the simulator", () => {
  /** What the status bar is to show after so many more sends than before the first of these tests. */
  let leftBefore = 0;
  const figures = (sent: number) => `$(beaker) SAUTI ${leftBefore - sent}/10`;

  before(async () => {
    const app = await (await started()).app.get();
    chooseSimulated(app, "sauti");
    leftBefore = app.headline().meter?.left ?? 0;
  });

  it("begins with one command, without key, and ends in a playable file on disk", async () => {
    const { app: lazy, storage } = await started();
    await vscode.commands.executeCommand("headroom.trySimulator");
    const app = await lazy.get();
    const card = await until("a card that has ended well", () => {
      const first = app.snapshot().cards.find((one) => one.accountName === "Simulated");
      assert.notEqual(first?.state, "failed", JSON.stringify(first?.problem));
      return first?.state === "succeeded" && first;
    });
    const result = card.results[0];
    assert.ok(result?.src, "the card shows no result");
    const file = app.resultFile(result.id);
    assert.ok(file);
    assert.equal(path.dirname(file.path), path.join(storage.fsPath, "results"));
    assert.equal(statSync(file.path).size, file.bytes);
    assert.match(file.mediaType ?? "", /^audio\//);
  });

  it("lowers the status bar's figures by one", async () => {
    const { statusBar } = await started();
    await until(figures(1), () => statusBar.text === figures(1));
  });

  it("stands in the history under today, with an answer to open", async () => {
    const { history } = await started();
    const [day] = await history.getChildren();
    assert.ok(day);
    assert.equal(history.getTreeItem(day).label, "Today");
    const [entry] = await history.getChildren(day);
    assert.ok(entry);
    const item = history.getTreeItem(entry);
    assert.equal(item.contextValue, "exchange answered results");
    assert.match(String(item.label), /^\d\d:\d\d:\d\d Habari/);
    assert.ok(item.accessibilityInformation?.label);
    await vscode.commands.executeCommand("headroom.openAnswer", entry);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, "headroom");
    assert.match(document?.getText() ?? "", /200/);
  });

  it("has its result behind a line of the document that a click on its entry opens, and behind its menu", async () => {
    const { history, app: lazy } = await started();
    const [day] = await history.getChildren();
    const [entry] = await history.getChildren(day);
    assert.ok(entry);
    const app = await lazy.get();
    const file = path.basename(app.resultFile(app.snapshot().cards[0]?.results[0]?.id ?? "")?.path ?? "-");
    const opened = () =>
      vscode.window.tabGroups.activeTabGroup.activeTab?.label === file ? file : undefined;
    const run = async (link: vscode.Uri) => {
      const [id = "", given = ""] = [link.path, link.query];
      await vscode.commands.executeCommand(id, ...(JSON.parse(given) as unknown[]));
    };
    const { command, arguments: given = [] } = history.getTreeItem(entry).command ?? {};
    await vscode.commands.executeCommand(command ?? "", ...given);
    const uri = vscode.window.activeTextEditor?.document.uri;
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      "vscode.executeLinkProvider",
      uri,
      99,
    );
    const link = links.find((one) => one.target?.scheme === "command")?.target;
    assert.ok(link);
    await run(link);
    await until("the result in a tab", opened);
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await vscode.commands.executeCommand("headroom.openResult", entry);
    await until("the result in a tab again", opened);
  });

  it("is found by its words and its end, and by nothing else", async () => {
    const { history } = await started();
    const count = async (filter: Parameters<typeof history.show>[0]) => {
      history.show(filter, "");
      return (await history.getChildren()).filter((one) => one.kind === "day").length;
    };
    assert.equal(await count({ text: "habari" }), 1);
    assert.equal(await count({ text: "habari", states: ["done"], providerIds: ["sauti"] }), 1);
    assert.equal(await count({ text: "no such words" }), 0);
    assert.equal(await count({ text: "habari", states: ["outcomeUnknown"] }), 0);
    await vscode.commands.executeCommand("headroom.clearSearch");
    assert.deepEqual(history.filter, {});
  });

  it("copies as code without the key", async () => {
    const { history, simulator } = await started();
    const [day] = await history.getChildren();
    const [entry] = await history.getChildren(day);
    const key = await simulator.keyOf("sauti");
    for (const command of ["copyAsCurl", "copyAsTypeScript", "copyAsPython"]) {
      await vscode.env.clipboard.writeText("");
      await vscode.commands.executeCommand(`headroom.${command}`, entry);
      const text = await vscode.env.clipboard.readText();
      assert.ok(text.length > 20, command);
      assert.ok(!text.includes(key), command);
    }
  });

  it("can be repeated at once, and both count", async () => {
    const { app: lazy, statusBar } = await started();
    const app = await lazy.get();
    app.sendAgain();
    app.sendAgain();
    await until(
      "three ended cards",
      () => app.snapshot().cards.filter((card) => card.state === "succeeded").length >= 3,
    );
    await until(figures(3), () => statusBar.text === figures(3));
  });

  it("writes the simulator's key into no file and no log, though it is not even a secret", async () => {
    const { storage, simulator } = await started();
    const key = await simulator.keyOf("sauti");
    const files = readdirSync(storage.fsPath, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith("simulator."))
      .map((entry) => path.join(entry.parentPath, entry.name));
    assert.ok(
      files.some((file) => file.endsWith("headroom.db")),
      files.join("\n"),
    );
    for (const file of files) assert.ok(!existsSync(file) || !readFileSync(file).includes(key), file);
  });

  it("goes to every simulated provider", async () => {
    const { app: lazy, simulator } = await started();
    const app = await lazy.get();
    for (const { id } of app.accounts.providers()) {
      chooseSimulated(app, id);
      assert.equal(app.snapshot().chosen.providerId, id);
      assert.equal(app.snapshot().simulated, true);
      assert.match(await simulator.baseOf(id), /^http:\/\/127\.0\.0\.1:\d+\//);
    }
  });
});
