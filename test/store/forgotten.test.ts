// When everything was forgotten, as two processes with one database see it.
import assert from "node:assert/strict";
import path from "node:path";
import { after, test } from "node:test";
import { Database } from "../../src/store/database.ts";
import { Forgotten } from "../../src/store/forgotten.ts";
import { schema } from "../../src/store/schema.ts";
import { removeFolder, temporaryFolder } from "../harness/paths.ts";

const folder = temporaryFolder("forgotten");
after(() => removeFolder(folder));

test("what one process marks the other knows and hears of, and an earlier instant changes nothing", async () => {
  const file = path.join(folder, "headroom.db");
  const listeners = new Set<() => void>();
  const signal = {
    announce: () => {
      for (const one of listeners) one();
    },
    onChange(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    others: () => 1,
  };
  const databases = [1, 2].map(() => new Database({ path: file, migrations: schema, now: () => 0 }));
  const [one, other] = databases.map((database) => new Forgotten(database, signal)) as [Forgotten, Forgotten];
  assert.deepEqual([one.at(), other.at()], [0, 0]);
  let heard = 0;
  const end = other.onChange(() => heard++);
  one.mark(7_000);
  await new Promise((done) => setImmediate(done));
  assert.deepEqual([other.at(), heard], [7_000, 1]);
  other.mark(6_000);
  assert.deepEqual([one.at(), other.at()], [7_000, 7_000]);
  end();
  assert.equal(listeners.size, 0);
  await new Promise((done) => setImmediate(done));
  for (const database of databases) database.close();
});
