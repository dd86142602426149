// Cards as a person reaches them: with the keyboard in few steps, and from the history.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Snapshot } from "../../src/protocol/snapshot.ts";
import { launchBrowser } from "../harness/browser.ts";
import { confirm } from "./gallery/cards.ts";
import { type OpenPanel, openPanel } from "./gallery/open.ts";
import { at, finished, snapshot } from "./gallery/parts.ts";
import { type Gallery, startGallery } from "./gallery/server.ts";

const many = (count: number) =>
  snapshot({ cards: Array.from({ length: count }, (_, n) => finished({ id: `c${n}`, title: `Take ${n}` })) });

/** The accessible name of what has the keyboard, through all shadows. */
const focused = (page: Page) =>
  page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
  });

describe("the cards", () => {
  let gallery: Gallery;
  let browser: Browser;
  const opened: OpenPanel[] = [];
  before(async () => {
    gallery = await startGallery();
    browser = await launchBrowser();
  });
  after(async () => {
    for (const panel of opened) assert.deepEqual(panel.complaints, []);
    await browser?.close();
    await gallery?.close();
  });

  async function open(state: Snapshot): Promise<OpenPanel> {
    const panel = await openPanel(browser, gallery, state, { stopClock: true, width: 290, height: 620 });
    opened.push(panel);
    return panel;
  }

  test("a card that is opened from the history comes into view with the keyboard on it, once for each wish", async () => {
    const state = many(12);
    const { page, show } = await open(state);
    const reveal = { id: 7, cardId: "c11" };
    await show({ ...state, revision: 2, reveal });
    await page.waitForFunction(() => window.scrollY > 0);
    assert.equal(await focused(page), "Take 11, Done");
    await page.getByRole("textbox", { name: "Text" }).focus();
    await show({ ...state, revision: 3, reveal });
    assert.notEqual(await focused(page), "Take 11, Done");
    await show({ ...state, revision: 4, reveal: { ...reveal, id: 8 } });
    await page.locator('[data-entry="card c11"]:focus').waitFor();
  });

  test("while the person is asked, no polls are told; at the end, what it waited for them is told apart from what it took", async () => {
    const { page, show } = await open(snapshot({ cards: [{ ...confirm, polls: 3 }] }));
    await page.getByText("Waits for you · step 1 of 3, Analyze", { exact: true }).waitFor();
    const done = finished({
      id: "x",
      createdAt: at - 800_000,
      sentAt: at - 800_000,
      endedAt: at - 10_000,
      thoughtMs: 780_000,
    });
    await show(snapshot({ revision: 2, cards: [done] }));
    const line = await page.locator("p.state").textContent();
    assert.match(line ?? "", /took 10\ss · waited 13\smin for you/);
  });
});
