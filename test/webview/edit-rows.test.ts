// Segments between two steps of a flow, as a person edits them in the page: row by row, with the keyboard, and nothing lost.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { CardView, Snapshot } from "../../src/protocol/snapshot.ts";
import { edit, editRows } from "./gallery/cards.ts";
import { usePanels } from "./gallery/panels.ts";
import { snapshot } from "./gallery/parts.ts";

const rows = editRows.ask?.rows ?? [];
const texts = rows.map(({ text }) => text);
const key = "card-rows translation";

/** The card with these texts and problems, as the host tells them. */
function told(by: readonly { readonly text: string; readonly problem?: string }[], revision = 2): Snapshot {
  const next = by.map((one, at) => ({ ...rows[at]!, problem: null, ...one }));
  return snapshot({ revision, cards: [{ ...editRows, ask: { ...editRows.ask!, rows: next } }] });
}

const fine = (): Snapshot =>
  told(
    texts.map((text) => ({ text: text || "Leo tunatembea." })),
    1,
  );
const row = (page: Page, at: number) => page.locator("hr-rows textarea").nth(at);
const confirm = (page: Page) => page.getByRole("button", { name: "Confirm: Dub a film" });

describe("segments between two steps", () => {
  const open = usePanels({ stopClock: true });

  test("each row shows speaker and time to be read, the words before, the text to be edited, and its length as it grows", async () => {
    const { page } = await open(fine());
    const first = page.locator("hr-rows li").first();
    assert.equal(await first.locator("b").textContent(), "SPEAKER_00");
    await first.getByText("0:00.0 – 0:03.8").waitFor();
    await first.getByText("Good morning, and welcome to the programme.").waitFor();
    await first.getByText("28 characters, before 43").waitFor();
    assert.equal(await first.locator("input, textarea, [contenteditable]").count(), 1);
    await row(page, 0).fill("Habari 😀");
    await first.getByText("8 characters, before 43").waitFor();
    await page.getByRole("textbox", { name: "Row 3, SPEAKER_00, 1:02:04.0 – 1:02:07.8" }).waitFor();
  });

  test("Enter goes to the next row, Alt with an arrow to either side, Shift+Enter makes a line, Ctrl+Enter confirms once", async () => {
    const { page, intents } = await open(fine());
    const at = () => page.locator("hr-rows textarea:focus").getAttribute("data-at");
    await row(page, 0).focus();
    await page.keyboard.press("Enter");
    assert.equal(await at(), "1");
    await page.keyboard.press("Alt+ArrowDown");
    assert.equal(await at(), "2");
    await page.keyboard.press("Alt+ArrowUp");
    await page.keyboard.press("Tab");
    assert.equal(await at(), "2");
    await page.keyboard.press("Enter");
    assert.equal(await at(), "2");
    await page.keyboard.press("End");
    await page.keyboard.press("Shift+Enter");
    assert.match(await row(page, 2).inputValue(), /\n/);
    assert.deepEqual(await intents(), []);
    await page.keyboard.press("Control+Enter");
    const said = (await intents()).filter(({ type }) => type === "confirm");
    const now = [texts[0], "Leo tunatembea.", `${texts[2]}\n`];
    assert.deepEqual(said, [{ type: "confirm", cardId: "card-rows", edit: "translation", texts: now }]);
  });

  test("what is typed is told some moments later, however long one types, all rows of it, and a later snapshot takes nothing back", async () => {
    const { page, intents, show } = await open(fine());
    await row(page, 1).fill("Leo");
    assert.deepEqual(await intents(), []);
    await page.clock.runFor(200);
    await row(page, 1).fill("Leo tuna");
    await page.clock.runFor(60);
    const now = [texts[0], "Leo tuna", texts[2]];
    assert.deepEqual(await intents(), [
      { type: "edit", cardId: "card-rows", edit: "translation", texts: now },
    ]);
    await row(page, 1).press("End");
    await page.keyboard.type("soma");
    await show(told(now.map((text) => ({ text: text ?? "" }))));
    assert.equal(await row(page, 1).inputValue(), "Leo tunasoma");
    await page.keyboard.type("!");
    assert.equal(await row(page, 1).inputValue(), "Leo tunasoma!");
  });

  test("a reload in the midst of a word loses nothing: what the host had not heard is told at once, the rest is the host's", async () => {
    const first = await open(fine());
    await row(first.page, 1).fill("Leo tunaso");
    const kept = await first.kept();
    assert.deepEqual((kept as { edits: unknown }).edits, { [key]: { 1: "Leo tunaso" } });
    const second = await open(fine(), { kept });
    assert.equal(await row(second.page, 1).inputValue(), "Leo tunaso");
    const now = [texts[0], "Leo tunaso", texts[2]];
    assert.deepEqual(await second.intents(), [
      { type: "edit", cardId: "card-rows", edit: "translation", texts: now },
    ]);
    assert.deepEqual(((await second.kept()) as { edits: unknown }).edits, {});
  });

  test("what an earlier page kept of a card that asks no more is told to nobody", async () => {
    const kept = { edits: { [key]: { 1: "late" }, "card-rows segments": { 0: "older" } } };
    const done: CardView = { ...editRows, state: "running", ask: null, can: [] };
    const { intents } = await open(snapshot({ cards: [done] }), { kept });
    assert.deepEqual(await intents(), []);
  });

  test("more text than the host takes is said, stays on the page, and goes nowhere until it is shorter", async () => {
    const { page, intents, kept } = await open(fine());
    await row(page, 1).fill("a".repeat(2_000_000));
    await page
      .getByText("This is more than 2,000,000 characters in all; shorten it before you confirm.")
      .waitFor();
    await page.clock.runFor(300);
    await confirm(page).press("Enter");
    assert.deepEqual(await intents(), []);
    assert.equal(
      ((await kept()) as { edits: Record<string, Record<string, string>> }).edits[key]?.[1]?.length,
      2e6,
    );
    await row(page, 1).fill("short");
    assert.equal(await page.getByText("This is more than").count(), 0);
    await page.clock.runFor(300);
    const now = [texts[0], "short", texts[2]];
    assert.deepEqual(await intents(), [
      { type: "edit", cardId: "card-rows", edit: "translation", texts: now },
    ]);
  });

  test("what is wrong stands at its row, has the keyboard after Confirm, and goes with the first key", async () => {
    const { page, show } = await open(fine());
    const problem = "This row is empty; write what is to be said.";
    await row(page, 1).fill("");
    await confirm(page).press("Enter");
    await show(told([{ text: texts[0]! }, { text: "", problem }, { text: texts[2]! }]));
    await page.locator('hr-rows textarea[data-at="1"]:focus').waitFor();
    const wrong = page.locator("hr-rows li.wrong");
    assert.equal(await wrong.count(), 1);
    assert.equal((await wrong.locator(".problem span:last-child").textContent())?.trim(), problem);
    assert.equal(await row(page, 1).getAttribute("aria-invalid"), "true");
    await page.keyboard.type("L");
    assert.equal(await wrong.count(), 0);
  });

  test("where the data do not look like rows, the field with the whole text stays, with its problem below", async () => {
    const broken: CardView = { ...edit, ask: { ...edit.ask!, text: "[1,", problem: "Not valid JSON." } };
    const { page, intents } = await open(snapshot({ cards: [broken] }));
    assert.equal(await page.locator("hr-rows").count(), 0);
    await page.getByText("Not valid JSON.").waitFor();
    await page.locator("hr-ask textarea").fill("[1]");
    await page.clock.runFor(300);
    assert.deepEqual(await intents(), [
      { type: "edit", cardId: "card-edit", edit: "translation", text: "[1]" },
    ]);
  });

  test("two thousand rows are all there, and the last one is edited as the first", async () => {
    const many = Array.from({ length: 2000 }, (_, at) => ({ ...rows[0]!, text: `Row ${at}` }));
    const state = snapshot({ cards: [{ ...editRows, ask: { ...editRows.ask!, rows: many } }] });
    const { page } = await open(state);
    await row(page, 1999).fill("last");
    assert.equal(await row(page, 1999).inputValue(), "last");
    assert.equal(await page.locator("hr-rows textarea").count(), 2000);
  });
});
