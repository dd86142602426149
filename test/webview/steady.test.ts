// What was meant for one button never acts on another: the page that moves under a resting pointer, and the keyboard that
// loses the row it was on.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Snapshot } from "../../src/protocol/snapshot.ts";
import { usePanels } from "./gallery/panels.ts";
import { at, card, finished, snapshot, waiting, waitingCard } from "./gallery/parts.ts";

/** A queue of these requests above these cards. */
function list(revision: number, waits: readonly string[], cards: Snapshot["cards"] = []): Snapshot {
  return snapshot({
    revision,
    at,
    meters: [],
    queue: waits.map((id) => waiting({ id, title: id })),
    cards: [...waits.map((id) => waitingCard({ id, title: id })), ...cards],
  });
}

const cancelled = (id: string) =>
  card({
    id,
    title: id,
    state: "cancelled",
    stateTitle: "Cancelled",
    endedAt: at,
    can: ["sendAgain", "dismiss"],
  });

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Presses the mouse where it is. */
async function press(page: Page): Promise<void> {
  await page.mouse.down();
  await page.mouse.up();
}

async function middleOf(place: Locator): Promise<{ x: number; y: number }> {
  const box = await place.boundingBox();
  assert.ok(box !== null);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** What has the keyboard, by its mark or its name. */
function holder(page: Page): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return (
      element?.getAttribute("data-entry") ?? element?.getAttribute("aria-label") ?? element?.localName ?? ""
    );
  });
}

describe("under the pointer", () => {
  const open = usePanels({ stopClock: true, height: 1400 });

  test("a second press does not cancel the request that moved up, until it has stood there for half a second", async () => {
    const { page, show, intents } = await open(list(1, ["one", "two", "three"]));
    const { x, y } = await middleOf(button(page, "Cancel: one"));
    await page.mouse.move(x, y);
    await press(page);
    await show(list(2, ["two", "three"]));
    await press(page);
    await page.mouse.move(x + 1, y);
    await press(page);
    assert.deepEqual(await intents(), [{ type: "cancel", cardId: "one" }]);
    await page.clock.runFor(600);
    await press(page);
    assert.deepEqual((await intents()).at(-1), { type: "cancel", cardId: "two" });
  });

  test("a late click on Cancel does not send again what has taken its place", async () => {
    const waits = card({ id: "c", state: "sending", stateTitle: "Sending", can: ["cancel"] });
    const { page, show, intents } = await open(list(1, [], [waits]));
    const { x, y } = await middleOf(button(page, "Cancel: Speech from text"));
    await page.mouse.move(x, y);
    await show(list(2, [], [{ ...waits, state: "cancelled", can: ["sendAgain"] }]));
    const again = await middleOf(button(page, "Send again: Speech from text"));
    assert.ok(Math.abs(again.y - y) < 8 && Math.abs(again.x - x) < 40, "the two do not stand in one place");
    await press(page);
    assert.deepEqual(await intents(), []);
  });

  test("a button that the person goes to, scrolls to or reaches by the keyboard acts at once", async () => {
    const { page, show, intents } = await open(list(1, ["one", "two", "three"]));
    await page.mouse.move(3, 3);
    await show(list(2, ["two", "three"]));
    const { x, y } = await middleOf(button(page, "Cancel: two"));
    await page.mouse.move(x, y);
    await press(page);
    await show(list(3, ["three"]));
    await page.mouse.wheel(0, 0);
    await press(page);
    await show(list(4, ["four"]));
    await button(page, "Cancel: four").press("Enter");
    assert.deepEqual(
      (await intents()).map(({ cardId }) => cardId),
      ["two", "three", "four"],
    );
  });

  test("pressing Send many times in a row sends many times, however the page grows", async () => {
    const { page, show, intents } = await open(list(1, []));
    const { x, y } = await middleOf(page.getByRole("button", { name: "Speak" }));
    await page.mouse.move(x, y);
    for (const revision of [2, 3, 4]) {
      await press(page);
      await show(list(revision, ["one", "two", "three"].slice(0, revision - 1)));
    }
    assert.equal((await intents()).length, 3);
  });

  test("Send that goes from under the pointer and comes back sends at once: it is what the person points at", async () => {
    const { page, show, intents } = await open(list(1, []));
    const { x, y } = await middleOf(page.getByRole("button", { name: "Speak" }));
    await page.mouse.move(x, y);
    await press(page);
    const notice = { id: "n", level: "info" as const, sentence: "A line of news. ".repeat(12), action: null };
    await show({ ...list(2, []), notices: [notice] });
    await press(page);
    assert.equal((await intents()).length, 1, "the button has not moved");
    await show(list(3, []));
    await press(page);
    assert.equal((await intents()).length, 2);
  });

  test("after Cancel and Dismiss the keyboard is on what stands in that place now, where Enter does nothing", async () => {
    const rest = [finished({ id: "done" })];
    const { page, show, intents } = await open(list(1, ["one", "two"], rest));
    await button(page, "Cancel: one").press("Enter");
    await show(list(2, ["two"], [cancelled("one"), ...rest]));
    assert.equal(await holder(page), "waiting two");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await button(page, "Cancel: two").press("Enter");
    await show(list(3, [], [cancelled("two"), cancelled("one"), ...rest]));
    assert.equal(await holder(page), "card two");
    await button(page, "Dismiss: two").press("Enter");
    await show(list(4, [], [cancelled("one"), ...rest]));
    assert.equal(await holder(page), "card one");
    await button(page, "Dismiss: one").press("Enter");
    await show(list(5, [], rest));
    await button(page, "Dismiss: Speech from text").press("Enter");
    await show(list(6, []));
    assert.equal(await holder(page), "empty");
    assert.equal((await intents()).length, 5);
  });

  test("a keyboard that is elsewhere stays there when rows leave", async () => {
    const { page, show } = await open(list(1, ["one", "two"]));
    await page.getByRole("textbox", { name: "Text" }).focus();
    const before = await holder(page);
    await show(list(2, ["two"]));
    assert.equal(await holder(page), before);
  });
});
