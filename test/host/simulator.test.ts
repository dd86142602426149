/** One simulator process for all editor windows: shared, found again, started anew when dead. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { isHeadroomError } from "../../src/core/errors.ts";
import { SharedSimulator } from "../../src/host/simulator.ts";

const script = path.resolve(import.meta.dirname, "../../src/simulator/main.ts");
let folder = "";
const announced = () =>
  JSON.parse(readFileSync(path.join(folder, "simulator.json"), "utf8")) as { pid: number };
const open = (change: Partial<ConstructorParameters<typeof SharedSimulator>[0]> = {}) =>
  new SharedSimulator({ script, folder, timeScale: () => 1, idleExitMs: 5_000, log: () => {}, ...change });

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "headroom-simulator-"));
});
afterEach(() => {
  if (existsSync(path.join(folder, "simulator.json"))) process.kill(announced().pid, "SIGTERM");
  rmSync(folder, { recursive: true, force: true });
});

test("editor windows that ask at the same time get the same simulator", async () => {
  const bases = await Promise.all([open(), open(), open()].map((one) => one.baseOf("sauti")));
  assert.equal(new Set(bases).size, 1);
  assert.match(bases[0] ?? "", /^http:\/\/127\.0\.0\.1:\d+\/sauti$/);
  assert.ok((await open().keyOf("soundpiece")).startsWith("spk_"));
});

test("a simulator that has died is started anew at the next ask", async () => {
  const one = open();
  await one.baseOf("sauti");
  const { pid } = announced();
  process.kill(pid, "SIGKILL");
  const other = open();
  assert.match(await other.baseOf("sauti"), /sauti$/);
  assert.notEqual(announced().pid, pid);
});

test("a restart ends the old process and begins with fresh books", async () => {
  const one = open();
  await one.baseOf("sauti");
  const { pid } = announced();
  await one.restart();
  assert.notEqual(announced().pid, pid);
  assert.throws(() => process.kill(pid, 0));
});

test("an announced address that is not 127.0.0.1 is not believed, even if it answers", async () => {
  const server = createServer((_request, answer) => {
    answer.end(`{"ok":true,"pid":${process.pid},"now":0}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const base = `http://localhost:${(server.address() as AddressInfo).port}`;
    const text = JSON.stringify({
      pid: process.pid,
      control: { url: `${base}/__sim` },
      sauti: { url: base, key: "x" },
    });
    writeFileSync(path.join(folder, "simulator.json"), text);
    assert.match(await open().baseOf("sauti"), /^http:\/\/127\.0\.0\.1:/);
  } finally {
    server.close();
  }
});

test("one that cannot start says why, and the next ask tries again", async () => {
  const broken = open({ script: path.join(folder, "nothing-here.js") });
  await assert.rejects(
    broken.baseOf("sauti"),
    (error: unknown) => isHeadroomError(error, "unreachable") && /nothing-here/.test(error.message),
  );
  assert.match(await open().baseOf("sauti"), /sauti$/);
});

test("an updated build replaces the older simulator, and an older build replaces none", async () => {
  const old = open({ idleExitMs: 300_000 });
  const before = await old.baseOf("sauti");
  const { pid } = announced();
  const updated = path.join(folder, "updated.mjs");
  writeFileSync(updated, `import ${JSON.stringify(pathToFileURL(script).href)};\n`);
  const soon = Date.now() / 1000 + 60;
  utimesSync(updated, soon, soon);
  const after = await open({ script: updated }).baseOf("sauti");
  assert.notEqual(after, before);
  assert.notEqual(announced().pid, pid);
  assert.equal(await open().baseOf("sauti"), after);
  process.kill(pid, "SIGTERM");
});

test("a provider that it does not simulate is no address", async () => {
  await assert.rejects(open().baseOf("nobody"), (error: unknown) => isHeadroomError(error, "notConfigured"));
});
