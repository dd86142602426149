// The wake-up between editor windows: it reaches the others, not oneself, and keeps no process alive.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Database } from "../../src/store/database.ts";
import { schema } from "../../src/store/schema.ts";
import { LoopbackSignal } from "../../src/store/signal.ts";

const folder = mkdtempSync(join(tmpdir(), "headroom-signal-"));
const path = join(folder, "s.db");
const opened: { close(): void }[] = [];
// A datagram alone keeps no test alive either.
const alive = setInterval(() => {}, 1000);
after(() => {
  clearInterval(alive);
  for (const one of opened.reverse()) one.close();
  rmSync(folder, { recursive: true, force: true });
});

async function window(): Promise<LoopbackSignal> {
  const database = new Database({ path, migrations: schema, now: () => 0 });
  const signal = new LoopbackSignal(database);
  opened.push(database, signal);
  await signal.open();
  return signal;
}

test("a commit in one window wakes the others", { timeout: 5000 }, async () => {
  const [left, right] = [await window(), await window()];
  const heard = new Promise<void>((resolve) => right.onChange(resolve));
  left.announce();
  await heard;
});

test("many commits in one turn are announced once, and not to oneself", { timeout: 5000 }, async () => {
  const [left, right] = [await window(), await window()];
  let own = 0;
  let others = 0;
  left.onChange(() => own++);
  const heard = new Promise<void>((resolve) =>
    right.onChange(() => {
      others++;
      resolve();
    }),
  );
  for (let i = 0; i < 50; i++) left.announce();
  await heard;
  assert.deepEqual([own, others], [0, 1]);
});

test("an idle window with a listener does not keep its process alive", { timeout: 10_000 }, () => {
  const source = (file: string) =>
    JSON.stringify(new URL(`../../src/store/${file}.ts`, import.meta.url).href);
  const code = `
    const { Database } = await import(${source("database")});
    const { schema } = await import(${source("schema")});
    const { LoopbackSignal } = await import(${source("signal")});
    const database = new Database({ path: ${JSON.stringify(path)}, migrations: schema, now: Date.now });
    new LoopbackSignal(database).onChange(() => {});`;
  const { status } = spawnSync(process.execPath, ["--input-type=module", "-e", code], { timeout: 8000 });
  assert.equal(status, 0);
});
