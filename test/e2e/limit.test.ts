/** At the limit: requests wait with a reason and an instant and go out by themselves; no count is lost by two editor windows, a reload or a crash. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Frame } from "playwright-core";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";
import { endSimulator, SimControl } from "../harness/sim-control.ts";
import { cards, chooseAction, meter, openPlayground, send, until } from "./steps.ts";

/** SAUTI's syntheses in any 60 s. */
const limit = 10;
let editor: Editor;
let page: EditorWindow;
let view: Frame;
let simulator: SimControl;
before(async () => {
  editor = await startEditor({ settings: { "headroom.simulator.timeScale": 0.3 } });
  page = await editor.open();
  view = await openPlayground(page);
});
after(async () => {
  await endSimulator(editor.storageFolder);
  await editor.close();
});

test("the request beyond the limit waits with why and until when, counts down, and goes out by itself without a refusal", async () => {
  await chooseAction(view, "SAUTI", "Speak");
  await send(view, limit + 2);
  const waiting = view.locator("hr-queue li");
  await until("two that wait", async () => (await waiting.count()) === 2);
  simulator = await SimControl.in(editor.storageFolder);
  const row = waiting.first();
  const why = row.locator("hr-wait summary");
  assert.match(
    (await why.textContent()) ?? "",
    /SAUTI allows 10 syntheses in any 60\ss\. The next one is free at \d+:\d+:\d+/,
  );
  await why.click();
  const facts = row.locator("dl");
  assert.ok(await facts.isVisible());
  assert.match((await facts.textContent()) ?? "", /Synthesis: 0 of 10 left.*stated by the server/s);
  const left = async () => {
    const [minutes = 0, seconds = 0] = ((await row.locator(".left").textContent()) ?? "")
      .split(":")
      .map(Number);
    return minutes * 60 + seconds;
  };
  const first = await left();
  assert.ok(first > 20 && first <= 60, `${first} s`);
  await page.statusBar(/0\/10 · \d:\d\d/);
  assert.equal((await meter(view, "Synthesis")).shown, "0/10");
  await until("a countdown that falls", async () => (await left()) < first);
  await until("all sent", async () => (await cards(view, "succeeded").count()) === limit + 2, 75_000);
  assert.equal(await waiting.count(), 0);
  const { charges, refusals } = await simulator.books("sauti");
  assert.deepEqual([charges.count, refusals], [limit + 2, 0]);
});

test("two editor windows at full speed on one account meet no refusal, and each shows what the other spent", async () => {
  const other = await editor.open();
  const beside = await openPlayground(other);
  await simulator.set("sync", { jobTimeScale: 0.1 });
  for (const one of [view, beside]) await chooseAction(one, "Sync", "Lip sync");
  await Promise.all([send(view, 5), send(beside, 5)]);
  await until(
    "all done",
    async () => {
      const { jobs } = await simulator.books("sync");
      return jobs.length === 10 && jobs.every(({ over }) => over);
    },
    60_000,
  );
  const { charges, refusals } = await simulator.books("sync");
  assert.deepEqual([charges.count, refusals], [10, 0]);
  for (const one of [view, beside])
    await until("the meter of what both spent", async () => {
      const left = await remaining("sync", "generate");
      return (
        (await meter(one, "Generate")).shown === `${left}/60` && (await cards(one, "succeeded").count()) >= 5
      );
    });
  await other.close();
});

test("a job goes on over a reload of the editor window and is charged once", async () => {
  await simulator.set("soundpiece", { jobTimeScale: 2 });
  await chooseAction(view, "SoundPiece", "New sample");
  await send(view);
  await until("a job at the provider", async () => (await simulator.books("soundpiece")).jobs.length === 1);
  await page.reload();
  assert.equal(
    (await simulator.books("soundpiece")).jobs[0]?.over,
    false,
    "it was over before: nothing was tested",
  );
  view = await openPlayground(page);
  await view.locator("hr-card").first().locator("audio").waitFor({ state: "attached", timeout: 60_000 });
  const { charges, refusals } = await simulator.books("soundpiece");
  assert.deepEqual([charges.count, refusals], [1, 0]);
});

test("an extension host that is killed in mid-queue forgets nothing that was sent, and nobody is refused afterwards", async () => {
  await simulator.set("sync", { jobTimeScale: 5 });
  await chooseAction(view, "Sync", "Lip sync");
  const before = (await simulator.books("sync")).jobs.length;
  await send(view, 5);
  await until("three at work and a queue", async () => {
    const { jobs } = await simulator.books("sync");
    return jobs.length === before + 3 && (await view.locator("hr-queue li").count()) === 2;
  });
  process.kill(page.extensionHost, "SIGKILL");
  await page.reload();
  view = await openPlayground(page);
  await chooseAction(view, "Sync", "Lip sync");
  assert.ok(
    (await simulator.books("sync")).jobs.some(({ over }) => !over),
    "all was over before: nothing was tested",
  );
  await until("the meters of what was sent before", async () => {
    const alive = (await simulator.books("sync")).jobs.filter(({ over }) => !over).length;
    return (
      (await meter(view, "Generate")).shown === `${await remaining("sync", "generate")}/60` &&
      (await meter(view, "Generations at once")).shown === `${3 - alive}/3`
    );
  });
  await simulator.set("sync", { jobTimeScale: 0.1 });
  await send(view, 4);
  await until(
    "the end of all",
    async () => {
      const { jobs } = await simulator.books("sync");
      return jobs.length >= before + 7 && jobs.every(({ over }) => over);
    },
    90_000,
  );
  assert.equal((await simulator.books("sync")).refusals, 0);
});

/** What a counter of the simulator has left. */
async function remaining(provider: string, policy: string): Promise<number | undefined> {
  return (await simulator.books(provider)).counters.find((line) => line.policy === policy)?.remaining;
}
