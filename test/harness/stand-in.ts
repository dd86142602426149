#!/usr/bin/env node
/**
 * Stands in for the desktop application where only npm can be reached: takes the arguments that `@vscode/test-electron`
 * gives it, runs the extension's tests in the npm-hosted VS Code, and exits with their code.
 */
import path from "node:path";
import { format, parseArgs } from "node:util";
import { launchBrowser } from "./browser.ts";
import { temporaryFolder } from "./paths.ts";
import { startServer } from "./server.ts";

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: "string" },
    extensionTestsPath: { type: "string" },
    "user-data-dir": { type: "string" },
    "extensions-dir": { type: "string" },
  },
});
const place = temporaryFolder("stand-in");
const text = (name: string) => (typeof values[name] === "string" ? values[name] : undefined);
const server = await startServer({
  dataFolder: text("user-data-dir") ?? path.join(place, "user"),
  extensionsFolder: text("extensions-dir") ?? path.join(place, "extensions"),
  automation: true,
  env: testEnvironment(),
});
const browser = await launchBrowser();
try {
  process.exitCode = await runInPage();
} finally {
  await browser.close();
  await server.stop();
}

/** The tests' own variables; the rest of the environment is cleaned for the server. */
function testEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("HEADROOM_")));
}

/** Opens the workbench with the tests to run, and resolves with the code that they ended with. */
async function runInPage(): Promise<number> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  const { promise, resolve } = Promise.withResolvers<number>();
  await page.exposeFunction("codeAutomationLog", (type: string, args: unknown[]) => {
    const line = format(...args);
    if (type === "error" || type === "warn") console.error(line);
    else console.log(line);
  });
  await page.exposeFunction("codeAutomationExit", (code: number) => resolve(code));
  page.once("crash", () => {
    console.error("The browser page of the editor has crashed");
    resolve(1);
  });
  const remote = (file: string) => `vscode-remote://127.0.0.1:${server.port}${file}`;
  const payload: [string, string][] = [["skipWelcome", "true"]];
  const development = text("extensionDevelopmentPath");
  const tests = text("extensionTestsPath");
  if (development !== undefined) payload.push(["extensionDevelopmentPath", remote(development)]);
  if (tests !== undefined) payload.push(["extensionTestsPath", remote(tests)]);
  const folder = positionals.find((part) => path.isAbsolute(part));
  const query = new URLSearchParams({ payload: JSON.stringify(payload) });
  if (folder === undefined) query.set("ew", "true");
  else query.set("folder", folder);
  await page.goto(`${server.origin}/?${query}`);
  const timer = setTimeout(() => {
    console.error("The tests inside the editor did not end within ten minutes");
    resolve(1);
  }, 600_000);
  const code = await promise;
  clearTimeout(timer);
  return code;
}
