// The wake-up between editor windows: it reaches the others, not oneself, and keeps no process alive.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import dgram, { type Socket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Claim } from "../../src/core/quota/model.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
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

const slots: Claim = {
  accountId: "a",
  parts: [
    {
      partition: "p/account:a/jobs",
      policy: { type: "slots", id: "jobs", title: "jobs", noun: "jobs", limit: 1, evidence: "published" },
      cost: 1,
    },
  ],
};

async function books(): Promise<SqlLedger> {
  const database = new Database({ path, migrations: schema, now: () => 0 });
  const signal = new LoopbackSignal(database);
  const ledger = new SqlLedger({ database, signal, alive: () => true });
  opened.push(database, signal, ledger);
  await signal.open();
  return ledger;
}

test("who waits for a job's end hears of it from the process that saw it", { timeout: 5000 }, async () => {
  const [left, right] = [await books(), await books()];
  const ask = { claim: slots, lane: "person", since: 0, title: "" } as const;
  assert.equal(left.reserve({ ...ask, id: "one", holder: "job 1" }, 0).granted, true);
  const two = { ...ask, id: "two", holder: "job 2" };
  let stop = () => {};
  const granted = new Promise<void>((resolve) => {
    stop = right.onChange(() => {
      if (right.reserve(two, 10).granted) resolve();
    });
  });
  const decision = right.reserve(two, 5);
  assert.ok(!decision.granted && decision.wait.until === null);
  left.free("job 1", 10);
  await granted;
  stop();
  right.free("job 2", 20);
});

test("a process whose sign-on met a held database is woken all the same", { timeout: 5000 }, async () => {
  const holder = new Database({ path, migrations: schema, now: () => 0 });
  opened.push(holder);
  holder.prepare("BEGIN IMMEDIATE").run();
  const left = await window();
  holder.prepare("ROLLBACK").run();
  const right = await window();
  const heard = new Promise<void>((resolve) => left.onChange(resolve));
  // Its next try is a few milliseconds away.
  const again = setInterval(() => right.announce(), 5);
  await heard;
  clearInterval(again);
});

test("a socket that fails later, and twice, harms nobody: another takes its place", {
  timeout: 5000,
}, async (t) => {
  const made: Socket[] = [];
  const create = dgram.createSocket;
  t.mock.method(dgram, "createSocket", (options: "udp4") => {
    const socket = create(options);
    made.push(socket);
    return socket;
  });
  syncBuiltinESMExports();
  const left = await window();
  t.mock.restoreAll();
  syncBuiltinESMExports();
  const right = await window();
  made[0]!.emit("error", new Error("gone"));
  made[0]!.emit("error", new Error("gone again"));
  const heard = new Promise<void>((resolve) => left.onChange(resolve));
  await left.open();
  right.announce();
  await heard;
});

test("while nothing changes and nothing waits, no timer is set and no statement runs", async (t) => {
  const ledger = await books();
  const stop = ledger.onChange(() => {});
  const turn = setImmediate;
  const turns = async (count: number) => {
    for (let i = 0; i < count; i++) await new Promise((resolve) => turn(resolve));
  };
  assert.equal(
    ledger.reserve({ claim: slots, id: "i", lane: "person", since: 0, title: "", holder: "j" }, 0).granted,
    true,
  );
  ledger.free("j", 5);
  await turns(50);
  const timers = (["setTimeout", "setInterval", "setImmediate"] as const).map((name) =>
    t.mock.method(globalThis, name),
  );
  const prepare = t.mock.method(Database.prototype, "prepare");
  await turns(500);
  assert.deepEqual(
    [...timers, prepare].map((one) => one.mock.callCount()),
    [0, 0, 0, 0],
  );
  stop();
});
