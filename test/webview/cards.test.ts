// Cards as a person reaches them: with the keyboard in few steps, and from the history.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { Snapshot } from "../../src/protocol/snapshot.ts";
import type { Kept } from "../../src/webview/base/host.ts";
import { confirm } from "./gallery/cards.ts";
import { usePanels } from "./gallery/panels.ts";
import { at, audio, finished, snapshot, waiting, waitingCard } from "./gallery/parts.ts";

const many = (count: number) =>
  snapshot({ cards: Array.from({ length: count }, (_, n) => finished({ id: `c${n}`, title: `Take ${n}` })) });

/** The accessible name of what has the keyboard, through all shadows. */
const focused = (page: Page) =>
  page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
  });

const queued = (count: number) => {
  const ids = Array.from({ length: count }, (_, n) => ({ id: `c${n}`, title: `Wait ${n}` }));
  return snapshot({ queue: ids.map(waiting), cards: ids.map(waitingCard) });
};

/** The entry that the keyboard is in. */
const entryOf = (page: Page) =>
  page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    for (let one: Element | null = element; one !== null; ) {
      if (one instanceof HTMLElement && one.dataset.entry !== undefined) return one.dataset.entry;
      const root = one.getRootNode();
      one = one.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
    }
    return "";
  });

/** Presses Tab until the keyboard leaves the entry that it is in; what it came to. */
async function stopsWithin(page: Page): Promise<string[]> {
  const entry = await entryOf(page);
  const stops: string[] = [];
  for (let n = 0; n < 40; n++) {
    stops.push((await focused(page)).replace(/\s+/g, " "));
    await page.keyboard.press("Tab");
    if ((await entryOf(page)) !== entry) break;
  }
  assert.doesNotMatch(await entryOf(page), / c\d/, `Tab went to another entry: ${stops.join(" / ")}`);
  return stops;
}

describe("the cards", () => {
  const panel = usePanels({ stopClock: true, width: 290, height: 620 });
  const open = (state: Snapshot, kept?: Kept) => panel(state, { kept });

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

  test("a card that is brought into view is seen from its head on, below the two takes that are compared", async () => {
    const cards = Array.from({ length: 12 }, (_, n) =>
      finished({ id: `c${n}`, title: `Take ${n}`, results: [audio({ id: `r${n}` })] }),
    );
    const state = snapshot({ cards });
    const { page, show } = await open(state, { compared: ["r0", "r1"] });
    await page.locator("hr-compare").getByText("24 kHz").nth(1).waitFor();
    await show({ ...state, revision: 2, reveal: { id: 7, cardId: "c8" } });
    await page.locator('[data-entry="card c8"]:focus').waitFor();
    const comparing = await page.locator("hr-compare").boundingBox();
    const head = await page.getByText("Take 8", { exact: true }).boundingBox();
    assert.ok(comparing !== null && head !== null && comparing.y < 20);
    assert.ok(head.y >= comparing.y + comparing.height, JSON.stringify([comparing, head]));
  });

  test("the place in the page is found again when the view comes back, and a new editor window begins with the form", async () => {
    const back = await open(many(12), { place: { session: "run 1", scroll: 900 } });
    await back.page.clock.runFor(1_000);
    assert.equal(await back.page.evaluate(() => window.scrollY), 900);
    const anew = await open(many(12), { place: { session: "run 0", scroll: 900 } });
    await anew.page.clock.runFor(1_000);
    assert.equal(await anew.page.evaluate(() => window.scrollY), 0);
  });

  for (const [what, state, name] of [
    ["cards", many(30), "Take"],
    ["waiting requests", queued(30), "Wait"],
  ] as const)
    test(`Tab passes thirty ${what} in as many stops as one has, and the arrows reach every one with all that is in it`, async () => {
      const { page } = await open(state);
      await page.locator(`[data-entry="${state.queue.length > 0 ? "waiting" : "card"} c0"]`).focus();
      const inOne = await stopsWithin(page);
      assert.ok(inOne.length >= 4 && inOne.length < 20, inOne.join(" | "));
      await page.locator(`[data-entry$=" c0"]`).focus();
      for (let n = 1; n < 30; n++) await page.keyboard.press("ArrowDown");
      assert.match(await entryOf(page), / c29$/);
      assert.deepEqual(
        await stopsWithin(page),
        inOne.map((one) => one.replaceAll(`${name} 0`, `${name} 29`)),
      );
      await page.locator(`[data-entry$=" c29"]`).focus();
      await page.keyboard.press("Home");
      assert.match(await entryOf(page), / c0$/);
      await page.keyboard.press("End");
      await page.keyboard.press("ArrowUp");
      assert.match(await entryOf(page), / c28$/);
    });

  test("an arrow in a control of a card stays the control's own", async () => {
    const { page } = await open(many(3));
    const place = page.getByRole("slider").first();
    await place.focus();
    await page.keyboard.press("ArrowDown");
    assert.match(await entryOf(page), / c0$/);
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
