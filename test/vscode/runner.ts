/**
 * Runs test/vscode/suite inside a real VS Code: the desktop application where it can be had, else the npm-hosted one
 * through its stand-in. `npm run test:vscode -- WORD` runs only the files whose name holds that word.
 * `HEADROOM_VSCODE=desktop` insists on the desktop application, `HEADROOM_VSCODE=server` on the other;
 * `HEADROOM_VSCODE_VERSION=oldest` takes the oldest desktop version that the manifest allows.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { stageExtension } from "../../scripts/stage.ts";
import { quietSettings } from "../harness/editor.ts";
import { cacheFolder, root, temporaryFolder } from "../harness/paths.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const place = temporaryFolder("vscode");
const folder = path.join(place, "folder");
const resultFile = path.join(place, "result.json");
mkdirSync(folder);
mkdirSync(path.join(place, "user", "User"), { recursive: true });
writeFileSync(path.join(folder, "README.md"), "# A folder to work in\n");
writeFileSync(path.join(place, "user", "User", "settings.json"), JSON.stringify(quietSettings));

const stage = await stageExtension({ production: false, test: true });
const code = await runTests({
  vscodeExecutablePath: await executable(),
  extensionDevelopmentPath: stage.folder,
  extensionTestsPath: path.join(stage.folder, "dist", "test", "index.cjs"),
  launchArgs: [
    folder,
    "--disable-extensions",
    `--user-data-dir=${path.join(place, "user")}`,
    `--extensions-dir=${path.join(place, "extensions")}`,
  ],
  extensionTestsEnv: { HEADROOM_TEST_RESULT: resultFile, HEADROOM_TEST_FILES: positionals[0] },
}).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
const counts = existsSync(resultFile)
  ? (JSON.parse(readFileSync(resultFile, "utf8")) as { passed: number; failed: number })
  : { passed: 0, failed: 1 };
if (code !== 0 && counts.failed === 0) counts.failed = 1;
console.log(`vscode: ${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;

/** The desktop application on machines that can fetch it, else the stand-in. */
async function executable(): Promise<string> {
  const wish = process.env.HEADROOM_VSCODE ?? (process.platform === "linux" ? "server" : "desktop");
  if (wish === "server") return path.join(root, "test", "harness", "stand-in.ts");
  const oldest = process.env.HEADROOM_VSCODE_VERSION === "oldest";
  return downloadAndUnzipVSCode({
    cachePath: cacheFolder("desktop"),
    version: oldest ? oldestVersion() : "stable",
  });
}

/** The oldest VS Code that the manifest allows. */
function oldestVersion(): string {
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    engines: { vscode: string };
  };
  return manifest.engines.vscode.replace(/^\D+/, "");
}
