/** When the app is built, and that it is built once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../../src/app/api.ts";
import { type Built, LazyApp } from "../../src/host/lazy-app.ts";
import { buildSoon } from "../../src/host/startup.ts";

function fake() {
  const calls: string[] = [];
  const listeners = new Set<() => void>();
  const app = {
    start: async () => void calls.push("start"),
    stop: async () => void calls.push("stop"),
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as App;
  const built: Built = { app, close: async () => void calls.push("close") };
  return { built, app, calls, tell: () => [...listeners].map((listener) => listener()) };
}

test("nothing is built until it is asked for, and then once for all who ask", async () => {
  const { built, app, calls } = fake();
  let builds = 0;
  const lazy = new LazyApp(async () => {
    builds += 1;
    return built;
  });
  assert.equal(lazy.now, null);
  assert.equal(builds, 0);
  assert.deepEqual(await Promise.all([lazy.get(), lazy.get()]), [app, app]);
  assert.equal(builds, 1);
  assert.deepEqual(calls, ["start"]);
});

test("a build that failed is told and tried again at the next ask", async () => {
  const { built, app } = fake();
  let fails = true;
  const lazy = new LazyApp(async () => {
    if (fails) throw new Error("disk full");
    return built;
  });
  const told: unknown[] = [];
  lazy.onFailed((error) => told.push(error));
  await assert.rejects(lazy.get(), /disk full/);
  assert.equal(told.length, 1);
  fails = false;
  assert.equal(await lazy.get(), app);
});

test("who listens for changes hears the first state and every later one, until it leaves", async () => {
  const { built, tell } = fake();
  const lazy = new LazyApp(async () => built);
  let heard = 0;
  const leave = lazy.onChange(() => {
    heard += 1;
  });
  assert.equal(heard, 0);
  await lazy.get();
  assert.equal(heard, 1);
  tell();
  assert.equal(heard, 2);
  leave();
  tell();
  assert.equal(heard, 2);
});

test("all listeners of one change share one snapshot", async () => {
  const { built, app, tell } = fake();
  let made = 0;
  Object.assign(app, { snapshot: () => ({ revision: ++made }) });
  const lazy = new LazyApp(async () => built);
  for (const _ of [1, 2, 3]) lazy.onChange((_app, snapshot) => snapshot());
  await lazy.get();
  tell();
  assert.equal(made, 2);
});

test("the end stops the app before it closes what lies beneath, and builds nothing any more", async () => {
  const { built, calls } = fake();
  const lazy = new LazyApp(async () => built);
  await lazy.get();
  await lazy.end();
  assert.deepEqual(calls, ["start", "stop", "close"]);
  await assert.rejects(lazy.get());
});

test("an app that was never needed is not built in order to be ended", async () => {
  let builds = 0;
  const lazy = new LazyApp(async () => {
    builds += 1;
    return fake().built;
  });
  await lazy.end();
  assert.equal(builds, 0);
});

test("after a start the app is built only for work under way or for figures in the status bar", () => {
  const planned: number[] = [];
  const clock = {
    now: () => 0,
    random: () => 0,
    after: (ms: number) => {
      planned.push(ms);
      return () => {};
    },
  };
  const soon = (used: boolean, underWay: boolean, hidden: boolean) =>
    buildSoon({ used, underWay }, hidden, clock, () => {});
  soon(false, false, false);
  soon(true, false, true);
  assert.deepEqual(planned, []);
  soon(true, true, true);
  soon(true, false, false);
  assert.equal(planned.length, 2);
  assert.ok((planned[0] ?? 0) < (planned[1] ?? 0));
});
