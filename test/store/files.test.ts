// Rules of writing results: decoded exactly, whole or not at all, never outside the folder.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { Database } from "../../src/store/database.ts";
import { ResultFiles } from "../../src/store/files.ts";
import { SqliteResults } from "../../src/store/results.ts";
import { schema } from "../../src/store/schema.ts";

const folder = mkdtempSync(join(tmpdir(), "headroom-files-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const database = new Database({ path: ":memory:", migrations: schema, now: () => 0 });
const files = new ResultFiles(new SqliteResults(database, folder));

test("base64 of any length and form becomes exactly its bytes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, url) => {
      const text = Buffer.from(bytes).toString(url ? "base64url" : "base64");
      const lines = text.replace(/(.{76})/g, "$1\r\n");
      await files.writeBase64("x.bin", lines);
      assert.deepEqual(readFileSync(join(folder, "x.bin")), Buffer.from(bytes));
    }),
    { numRuns: 50 },
  );
});

test("three megabytes are decoded over the seams of the pieces, and told by their bytes", async () => {
  const bytes = Buffer.concat([Buffer.from("RIFF0000WAVE"), Buffer.alloc(3_000_001, 7)]);
  const text = `data:audio/wav;base64,${bytes.toString("base64")}`;
  assert.deepEqual(await files.writeBase64("big.wav", text), { bytes: bytes.length, sniffed: "audio/wav" });
  assert.deepEqual(readFileSync(join(folder, "big.wav")), bytes);
});

test("what is no base64 leaves no file", async () => {
  await assert.rejects(files.writeBase64("bad.wav", "this is <html>"), /not base64/);
  await assert.rejects(files.writeBase64("bad.wav", "AAAAA"), /cut off/);
  assert.deepEqual(
    readdirSync(folder).filter((one) => one.startsWith("bad")),
    [],
  );
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
