// What leaves the result folder, and what never does: the oldest first, nothing saved, nothing in use, no entry at all.
import assert from "node:assert/strict";
import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { Exchange } from "../../src/core/jobs/stores.ts";
import { type Bench, bench, json, until } from "./fakes.ts";

const HOUR = 3_600_000;
let on: Bench;
let most = 250;
let entries = 0;
beforeEach(() => {
  most = 250;
  entries = 0;
  on = bench({ maxStorageBytes: () => most, maxExchanges: () => entries });
});
afterEach(() => on.close());

/** An exchange of so long ago with a result of 100 bytes on disk. */
function take(id: string, hoursAgo: number, more: Partial<Exchange> = {}): string {
  const { exchanges, results, clock } = on.ports;
  const at = clock.now() - hoursAgo * HOUR;
  exchanges.begin({
    id,
    providerId: "sauti",
    accountId: "sauti-simulated",
    keyId: "sauti-simulated",
    actionId: "speak",
    title: "Speech",
    state: "done",
    createdAt: at,
    endedAt: at,
    input: {},
    idempotencyKey: null,
    request: { method: "POST", url: "https://example.com", headers: {}, body: null },
    answer: null,
    problem: null,
    attempts: 1,
    ...more,
  });
  const file = `${id}-0-0.5f0c1e2a.wav`;
  results.put({
    id: `${id}-0-0`,
    exchangeId: id,
    kind: "audio",
    title: "Audio",
    file,
    bytes: 100,
    mediaType: "audio/wav",
    link: null,
    linkExpiresAt: null,
    problem: null,
  });
  const path = join(results.folder, file);
  writeFileSync(path, Buffer.alloc(100));
  utimesSync(path, at / 1000, at / 1000);
  return path;
}

/** Starts the app and lets time pass until it says what has left. */
async function look(): Promise<void> {
  await on.app.start();
  for (let i = 0; i < 200 && on.app.snapshot().notices.length === 0; i++) await on.clock.pass(2_000);
}

test("beyond the bound the oldest leave first, their entries stay, and the view says so", async () => {
  const paths = ["a", "b", "c", "d"].map((id, at) => take(id, 9 - at));
  await look();
  assert.deepEqual(paths.map(existsSync), [false, false, true, true]);
  assert.equal(on.app.history.list({ limit: 10 }).length, 4);
  const [left] = on.card("a").results;
  assert.deepEqual([left?.src, left?.refetch], [null, false]);
  assert.match(left?.notice ?? "", /left the disk/);
  const told = on.app.history.list({ limit: 10 }).map((one) => on.app.history.describe(one));
  assert.deepEqual(
    told.map((one) => [one.left, /removed to stay within the bound/.test(one.detail)]),
    [false, false, true, true].map((is) => [is, is]),
  );
  assert.match(on.app.whyOf("a")?.text ?? "", /Audio \(100.bytes\) was removed to stay within 250.bytes/);
  assert.match(
    on.app.snapshot().notices[0]?.sentence ?? "",
    /within 250.bytes on disk: the 2 oldest have left/,
  );
});

test("what was saved stays, and what was played or opened lately, in whichever editor window", async () => {
  most = 50;
  const [saved = "", played = "", plain = ""] = ["a", "b", "c"].map((id, at) => take(id, 9 - at));
  on.app.used("a-0-0", true);
  const now = on.clock.now() / 1000;
  utimesSync(played, now, now);
  await until(() => on.ports.results.get("a-0-0")?.saved === true);
  await look();
  assert.deepEqual([saved, played, plain].map(existsSync), [true, true, false]);
});

test("what is under way stays, and nothing leaves without a bound", async () => {
  most = 50;
  const running = take("a", 5, { state: "accepted", endedAt: null });
  const plain = take("b", 4);
  await look();
  assert.deepEqual([running, plain].map(existsSync), [true, false]);
  most = 0;
  const [c, d] = [take("c", 9), take("d", 9)];
  await on.clock.pass(4_000);
  assert.deepEqual([c, d].map(existsSync), [true, true]);
});

