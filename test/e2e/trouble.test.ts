/** What goes wrong: each trouble gets one clear sentence with its cause and a way out in the view, which stays usable; a key shows nowhere. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Frame } from "playwright-core";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";
import { endSimulator, SimControl } from "../harness/sim-control.ts";
import { cards, choose, chooseAction, field, filesHolding, openPlayground, send, until } from "./steps.ts";

/** Looks like a key, and is one of nobody's. */
const KEY = "sauti_q7Zr40TmXw91LbKd82VnHs";
let editor: Editor;
let page: EditorWindow;
let view: Frame;
let simulator: SimControl;
before(async () => {
  // Nothing here may leave this machine: whatever is not on loopback meets a proxy that is not there.
  editor = await startEditor({
    settings: { "http.proxy": "http://127.0.0.1:9", "http.noProxy": ["127.0.0.1"] },
  });
  page = await editor.open();
  view = await openPlayground(page);
  await page.run("Headroom: Restart Simulator");
  simulator = await SimControl.in(editor.storageFolder);
  // An account of one's own, whose provider is not the real one but stands in for it on this machine.
  await pointTo(simulator.account("sauti").url);
});
after(async () => {
  await endSimulator(editor.storageFolder);
  await editor.close();
});

/** Lets SAUTI's own accounts go to that address, as a person does who works against a test server. */
async function pointTo(address: string): Promise<void> {
  const had = await cards(view).count();
  await page.settings({ "headroom.baseUrls": { sauti: address } });
  await page.reload();
  view = await openPlayground(page);
  await until("the cards from before", async () => (await cards(view).count()) === had);
}

/** Adds an account of SAUTI's with the key, step by step, and chooses it. */
async function addAccount(name: string): Promise<void> {
  await page.run("Headroom: Add Account...");
  await page.pick("SAUTI").click();
  await page.answer(name);
  await page.page.locator(".quick-input-widget input[type=password]").waitFor();
  await page.answer(KEY);
  await choose(view, "Account", name);
}

/** Sends, and gives what the new card says about its failure. */
async function failure(): Promise<{ sentence: string; remedy: string }> {
  const had = await cards(view).count();
  await send(view);
  await until("a new card", async () => (await cards(view).count()) === had + 1);
  const card = view.locator("hr-card").first().locator("article.failed");
  await card.waitFor();
  return {
    sentence: ((await card.locator(".problem p").first().textContent()) ?? "").trim(),
    remedy: (
      (await card
        .locator(".remedy")
        .first()
        .textContent({ timeout: 2_000 })
        .catch(() => "")) ?? ""
    ).trim(),
  };
}

/** Sends, and the new card must say this with that way out, in one sentence each. */
async function says(sentence: RegExp, remedy: RegExp): Promise<void> {
  const told = await failure();
  assert.match(told.sentence, sentence);
  assert.match(told.remedy, remedy);
}

/** The view still takes a click and answers it. */
async function usable(): Promise<void> {
  await chooseAction(view, "SAUTI", "Show voice");
  await chooseAction(view, "SAUTI", "Speak");
}

test("a key that the provider does not know is told as such, with the way to another", async () => {
  await addAccount("Studio");
  await chooseAction(view, "SAUTI", "Speak");
  await says(/^SAUTI does not accept this key\. .*status 401/, /Check the key of this account/);
  await usable();
});

test("the key's text stands in no file, no log, no text and no frame of the editor", async () => {
  await page.run("Headroom: Show Log");
  assert.deepEqual(filesHolding(editor.dataFolder, KEY), []);
  for (const frame of page.page.frames())
    assert.ok(
      !((await frame.evaluate("document.documentElement.outerHTML").catch(() => "")) as string).includes(KEY),
      frame.url(),
    );
  assert.ok(
    !(
      await view
        .locator("hr-app")
        .evaluate((app) => JSON.stringify((app as unknown as { snapshot: unknown }).snapshot))
    ).includes(KEY),
  );
  assert.ok(!page.consoleLines.join("\n").includes(KEY));
});

test("a provider that cannot be reached is told as such, and nothing was sent", async () => {
  await pointTo("http://127.0.0.1:9");
  // This web workbench forgets secrets with the page, so the account is a new one.
  await addAccount("Nowhere");
  await chooseAction(view, "SAUTI", "Speak");
  await says(
    /cannot be reached at 127\.0\.0\.1(:9)? \(ECONNREFUSED\)\. Nothing was sent\./,
    /network and the proxy/,
  );
  await usable();
});

test("a renamed account is found under its new name, and a forgotten one is gone from every list", async () => {
  await page.run("Headroom: Rename Account...");
  await page.pick("Studio").click();
  await page.answer("Workshop");
  view = await openPlayground(page);
  await choose(view, "Account", "Workshop");
  await page.run("Headroom: Forget Account...");
  await page.pick("Workshop").click();
  await page.page.locator(".monaco-dialog-box").getByRole("button", { name: "Forget Account" }).click();
  view = await openPlayground(page);
  await until(
    "no such account",
    async () =>
      !((await view.getByLabel("Account", { exact: true }).textContent()) ?? "").includes("Workshop"),
  );
  await choose(view, "Account", "Simulated");
});

test("an empty and a too long text are told at their field, and nothing is sent", async () => {
  await chooseAction(view, "SAUTI", "Speak");
  const { requests } = await simulator.books("sauti");
  const problem = view.locator('hr-field[data-name="text"] .problem');
  const wrong = { "": /is needed/, ["a".repeat(5001)]: /at most 5,000 characters; this one has 5,001\./ };
  for (const [text, told] of Object.entries(wrong)) {
    await field(view, "text").fill(text);
    await send(view);
    await problem.filter({ hasText: told }).waitFor();
  }
  assert.equal((await simulator.books("sauti")).requests, requests);
  await field(view, "text").fill("Habari");
  await problem.waitFor({ state: "detached" });
});

test("an unknown voice is told with the provider's own words, and what was typed stays", async () => {
  await field(view, "voice_id").fill("nobody-v1");
  await says(/voice is unknown\. It says: .*nobody-v1 does not exist.*status 422/, /choose another voice/);
  assert.equal(await field(view, "text").inputValue(), "Habari");
  assert.equal(await field(view, "voice_id").inputValue(), "nobody-v1");
});

test("an answer that is no JSON is told as such", async () => {
  await chooseAction(view, "SAUTI", "List voices");
  await simulator.fault("sauti", { kind: "brokenJson" });
  await says(/answer of SAUTI is broken: it is not JSON/, /Open the answer/);
  await usable();
});

test("an answer of 200 MB is refused or kept on disk, and the view goes on", async () => {
  await chooseAction(view, "SAUTI", "List voices");
  await simulator.fault("sauti", { kind: "hugeAnswer", bytes: 200_000_000 });
  await says(/has 200\sMB, too much to read as JSON/, /save or reveal it/);
  await usable();
});
