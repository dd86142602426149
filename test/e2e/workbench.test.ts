/** The real workbench in a browser: that the packaged extension installs and starts there. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Editor, startEditor } from "../harness/editor.ts";

let editor: Editor;
before(async () => {
  editor = await startEditor();
});
after(() => editor?.close());

test("the packaged extension is installed and its container stands in the activity bar", async () => {
  const page = await editor.open();
  await page.openContainer("Headroom");
  await page.screenshot("smoke");
  assert.ok(true);
});
