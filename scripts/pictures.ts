/**
 * Drives the real workbench through the simulator and writes the README's pictures into media/pictures.
 * What they show really happened in the run that made them; nothing is drawn or put in.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Frame } from "playwright-core";
import { startEditor } from "../test/harness/editor.ts";
import type { EditorWindow } from "../test/harness/editor-window.ts";

const folder = path.resolve(import.meta.dirname, "../media/pictures");
const patienceMs = 90_000;

/** Makes the side bar wider or narrower by its edge, as a hand would. Pixels. */
async function widen(window: EditorWindow, width: number): Promise<void> {
  const { page } = window;
  const bar = await page.locator(".part.sidebar").boundingBox();
  if (bar === null) throw new Error("there is no side bar to widen");
  const edge = bar.x + bar.width;
  await page.mouse.move(edge, bar.y + bar.height / 2);
  await page.mouse.down();
  await page.mouse.move(edge + width - bar.width, bar.y + bar.height / 2, { steps: 8 });
  await page.mouse.up();
}

async function choose(view: Frame, provider: string, action: string): Promise<void> {
  await view.getByLabel("API", { exact: true }).selectOption({ label: provider });
  const actions = view.getByLabel("Action", { exact: true });
  await actions.locator("option", { hasText: action }).first().waitFor({ state: "attached" });
  await actions.selectOption({ label: action });
  await view.getByRole("form", { name: action, exact: true }).waitFor();
}

async function send(view: Frame, times: number): Promise<void> {
  const button = view.locator("hr-send vscode-button").first();
  for (let i = 0; i < times; i++) await button.click();
}

async function shot(window: EditorWindow, name: string): Promise<void> {
  await window.page.mouse.move(900, 500);
  await window.page.screenshot({ path: path.join(folder, `${name}.png`) });
  console.log(`media/pictures/${name}.png`);
}

/** The first picture: eleven syntheses against a limit of ten, the last one waiting, and why. */
async function playground(window: EditorWindow): Promise<void> {
  const view = await window.webview("hr-app");
  await choose(view, "SAUTI", "Speak");
  await send(view, 10);
  await view.locator("hr-audio").nth(4).waitFor({ timeout: patienceMs });
  await send(view, 2);
  await view.locator("hr-queue").getByText("SAUTI allows").first().waitFor({ timeout: patienceMs });
  await view.locator("hr-queue").getByText("Why?").first().click();
  await window.page.locator(".tab.active").waitFor();
  await window.statusBar(/0\/10/);
  await shot(window, "playground");
}

/** What is asked of an element in the page; these sources are not checked against the browser's types. */
interface Scrolled {
  scrollIntoView(options: { readonly block: "center" }): void;
}

/** The second: a dub that asks before it is charged, and a finished lip sync. */
async function jobs(window: EditorWindow): Promise<void> {
  const view = await window.webview("hr-app");
  await choose(view, "Sync", "Lip sync");
  await send(view, 1);
  await view.locator("hr-video").first().waitFor({ timeout: patienceMs });
  await choose(view, "VoiceDub", "Dub");
  await send(view, 1);
  const ask = view.locator("hr-ask").first();
  await ask.waitFor({ timeout: patienceMs });
  await ask.evaluate((element) => (element as unknown as Scrolled).scrollIntoView({ block: "center" }));
  await shot(window, "jobs");
}

const editor = await startEditor({ size: { width: 1240, height: 1180 } });
try {
  mkdirSync(folder, { recursive: true });
  const window = await editor.open();
  await window.openContainer("Headroom");
  await widen(window, 440);
  await window.theme("dark");
  await playground(window);
  await window.run("Headroom: Cancel All Waiting Requests");
  await window.run("View: Close All Editors");
  await window.theme("light");
  await jobs(window);
} finally {
  await editor.close();
}
