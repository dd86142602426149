/** What survives the editor window: a job goes on after a reload, seen or not, and is charged once. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";
import { cards, chooseAction, field, openPlayground, send } from "./steps.ts";

let editor: Editor;
let page: EditorWindow;
before(async () => {
  editor = await startEditor({ settings: { "headroom.simulator.timeScale": 1 } });
  page = await editor.open();
});
after(async () => {
  const file = path.join(editor.storageFolder, "simulator.json");
  if (existsSync(file)) process.kill(announced().pid);
  await editor?.close();
});

const announced = () =>
  JSON.parse(readFileSync(path.join(editor.storageFolder, "simulator.json"), "utf8")) as {
    pid: number;
    control: { url: string; token: string };
  };

interface Books {
  readonly charges: { readonly count: number };
  readonly refusals: number;
  readonly jobs: readonly { readonly over: boolean }[];
}

/** The simulator's own counters of SoundPiece. */
async function books(): Promise<Books> {
  const { control } = announced();
  const answer = await fetch(`${control.url}/state?provider=soundpiece&token=${control.token}`);
  return ((await answer.json()) as { soundpiece: Books }).soundpiece;
}

const results = () => {
  const folder = path.join(editor.storageFolder, "results");
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith(".part")) : [];
};

async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 40_000;
  while (!(await look())) {
    if (performance.now() >= deadline) await page.screenshot("zz-failed");
    assert.ok(performance.now() < deadline, `not within 40 s: ${what}`);
    await pause(100);
  }
}

test("a job under way when the editor window is reloaded ends by itself, with one charge and no refusal", async () => {
  await page.run("Headroom: Choose Provider...");
  await page.pick("SoundPiece").click();
  await page.statusBar(/SoundPiece/);
  await page.run("Headroom: Send Request");
  await until(
    "a job at the simulator",
    async () =>
      existsSync(path.join(editor.storageFolder, "simulator.json")) && (await books()).jobs.length === 1,
  );
  await until("the job in the ledger", () => existsSync(path.join(editor.storageFolder, "headroom.db")));
  // Without the view nobody asks for the app: it must come back by itself.
  await page.openContainer("Explorer");
  await page.reload();
  assert.equal(
    (await books()).jobs[0]?.over,
    false,
    "the job was over before the reload: nothing was tested",
  );
  assert.deepEqual(results(), []);
  await until("the result on disk", () => results().length > 0);
  const { charges, refusals, jobs } = await books();
  assert.deepEqual([charges.count, refusals, jobs.length], [1, 0, 1]);
});

test("two editor windows see each other's spends in the status bar", async () => {
  await page.run("Headroom: Choose Provider...");
  await page.pick("SAUTI").click();
  await page.statusBar(/SAUTI 10\/10/);
  const other = await editor.open();
  await other.run("Headroom: Try with the Simulator");
  await other.statusBar(/SAUTI 9\/10/);
  await page.statusBar(/SAUTI 9\/10/);
  await other.close();
});

test("what was chosen, typed and loaded stands there again after a reload", async () => {
  let view = await openPlayground(page);
  await chooseAction(view, "SAUTI", "Speak");
  await field(view, "text").fill("Typed before the reload");
  await view.locator('hr-field[data-name="voice_id"] .load').click();
  const voices = view.locator('hr-field[data-name="voice_id"] option');
  await view.getByRole("button", { name: "Load the choices again: Voice" }).waitFor();
  const last = (await voices.last().getAttribute("value")) ?? "";
  await field(view, "voice_id").selectOption(last);
  // Another form in between: what was typed into each is kept.
  await chooseAction(view, "VocaBusta", "Speak");
  await field(view, "text").fill("Typed elsewhere");
  await chooseAction(view, "SAUTI", "Speak");
  const count = await voices.count();
  await until("the choice in the editor's memory", async () =>
    /"headroom\.choice":\{[^{]*\{"providerId":"sauti"/.test(await page.written()),
  );
  await page.reload();
  view = await openPlayground(page);
  await page.statusBar(/SAUTI/);
  assert.equal(await field(view, "text").inputValue(), "Typed before the reload");
  assert.equal(await field(view, "voice_id").inputValue(), last);
  assert.equal(await view.locator('hr-field[data-name="voice_id"] option').count(), count);
  await chooseAction(view, "VocaBusta", "Speak");
  assert.equal(await field(view, "text").inputValue(), "Typed elsewhere");
});

test("what is forgotten in one editor window is gone from the other's page, and stays gone over a reload", async () => {
  const other = await editor.open();
  let view = await openPlayground(other);
  await chooseAction(view, "SAUTI", "Speak");
  const plain = await field(view, "text").inputValue();
  await field(view, "text").fill("Secret words");
  await send(view);
  await cards(view, "succeeded").first().waitFor({ timeout: 40_000 });
  await page.run("Headroom: Forget All Accounts, Keys and History...");
  await page.page.locator(".monaco-dialog-box").getByRole("button", { name: "Forget Everything" }).click();
  await until("the other page without the card", async () => (await cards(view).count()) === 0);
  await until(
    "the form as at first",
    async () => (await field(view, "text").inputValue()) !== "Secret words",
  );
  await other.reload();
  view = await openPlayground(other);
  await chooseAction(view, "SAUTI", "Speak");
  assert.notEqual(await field(view, "text").inputValue(), "Secret words");
  assert.equal(await cards(view).count(), 0);
  assert.ok(plain !== "Secret words");
  assert.deepEqual(results(), []);
  await other.close();
});
