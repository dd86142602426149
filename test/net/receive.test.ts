// Rules of taking an answer in: however it ends, no file stays open and nothing half stays on disk.
import assert from "node:assert/strict";
import { readdirSync, readlinkSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isHeadroomError } from "../../src/core/errors.ts";
import { type ReceiveOptions, receive } from "../../src/net/receive.ts";
import { temporaryFolder } from "../harness/paths.ts";

const MB = 1024 * 1024;
const folder = temporaryFolder("receive");
const base64 = Buffer.alloc(3000, 7).toString("base64");

function options(change: Partial<ReceiveOptions>): ReceiveOptions {
  return {
    saveTo: null,
    spillFolder: folder,
    name: "x",
    contentType: "application/json",
    lift: ["audio"],
    total: null,
    rest: null,
    validator: null,
    mark: null,
    inlineBytes: 1000,
    maxBytes: 100_000,
    bytes() {},
    ...change,
  };
}

/** The text in pieces of 700 bytes, and then an error, if one is given. */
async function* body(text: string, error: Error | null = null): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += 700) yield Buffer.from(text.slice(at, at + 700));
  if (error !== null) throw error;
}

/** Files below the folder that this process has open; empty where the system does not tell. */
function held(): string[] {
  try {
    return readdirSync("/proc/self/fd").flatMap((fd) => {
      try {
        const path = readlinkSync(`/proc/self/fd/${fd}`);
        return path.startsWith(folder) ? [path] : [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

const cut = new Error("reset");
const ends: readonly (readonly [string, string, Error | null, Partial<ReceiveOptions>])[] = [
  ["breaks off in the middle of media", `{"audio":"${base64.slice(0, 2500)}`, cut, {}],
  ["is whole, but ends in the middle of media", `{"audio":"${base64.slice(0, 2500)}`, null, {}],
  ["breaks off after media", `{"audio":"${base64}","more":[`, cut, {}],
  ["is longer than announced", `{"audio":"${base64}"}`, null, { total: 10 }],
  ["is too large", `{"audio":"${base64}"}`, null, { maxBytes: 2000 }],
  ["breaks off on its way to disk", "x".repeat(5000), cut, { lift: [], saveTo: join(folder, "y.wav") }],
  ["has no place on disk", "x".repeat(5000), null, { lift: [], saveTo: join(folder, "a\0b") }],
  ["may not be given its name", "x".repeat(5000), null, { lift: [], saveTo: folder }],
];

for (const [title, text, error, change] of ends)
  test(`an answer that ${title} leaves no file open, and nothing on disk`, async () => {
    await receive(body(text, error), options(change)).catch(() => {});
    assert.deepEqual(held(), []);
    assert.deepEqual(readdirSync(folder), []);
  });

test("an answer that broke off is kept, closed, where it can be gone on with", async () => {
  const saveTo = join(folder, "z.wav");
  const first = receive(body("x".repeat(5000), cut), options({ lift: [], saveTo, validator: '"v"' }));
  const { rest } = await first.then(
    () => assert.fail("it did not break off"),
    (error: { rest: ReceiveOptions["rest"] }) => error,
  );
  assert.equal(rest?.bytes, 5000);
  assert.deepEqual(held(), []);
  const whole = await receive(body("y".repeat(500)), options({ lift: [], saveTo, rest, total: 5500 }));
  assert.equal(whole.file, saveTo);
  assert.deepEqual(held(), []);
  assert.deepEqual(readdirSync(folder), ["z.wav"]);
});

test("a long answer whose flush fails on the way is no answer, though the last flush succeeds", async (t) => {
  const probe = await open(join(folder, "probe"), "w");
  const files = Object.getPrototypeOf(probe) as { datasync(): Promise<void> };
  await probe.close();
  rmSync(join(folder, "probe"));
  const early = t.mock.method(files, "datasync", () => Promise.reject(new Error("EIO")));
  async function* long(): AsyncGenerator<Buffer> {
    for (let piece = 0; piece < 40; piece++) yield Buffer.alloc(MB);
  }
  const saveTo = join(folder, "z.bin");
  const receiving = receive(long(), options({ lift: [], saveTo, maxBytes: 100 * MB, validator: '"v"' }));
  await assert.rejects(receiving, (error) => isHeadroomError(error, "notConfigured"));
  assert.equal(early.mock.callCount(), 1);
  assert.deepEqual(held(), []);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith("z.bin")),
    [],
  );
});
