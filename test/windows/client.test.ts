// Rules of two editor windows on one account, each a process with the real client: together they keep the limits.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { simulate, slackOf } from "../wire/paced.ts";
import type { Task } from "./client-child.ts";

const folder = mkdtempSync(join(tmpdir(), "headroom-windows-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const quotaWindowMs = 2_000;

/** Starts an editor window's process; resolves when it is ready to begin. */
async function editorWindow(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, "client-child.ts"));
  await once(child, "message");
  return child;
}

async function answersOf(child: ChildProcess, task: Task): Promise<number[]> {
  const answered = once(child, "message");
  child.send(task);
  return (await answered)[0] as number[];
}

test("two editor windows at full speed on one account: no refusal, all done, neither left behind", async () => {
  const simulation = await simulate("sauti", { quotaWindowMs });
  const databasePath = join(folder, "shared.db");
  const task = { url: simulation.url, key: simulation.key, databasePath, quotaWindowMs, count: 18 };
  const children = [await editorWindow(), await editorWindow()];
  const statuses = await Promise.all(children.map((child) => answersOf(child, task)));
  assert.deepEqual(new Set(statuses.flat()), new Set([200]));
  assert.equal(await simulation.refused(), 0);
  const accepted = await simulation.accepted(/text-to-speech/);
  assert.equal(accepted.length, 36);
  assert.ok(slackOf(accepted, 10, quotaWindowMs).every((one) => one >= 0));
  await simulation.close();
});

test("a killed editor window's spends stay counted, and its place in line holds nobody up", async () => {
  const simulation = await simulate("sauti", { quotaWindowMs });
  const databasePath = join(folder, "killed.db");
  const task = { url: simulation.url, key: simulation.key, databasePath, quotaWindowMs, count: 18 };
  const [dies, lives] = [await editorWindow(), await editorWindow()];
  const died = once(dies, "exit");
  dies.send(task);
  while ((await simulation.accepted(/text-to-speech/)).length < 10) await new Promise(setImmediate);
  dies.kill("SIGKILL");
  await died;
  assert.deepEqual(new Set(await answersOf(lives, task)), new Set([200]));
  assert.equal(await simulation.refused(), 0);
  await simulation.close();
});
