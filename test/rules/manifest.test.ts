/** What the manifest promises: that its words exist, and that nothing in it is invented. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { root } from "../harness/paths.ts";
import { sourceFiles, textOf } from "./sources.ts";

const manifestText = textOf("package.json");
const manifest = JSON.parse(manifestText) as {
  readonly name: string;
  readonly publisher: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly contributes?: {
    readonly commands?: readonly { readonly command: string; readonly category?: string }[];
  };
  readonly [key: string]: unknown;
};
const words = (file: string) => JSON.parse(textOf(file)) as Readonly<Record<string, unknown>>;

test("the extension is headroom.headroom, and no web address is invented", () => {
  assert.equal(`${manifest.publisher}.${manifest.name}`, "headroom.headroom");
  for (const key of ["repository", "homepage", "bugs", "sponsor", "qna"])
    assert.equal(manifest[key], undefined, key);
});

test("every placeholder in the manifest has its words, and no words are left over", () => {
  const used = new Set([...manifestText.matchAll(/"%([\w.-]+)%"/g)].map((match) => match[1] ?? ""));
  if (used.size === 0) return;
  const given = new Set(Object.keys(words("package.nls.json")));
  assert.deepEqual(
    [...used].filter((key) => !given.has(key)),
    [],
  );
  assert.deepEqual(
    [...given].filter((key) => !used.has(key)),
    [],
  );
});

test("every contributed command is named in the sources, and in the category Headroom", () => {
  const commands = manifest.contributes?.commands ?? [];
  const sources = sourceFiles("src/host/**/*.ts", "src/extension.ts").map(textOf).join("\n");
  const missing = commands.filter(({ command }) => {
    const short = command.replace(/^headroom\./, "");
    return !sources.includes(command) && !new RegExp(`\\b${short.replaceAll(".", "\\.")}\\b`).test(sources);
  });
  assert.deepEqual(
    missing.map(({ command }) => command),
    [],
  );
  const category = (text: string | undefined) =>
    text?.startsWith("%") === true ? words("package.nls.json")[text.slice(1, -1)] : text;
  assert.deepEqual(
    commands.filter((one) => category(one.category) !== "Headroom").map(({ command }) => command),
    [],
  );
});

test("every picture that the manifest names exists", () => {
  const named = [...manifestText.matchAll(/"((?:\.\/)?media\/[^"]+)"/g)].map((match) => match[1] ?? "");
  assert.deepEqual(
    named.filter((file) => !existsSync(path.join(root, file))),
    [],
  );
});

test("every npm script that runs a file of the project finds it", () => {
  const missing = Object.values(manifest.scripts).flatMap((script) => {
    const file = /^node (\S+)/.exec(script)?.[1];
    return file !== undefined && !existsSync(path.join(root, file)) ? [file] : [];
  });
  assert.deepEqual(missing, []);
});
