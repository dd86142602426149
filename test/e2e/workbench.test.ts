/** The real workbench in a browser: that the packaged extension stands in it, in every theme, in several editor windows. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";

let editor: Editor;
let page: EditorWindow;
before(async () => {
  editor = await startEditor();
  page = await editor.open();
});
after(() => editor?.close());

test("the packaged extension is installed and its container stands in the activity bar", async () => {
  await page.openContainer("Headroom");
  assert.ok(await page.page.locator(".sidebar").isVisible());
});

test("the workbench can be shown in light, dark and both high contrast themes", async () => {
  for (const name of ["light", "dark", "high contrast dark", "high contrast light"] as const)
    await page.theme(name);
});

test("a setting that is changed while the editor runs is seen by the editor", async () => {
  await page.settings({ "window.menuBarVisibility": "hidden", "workbench.activityBar.location": "top" });
  await page.page.locator(".sidebar .composite-bar-container").waitFor();
  await page.settings({ "workbench.activityBar.location": "default" });
  await page.page.locator(".part.activitybar .action-item").first().waitFor();
});

test("a second editor window and a reloaded one each have an extension host of their own", async () => {
  const other = await editor.open();
  assert.notEqual(other.extensionHost, page.extensionHost);
  const before = page.extensionHost;
  await page.reload();
  assert.notEqual(page.extensionHost, before);
  assert.ok(editor.extensionHosts().includes(other.extensionHost));
  await other.close();
});

test("what an editor made is gone after it is closed, and nothing of it runs on", async () => {
  const short = await startEditor({ vsix: null });
  await short.open();
  const host = short.extensionHosts()[0];
  assert.ok(host !== undefined);
  await short.close();
  assert.deepEqual([host, short.server.pid].filter(runs), []);
  assert.equal(existsSync(short.dataFolder), false);
});

/** A process that has ended but whose parent has not asked yet has no command line any more. */
function runs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}
