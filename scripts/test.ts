/**
 * Runs the checks and tests part by part, goes on after a failed part, and ends with one line `N passed, N failed`.
 * It must not decide what a test is: each part's own runner does.
 *
 *     node scripts/test.ts [PART ...] [WORD ...]     a WORD keeps only the test files whose path holds it
 */
import { globSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { temporaryFolder } from "../test/harness/paths.ts";
import { runToEnd } from "../test/harness/processes.ts";

const root = path.resolve(import.meta.dirname, "..");
const bin = (name: string) => path.join(root, "node_modules", name);

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Part {
  readonly title: string;
  run(words: readonly string[]): Promise<Counts>;
}

const elsewhere = /^test\/(wire|windows|vscode|webview|e2e|harness)\//;

const parts: Readonly<Record<string, Part>> = {
  types: {
    title: "types",
    run: async () =>
      sum([
        await checked([bin("typescript/bin/tsc"), "-p", "tsconfig.json"]),
        await checked([bin("typescript/bin/tsc"), "-p", "src/webview"]),
        await checked([bin("typescript/bin/tsc"), "-p", "test/webview"]),
      ]),
  },
  lint: { title: "lint", run: () => checked([bin("@biomejs/biome/bin/biome"), "ci", "."]) },
  deadcode: { title: "dead code", run: () => checked([bin("knip/bin/knip.js")]) },
  unit: {
    title: "unit and property tests",
    run: (words) =>
      nodeTests(
        testFiles("test/**/*.test.ts", words, (file) => !elsewhere.test(file)),
        { minutes: 1 },
      ),
  },
  wire: {
    title: "wire tests",
    run: (words) => nodeTests(testFiles("test/{wire,windows}/**/*.test.ts", words), { minutes: 3 }),
  },
  webview: {
    title: "the page in a browser",
    run: (words) => nodeTests(testFiles("test/webview/**/*.test.ts", words), { minutes: 5, atOnce: 1 }),
  },
  vscode: { title: "tests inside the editor", run: editorTests },
  e2e: { title: "the workbench in a browser", run: workbenchTests },
};

/** Only the files that all words fit, with forward slashes. */
function testFiles(
  pattern: string,
  words: readonly string[],
  wanted: (file: string) => boolean = () => true,
): string[] {
  const files = globSync(pattern, { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  return files.filter((file) => wanted(file) && words.every((word) => file.includes(word))).sort();
}

/** One check: passed when the program ends well. */
async function checked(args: readonly string[]): Promise<Counts> {
  const { code } = await runToEnd(process.execPath, args, { cwd: root, echo: true });
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function nodeTests(
  files: readonly string[],
  options: { readonly minutes: number; readonly env?: Record<string, string>; readonly atOnce?: number },
): Promise<Counts> {
  if (files.length === 0) return { passed: 0, failed: 0 };
  const args = [
    "--disable-warning=ExperimentalWarning",
    ...["seed", "ends"].map(
      (name) => `--import=${pathToFileURL(path.join(root, `test/harness/${name}.ts`)).href}`,
    ),
    "--test",
    `--test-timeout=${options.minutes * 60_000}`,
    `--test-concurrency=${options.atOnce ?? 2}`,
    "--test-reporter=spec",
    ...files,
  ];
  const { code, output } = await runToEnd(process.execPath, args, {
    cwd: root,
    echo: true,
    timeoutMs: 20 * 60_000,
    env: { ...process.env, ...options.env },
  });
  const plain = stripVTControlCharacters(output);
  const count = (word: string) =>
    Number([...plain.matchAll(new RegExp(`^ℹ ${word} (\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
  const failed = count("fail") + count("cancelled");
  return { passed: count("pass"), failed: failed === 0 && code !== 0 ? 1 : failed };
}

async function editorTests(words: readonly string[]): Promise<Counts> {
  const args = ["test/vscode/runner.ts", ...words.slice(0, 1)];
  const { code, output } = await runToEnd(process.execPath, args, {
    cwd: root,
    echo: true,
    timeoutMs: 15 * 60_000,
  });
  const found = /^vscode: (\d+) passed, (\d+) failed$/m.exec(stripVTControlCharacters(output));
  const failed = Number(found?.[2] ?? 0);
  return { passed: Number(found?.[1] ?? 0), failed: failed === 0 && code !== 0 ? 1 : failed };
}

async function workbenchTests(words: readonly string[]): Promise<Counts> {
  const files = testFiles("test/e2e/**/*.test.ts", words);
  const vsix = path.join(temporaryFolder("vsix"), "headroom.vsix");
  const packed = await checked(["scripts/package.ts", "--out", vsix]);
  if (packed.failed > 0) return packed;
  return nodeTests(files, { minutes: 10, env: { HEADROOM_VSIX: vsix }, atOnce: 1 });
}

function sum(counts: readonly Counts[]): Counts {
  return {
    passed: counts.reduce((total, part) => total + part.passed, 0),
    failed: counts.reduce((total, part) => total + part.failed, 0),
  };
}

const named = process.argv.slice(2).filter((word) => word in parts);
const words = process.argv.slice(2).filter((word) => !(word in parts));
const results: { title: string; counts: Counts; seconds: number }[] = [];
for (const name of named.length > 0 ? named : Object.keys(parts)) {
  const part = parts[name];
  if (part === undefined) continue;
  console.log(`\n== ${part.title}`);
  const startedAt = performance.now();
  let counts = await part.run(words).catch((error: unknown): Counts => {
    console.error(error);
    return { passed: 0, failed: 1 };
  });
  if (counts.passed + counts.failed === 0) {
    console.error(`No test ran in this part (${part.title}).`);
    counts = { passed: 0, failed: 1 };
  }
  results.push({ title: part.title, counts, seconds: (performance.now() - startedAt) / 1000 });
}
console.log("");
for (const { title, counts, seconds } of results) {
  console.log(
    `${title.padEnd(28)} ${counts.passed} passed, ${counts.failed} failed  (${seconds.toFixed(0)} s)`,
  );
}
const total = sum(results.map((result) => result.counts));
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(`\n${total.passed} passed, ${total.failed} failed`);
