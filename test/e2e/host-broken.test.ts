/** A start that cannot succeed is said once, with its cause, and nothing hangs: put right, it goes on without a reload. */
import assert from "node:assert/strict";
import { mkdirSync, rmdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";

let editor: Editor;
let page: EditorWindow;
const inTheWay = () => path.join(editor.storageFolder, "headroom.db");
before(async () => {
  editor = await startEditor();
  mkdirSync(inTheWay(), { recursive: true });
  page = await editor.open();
});
after(() => editor?.close());

test("where the database cannot be opened, one sentence says so and where", async () => {
  await page.openContainer("Headroom");
  await page.page.locator(".notifications-toasts", { hasText: "Headroom could not start" }).waitFor();
  await page.run("Headroom: Focus on Accounts View");
  await page.page.locator(".sidebar", { hasText: "The accounts cannot be read." }).waitFor();
  const said = await page.notifications();
  assert.equal(said.length, 1, said.join("\n"));
  assert.ok(said[0]?.includes(editor.storageFolder));
});

test("once it is put right, opening the playground again is enough", async () => {
  rmdirSync(inTheWay());
  await page.openContainer("Explorer");
  await page.openContainer("Headroom");
  await page.statusBar(/SoundPiece/);
});
