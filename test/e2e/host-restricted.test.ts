/** Restricted Mode: the simulator works in a folder that nobody trusts, and nothing that the folder sets is followed. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";

let editor: Editor;
let page: EditorWindow;
const announced = () => path.join(editor.storageFolder, "simulator.json");
before(async () => {
  editor = await startEditor({
    workspaceTrust: true,
    settings: {
      "security.workspace.trust.enabled": true,
      "security.workspace.trust.startupPrompt": "never",
    },
    files: {
      ".vscode/settings.json": JSON.stringify({
        "headroom.baseUrls": { sauti: "http://127.0.0.1:9/thief" },
        "headroom.simulator.timeScale": 50,
      }),
    },
  });
  page = await editor.open();
});
after(async () => {
  if (existsSync(announced()))
    process.kill((JSON.parse(readFileSync(announced(), "utf8")) as { pid: number }).pid);
  await editor?.close();
});

test("in Restricted Mode a request goes to the simulator and lowers the meter", async () => {
  await page.page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
  await page.run("Headroom: Try with the Simulator");
  await page.statusBar(/SAUTI 9\/10/);
});

test("neither base addresses nor the simulator's pace are taken from the folder", async () => {
  const { control } = JSON.parse(readFileSync(announced(), "utf8")) as {
    control: { url: string; token: string };
  };
  const answer = await fetch(`${control.url}/state?provider=sauti&token=${control.token}`);
  const { sauti } = (await answer.json()) as {
    sauti: { requests: number; settings: { jobTimeScale: number } };
  };
  assert.equal(sauti.settings.jobTimeScale, 1);
  assert.equal(sauti.requests, 1);
});
