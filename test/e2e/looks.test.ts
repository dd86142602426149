/** The first minute and the looks: a newcomer hears a result from one click, and the playground stands in every theme in a narrow side bar. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import type { Frame } from "playwright-core";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";
import { endSimulator, SimControl } from "../harness/sim-control.ts";
import { cards, chooseAction, openPlayground, play, playedSeconds, send, until } from "./steps.ts";

/** axe-core's source, run in the webview's frame without a script tag, which its content rules forbid. */
const axe = readFileSync(
  createRequire(import.meta.resolve("@axe-core/playwright")).resolve("axe-core"),
  "utf8",
);
/** The themes, and how a webview's page is told of each. */
const themes = {
  light: "vscode-light",
  dark: "vscode-dark",
  "high contrast dark": "vscode-high-contrast",
  "high contrast light": "vscode-high-contrast-light",
} as const;
const names = Object.keys(themes) as (keyof typeof themes)[];

let editor: Editor;
let page: EditorWindow;
let view: Frame;
before(async () => {
  editor = await startEditor();
  page = await editor.open();
});
after(async () => {
  await endSimulator(editor.storageFolder);
  await editor.close();
});

test("the walkthrough's first step ends with a result that plays, and is ticked off", async () => {
  await page.run("Welcome: Open Walkthrough...");
  await page.page.locator(".quick-input-widget input.input").fill("Headroom");
  await page.page.locator(".quick-input-widget .monaco-list-row", { hasText: "Headroom" }).first().click();
  await page.page.getByRole("button", { name: "Send with the Simulator" }).click();
  view = await page.webview("hr-app");
  assert.ok((await playedSeconds(view)) > 1);
  await play(view);
  await page.page
    .locator(".getting-started-step .codicon-getting-started-step-checked.complete")
    .first()
    .waitFor();
  const { charges, refusals } = await (await SimControl.in(editor.storageFolder)).books("sauti");
  assert.deepEqual([charges.count, refusals], [1, 0]);
});

/** Makes the side bar 260 px wide by its edge, as a hand would. */
async function narrow(): Promise<void> {
  const bar = await page.page.locator(".part.sidebar").boundingBox();
  assert.ok(bar !== null);
  await page.page.mouse.move(bar.x + bar.width, bar.y + bar.height / 2);
  await page.page.mouse.down();
  await page.page.mouse.move(bar.x + 260, bar.y + bar.height / 2, { steps: 8 });
  await page.page.mouse.up();
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: unknown; readonly failureSummary?: string }[];
}

for (const theme of names)
  test(`the playground has no serious accessibility fault and no sideways overflow at 260 px in ${theme}`, async () => {
    if (theme === names[0]) {
      await page.run("View: Close All Editors");
      view = await openPlayground(page);
      await narrow();
      await chooseAction(view, "SAUTI", "Speak");
      await send(view, 11);
      await until(
        "a queue and results",
        async () =>
          (await view.locator("hr-queue li").count()) > 0 && (await cards(view, "succeeded").count()) > 5,
      );
    }
    await page.theme(theme);
    await view.locator(`body[data-vscode-theme-kind="${themes[theme]}"]`).waitFor();
    await view.evaluate(
      "Promise.allSettled(document.getAnimations().map((one) => one.playState === 'running' && one.effect.getTiming().iterations === 1 ? one.finished : null))",
    );
    const width = (await view.evaluate("[innerWidth, document.scrollingElement.scrollWidth]")) as [
      number,
      number,
    ];
    assert.ok(
      width[0] <= 262 && width[1] <= width[0],
      `the view is ${width[0]} px wide, its content ${width[1]}`,
    );
    // The page lets the side bar's colour through, which lies outside this frame.
    await view.evaluate("document.documentElement.style.background = 'var(--vscode-sideBar-background)'");
    await view.evaluate(`${axe}; undefined`);
    const found = (await view.evaluate(
      "axe.run(document, { resultTypes: ['violations'] }).then((all) => all.violations)",
    )) as Violation[];
    const serious = found.filter(({ impact }) => impact === "serious" || impact === "critical");
    assert.deepEqual(
      serious.map(({ id, nodes }) => [id, nodes.map((one) => [one.target, one.failureSummary])]),
      [],
    );
  });
