/** What is told while nobody looks: once, together, and only as the settings allow. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { App } from "../../src/app/api.ts";
import type { CardView, Snapshot } from "../../src/protocol/snapshot.ts";
import { t } from "../harness/voice.ts";
import { shim } from "./vscode-shim.ts";

const { LazyApp } = await import("../../src/host/lazy-app.ts");
const { Notifications } = await import("../../src/host/notify.ts");

const start = 1_700_000_000_000;
let folder = "";
let timers: (() => void)[] = [];
let visible = false;
let snapshot: Pick<Snapshot, "cards" | "meters">;

const clock = {
  now: () => start,
  random: () => 0,
  after: (_ms: number, run: () => void) => {
    timers.push(run);
    return () => {};
  },
};
const card = (id: string, state: CardView["state"]) =>
  ({
    id,
    state,
    title: `Speak ${id}`,
    providerName: "SAUTI",
    stateTitle: state,
    problem: null,
    endedAt: start + Number(id),
  }) as CardView;

/** One editor window; returns what shows it other cards. */
async function editorWindow(): Promise<(...cards: CardView[]) => void> {
  let changed = () => {};
  const app = {
    start: async () => {},
    snapshot: () => snapshot,
    headline: () => ({ providerName: "VoiceDub" }),
    onChange: (listener: () => void) => {
      changed = listener;
      return () => {};
    },
  } as unknown as App;
  const lazy = new LazyApp(async () => ({ app, close: async () => {} }));
  new Notifications({ app: lazy, clock, t, isVisible: () => visible, folder });
  await lazy.get();
  return (...cards) => {
    snapshot = { cards, meters: [] };
    changed();
  };
}

/** Lets the gathering time pass. */
async function pass(): Promise<void> {
  for (const run of timers.splice(0)) run();
  await new Promise((resolve) => setImmediate(resolve));
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "headroom-notify-"));
  timers = [];
  visible = false;
  snapshot = { cards: [], meters: [] };
  shim.shown.length = 0;
  shim.settings.clear();
  shim.click = undefined;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("jobs that end together are told together, in one sentence with counts", async () => {
  const show = await editorWindow();
  show(card("1", "running"), card("2", "running"), card("3", "sending"));
  show(card("1", "succeeded"), card("2", "failed"), card("3", "succeeded"));
  await pass();
  assert.deepEqual(shim.shown, [
    ["warning", "3 requests have ended: 2 succeeded, 1 failed.", "Open Playground", "Do Not Show Again"],
  ]);
});

test("one ending is told in its own words", async () => {
  const show = await editorWindow();
  show(card("1", "running"));
  show(card("1", "succeeded"));
  await pass();
  assert.deepEqual(shim.shown[0]?.slice(0, 2), ["info", "SAUTI, Speak 1: succeeded."]);
});

test("nothing is told while the playground is visible, or when the setting says no", async () => {
  const show = await editorWindow();
  visible = true;
  show(card("1", "running"));
  show(card("1", "succeeded"));
  await pass();
  visible = false;
  shim.settings.set("headroom.notifications.jobs", false);
  show(card("2", "running"));
  show(card("2", "succeeded"));
  await pass();
  assert.deepEqual(shim.shown, []);
});

test("what had ended before this editor window looked, and what was cancelled, is no news", async () => {
  const show = await editorWindow();
  show(card("1", "succeeded"), card("2", "waiting"));
  show(card("1", "succeeded"), card("2", "cancelled"));
  await pass();
  assert.deepEqual(shim.shown, []);
});

test("of two editor windows only one tells", async () => {
  const [one, other] = [await editorWindow(), await editorWindow()];
  const running = { ...card("1", "running"), endedAt: null };
  const ended = { ...card("1", "succeeded"), endedAt: start - 1 };
  for (const show of [one, other]) show(running);
  for (const show of [one, other]) show(ended);
  await pass();
  assert.equal(shim.shown.length, 1);
});

test("do not show again turns the setting off", async () => {
  const show = await editorWindow();
  shim.click = "Do Not Show Again";
  show(card("1", "running"));
  show(card("1", "succeeded"));
  await pass();
  assert.equal(shim.settings.get("headroom.notifications.jobs"), false);
});
