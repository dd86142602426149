// The players of results as a person uses them: a single recording, and two that are compared.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { usePanels } from "./gallery/panels.ts";
import { kept, states } from "./gallery/states.ts";

describe("the players", () => {
  const open = usePanels();

  test("a recording plays, tells its length and rate, and is sought with the keyboard", async () => {
    const panel = await open(states["finished-audio"]!);
    const { page } = panel;
    await page.getByText("24 kHz · mono · 230 kB").waitFor();
    const place = page.getByRole("slider", { name: "Position in speech-1.wav" });
    assert.equal(await place.getAttribute("aria-valuetext"), "0:00 of 0:04");
    await place.press("ArrowRight");
    await page.waitForFunction(() => true);
    assert.equal(await place.getAttribute("aria-valuetext"), "0:01 of 0:04");
    await place.press("Home");
    await page.getByRole("button", { name: "Play: speech-1.wav" }).click();
    await page.getByRole("button", { name: "Pause: speech-1.wav" }).waitFor();
  });

  test("two takes run in step, one of them is heard, and switching keeps the position", async () => {
    const panel = await open(states.comparing!);
    const { page } = panel;
    const toggle = (time: string) =>
      page.getByRole("button", { name: `Compare: speech-1.wav, ${time}`, exact: true });
    await toggle("13:58:33").click();
    await page.getByText("Compare with which other take?").waitFor();
    await toggle("14:00:23").click();
    const both = page.getByRole("region", { name: "Comparison of two takes" });
    const heard = (name: string) => both.getByRole("button", { name, exact: true, pressed: true });
    await heard("A").waitFor();
    const media = () =>
      both
        .locator("audio")
        .evaluateAll((all) =>
          (all as HTMLAudioElement[]).map((one) => [Math.round(one.currentTime), one.muted]),
        );
    await both.getByText("24 kHz").nth(1).waitFor();
    const places = both.getByRole("slider");
    await places.first().press("ArrowRight");
    await places.first().press("ArrowRight");
    assert.deepEqual(await media(), [
      [2, false],
      [2, true],
    ]);
    await places.first().press("x");
    await heard("B").waitFor();
    assert.deepEqual(await media(), [
      [2, true],
      [2, false],
    ]);
    await both.getByRole("button", { name: "Play: speech-1.wav" }).first().click();
    await both.getByRole("button", { name: "Pause: speech-1.wav" }).nth(1).waitFor();
    await both.getByRole("button", { name: "Pause: speech-1.wav" }).nth(1).click();
    await both.getByRole("button", { name: "Play: speech-1.wav" }).nth(1).waitFor();
    assert.deepEqual(((await panel.kept()) as { compared: string[] }).compared, ["result-1", "result-2"]);
    await page.getByRole("button", { name: "End comparing" }).click();
    await both.waitFor({ state: "detached" });
  });

  test("of two takes that is said which differs, and nothing slides over them", async () => {
    const panel = await open(states.comparing!, { kept: kept.comparing, height: 500 });
    const { page } = panel;
    const both = page.getByRole("region", { name: "Comparison of two takes" });
    await both.getByText("SAUTI · Voice Imani · Speed – · 13:58:33").waitFor();
    await both.getByText("VocaBusta · Voice Baraka · Speed 1.2 · 14:00:23").waitFor();
    await both.getByText("24 kHz").nth(1).waitFor();
    await page.locator("hr-card").last().scrollIntoViewIfNeeded();
    const box = (await both.boundingBox())!;
    const above = await page.evaluate(({ x, y, width, height }) => {
      const places = Array.from({ length: 200 }, (_, i) => [
        x + ((i % 20) + 0.5) * (width / 20),
        y + (Math.floor(i / 20) + 0.5) * (height / 10),
      ]);
      const app = document.querySelector("hr-app")?.shadowRoot;
      return places.filter(([left = 0, top = 0]) => {
        const hit = app?.elementFromPoint(left, top)?.localName;
        return hit !== undefined && hit !== "hr-compare" && top < innerHeight;
      }).length;
    }, box);
    assert.equal(above, 0);
  });

  test("two takes of forms that have nothing in common are told apart by provider, time and text alone", async () => {
    const [take, other] = states.comparing!.cards;
    const cards = [take!, { ...other!, detail: "take.wav", given: [{ title: "Film", value: "take.wav" }] }];
    const { page } = await open({ ...states.comparing!, cards }, { kept: kept.comparing });
    const both = page.getByRole("region", { name: "Comparison of two takes" });
    await both.getByText("VocaBusta · 14:00:23 · take.wav", { exact: true }).waitFor();
    await both.getByText(`SAUTI · 13:58:33 · ${take!.detail}`).waitFor();
  });

  test("what comes with a recording is folded until it is wanted, with all that can be done with it", async () => {
    const { page } = await open(states["finished-metadata"]!);
    const save = page.getByRole("button", { name: "Save: Metadata" });
    await page.getByText("Metadata").waitFor();
    assert.equal(await save.isVisible(), false);
    await page.locator("hr-result summary").press("Enter");
    assert.equal(await save.isVisible(), true);
    await page.getByText("sample_rate").waitFor();
  });

  test("whatever can be done with a result has its word, in a side bar of 260 px too", async () => {
    const { page } = await open(states["finished-audio"]!);
    const acts = page.locator("hr-result .acts button span:last-child");
    assert.deepEqual(await acts.allInnerTexts(), ["Save", "Reveal", "Open", "Use as input", "Compare"]);
    for (const word of await acts.all()) assert.ok(await word.isVisible());
  });
});
