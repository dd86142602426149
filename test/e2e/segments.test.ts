/** Segments between the steps of a dub: edited row by row, there again after a reload, and spoken as the person put them right. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Frame } from "playwright-core";
import { encodeWav } from "../../src/simulator/media/wav.ts";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";
import { temporaryFolder } from "../harness/paths.ts";
import { endSimulator } from "../harness/sim-control.ts";
import { cards, chooseAction, openPlayground, pickFile, send, until } from "./steps.ts";

let editor: Editor;
let page: EditorWindow;
let view: Frame;
const folder = temporaryFolder("segments");
before(async () => {
  editor = await startEditor({
    settings: { "headroom.simulator.timeScale": 0.15 },
    size: { width: 1240, height: 1180 },
  });
  page = await editor.open();
  view = await openPlayground(page);
});
after(async () => {
  await endSimulator(editor.storageFolder);
  await editor.close();
});

const rows = () => cards(view).first().locator("hr-rows");
const row = (at: number) => rows().locator("textarea").nth(at);

test("what was said and what will be said are put right row by row; a reload in between loses nothing", async () => {
  const file = path.join(folder, "recording.wav");
  writeFileSync(file, encodeWav(new Int16Array(24_000 * 9), 24_000));
  await chooseAction(view, "VocaBusta", "Dub");
  await pickFile(page, view, "file", file);
  await send(view);
  await row(1).waitFor({ timeout: 40_000 });
  assert.equal(
    await rows()
      .getByText(/, before /)
      .count(),
    0,
  );
  await row(0).fill("Good morning, all of you.");
  await row(0).press("Enter");
  // Not by the keys: the workbench hears them too, and selects once more when the first letters stand there already.
  await row(1).selectText();
  await page.page.keyboard.type("Today we wa");
  await page.load(() => page.run("Developer: Reload Window"));
  view = await openPlayground(page);
  await row(1).waitFor({ timeout: 40_000 });
  assert.equal(await row(0).inputValue(), "Good morning, all of you.");
  assert.equal(await row(1).inputValue(), "Today we wa");
  await row(1).fill("");
  await row(1).press("ControlOrMeta+Enter");
  await rows().locator("li.wrong").getByText("This row is empty").waitFor();
  await row(1).fill("Today we walk.");
  await row(1).press("ControlOrMeta+Enter");
  await rows().getByText("19 characters, before 14").waitFor({ timeout: 40_000 });
  assert.equal(await row(1).inputValue(), "[sw] Today we walk.");
  await rows().locator(".source").getByText("Good morning, all of you.").waitFor();
  await row(1).fill("Leo tunatembea.");
  await page.screenshot("segments");
  await row(1).press("ControlOrMeta+Enter");
  await until("a finished dub", async () => (await cards(view, "succeeded").count()) === 1);
});
