// Rules of writing results: whole or not at all, never outside the folder.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Database } from "../../src/store/database.ts";
import { ResultFiles } from "../../src/store/files.ts";
import { SqliteResults } from "../../src/store/results.ts";
import { schema } from "../../src/store/schema.ts";

const folder = mkdtempSync(join(tmpdir(), "headroom-files-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const database = new Database({ path: ":memory:", migrations: schema, now: () => 0 });
const files = new ResultFiles(new SqliteResults(database, folder));

test("a temporary file becomes a result's own, and is then no longer discarded", async () => {
  for (const name of ["q.0.1.part", "q.1.1.part"]) writeFileSync(join(folder, name), "bytes");
  await files.take(join(folder, "q.0.1.part"), "r-1-0.wav");
  await files.discard([join(folder, "q.0.1.part"), join(folder, "q.1.1.part")]);
  assert.deepEqual(readdirSync(folder), ["r-1-0.wav"]);
});

test("a file that is taken over has another name: who wrote it cannot delete it any more", async () => {
  writeFileSync(join(folder, "r-2-0.old.wav"), "bytes");
  const found = await files.takeOver("r-2-0", "new");
  assert.deepEqual([found?.file, found?.bytes], ["r-2-0.new.wav", 5]);
  await files.discard(["r-2-0.old.wav"]);
  assert.ok(readdirSync(folder).includes("r-2-0.new.wav"));
  assert.equal(await files.takeOver("r-3-0", "new"), null);
});

test("no name leads out of the folder", async () => {
  for (const name of ["../x", "/tmp/x", "a/b", "..", ""])
    await assert.rejects(files.writeText(name, "x"), /Not a result's file name/);
});

test("text is written as UTF-8, and sizes are told", async () => {
  assert.deepEqual(await files.writeText("a.txt", "é"), { bytes: 2 });
  assert.equal(await files.size(join(folder, "a.txt")), 2);
  assert.equal(await files.size(join(folder, "none")), null);
});
