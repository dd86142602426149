/** What was sent is found again: filtered, explained, exported, compared, kept within its bound, deleted. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Frame, Locator } from "playwright-core";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";
import { temporaryFolder } from "../harness/paths.ts";
import { endSimulator, SimControl } from "../harness/sim-control.ts";
import { cards, chooseAction, field, openPlayground, resultFiles, send, until } from "./steps.ts";

let editor: Editor;
let page: EditorWindow;
let view: Frame;
before(async () => {
  editor = await startEditor({ settings: { "headroom.simulator.timeScale": 0.1 } });
  page = await editor.open();
  view = await openPlayground(page);
  await chooseAction(view, "SAUTI", "Speak");
  await speak("Habari ya asubuhi", "succeeded");
  await speak("Karibu tena kesho", "succeeded");
  await (await SimControl.in(editor.storageFolder)).fault("sauti", { kind: "brokenJson" });
  await speak("Kwaheri", "failed");
  await chooseAction(view, "SoundPiece", "New sample");
  await send(view);
  await view.locator("hr-card").first().locator("article.succeeded").waitFor({ timeout: 60_000 });
  await page.run("Headroom: Focus on History View");
  await until("four entries", async () => (await entries().count()) === 4);
});
after(async () => {
  await endSimulator(editor.storageFolder);
  await editor.close();
});

async function speak(text: string, end: "succeeded" | "failed"): Promise<void> {
  const had = await cards(view).count();
  await field(view, "text").fill(text);
  await send(view);
  await until("a new card", async () => (await cards(view).count()) > had);
  await view.locator("hr-card").first().locator(`article.${end}`).waitFor({ timeout: 60_000 });
}

const tree = () => page.page.locator('.pane:has([aria-label^="History"])');
/** Entries of the history, without the days. */
const entries = (): Locator => tree().locator('.monaco-list-row[aria-level="2"]');
const message = async () => ((await tree().locator(".message").textContent()) ?? "").trim();

/** Clicks a sign in the view's title, which shows them under the pointer. */
async function title(name: string): Promise<void> {
  await tree().locator(".pane-header").hover();
  await tree().getByRole("button", { name, exact: true }).click();
}

/** Ticks these in the filter's list, and nothing else. */
async function filter(...labels: string[]): Promise<void> {
  await title("Filter History...");
  for (const label of labels) await page.pick(label).click();
  await page.page.locator(".quick-input-widget input.input").press("Enter");
}

/** Chooses from an entry's menu. */
async function menu(entry: Locator, item: string): Promise<void> {
  await entry.click({ button: "right" });
  const choice = page.page.locator(".monaco-menu-container .action-item", { hasText: item }).first();
  await choice.waitFor();
  // A menu takes no click in its first moments; one that took it goes away.
  await until(`${item} taken`, async () => {
    if (!(await choice.isVisible())) return true;
    await choice.hover();
    await choice.click({ timeout: 2_000 }).catch(() => undefined);
    return false;
  });
}

test("the filter takes API, state and words together, says what it found, and an empty one has a way out", async () => {
  await filter("SAUTI", "Done");
  await until("SAUTI's two", async () => (await entries().count()) === 2);
  assert.match((await tree().locator(".pane-header").textContent()) ?? "", /SAUTI · Done/);
  await until("how many were found", async () => (await message()) === "SAUTI · Done: 2 found", 5_000);
  await title("Search History...");
  await page.answer("habari");
  await until("the one with the word", async () => (await entries().count()) === 1);
  await title("Search History...");
  await page.answer("nothing like it");
  await until("what nothing fits", async () =>
    (await message()).endsWith("fits “nothing like it” · SAUTI · Done."),
  );
  await tree().getByText("Clear Search and Filter", { exact: true }).click();
  await until("all four again", async () => (await entries().count()) === 4);
});

test("an export holds what the filter finds, as HAR and as JSON Lines, without the key", async () => {
  await filter("SAUTI");
  await until("SAUTI's three", async () => (await entries().count()) === 3);
  const folder = temporaryFolder("export");
  mkdirSync(path.join(folder, "inside"));
  const { key } = (await SimControl.in(editor.storageFolder)).account("sauti");
  const read = async (format: string, name: string) => {
    const file = path.join(folder, name);
    await page.run("Headroom: Export History...");
    await page.pick(format).click();
    const input = page.page.locator(".quick-input-widget input.input");
    // The dialog writes its own path once it has read the folder, over what was typed before that.
    await until("a path in the dialog", async () =>
      (await input.inputValue({ timeout: 2_000 }).catch(() => "")).endsWith(`headroom-${name}`),
    );
    await input.fill(file);
    // It has read the other folder once it lists what lies there.
    await page.pick("inside").waitFor();
    await input.press("Enter");
    await until(`${name} on disk`, () => existsSync(file) && statSync(file).size > 0);
    const told = page.page.locator(".notifications-toasts", { hasText: "3 of 4 requests were exported" });
    await told.getByText("without keys: only what fits SAUTI.").first().waitFor();
    const text = readFileSync(file, "utf8");
    assert.ok(!text.includes(key));
    return text;
  };
  const { log } = JSON.parse(await read("HAR 1.2", "history.har"));
  assert.equal(log.entries.length, 3);
  for (const entry of log.entries) assert.equal(entry._provider, "sauti");
  assert.deepEqual(
    log.entries.map((one: { _state: string }) => one._state),
    ["failed", "done", "done"],
  );
  const lines = (await read("JSON Lines", "history.jsonl")).trimEnd().split("\n");
  assert.equal(lines.length, 3);
  for (const line of lines) assert.ok(JSON.parse(line).timeline.length > 3);
  await title("Clear Search and Filter of History");
});

