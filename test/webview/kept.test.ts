// Requests that have not left: kept for later and taken up again, or cancelled before, as a person sees and reaches them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Snapshot } from "../../src/protocol/snapshot.ts";
import { usePanels } from "./gallery/panels.ts";
import { at, card, finished, snapshot, waiting, waitingCard } from "./gallery/parts.ts";

const title = "Good morning";
const kept = card({
  id: "card-wait",
  title,
  state: "kept",
  stateTitle: "Kept for later",
  sentAt: null,
  left: false,
  can: ["sendKept", "discard", "copyCode", "why"],
});
const cancelled = card({
  id: "card-cancelled",
  title: "Taken back",
  state: "cancelled",
  stateTitle: "Cancelled",
  sentAt: null,
  endedAt: at - 20_000,
  left: false,
  can: ["sendAgain", "dismiss"],
});
const queued = (revision: number): Snapshot =>
  snapshot({
    revision,
    queue: [waiting({ title })],
    cards: [waitingCard({ title }), finished()],
  });

const section = (page: Page, name: string): Locator => page.getByRole("region", { name, exact: true });
const button = (place: Page | Locator, name: string) => place.getByRole("button", { name, exact: true });

describe("what has not left", () => {
  const open = usePanels({ stopClock: true });

  test("a request that waits is kept for later with the keyboard, and stands apart from what was sent", async () => {
    const { page, show, intents } = await open(queued(1));
    await button(page, `Keep for later: ${title}`).press("Enter");
    assert.deepEqual(await intents(), [{ type: "keep", cardId: "card-wait" }]);
    await show(snapshot({ revision: 2, cards: [kept, finished()] }));
    const place = section(page, "Kept for later");
    await place.getByRole("heading", { name: "Kept for later 1" }).waitFor();
    await place
      .getByText("Kept for later · asked for at 14:01:05 · nothing was sent; it goes when you say so")
      .waitFor();
    await place.getByText(kept.detail).waitFor();
    assert.equal(await section(page, "Sent").getByText(title, { exact: true }).count(), 0);
    // The row that had the keyboard is gone: the card in its place has it, and no button of it.
    await page.locator('[data-entry="card card-wait"]:focus').waitFor();
  });

  test("what was kept is taken up again by one press, and waits once more with the same words", async () => {
    const { page, show, intents } = await open(snapshot({ cards: [kept, finished()] }));
    await button(section(page, "Kept for later"), `Send now: ${title}`).press("Enter");
    assert.deepEqual(await intents(), [{ type: "sendKept", cardId: "card-wait" }]);
    await show(queued(2));
    assert.equal(await section(page, "Kept for later").count(), 0);
    await button(page, `Keep for later: ${title}`).waitFor();
  });

  test("what was kept can be discarded, and nothing else of it is offered that would send", async () => {
    const { page, show, intents } = await open(snapshot({ cards: [kept, finished()] }));
    const place = section(page, "Kept for later");
    assert.equal(await button(place, `Send again: ${title}`).count(), 0);
    await button(place, `Discard: ${title}`).press("Enter");
    assert.deepEqual(await intents(), [{ type: "discard", cardId: "card-wait" }]);
    await show(snapshot({ revision: 2, cards: [finished()] }));
    assert.equal(await place.count(), 0);
  });

  test("what was cancelled before anything left is headed Not sent and says so; what had left is headed Sent", async () => {
    const gone = { ...cancelled, id: "card-gone", title: "Too late", sentAt: at - 30_000, left: true };
    const { page } = await open(snapshot({ cards: [cancelled, gone] }));
    const unsent = section(page, "Not sent");
    await unsent.getByRole("article", { name: "Taken back, Cancelled" }).waitFor();
    await unsent.getByText("nothing was sent").waitFor();
    const sent = section(page, "Sent");
    await sent.getByRole("article", { name: "Too late, Cancelled" }).waitFor();
    assert.equal(await sent.getByRole("article").count(), 1);
    assert.equal(await sent.getByText("nothing was sent").count(), 0);
  });

  test("the newest card stands on top, sent or not, and a recording that was sent stays where it is", async () => {
    const { page, show } = await open(snapshot({ cards: [cancelled, finished()] }));
    const heads = () => page.locator("section h2").allInnerTexts();
    assert.deepEqual((await heads()).slice(-2), ["Not sent 1", "Sent"]);
    const player = await page.locator("hr-audio").elementHandle();
    await show(snapshot({ revision: 2, cards: [card(), cancelled, finished()] }));
    assert.deepEqual((await heads()).slice(-2), ["Sent", "Not sent 1"]);
    assert.ok(
      await player?.evaluate((element) => (element as unknown as { isConnected: boolean }).isConnected),
    );
  });

  test("where nothing was sent at all, nothing is headed Sent", async () => {
    const { page } = await open(snapshot({ cards: [cancelled] }));
    await section(page, "Not sent").waitFor();
    assert.equal(await section(page, "Sent").count(), 0);
  });
});
