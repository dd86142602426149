// The panel as a person uses it: the keyboard path, what it asks of the host, what it keeps, what it never overwrites.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page } from "playwright-core";
import { usePanels } from "./gallery/panels.ts";
import { at, snapshot } from "./gallery/parts.ts";
import { states } from "./gallery/states.ts";

const text = (page: Page) => page.getByRole("textbox", { name: "Text" });

describe("the panel", () => {
  const open = usePanels();

  test("the keyboard alone goes from the first select to Send, and Ctrl+Enter sends from the text", async () => {
    const panel = await open(states["first-run"]!);
    const { page } = panel;
    const passed: string[] = [];
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press("Tab");
      passed.push(await focusedName(page));
    }
    assert.deepEqual(passed.slice(0, 10), [
      "API",
      "Account",
      "Action",
      "Explain in words",
      "Text",
      "Voice",
      "Load the choices again: Voice",
      "Speed (×)",
      "Advanced",
      "Speak",
    ]);
    await text(page).focus();
    await page.keyboard.press("Control+Enter");
    const sent = (await panel.intents()).filter(({ type }) => type === "send");
    assert.equal(sent.length, 1);
    assert.equal((sent[0]!.values as { voice: string }).voice, "imani");
  });

  test("choices are asked of the host, and shown only when the snapshot says so", async () => {
    const panel = await open(states.everything!);
    const { page } = panel;
    const select = page.getByRole("combobox", { name: "API" });
    await select.selectOption("sync");
    assert.equal(await select.inputValue(), "sauti");
    await page.getByRole("combobox", { name: "Account" }).selectOption({ label: "Add account…" });
    await page.getByRole("combobox", { name: "Key" }).selectOption("k2");
    await page.getByRole("combobox", { name: "Action" }).selectOption("job");
    assert.deepEqual(await panel.intents(), [
      { type: "chooseProvider", providerId: "sync" },
      { type: "addAccount" },
      { type: "chooseKey", keyId: "k2" },
      { type: "chooseAction", actionId: "job" },
    ]);
    await panel.show({
      ...states.everything!,
      revision: 2,
      chosen: { ...states.everything!.chosen, providerId: "sync" },
    });
    assert.equal(await select.inputValue(), "sync");
  });

  test("what is being typed survives every snapshot, and keeps the keyboard", async () => {
    const panel = await open(snapshot());
    const { page } = panel;
    await text(page).fill("Moja mbili tatu");
    await panel.show(
      snapshot({
        revision: 2,
        forecast: { sentence: "Goes later.", startsAt: null, now: false, policyId: null },
      }),
    );
    await page.getByText("Goes later.").waitFor();
    await page.keyboard.type(" nne");
    assert.equal(await text(page).inputValue(), "Moja mbili tatu nne");
  });

  test("the host's values win when the draft's number changes", async () => {
    const panel = await open(snapshot());
    const form = snapshot().form!;
    await text(panel.page).fill("typed");
    await panel.show(
      snapshot({
        revision: 2,
        form: { ...form, draft: 2, values: { ...form.values, text: "from the host" } },
      }),
    );
    assert.equal(await text(panel.page).inputValue(), "from the host");
  });

  test("a late snapshot with an older number is dropped", async () => {
    const panel = await open(snapshot({ revision: 7 }));
    await panel.show(snapshot({ revision: 6, said: { id: 9, sentence: "old" } }));
    assert.equal(await panel.page.getByRole("status").textContent(), "");
  });

  test("the host hears of the form once, some moments after the last key", async () => {
    const panel = await open(snapshot(), { stopClock: true });
    const { page } = panel;
    await text(page).fill("");
    await text(page).pressSequentially("Jambo");
    assert.deepEqual(await panel.intents(), []);
    await page.clock.runFor(200);
    const drafts = await panel.intents();
    assert.deepEqual(
      drafts.map(({ type }) => type),
      ["draft"],
    );
    assert.equal((drafts[0]!.values as { text: string }).text, "Jambo");
  });

  test("the host hears of what was just typed before anything else is asked of it", async () => {
    const panel = await open(snapshot(), { stopClock: true });
    await text(panel.page).fill("Typed a moment ago");
    await panel.page.getByRole("combobox", { name: "API" }).selectOption("sync");
    const intents = await panel.intents();
    assert.deepEqual(
      intents.map(({ type }) => type),
      ["draft", "chooseProvider"],
    );
    assert.equal((intents[0]!.values as { text: string }).text, "Typed a moment ago");
    await panel.page.clock.runFor(400);
    assert.equal((await panel.intents()).length, 2);
  });

  test("what the page keeps is what it shows, also where the host has changed it", async () => {
    const panel = await open(snapshot());
    await text(panel.page).fill("private words");
    const form = snapshot().form!;
    await panel.show(
      snapshot({ revision: 2, form: { ...form, draft: 2, values: { text: "", voice: null, speed: null } } }),
    );
    assert.ok(!JSON.stringify(await panel.kept()).includes("private words"));
  });

  test("a draft comes back after the page was thrown away, and the host is told", async () => {
    const first = await open(snapshot());
    await text(first.page).fill("Kept over a reload");
    const kept = await first.kept();
    const second = await open(snapshot(), { kept });
    assert.equal(await text(second.page).inputValue(), "Kept over a reload");
    const [told] = await second.intents();
    assert.equal(told!.type, "draft");
    assert.equal((told!.values as { text: string }).text, "Kept over a reload");
  });

  test("Send with wrong values marks every one of them, opens Advanced, and goes to the first", async () => {
    const form = snapshot().form!;
    const values = { text: "", voice: "imani", speed: null, seed: "x" };
    const panel = await open(snapshot({ form: { ...form, values, canSend: false } }));
    const { page } = panel;
    assert.ok(!(await page.getByRole("textbox", { name: "Seed" }).isVisible()));
    await page.getByRole("button", { name: "Speak" }).click();
    const problems = { text: "Text is empty; it is needed.", seed: "Seed must be a whole number." };
    await panel.show(snapshot({ revision: 2, form: { ...form, values, problems, canSend: false } }));
    for (const problem of Object.values(problems)) await page.getByText(problem).waitFor();
    for (const name of ["Text", "Seed"])
      assert.equal(await page.getByRole("textbox", { name }).getAttribute("aria-invalid"), "true");
    assert.equal(await focusedName(page), "Text");
    assert.equal(await text(page).getAttribute("aria-description"), problems.text);
    await text(page).fill("Habari");
    assert.equal(await text(page).getAttribute("aria-invalid"), "false");
  });

  test("what the host finds wrong after a send gets the keyboard", async () => {
    const form = snapshot().form!;
    const panel = await open(snapshot());
    await panel.page.getByRole("button", { name: "Speak" }).click();
    const problems = { speed: "Only the Creator plan may speak faster." };
    await panel.show(snapshot({ revision: 2, form: { ...form, problems, canSend: false } }));
    await panel.page.getByText(problems.speed).waitFor();
    assert.equal(await focusedName(panel.page), "Speed (×)");
  });

  test("a range is shown beside its field, and a number is posted as a number", async () => {
    const panel = await open(snapshot());
    await panel.page.getByText("0.5 – 2").waitFor();
    await panel.page.getByRole("textbox", { name: "Speed (×)" }).fill("1,5");
    await panel.page.getByRole("button", { name: "Speak" }).click();
    const sent = (await panel.intents()).at(-1)!;
    assert.deepEqual([sent.type, (sent.values as { speed: number }).speed], ["send", 1.5]);
  });

  test("a countdown is drawn from the instant, by the host's clock", async () => {
    const panel = await open(states["waiting-sliding"]!, { stopClock: true });
    const { page } = panel;
    await page.getByText("any 60 s · next in 0:17").waitFor();
    for (let second = 0; second < 7; second++) await page.clock.runFor(1000);
    await page.clock.runFor(10);
    await page.getByText("any 60 s · next in 0:10").waitFor();
    await panel.show({ ...states["waiting-sliding"]!, revision: 2, at: at + 15_000 });
    await page.getByText("any 60 s · next in 0:02").waitFor();
  });

  test("questions, waits and results post their intents", async () => {
    const panel = await open(states.everything!);
    const { page } = panel;
    const press = (name: string) => page.getByRole("button", { name, exact: true }).first().click();
    await press("Keep for later: Speech from text");
    await press("Confirm: Dub a film");
    await press("Check: Speech from text");
    await press("Save: speech-1.wav");
    await press("Use as input: speech-1.wav");
    await press("Keep it");
    assert.deepEqual(await panel.intents(), [
      { type: "keep", cardId: "card-wait" },
      { type: "confirm", cardId: "card-confirm" },
      { type: "check", cardId: "card-unknown" },
      { type: "saveResult", resultId: "result-1" },
      { type: "useAsInput", resultId: "result-1" },
      { type: "runNotice", id: "n1" },
    ]);
  });

  test("an edited text goes along with its confirmation", async () => {
    const panel = await open(states.edit!);
    await panel.page
      .getByRole("textbox", { name: "Look the translation over before it is spoken." })
      .fill("Habari.");
    await panel.page.getByRole("button", { name: "Confirm: Dub a film" }).click();
    const said = { cardId: "card-edit", edit: "translation", text: "Habari." };
    assert.deepEqual(await panel.intents(), [
      { type: "edit", ...said },
      { type: "confirm", ...said },
    ]);
  });

  test("news are said once, politely, and countdowns never", async () => {
    const panel = await open(states.everything!);
    const status = panel.page.getByRole("status");
    assert.equal(await status.textContent(), "Speech from text is done.");
    assert.equal(await status.getAttribute("aria-live"), "polite");
    assert.equal(await panel.page.locator("[aria-live]").count(), 1);
  });

  test("a wait unfolds by the keyboard into what, since when, until when, on what evidence, and stays so", async () => {
    const state = states["waiting-sliding"]!;
    const { page, show } = await open(state, { stopClock: true });
    const why = page.locator("hr-wait").first();
    assert.equal(await why.getByText("Known from").isVisible(), false);
    await why.locator("summary").press("Enter");
    const facts = await why.locator("dd").allInnerTexts();
    assert.deepEqual(
      facts,
      state.queue[0]?.wait.facts.map(({ value }) => value),
    );
    await show({ ...state, revision: state.revision + 1 });
    assert.equal(await why.getByText("Known from").isVisible(), true);
  });

  test("the page speaks the language of the greeting", async () => {
    const panel = await open(states["first-run"]!, {
      strings: { Headroom: "Spielraum", "Nothing sent yet": "Noch nichts gesendet" },
    });
    await panel.page.getByRole("heading", { name: "Spielraum" }).waitFor();
    await panel.page.getByText("Noch nichts gesendet").waitFor();
  });
});

/** The accessible name of the element that has the keyboard, inside whatever shadow. */
function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return (element?.getAttribute("aria-label") ?? element?.textContent ?? "")
      .trim()
      .replace(/^\W+|\s+\d+$/gu, "")
      .trim();
  });
}
