// The players of results as a person uses them: a single recording, and two that are compared.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../harness/browser.ts";
import { openPanel } from "./gallery/open.ts";
import { type Gallery, startGallery } from "./gallery/server.ts";
import { states } from "./gallery/states.ts";

describe("the players", () => {
  let gallery: Gallery;
  let browser: Browser;

  before(async () => {
    gallery = await startGallery();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await gallery?.close();
  });

  test("a recording plays, tells its length and rate, and is sought with the keyboard", async () => {
    const panel = await openPanel(browser, gallery, states["finished-audio"]!);
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
    const panel = await openPanel(browser, gallery, states.comparing!);
    const { page } = panel;
    const toggle = (title: string) => page.getByRole("button", { name: `Compare: ${title}`, exact: true });
    await toggle("speech-1.wav").click();
    await page.getByText("Compare with which other take?").waitFor();
    await toggle("speech-2.wav").click();
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
    await both.getByRole("button", { name: "Play: speech-1.wav" }).click();
    await both.getByRole("button", { name: "Pause: speech-2.wav" }).waitFor();
    await both.getByRole("button", { name: "Pause: speech-2.wav" }).click();
    await both.getByRole("button", { name: "Play: speech-1.wav" }).waitFor();
    assert.deepEqual(((await panel.kept()) as { compared: string[] }).compared, ["result-1", "result-2"]);
    await page.getByRole("button", { name: "End comparing" }).click();
    await both.waitFor({ state: "detached" });
  });
});
