/** What lies in each bundle and in the packed extension, read from what the bundler says it put there. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { listFiles, PackageManager } from "@vscode/vsce";
import type { Metafile } from "esbuild";
import { type Stage, stageExtension } from "../../scripts/stage.ts";
import { root } from "../harness/paths.ts";
import { packagedVsix } from "../harness/vsix.ts";

let stage: Stage;
before(async () => {
  stage = await stageExtension();
});
after(() => stage?.remove());

function bundle(name: string): Metafile {
  const found = stage.metafiles[name];
  assert.ok(found, `there is no bundle "${name}"`);
  return found;
}

/** The sources in the outputs that load at once with the entry: its own and whatever they import statically. */
function loadedAtOnce(metafile: Metafile, entry: string): string[] {
  const start = Object.keys(metafile.outputs).find((output) => path.basename(output) === entry);
  assert.ok(start, `${entry} is not built`);
  const seen = new Set([start]);
  for (const output of seen) {
    for (const one of metafile.outputs[output]?.imports ?? []) {
      if (one.kind === "import-statement" && one.external !== true) seen.add(one.path);
    }
  }
  return [...seen].flatMap((output) => Object.keys(metafile.outputs[output]?.inputs ?? {}));
}

const inputs = (metafile: Metafile) => Object.keys(metafile.inputs);
const outside = (metafile: Metafile) =>
  Object.values(metafile.outputs).flatMap((output) =>
    output.imports.filter((one) => one.external === true).map((one) => one.path),
  );
const packageOf = (input: string) =>
  /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input)?.[1];

test("no bundle holds undici's index, which would write process-wide slots", () => {
  for (const metafile of Object.values(stage.metafiles)) {
    assert.deepEqual(
      inputs(metafile).filter((input) =>
        /node_modules\/undici\/(index|index-fetch|lib\/global)\.js$/.test(input),
      ),
      [],
    );
  }
});

test("undici and zod are not loaded when the extension starts", () => {
  const heavy = loadedAtOnce(bundle("extension"), "extension.js").filter((input) => {
    const name = packageOf(input);
    return name === "undici" || name === "zod";
  });
  assert.deepEqual(heavy, []);
});

test("what loads when the extension starts is small", () => {
  const { outputs } = bundle("extension");
  const entry = Object.keys(outputs).find((output) => path.basename(output) === "extension.js");
  assert.ok(entry !== undefined && (outputs[entry]?.bytes ?? 0) < 200_000, "extension.js has 200 kB or more");
});

test("the simulator and the webview do without the editor", () => {
  assert.ok(!outside(bundle("simulator")).includes("vscode"));
  assert.deepEqual(outside(bundle("webview")), []);
});

test("the webview takes the small zod", () => {
  const zod = inputs(bundle("webview")).filter((input) => packageOf(input) === "zod");
  assert.deepEqual(
    zod.filter((input) => /\/zod\/v4\/classic\//.test(input)),
    [],
  );
});

test("everything that is shipped is under a permissive licence", () => {
  const permissive = /^\(?(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0|Unlicense|CC-BY-4\.0)\b/;
  const bundled = Object.values(stage.metafiles).flatMap((metafile) => inputs(metafile).map(packageOf));
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    dependencies?: object;
  };
  const names = new Set([...bundled, ...Object.keys(manifest.dependencies ?? {}), "@vscode/codicons"]);
  const found = [...names].flatMap((name) => {
    if (name === undefined) return [];
    const text = readFileSync(path.join(root, "node_modules", name, "package.json"), "utf8");
    const { license } = JSON.parse(text) as { license?: string };
    return permissive.test(license ?? "") ? [] : [`${name}: ${license}`];
  });
  assert.deepEqual(found, []);
});

test("the packed extension holds nothing but what is meant to be in it", async () => {
  const meant =
    /^(package(\.nls(\.[\w-]+)?)?\.json|README\.md|CHANGELOG\.md|LICENSE|l10n\/[\w.-]+\.json|schemas\/[\w.-]+\.json|media\/(icon\.(png|svg)|activity\.svg|walkthrough\/[\w-]+\.(svg|png|md)|pictures\/[\w-]+\.png)|dist\/(extension|simulator|webview)\.js|dist\/(webview|codicon)\.css|dist\/[\w-]+\.ttf|dist\/chunks\/[\w.-]+\.js)$/;
  const files = await listFiles({ cwd: stage.folder, packageManager: PackageManager.None });
  assert.deepEqual(
    files.filter((file) => !meant.test(file.replaceAll("\\", "/"))),
    [],
  );
  for (const needed of ["package.json", "README.md", "LICENSE", "dist/extension.js"])
    assert.ok(files.includes(needed));
});

test("the packed extension is smaller than one megabyte", async () => {
  assert.ok(statSync(await packagedVsix()).size < 1_000_000);
});
