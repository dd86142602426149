// The send row is in reach wherever the form is scrolled to, and says what became of the last press, at the button.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Snapshot } from "../../src/protocol/snapshot.ts";
import { usePanels } from "./gallery/panels.ts";
import { card, field, finished, snapshot, waiting, waitingCard } from "./gallery/parts.ts";
import { waitingStates } from "./gallery/waiting.ts";

const form = snapshot().form!;

/** A form that is longer than the side bar of an editor window of 1280 x 800. */
const long = (part: Partial<Snapshot> = {}) =>
  snapshot({
    form: {
      ...form,
      fields: ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"].map((name) =>
        field({ name, title: name, required: false, description: "What it does, in a line of words." }),
      ),
    },
    ...part,
  });

const send = (page: Page) => page.getByRole("button", { name: "Speak", exact: true });
const scrolled = (page: Page) => page.evaluate(() => window.scrollY);

async function inView(page: Page, place: Locator): Promise<boolean> {
  const box = await place.boundingBox();
  const height = page.viewportSize()?.height ?? 0;
  return box !== null && box.y >= 0 && box.y + box.height <= height;
}

describe("the send row", () => {
  const open = usePanels({ stopClock: true, width: 290, height: 620 });

  test("Send is in view at the form's beginning and at its end, and to press it or go there does not scroll", async () => {
    const { page, intents } = await open(long());
    assert.ok(await inView(page, send(page)));
    await page.mouse.move(100, 100);
    const box = (await send(page).boundingBox())!;
    await page.mouse.click(box.x + 40, box.y + 10);
    assert.equal((await intents()).at(-1)?.type, "send");
    await send(page).focus();
    assert.equal(await scrolled(page), 0);
    await page.getByRole("textbox", { name: "nine" }).focus();
    assert.ok((await scrolled(page)) > 0);
    assert.ok(await inView(page, send(page)));
  });

  test("a field that gets the keyboard is not hidden behind the row", async () => {
    const { page } = await open(long());
    await page.getByRole("textbox", { name: "one" }).focus();
    for (const name of ["two", "three", "four", "five", "six", "seven", "eight", "nine"]) {
      await page.keyboard.press("Tab");
      const input = (await page.getByRole("textbox", { name }).boundingBox())!;
      const row = (await page.locator("hr-send").boundingBox())!;
      assert.ok(input.y >= 0 && input.y + input.height <= row.y, `${name} is hidden`);
    }
  });

  test("after a press the row says how that stands, goes along with it, and leads there on a wish", async () => {
    const before = [finished({ id: "old", title: "Earlier" })];
    const { page, show, intents } = await open(long({ cards: before }));
    assert.equal(await page.getByText("Last request").count(), 0);
    const place = await send(page).boundingBox();
    await send(page).click();
    await show(
      long({ revision: 2, queue: [waiting({ id: "n" })], cards: [waitingCard({ id: "n" }), ...before] }),
    );
    assert.ok(await inView(page, page.getByText("Last request: Waiting")));
    assert.deepEqual(await send(page).boundingBox(), place);
    await show(long({ revision: 3, cards: [card({ id: "n" }), ...before] }));
    const line = page.getByText("Last request: Running");
    assert.ok(await inView(page, line));
    assert.ok(!(await inView(page, page.locator('[data-entry="card n"]'))));
    await page.getByRole("button", { name: "Show Speech from text" }).click();
    assert.ok(await inView(page, page.locator('[data-entry="card n"]')));
    assert.equal((await intents()).length, 1);
  });

  test("what stands in the way is said in place of the forecast, and gone when the host finds nothing wrong", async () => {
    const blocked = "Text is empty; it is needed. And 1 more.";
    const panel = await open(snapshot({ form: { ...form, blocked, canSend: false } }));
    await panel.page.getByText(blocked).waitFor();
    assert.equal(await panel.page.getByText("Goes now.").count(), 0);
    await panel.show(snapshot({ revision: 2 }));
    await panel.page.getByText("Goes now.").waitFor();
  });

  test("what is kept for later stands by itself, with Send now and Discard", async () => {
    const { page, intents } = await open(waitingStates["kept-for-later"]!);
    const kept = page.getByRole("region", { name: "Kept for later" });
    await kept.getByText("nothing was sent; it goes when you say so").waitFor();
    await kept.getByRole("button", { name: /^Send now:/ }).click();
    await kept.getByRole("button", { name: /^Discard:/ }).click();
    assert.deepEqual(await intents(), [
      { type: "sendKept", cardId: "card-kept" },
      { type: "discard", cardId: "card-kept" },
    ]);
  });

  test("the keyboard stays on Send while what it began goes along", async () => {
    const { page, show } = await open(long());
    await send(page).focus();
    await page.keyboard.press("Enter");
    await show(long({ revision: 2, cards: [card({ id: "n" })] }));
    await page.keyboard.press("Enter");
    await page.getByText("Last request: Running").waitFor();
    assert.equal(
      await send(page).evaluate((one) => (one.getRootNode() as ShadowRoot).activeElement === one),
      true,
    );
  });

  test("a double click, a held key and Ctrl+Enter on the button are one wish each, and the next press is another", async () => {
    const { page, intents } = await open(long());
    const wishes = async () => (await intents()).map((one) => one.type === "send" && one.sendId);
    await send(page).dblclick();
    assert.equal(new Set(await wishes()).size, 1);
    await send(page).click();
    assert.equal(new Set(await wishes()).size, 2);
    const before = (await wishes()).length;
    await send(page).focus();
    for (let times = 0; times < 4; times++) await page.keyboard.down("Enter");
    await page.keyboard.up("Enter");
    assert.equal((await wishes()).length, before + 1);
    await page.keyboard.press("Control+Enter");
    assert.equal((await wishes()).length, before + 2);
    assert.equal(new Set(await wishes()).size, 4);
    assert.ok((await intents()).every((one) => one.type === "send" && one.accountId === "sim"));
  });
});
