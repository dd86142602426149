/** What every file of the project must keep: its length, its opening words, and nothing of one machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceFiles, textOf } from "./sources.ts";

const written = () => sourceFiles("{src,test,scripts,bench}/**/*.{ts,mjs,css}", "*.mjs");

test("no file is longer than 300 lines", () => {
  const long = written().map((file) => ({ file, lines: textOf(file).trimEnd().split("\n").length }));
  assert.deepEqual(
    long.filter(({ lines }) => lines > 300).map(({ file, lines }) => `${file}: ${lines}`),
    [],
  );
});

test("every file opens with what it is for", () => {
  const silent = written().filter((file) => !/^(#!.*\n)?\s*\/\*\*?\s*\S|^(#!.*\n)?\/\/ /.test(textOf(file)));
  assert.deepEqual(silent, []);
});

test("no file is named after a word that says nothing", () => {
  const empty = /(^|[-_.])(managers?|helpers?|utils?|services?|handlers?|misc|common)([-_.]|$)/i;
  assert.deepEqual(
    written().filter((file) => file.split("/").some((name) => empty.test(name))),
    [],
  );
});

test("no file names a place of one machine, a person's folder or a package registry", () => {
  // Put together here, so that this file does not find itself.
  const folders = [
    "work",
    "root",
    "home/(?!(?:me|user)/)[a-z]\\w*",
    "Users/(?!(?:me|user)/)[A-Za-z]\\w*",
  ].map((name) => `(?<![\\w.$}])/${name}/`);
  const places = new RegExp([...folders, "[A-Z]:\\\\Users\\\\", `registry\\.${"npm"}`].join("|"));
  const files = sourceFiles(
    "{src,test,scripts,bench,media,schemas,l10n,.ci,.github,.vscode}/**/*.{ts,mjs,json,css,svg,md,yml,html}",
    "*.{md,json,mjs}",
    ".ci/run",
    ".npmrc",
  );
  const found = files.flatMap((file) => {
    const hit = places.exec(textOf(file));
    return hit === null ? [] : [`${file}: ${hit[0]}`];
  });
  assert.deepEqual(found, []);
});

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function lockedPackages(): Readonly<Record<string, Locked>> {
  return (JSON.parse(textOf("package-lock.json")) as { packages: Record<string, Locked> }).packages;
}

test("the lock file names packages and digests, never a registry's address", () => {
  const entries = Object.entries(lockedPackages()).filter(([name]) => name !== "");
  assert.ok(entries.length > 50);
  assert.deepEqual(
    entries.filter(([, entry]) => entry.resolved !== undefined).map(([name]) => name),
    [],
  );
  // A platform's own part that this project's registry did not hold has no digest; npm takes it on that platform alone.
  const unproven = entries.filter(([, entry]) => entry.integrity === undefined && entry.link !== true);
  assert.deepEqual(
    unproven.filter(([, entry]) => entry.optional !== true || entry.os === undefined).map(([name]) => name),
    [],
  );
});

test("the lock file names every optional part of every package, or npm ci refuses it", () => {
  const packages = lockedPackages();
  const missing = Object.entries(packages).flatMap(([place, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      (name) =>
        packages[`node_modules/${name}`] === undefined &&
        packages[`${place}/node_modules/${name}`] === undefined,
    ),
  );
  assert.deepEqual(missing, []);
});