test("a result is reached from its entry, and the entry that is selected needs no list to choose from", async () => {
  await entries().first().click();
  const shown = await page.webview("hr-app");
  await shown.locator("hr-card article:focus").waitFor();
  const tab = page.page.locator(".tabs-container .tab.active");
  await page.run("Headroom: Open Request as Sent...");
  await until("the request of the entry", async () => /Request of/.test((await tab.textContent()) ?? ""));
  await menu(entries().first(), "Open Result");
  await until("the sound", async () => /\.(wav|mp3|flac)/.test((await tab.textContent()) ?? ""));
  await page.run("View: Close All Editors");
});

test("two takes are heard one after the other from the same position, switched by a key", async () => {
  view = await openPlayground(page);
  const compare = view.getByRole("button", { name: /^Compare: / });
  await compare.nth(1).click();
  await compare.nth(2).click();
  const both = view.getByRole("region", { name: "Comparison of two takes" });
  const names = both.locator("button.name");
  await until("two takes", async () => (await names.count()) === 2);
  const state = () =>
    both.locator("hr-audio").evaluateAll((players) =>
      players.map((one) => {
        const { currentTime, muted, duration } = (one as unknown as { media: Record<string, unknown> }).media;
        return { at: Number(currentTime), muted: muted === true, duration: Number(duration) };
      }),
    );
  await until("both lengths", async () => (await state()).every((one) => one.duration > 0.5));
  assert.deepEqual(
    (await state()).map((one) => one.muted),
    [false, true],
  );
  await both
    .locator("hr-audio")
    .first()
    .evaluate((one) => {
      (one as unknown as { media: { currentTime: number } }).media.currentTime = 0.4;
    });
  await until("the other one there too", async () =>
    (await state()).every((one) => Math.abs(one.at - 0.4) < 0.05),
  );
  await names.first().focus();
  await page.page.keyboard.press("x");
  await until("the second one is heard", async () => (await state())[0]?.muted === true);
  assert.deepEqual(
    (await state()).map((one) => one.muted),
    [true, false],
  );
  assert.ok((await state()).every((one) => Math.abs(one.at - 0.4) < 0.05));
});

test("the oldest results leave when the bound is set lower by its command, and the history says so", async () => {
  const files = resultFiles(editor).toSorted((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);
  const hourAgo = Date.now() / 1000 - 3_600;
  for (const file of files) utimesSync(file, hourAgo, hourAgo);
  const all = files.reduce((sum, file) => sum + statSync(file).size, 0);
  await page.run("Headroom: Set How Much Results May Take on Disk");
  const input = page.page
    .locator(
      '.settings-editor input[aria-label*="maxMegabytes"], .settings-editor .setting-item-number input',
    )
    .first();
  await input.fill(((all - 1) / 1e6).toFixed(6));
  await input.press("Tab");
  await until("the oldest gone", () => files.filter(existsSync).length === files.length - 1);
  assert.equal(existsSync(files[0] ?? ""), false);
  await view.getByText(/Results are kept within .* on disk: the oldest has left/).waitFor();
  await view.getByRole("button", { name: "Change the Bound" }).waitFor();
  await page.run("View: Close All Editors");
  await menu(entries().last(), "Show Timeline of Request");
  const document = page.page.locator(".editor-group-container.active .view-lines").first();
  await until("the sentence in the timeline", async () =>
    /was removed to stay within/.test(((await document.textContent()) ?? "").replaceAll("\u00a0", " ")),
  );
});

test("one entry is deleted, the rest after a question, and nothing is left of them", async () => {
  await menu(entries().first(), "Delete History Entry");
  await until("three left", async () => (await entries().count()) === 3);
  await page.run("Headroom: Clear History...");
  await page.page.locator(".monaco-dialog-box").getByRole("button", { name: "Clear History" }).click();
  await tree().getByText("Nothing has been sent yet.").waitFor();
  await until("no file", () => resultFiles(editor).length === 0);
});
