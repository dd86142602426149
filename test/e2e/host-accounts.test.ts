/** An account of one's own, added as a person does it: step by step, with a way back, and a key that shows nowhere. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";

const KEY = "spk_w8Hc51LmZq0vTn83XsRk";
let editor: Editor;
let page: EditorWindow;
before(async () => {
  editor = await startEditor();
  page = await editor.open();
});
after(() => editor?.close());

const input = () => page.page.locator(".quick-input-widget input.input");
const title = () => page.page.locator(".quick-input-widget .quick-input-title");

test("the steps are counted, go back, and keep what was answered", async () => {
  await page.run("Headroom: Add Account...");
  await page.pick("SoundPiece").click();
  await title()
    .filter({ hasText: /\(2\/\d\)/ })
    .waitFor();
  await page.answer("Studio");
  await title()
    .filter({ hasText: /\(3\/\d\)/ })
    .waitFor();
  await page.page.locator(".quick-input-widget .codicon-quick-input-back").click();
  await title()
    .filter({ hasText: /\(2\/\d\)/ })
    .waitFor();
  assert.equal(await input().inputValue(), "Studio");
  await input().press("Enter");
  await title()
    .filter({ hasText: /\(3\/\d\)/ })
    .waitFor();
});

test("the key is typed into a password box, and one that looks unusual is a warning with the usual look", async () => {
  assert.equal(await input().getAttribute("type"), "password");
  await input().fill("something else");
  await page.page.locator(".quick-input-message", { hasText: "spaces" }).waitFor();
  await input().press("Enter");
  await title()
    .filter({ hasText: /\(3\/\d\)/ })
    .waitFor();
  await input().fill(KEY);
  await input().press("Enter");
  // SoundPiece has plans or not: a step that is there is answered with its first entry.
  if (
    await title()
      .filter({ hasText: /\(4\/4\)/ })
      .waitFor({ timeout: 2_000 })
      .then(
        () => true,
        () => false,
      )
  )
    await input().press("Enter");
  await page.statusBar(/SoundPiece/);
});

test("the tree shows the key by its hint, and no text or file of the editor holds it", async () => {
  await page.run("Headroom: Focus on Accounts View");
  const tree = page.page.locator(".sidebar .monaco-list-row");
  await tree.filter({ hasText: "Studio" }).locator(".monaco-tl-twistie").click();
  await tree.filter({ hasText: "spk_…XsRk" }).waitFor();
  assert.ok(!(await page.page.content()).includes(KEY));
  for (const frame of page.page.frames())
    assert.ok(!(await frame.content().catch(() => "")).includes(KEY), frame.url());
  for (const entry of readdirSync(editor.dataFolder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && existsSync(file)) assert.ok(!readFileSync(file).includes(KEY), file);
  }
});

test("forgetting asks first, and then nothing of the account is left", async () => {
  await page.run("Headroom: Forget Account...");
  await page.pick("Studio").click();
  await page.page.locator(".monaco-dialog-box").getByRole("button", { name: "Forget Account" }).click();
  await page.page.locator(".sidebar .monaco-list-row", { hasText: "Studio" }).waitFor({ state: "detached" });
});
