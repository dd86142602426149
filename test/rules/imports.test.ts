/** Who may import whom: the table of the architecture, held against the sources as they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Import, importsOf, sourceFiles, textOf, withoutComments } from "./sources.ts";

/** For each part of src: what its files may name. A local path may go on below what is listed; so may a package. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: ["src/core", "zod", "structured-headers"],
  providers: ["src/providers", "src/core/profile", "src/core/errors.ts", "zod"],
  protocol: ["src/protocol", "zod"],
  store: ["src/store", "src/core", "node:"],
  net: ["src/net", "src/core", "undici", "node:"],
  app: ["src/app", "src/core", "src/providers", "src/protocol", "node:"],
  host: ["src/host", "src/app", "src/core", "src/protocol", "vscode", "node:"],
  webview: [
    "src/webview",
    "src/protocol",
    "lit",
    "zod/mini",
    "@vscode-elements/elements",
    "wavesurfer.js",
    "uplot",
  ],
  simulator: ["src/simulator", "hono", "@hono/node-server", "node:"],
};

/** What a part may name beyond that when nothing of it is left at run time, or when it is data. */
const alsoTypes: Readonly<Record<string, readonly string[]>> = {
  protocol: ["src/core"],
  webview: ["src/core"],
};
const alsoData: Readonly<Record<string, readonly string[]>> = {
  simulator: ["src/providers"],
  host: ["package.json"],
};

function allowed(part: string, one: Import): boolean {
  const names = [...(mayImport[part] ?? [])];
  if (one.typeOnly) names.push(...(alsoTypes[part] ?? []));
  if (one.to.endsWith(".json")) names.push(...(alsoData[part] ?? []));
  return names.some((name) => one.to === name || one.to.startsWith(name.endsWith(":") ? name : `${name}/`));
}

const said = (one: Import) => `${one.from} imports ${one.to}`;

for (const part of Object.keys(mayImport)) {
  test(`${part} imports only what the architecture allows it`, () => {
    const imports = sourceFiles(`src/${part}/**/*.ts`).flatMap(importsOf);
    assert.deepEqual(imports.filter((one) => !allowed(part, one)).map(said), []);
  });
}

test("every folder of src has its row in the table", () => {
  const folders = new Set(sourceFiles("src/*/**/*.ts").map((file) => file.split("/")[1]));
  assert.deepEqual(
    [...folders].filter((folder) => folder === undefined || !(folder in mayImport)),
    [],
  );
});

test("one file alone names undici, and only by its inner paths", () => {
  const imports = sourceFiles("src/**/*.ts").flatMap(importsOf);
  const undici = imports.filter((one) => /^undici(\/|$)/.test(one.to) && !one.typeOnly);
  assert.deepEqual(undici.filter((one) => !one.to.startsWith("undici/lib/")).map(said), []);
  assert.ok(new Set(undici.map((one) => one.from)).size <= 1, undici.map(said).join("\n"));
});

test("the client opens SQL in store alone; the simulator has no more than a lock", () => {
  const imports = sourceFiles("src/**/*.ts").flatMap(importsOf);
  const own = ["src/store/", "src/simulator/announce.ts"];
  const outside = imports.filter(
    (one) => one.to === "node:sqlite" && !own.some((place) => one.from.startsWith(place)),
  );
  assert.deepEqual(outside.map(said), []);
});

test("core knows no clock, no chance and no timer", () => {
  const impure =
    /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|set(Timeout|Interval|Immediate)|randomUUID|process\.)/;
  const found = sourceFiles("src/core/**/*.ts").filter((file) => impure.test(withoutComments(textOf(file))));
  assert.deepEqual(found, []);
});

test("the simulator shares nothing with the client but published numbers", () => {
  const imports = sourceFiles("src/simulator/**/*.ts").flatMap(importsOf);
  const shared = imports.filter(
    (one) => one.local && !one.to.startsWith("src/simulator/") && !one.to.endsWith(".json"),
  );
  assert.deepEqual(shared.map(said), []);
});

test("only extension.ts takes code from more than twelve other files", () => {
  const files = sourceFiles("src/**/*.ts").filter((file) => file !== "src/extension.ts");
  // Types are left out: nothing of them remains when the program runs.
  const taken = (file: string) =>
    new Set(importsOf(file).flatMap((one) => (one.local && !one.typeOnly ? [one.to] : []))).size;
  assert.deepEqual(
    files.filter((file) => taken(file) > 12).map((file) => `${file}: ${taken(file)}`),
    [],
  );
});

test("no file hands on all of another: there are no barrels", () => {
  const found = sourceFiles("src/**/*.ts").filter((file) =>
    /^export \* from/m.test(withoutComments(textOf(file))),
  );
  assert.deepEqual(found, []);
});

test("listeners are called in one place, where one that throws harms no other", () => {
  const calling = sourceFiles("src/{app,core,host,net,store,simulator}/**/*.ts").filter((file) =>
    /for \(const listener of|istener\) => listener\(/.test(textOf(file)),
  );
  assert.deepEqual(calling, ["src/core/listeners.ts"]);
});
