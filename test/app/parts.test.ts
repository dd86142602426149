// Parts of results that a dead process left: kept until the result is fetched, given to whoever fetches it, then cleared away.
import assert from "node:assert/strict";
import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { HeadroomError } from "../../src/core/errors.ts";
import { partName } from "../../src/core/part-name.ts";
import type { Incoming, Outgoing } from "../../src/core/wire.ts";
import { type Bench, bench, json, settle, until } from "./fakes.ts";

/** No process has it. */
const DEAD = 2 ** 30;
let on: Bench;
/** What becomes of the fetching of the result. */
let fetching: (request: Outgoing) => Promise<Incoming> | Incoming;
beforeEach(() => {
  on = bench();
  fetching = waits;
  on.client.script = (request) => {
    if (request.method === "POST") return json(202, { job_id: "j1", status: "queued" });
    if (request.url.endsWith("/audio")) return fetching(request);
    return json(200, { job_id: "j1", status: "succeeded" });
  };
});
afterEach(() => on.close());

/** Is never answered. */
function waits({ signal }: Outgoing): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () =>
      reject(new HeadroomError("cancelled", "cancelled", { by: "closing" })),
    ),
  );
}

function whole({ saveTo }: Outgoing): Incoming {
  writeFileSync(saveTo ?? "", "RIFF");
  return { ...json(200, ""), text: null, file: saveTo, bytes: 4, sniffed: "audio/wav" };
}

const names = () => readdirSync(on.ports.results.folder);
const asked = () => on.client.asked.filter((one) => one.url.endsWith("/audio"));

/** A job whose process dies in the midst of fetching its result; returns its id and the paths of what is left. */
async function died(marks: readonly (string | null)[]): Promise<{ id: string; left: string[] }> {
  const id = on.send("sauti", "speakJob");
  await on.clock.pass(30_000);
  assert.equal(asked().length, 1);
  const [result] = on.ports.results.of(id);
  const left = marks.map((mark, index) =>
    partName(join(on.ports.results.folder, `${result?.id}.${index}.wav`), DEAD, mark),
  );
  for (const [index, path] of left.entries()) writeFileSync(path, "RIFF".repeat(index + 1));
  on.ports.jobs.unlease = () => {};
  const stopping = on.app.stop();
  await on.clock.pass(3_000);
  await stopping;
  return { id, left };
}

test("who takes over goes on with the longest part, and clears all of them away when the result is there", async () => {
  const { id, left } = await died(["aaab", null, "cccd"]);
  fetching = (request) => {
    assert.equal(request.goesOn, left[2]);
    assert.deepEqual(left.map(existsSync), [true, false, true]);
    return whole(request);
  };
  await on.another("two").start();
  await on.clock.pass(20_000);
  await until(() => on.ports.exchanges.get(id)?.state === "done");
  assert.equal(asked().length, 2);
  assert.deepEqual(names(), [on.ports.results.of(id)[0]?.file]);
});

test("parts are cleared away as well where the result cannot be fetched", async () => {
  const { id } = await died(["aaab"]);
  fetching = () => json(500, {});
  await on.another("two").start();
  await on.clock.pass(20_000);
  await until(() => on.ports.exchanges.get(id)?.state === "done");
  assert.notEqual(on.ports.results.of(id)[0]?.problem, null);
  assert.deepEqual(names(), []);
});

test("what was written before the machine started is not gone on with: the power may have failed in it", async () => {
  const { left } = await died(["aaab"]);
  const before = Date.now() / 1000 - uptime() - 60;
  utimesSync(left[0] ?? "", before, before);
  fetching = whole;
  await on.another("two").start();
  await on.clock.pass(20_000);
  await until(() => asked().length === 2);
  assert.equal(asked()[1]?.goesOn, null);
});

test("a part that nobody goes on with is cleared away after an hour, one without a mark at once", async () => {
  const { files, results } = on.ports;
  await files.writeText("other.txt", "x");
  // What a system puts there is none of ours.
  writeFileSync(join(results.folder, ".DS_Store"), "");
  const [marked = "", plain = ""] = ["aaab", null].map((mark) => partName("gone.wav", DEAD, mark));
  for (const name of [marked, plain]) writeFileSync(join(results.folder, name), "RIFF");
  const tidy = (before: number) => files.tidy((file) => file === "other.txt", before);
  await tidy(Date.now() - 3_600_000);
  await settle();
  assert.deepEqual(names().sort(), [".DS_Store", marked, "other.txt"].sort());
  await tidy(Date.now() + 3_600_000);
  assert.deepEqual(names().sort(), [".DS_Store", "other.txt"]);
});
