/** The walkthrough's steps tick themselves off by what is done in the playground itself, before the walkthrough was ever opened. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";
import { endSimulator } from "../harness/sim-control.ts";
import { cards, chooseAction, openPlayground, send, until } from "./steps.ts";

let editor: Editor;
let page: EditorWindow;
before(async () => {
  editor = await startEditor({ settings: { "headroom.simulator.timeScale": 0.1 } });
  page = await editor.open();
});
after(async () => {
  await endSimulator(editor.storageFolder);
  await editor.close();
});

test("what was heard, opened, awaited and copied in the playground is ticked off, and the account is not", async () => {
  const view = await openPlayground(page);
  await chooseAction(view, "SAUTI", "Speak");
  await send(view, 11);
  await cards(view, "succeeded").first().waitFor({ timeout: 60_000 });
  await view
    .getByRole("button", { name: /^Copy as code: / })
    .first()
    .click();
  await page.pick("TypeScript").click();
  await page.run("Welcome: Open Walkthrough...");
  await page.page.locator(".quick-input-widget input.input").fill("Headroom");
  await page.page.locator(".quick-input-widget .monaco-list-row", { hasText: "Headroom" }).first().click();
  const steps = page.page.locator(".getting-started-step");
  const done = steps.filter({ has: page.page.locator(".codicon-getting-started-step-checked.complete") });
  await until("four steps", async () => (await done.count()) === 4);
  assert.equal(await steps.count(), 5);
  assert.equal(await done.filter({ hasText: "Add your own account" }).count(), 0);
});
