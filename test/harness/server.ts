/**
 * The npm-hosted VS Code server: installed once into the cache, then started on loopback for a test or for `npm start`.
 * It must not know anything about the extension but the VSIX file that it is told to install.
 */
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cache } from "./paths.ts";
import { endGroup, plainEnvironment, runNpm, runToEnd, startGroup } from "./processes.ts";

/** The version of the npm package `code-server`; 4.139.1 is VS Code 1.139.1 and wants Node 24. */
export const serverVersion = "4.139.1";

/** A running VS Code server. */
export interface EditorServer {
  /** `http://127.0.0.1:PORT`, without a path. */
  readonly origin: string;
  readonly port: number;
  /** The id of the server's process; its extension hosts are its children. */
  readonly pid: number;
  /** Everything that the server has printed so far. */
  output(): string;
  /** Ends the server and every extension host below it. */
  stop(): Promise<void>;
}

/** How to start a server. Folders are created where they are missing. */
export interface ServerOptions {
  /** Holds settings, storage and logs. */
  readonly dataFolder: string;
  /** Holds the installed extensions. */
  readonly extensionsFolder: string;
  /** The word that an address must carry; without one, anybody on this machine can open the server. */
  readonly token?: string;
  /**
   * Accept the development options that load an extension and its tests from a folder. The workbench then shows no
   * notifications and skips dialogs, so a test that looks at the workbench does without. Default false.
   */
  readonly automation?: boolean;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Leave folders in Restricted Mode until they are trusted; default false: every folder is trusted. */
  readonly workspaceTrust?: boolean;
  /** Variables for the server and its extension hosts, on top of this process's own. */
  readonly env?: Record<string, string | undefined>;
}

/**
 * Installs the server into the cache unless it stands there already, and returns the path of its program file.
 * The first time takes 15 to 40 seconds and the npm registry; after that neither.
 * @param say is told what is being done, in one line.
 */
export async function prepareServer(say: (line: string) => void = () => {}): Promise<string> {
  const folder = path.join(cache, `server-${serverVersion}`);
  const program = programOf(folder);
  if (existsSync(program)) return program;
  say(`Installing the VS Code server from npm (code-server ${serverVersion}), once ...`);
  // Built beside its place and moved there when it is whole: an interrupted or parallel install cannot be taken for a good one.
  const building = `${folder}.${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  writeFileSync(
    path.join(building, "package.json"),
    '{ "name": "headroom-editor-server", "private": true }\n',
  );
  await runNpm(building, ["install", "--ignore-scripts", "--save-exact", `code-server@${serverVersion}`]);
  const inner = path.dirname(path.dirname(programOf(building)));
  await runNpm(inner, ["install", "--omit=dev", "--ignore-scripts"]);
  // Without these two native parts the server runs, but writes no log files; a machine without a compiler goes without.
  await runNpm(inner, ["rebuild", "@vscode/spdlog", "@vscode/native-watchdog"], 60_000).catch(() => {
    say("The server's log files stay empty on this machine: its native logger could not be compiled.");
  });
  try {
    renameSync(building, folder);
  } catch (error) {
    if (!existsSync(program)) throw error;
    rmSync(building, { recursive: true, force: true });
  }
  return program;
}

function programOf(folder: string): string {
  return path.join(folder, "node_modules/code-server/lib/vscode/out/server-main.js");
}

/** The user's settings as they lie on disk; none when there is no file. */
export function readSettings(dataFolder: string): Record<string, unknown> {
  const file = path.join(dataFolder, "User", "settings.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>) : {};
}

/**
 * Writes the user's settings where the server reads them; those already there are kept unless named anew.
 * An editor window sees them when it is opened next, not while it is open.
 */
export function writeSettings(dataFolder: string, settings: Readonly<Record<string, unknown>>): void {
  const file = path.join(dataFolder, "User", "settings.json");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...readSettings(dataFolder), ...settings }, null, 2)}\n`);
}

/** Installs a packaged extension into the extensions folder; needs no network. Throws with the server's words. */
export async function installVsix(vsix: string, options: ServerOptions): Promise<void> {
  const program = await prepareServer();
  const args = [program, "--install-extension", vsix, "--force", ...folderArguments(options)];
  const { code, output } = await runToEnd(process.execPath, args, {
    env: plainEnvironment(),
    timeoutMs: 60_000,
  });
  if (code !== 0 || !output.includes("successfully installed")) {
    throw new Error(`The VSIX could not be installed (exit code ${code}):\n${output.slice(-4000)}`);
  }
}

/** Starts a server on 127.0.0.1 and resolves when it listens. Throws with its output when it ends before that. */
export async function startServer(options: ServerOptions): Promise<EditorServer> {
  const program = await prepareServer();
  mkdirSync(options.dataFolder, { recursive: true });
  mkdirSync(options.extensionsFolder, { recursive: true });
  const args = [
    program,
    "--host",
    "127.0.0.1",
    "--port",
    String(options.port ?? 0),
    ...folderArguments(options),
  ];
  args.push("--telemetry-level", "off", "--reconnection-grace-time", "60");
  args.push(
    ...(options.token === undefined ? ["--without-connection-token"] : ["--connection-token", options.token]),
  );
  if (options.automation === true) args.push("--enable-smoke-test-driver");
  if (options.workspaceTrust !== true) args.push("--disable-workspace-trust");
  const child = startGroup(process.execPath, args, { env: plainEnvironment(options.env) });
  const printed: string[] = [];
  const port = await listeningPort(child, printed);
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    output: () => printed.join(""),
    stop: () => endGroup(child),
  };
}

function folderArguments(options: ServerOptions): string[] {
  return [
    "--accept-server-license-terms",
    "--server-data-dir",
    options.dataFolder,
    "--user-data-dir",
    options.dataFolder,
    "--extensions-dir",
    options.extensionsFolder,
  ];
}

function listeningPort(child: ChildProcess, printed: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (then: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      then();
    };
    const fail = (why: string) =>
      settle(() => {
        void endGroup(child);
        reject(new Error(`The VS Code server ${why}:\n${printed.join("").slice(-4000)}`));
      });
    const timer = setTimeout(() => fail("did not listen within 60 s"), 60_000);
    const take = (text: string) => {
      printed.push(text);
      if (printed.length > 5_000) printed.shift();
      if (settled) return;
      const found = /Extension host agent listening on (\d+)/.exec(printed.join(""));
      if (found !== null) settle(() => resolve(Number(found[1])));
      // It goes on without a port then, and would never answer.
      else if (text.includes("Error occurred in server")) fail("cannot listen");
    };
    child.stdout?.setEncoding("utf8").on("data", take);
    child.stderr?.setEncoding("utf8").on("data", take);
    child.once("error", (error) => fail(`could not be started (${error.message})`));
    child.once("exit", (code, signal) => fail(`ended with ${code ?? signal}`));
  });
}
