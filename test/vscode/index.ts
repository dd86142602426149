/**
 * What the editor loads and runs for `npm run test:vscode`: every test file of test/vscode/suite, by mocha, inside the
 * extension host. It must not start an editor (runner.ts does) and decides nothing about the tests.
 */
import { globSync, writeFileSync } from "node:fs";
import path from "node:path";
import Mocha from "mocha";

/**
 * Runs the suite and writes its counts as JSON into the file that `HEADROOM_TEST_RESULT` names.
 * Rejects when a test failed or when there was none.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", color: false, timeout: 20_000, reporter: "spec" });
  const pattern = process.env.HEADROOM_TEST_FILES ?? "";
  const files = globSync("suite/**/*.test.cjs", { cwd: __dirname }).filter((file) => file.includes(pattern));
  for (const file of files.sort()) mocha.addFile(path.join(__dirname, file));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  await new Promise<void>((resolve) => {
    const running = mocha.run(() => resolve());
    running.on("pass", () => {
      counts.passed += 1;
    });
    running.on("fail", () => {
      counts.failed += 1;
    });
    running.on("pending", () => {
      counts.skipped += 1;
    });
  });
  const result = process.env.HEADROOM_TEST_RESULT;
  if (result !== undefined) writeFileSync(result, JSON.stringify(counts));
  if (counts.passed + counts.failed === 0) throw new Error("No test ran inside the editor");
  if (counts.failed > 0) throw new Error(`${counts.failed} tests failed inside the editor`);
}
