// A result's file leaves after its row has left for good, never before: a process may be killed at any place between the two.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { Database } from "../../src/store/database.ts";
import { SqliteExchanges } from "../../src/store/exchanges.ts";
import { ResultFiles } from "../../src/store/files.ts";
import { SqliteResults } from "../../src/store/results.ts";
import { schema } from "../../src/store/schema.ts";
import { removeFolder, temporaryFolder } from "../harness/paths.ts";

const OLD = new Date(1_000);

let folder: string;
let database: Database;
let results: SqliteResults;
let files: ResultFiles;
beforeEach(() => {
  folder = temporaryFolder("leave");
  database = new Database({ path: join(folder, "a.db"), migrations: schema, now: () => 0 });
  results = new SqliteResults(database, join(folder, "results"));
  files = new ResultFiles(results);
  new SqliteExchanges(database).begin({
    ...{ id: "e1", providerId: "sauti", accountId: "a", keyId: "k", actionId: "speak", title: "Speak" },
    ...{ state: "done", createdAt: 1, endedAt: null, input: {}, idempotencyKey: null, attempts: 0 },
    request: { method: "POST", url: "https://x.test/", headers: {}, body: null },
    answer: null,
    problem: null,
  });
  results.put({
    ...{ id: "r1", exchangeId: "e1", title: "Audio", kind: "audio", mediaType: "audio/wav" },
    ...{ file: "r1.wav", bytes: 5, link: null, linkExpiresAt: null, problem: null },
  });
  writeFileSync(join(results.folder, "r1.wav"), "bytes");
});
afterEach(() => {
  database.close();
  removeFolder(folder);
});

const onDisk = () => readdirSync(results.folder);

function killed(where: "within" | "after"): void {
  const child = join(import.meta.dirname, "results-child.ts");
  const { signal } = spawnSync(process.execPath, [child, database.path, results.folder, "r1", where], {
    timeout: 20_000,
  });
  assert.equal(signal, "SIGKILL");
}

test("a removal that is not committed leaves row and file", () => {
  const work = () =>
    database.transaction(() => {
      results.remove("r1");
      throw new Error("no");
    });
  assert.throws(work, /no/);
  assert.deepEqual([results.get("r1")?.file, onDisk()], ["r1.wav", ["r1.wav"]]);
  database.transaction(() => {});
  assert.deepEqual(onDisk(), ["r1.wav"]);
});

test("a process that is killed before the commit leaves row and file", () => {
  killed("within");
  assert.deepEqual([results.get("r1")?.file, onDisk()], ["r1.wav", ["r1.wav"]]);
});

test("a process that is killed after the commit leaves a file of nobody's, which the tidying deletes", async () => {
  killed("after");
  assert.deepEqual([results.get("r1"), onDisk()], [null, ["r1.wav"]]);
  utimesSync(join(results.folder, "r1.wav"), OLD, OLD);
  await files.tidy((file) => results.names(file), 2_000);
  assert.deepEqual(onDisk(), []);
});

test("within a transaction the file leaves with the commit, alone at once", () => {
  database.transaction(() => {
    results.remove("r1");
    assert.deepEqual(onDisk(), ["r1.wav"]);
  });
  assert.deepEqual([results.get("r1"), onDisk()], [null, []]);
});

test("a file that cannot be deleted does not undo what was committed", () => {
  const path = join(results.folder, "r1.wav");
  rmSync(path);
  mkdirSync(path);
  results.remove("r1");
  assert.equal(results.get("r1"), null);
  rmdirSync(path);
});
