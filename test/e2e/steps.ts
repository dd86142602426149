/**
 * What a person does in the playground, as small shared steps for the tests of the whole workbench.
 * It must not decide what is right: it acts, and tells what is seen.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Frame, Locator } from "playwright-core";
import type { Editor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";

/** Opens the playground and gives its frame, once the form stands. */
export async function openPlayground(page: EditorWindow): Promise<Frame> {
  await page.run("Headroom: Open Playground");
  const view = await page.webview("hr-app");
  await view.locator("hr-send").waitFor();
  return view;
}

/** Chooses an entry of one of the drop-downs by what it says, and waits until it is shown as chosen. */
export async function choose(view: Frame, label: "API" | "Account" | "Action", entry: string): Promise<void> {
  const list = view.getByLabel(label, { exact: true });
  const option = list.locator("option").filter({ hasText: new RegExp(`^\\s*${escaped(entry)}( ·.*)?\\s*$`) });
  await option.first().waitFor({ state: "attached" });
  const value = await option.first().getAttribute("value");
  await list.selectOption(value);
  await until(`${entry} chosen as ${label}`, async () => (await list.inputValue()) === value);
}

/** Chooses provider and action. */
export async function chooseAction(view: Frame, provider: string, action: string): Promise<void> {
  await choose(view, "API", provider);
  await choose(view, "Action", action);
  await view.getByRole("form", { name: action, exact: true }).waitFor();
}

/** The control of a form field, by the field's name. */
export function field(view: Frame, name: string): Locator {
  return view.locator(`hr-field[data-name="${name}"]`).locator("textarea, input, select");
}

/** Chooses a file for a field through the editor's own dialog, by typing its path. */
export async function pickFile(page: EditorWindow, view: Frame, name: string, file: string): Promise<void> {
  const place = view.locator(`hr-field[data-name="${name}"]`);
  await place.locator("vscode-button").click();
  const input = page.page.locator(".quick-input-widget input.input");
  await input.waitFor();
  const row = page.page.locator(".quick-input-widget .monaco-list-row");
  const chosen = place.locator(".name", { hasText: path.basename(file) });
  // The dialog writes its own path once it has read the folder, over what was typed before that.
  await row.first().waitFor();
  await until("the file in the form", async () => {
    if (await input.isVisible()) {
      await input.fill(file, { timeout: 2_000 }).catch(() => undefined);
      const listed = row.filter({ hasText: path.basename(file) }).first();
      const isListed = await listed.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      );
      if (isListed && (await input.inputValue()) === file) await input.press("Enter");
    }
    return chosen.waitFor({ timeout: 2_000 }).then(
      () => true,
      () => false,
    );
  });
}

/** Presses Send so many times. */
export async function send(view: Frame, times = 1): Promise<void> {
  const button = view.locator("hr-send vscode-button");
  for (let count = 0; count < times; count += 1) await button.click();
}

/** The cards in that state; newest first. */
export function cards(view: Frame, state?: string): Locator {
  return view.locator(state === undefined ? "hr-card article" : `hr-card article.${state}`);
}

/** The figures of one meter, as a screen reader gets them and as they are shown. */
export async function meter(view: Frame, title: string | RegExp): Promise<{ shown: string; spoken: string }> {
  const one = view.locator("hr-meter").filter({ has: view.getByRole("meter", { name: title }) });
  const spoken = await one.getByRole("meter").getAttribute("aria-valuetext");
  return {
    shown: ((await one.locator(".figures").first().textContent()) ?? "").replace(/\s+/g, ""),
    spoken: spoken ?? "",
  };
}

/** What is asked of a media element in the page; these sources are not checked against the browser's types. */
interface Media {
  readonly duration: number;
  readonly currentTime: number;
  muted: boolean;
  play(): Promise<void>;
  pause(): void;
}

/** The newest card's media element, once it knows its length: that length in seconds. */
export async function playedSeconds(view: Frame): Promise<number> {
  const media = cards(view).first().locator("audio, video").first();
  await media.waitFor({ state: "attached", timeout: 40_000 });
  let seconds = Number.NaN;
  await until("a length of the recording", async () => {
    seconds = await media.evaluate((element) => (element as unknown as Media).duration);
    return Number.isFinite(seconds);
  });
  return seconds;
}

/** Plays the newest card's result and waits until it has moved on. */
export async function play(view: Frame): Promise<void> {
  const media = cards(view).first().locator("audio, video").first();
  await media.evaluate((element) => {
    const playing = element as unknown as Media;
    playing.muted = true;
    return playing.play();
  });
  await until("a result that plays", () =>
    media.evaluate((element) => (element as unknown as Media).currentTime > 0.05),
  );
  await media.evaluate((element) => (element as unknown as Media).pause());
}

/** The files of results on disk, newest last. */
export function resultFiles(editor: Editor): string[] {
  const folder = path.join(editor.storageFolder, "results");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".part"))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** Waits until something is so, asking it again and again; at most `patienceMs` (default 40 s). */
export async function until(
  what: string,
  look: () => boolean | Promise<boolean>,
  patienceMs = 40_000,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await look())) {
    assert.ok(performance.now() < deadline, `not within ${patienceMs / 1000} s: ${what}`);
    await pause(100);
  }
}

/** Every file under a folder whose bytes hold that text. */
export function filesHolding(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => existsSync(file) && readFileSync(file).includes(text));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
