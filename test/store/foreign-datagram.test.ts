// A datagram from a stranger on the same machine: at most it wakes an editor window, which then looks and finds nothing new.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { join } from "node:path";
import { test } from "node:test";
import { Database } from "../../src/store/database.ts";
import { schema } from "../../src/store/schema.ts";
import { LoopbackSignal } from "../../src/store/signal.ts";
import { temporaryFolder } from "../harness/paths.ts";

test("datagrams of a stranger wake at most, carry nothing and change nothing", {
  timeout: 10_000,
}, async () => {
  const path = join(temporaryFolder("datagram"), "s.db");
  const database = new Database({ path, migrations: schema, now: () => 0 });
  const signal = new LoopbackSignal(database);
  await signal.open();
  const given: unknown[][] = [];
  const stop = signal.onChange((...all: unknown[]) => void given.push(all));
  const everything = () =>
    database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all()
      .map(({ name }) => database.prepare(`SELECT * FROM "${String(name)}"`).all());
  const before = everything();
  const port = Number(database.prepare("SELECT port FROM peers").all()[0]?.port);
  const stranger = createSocket("udp4");
  const rubbish = [
    Buffer.alloc(0),
    Buffer.from([1]),
    Buffer.alloc(9_000, 0xff),
    Buffer.from('{"type":"evil","port":1}'),
    Buffer.from("DELETE FROM jobs"),
  ];
  let sent = 0;
  while (given.length < 3 && sent < 2_000) {
    for (const one of rubbish)
      await new Promise<void>((done) => stranger.send(one, port, "127.0.0.1", () => done()));
    sent += rubbish.length;
    await new Promise((done) => setImmediate(done));
  }
  assert.ok(given.length >= 1 && given.length <= sent);
  for (const all of given) assert.deepEqual(all, []);
  assert.deepEqual(everything(), before);
  stranger.close();
  stop();
  signal.close();
  database.close();
});

test("the port is open on the loopback alone", async () => {
  const path = join(temporaryFolder("datagram"), "s.db");
  const database = new Database({ path, migrations: schema, now: () => 0 });
  const signal = new LoopbackSignal(database);
  await signal.open();
  const port = Number(database.prepare("SELECT port FROM peers").all()[0]?.port);
  // Another process may take the same port on every other address: ours is bound to the loopback only.
  const other = createSocket("udp4");
  await new Promise<void>((done, fail) => {
    other.once("error", fail);
    other.bind(port, "127.0.0.2", done);
  }).catch((error: NodeJS.ErrnoException) => assert.equal(error.code, "EADDRNOTAVAIL"));
  other.close();
  signal.close();
  database.close();
});
