/** That the person's language can be another: every sentence of the host stands in the bundle, with its places filled. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { bundled, sentences } from "../../scripts/l10n.ts";

const host = path.resolve(import.meta.dirname, "../../src/host");

test("every sentence of the host stands in the bundle (else: node scripts/l10n.ts)", () => {
  const known = new Set(bundled());
  const own = sentences("host/**/*.ts");
  assert.ok(own.length > 100, "the sentences are not found any more");
  assert.deepEqual(
    own.filter((one) => !known.has(one)),
    [],
  );
});

test("no sentence is put together from pieces or templates, which no translator could move", () => {
  for (const file of globSync("**/*.ts", { cwd: host }))
    assert.doesNotMatch(
      readFileSync(path.join(host, file), "utf8"),
      /(?<![\w$])t\(\s*(`|"[^"\n]*"\s*\+)/,
      file,
    );
});

test("a sentence with places is given values, one without is given none", () => {
  for (const file of globSync("**/*.ts", { cwd: host })) {
    const text = readFileSync(path.join(host, file), "utf8");
    for (const [, sentence, next] of text.matchAll(/(?<![\w$])t\(\s*"((?:[^"\\\n]|\\.)*)"\s*,?\s*(.)/g))
      assert.equal(next === "{", /\{\w+\}/.test(sentence ?? ""), `${file}: ${sentence}`);
  }
});
