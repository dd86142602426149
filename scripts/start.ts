/**
 * `npm start`: opens Headroom in a real editor. Desktop VS Code if there is a `code` command, else the npm-hosted server
 * on loopback, whose address is printed. What a person makes there is kept in .vscode-test/start.
 * It must not need anything but Node and npm.
 *
 *     npm start [-- --server] [-- --port N]     `--server` takes the server even where there is a `code` command
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildAll } from "../esbuild.mjs";
import { quietSettings } from "../test/harness/editor.ts";
import { cacheFolder, root } from "../test/harness/paths.ts";
import { plainEnvironment, runToEnd } from "../test/harness/processes.ts";
import {
  installVsix,
  prepareServer,
  readSettings,
  startServer,
  writeSettings,
} from "../test/harness/server.ts";
import { packagedVsix } from "../test/harness/vsix.ts";

const { values } = parseArgs({ options: { server: { type: "boolean" }, port: { type: "string" } } });
/** The sample folder's README says what to try: it is opened first. */
const opening = { "workbench.startupEditor": "readme" };
const folder = sampleFolder();
if (values.server !== true && (await hasDesktop())) await openDesktop();
else await openServer();

async function hasDesktop(): Promise<boolean> {
  const asked = runToEnd("code", ["--version"], { shell: process.platform === "win32", timeoutMs: 15_000 });
  return asked.then(({ code }) => code === 0).catch(() => false);
}

async function openDesktop(): Promise<void> {
  console.log("Building ...");
  await buildAll();
  const args = ["--new-window", `--extensionDevelopmentPath=${root}`, folder];
  const { code, output } = await runToEnd("code", args, {
    shell: process.platform === "win32",
    env: plainEnvironment(),
  });
  if (code !== 0) throw new Error(`VS Code could not be opened (exit code ${code}):\n${output}`);
  console.log("Desktop VS Code opens with Headroom: look for its icon in the activity bar.");
}

async function openServer(): Promise<void> {
  const place = {
    dataFolder: cacheFolder("start", "data"),
    extensionsFolder: cacheFolder("start", "extensions"),
  };
  await prepareServer((line) => console.log(line));
  console.log("Building and packing ...");
  await installVsix(await packagedVsix(), place);
  // A person's own changes win over the quiet preset.
  writeSettings(place.dataFolder, { ...quietSettings, ...opening, ...readSettings(place.dataFolder) });
  const token = randomBytes(16).toString("hex");
  const server = await startOnSamePort({ ...place, token });
  const address = `${server.origin}/?${new URLSearchParams({ tkn: token, folder })}`;
  console.log(`\nHeadroom is ready. Open this address in a browser; Ctrl-C ends it.\n\n    ${address}\n`);
  const end = (signal: string) => {
    console.log(`\n${signal}: ending the editor server ...`);
    void server.stop().then(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
}

/** Keys lie in the browser under the server's address, so the port of the last time is taken again while it is free. */
async function startOnSamePort(options: { dataFolder: string; extensionsFolder: string; token: string }) {
  const file = path.join(cacheFolder("start"), "port");
  const last = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  const wanted = values.port === undefined ? last : Number(values.port);
  const server = await startServer({ ...options, port: wanted }).catch((error: unknown) => {
    if (wanted === 0 || values.port !== undefined) throw error;
    return startServer({ ...options, port: 0 });
  });
  writeFileSync(file, String(server.port));
  return server;
}

/** A small folder to open, made once; a person may change it. */
function sampleFolder(): string {
  const made = cacheFolder("start", "folder");
  const file = path.join(made, "README.md");
  if (!existsSync(file)) {
    const lines = [
      "# Try Headroom",
      "",
      "1. Open the Headroom icon in the activity bar. A simulated account stands ready: no key, no network.",
      "2. Press Send, and listen to the result.",
      "3. Send a few more at once, watch the meter fall, and see until when the next one waits.",
      "",
    ];
    writeFileSync(file, lines.join("\n"));
  }
  return made;
}