test("parts of dead processes and files that no result names are cleared away at the start", async () => {
  const { folder } = on.ports.results;
  const kept = take("a", 9);
  const old = (on.clock.now() - 2 * HOUR) / 1000;
  const names = [`x.wav.${process.pid}.part`, "x.wav.99999999.part", "orphan.wav", "young.wav"];
  for (const name of names) writeFileSync(join(folder, name), "x");
  for (const name of names.slice(0, 3)) utimesSync(join(folder, name), old, old);
  await on.app.start();
  await on.clock.pass(5_000);
  await until(() => readdirSync(folder).length === 3);
  assert.deepEqual(readdirSync(folder).sort(), [
    "a-0-0.5f0c1e2a.wav",
    `x.wav.${process.pid}.part`,
    "young.wav",
  ]);
  assert.ok(existsSync(kept));
});

test("a result that was fetched a day ago is no orphan, under the name that it was given", async () => {
  const audio = Buffer.from("RIFF\u0004\0\0\0WAVE").toString("base64");
  on.client.script = () => json(200, { audio: { base64: audio, format: "wav" }, audio_base64: audio });
  const id = on.send("sauti", "speak", { text: "Habari" });
  await until(() => on.ports.exchanges.get(id)?.state === "done");
  const files = on.ports.results.of(id).map((one) => join(on.ports.results.folder, one.file ?? ""));
  assert.ok(files.length > 0);
  const old = (on.clock.now() - 24 * HOUR) / 1000;
  for (const file of files) utimesSync(file, old, old);
  writeFileSync(join(on.ports.results.folder, "orphan.wav"), "x");
  utimesSync(join(on.ports.results.folder, "orphan.wav"), old, old);
  await on.app.start();
  await on.clock.pass(5_000);
  await until(() => !existsSync(join(on.ports.results.folder, "orphan.wav")));
  assert.deepEqual(
    files.map(existsSync),
    files.map(() => true),
  );
});

test("beyond its bound the oldest entries leave the history, never one that is under way or has an unsaved result", async () => {
  entries = 3;
  most = 0;
  for (let at = 0; at < 30; at++) take(`old-${at}`, 100 - at);
  const { exchanges, results, jobs } = on.ports;
  for (let at = 0; at < 30; at++) {
    const result = results.get(`old-${at}-0-0`);
    assert.ok(result !== null);
    if (at === 4) results.put({ ...result, saved: true });
    else if (at !== 7) results.put({ ...result, file: null, left: true });
  }
  for (const [at, state] of (["accepted", "outcomeUnknown"] as const).entries()) {
    take(`open-${at}`, 200, { state, endedAt: null });
    results.remove(`open-${at}-0-0`);
  }
  await on.app.start();
  await on.clock.pass(5_000);
  assert.ok(exchanges.list({ limit: 99 }).length > 15, "a few at a time");
  await on.clock.pass(5_000);
  const left = exchanges.list({ limit: 99 }).map((one) => one.id);
  assert.deepEqual(left, ["old-29", "old-28", "old-27", "old-7", "open-1", "open-0"]);
  assert.equal(results.get("old-4-0-0"), null);
  assert.equal(existsSync(join(results.folder, "old-4-0-0.5f0c1e2a.wav")), false);
  assert.equal(jobs.get("old-1"), null);
});

test("clearing takes all that have ended with their results, and leaves what is under way", async () => {
  const files = Array.from({ length: 25 }, (_, at) => take(`e${at}`, at));
  const kept = take("open", 1, { state: "accepted", endedAt: null });
  const clearing = on.app.history.clear();
  await on.clock.pass(1_000);
  await clearing;
  assert.deepEqual(
    on.app.history.list({ limit: 9 }).map((one) => one.id),
    ["open"],
  );
  assert.deepEqual(files.filter(existsSync), []);
  assert.ok(existsSync(kept));
});
