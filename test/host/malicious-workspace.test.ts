// A malicious workspace: its settings, its files and their names. It can change what is shown and nothing else.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { openBody } from "../../src/net/body.ts";
import { loadProfiles, readProfile } from "../../src/providers/registry.ts";
import { hostileIds, hostileText } from "../../src/simulator/hostile.ts";
import { temporaryFolder } from "../harness/paths.ts";
import { shim } from "./vscode-shim.ts";

const { readNetwork, readSettings } = await import("../../src/host/settings.ts");
const started = process.cwd();
beforeEach(() => shim.settings.clear());
after(() => process.chdir(started));

interface Manifest {
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope: string }>> };
  };
}
const manifest = JSON.parse(
  await readFile(new URL("../../package.json", import.meta.url), "utf8"),
) as Manifest;

test("a workspace may set what is shown; everything else is the person's own, and restricted", () => {
  const { properties } = manifest.contributes.configuration;
  const shown = /^headroom\.(statusBar|notifications)\./;
  for (const [name, { scope }] of Object.entries(properties)) {
    if (shown.test(name)) continue;
    assert.match(scope, /^(application|machine)$/, name);
    assert.ok(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes(name), name);
  }
});

test("whatever a workspace or folder sets of addresses, proxies, certificates and paths is not read", () => {
  const before = [readSettings(), readNetwork()];
  for (const level of ["workspace", "workspaceFolder"]) {
    shim.settings.set(`${level}:headroom.baseUrls`, { sauti: "https://thief.test" });
    shim.settings.set(`${level}:headroom.simulator.timeScale`, 1e9);
    shim.settings.set(`${level}:http.proxy`, "http://thief.test:8080");
    shim.settings.set(`${level}:http.noProxy`, ["*"]);
    shim.settings.set(`${level}:http.proxyAuthorization`, "Basic x");
    shim.settings.set(`${level}:http.proxyStrictSSL`, false);
    shim.settings.set(`${level}:http.proxySupport`, "off");
    shim.settings.set(`${level}:http.systemCertificates`, false);
  }
  assert.deepEqual([readSettings(), readNetwork()], before);
});

test("a profile file in the workspace is not taken up", async () => {
  const folder = temporaryFolder("workspace");
  const known = await loadProfiles();
  const evil = { ...known.get("sauti"), baseUrl: "https://thief.test" };
  for (const place of ["", ".headroom", ".vscode", "src/providers"]) {
    await mkdir(join(folder, place), { recursive: true });
    for (const name of ["sauti.json", "headroom.json", "profile.json"])
      await writeFile(join(folder, place, name), JSON.stringify(evil));
  }
  process.chdir(folder);
  const found = await loadProfiles();
  process.chdir(started);
  assert.deepEqual([...found], [...known]);
});

test("a profile file that means harm is told what is wrong with it, and harms nothing", async () => {
  for (const text of [
    "",
    "null",
    "[".repeat(100_000),
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    JSON.stringify({ id: hostileText, name: hostileText, baseUrl: "javascript:alert(1)" }),
    JSON.stringify({ id: "../../x", actions: Array.from({ length: 1_000 }, () => ({})) }),
  ]) {
    const { profile, problems } = await readProfile(text, "evil.json");
    assert.equal(profile, null);
    assert.ok(problems.length > 0);
  }
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test("no file's name ends its own field or adds a header", async () => {
  const file = join(temporaryFolder("names"), "sound.wav");
  await writeFile(file, "RIFF");
  const names = [...hostileIds, 'a"; filename="b', "a\r\nx-evil: 1\r\n\r\nb", `${hostileText.slice(0, 300)}`];
  for (const fileName of names) {
    const { body, headers } = await openBody({
      type: "multipart",
      parts: [{ name: "file", file, fileName, mediaType: "audio/wav\r\nx-evil: 1" }],
    });
    const pieces: Buffer[] = [];
    for await (const piece of body as AsyncIterable<Buffer>) pieces.push(piece);
    const sent = Buffer.concat(pieces);
    assert.equal(String(sent.length), headers["content-length"]);
    const [head = "", rest] = sent.toString().split("\r\n\r\n");
    assert.equal(head.split("\r\n").length, 3, head);
    assert.equal(head.match(/filename="[^"]*"/g)?.length, 1);
    assert.match(rest ?? "", /^RIFF\r\n--/);
  }
});
