/**
 * A real editor for tests: the npm-hosted VS Code with the packaged extension, driven in a headless browser.
 * It must not know what the extension shows: only how an editor window is opened, steered and looked at.
 *
 * How to use it, in a file test/e2e/NAME.test.ts (run with `npm run test:e2e -- NAME`):
 *
 *     const editor = await startEditor({ settings: { "headroom.x": 1 }, files: { "notes.md": "text" } });
 *     after(() => editor.close());                    // ends the server, the browser, and removes every folder
 *     const page = await editor.open();               // one editor window; open() again: a second one, same storage
 *     await page.run("Headroom: Open Playground");    // the palette entry with exactly this text
 *     const view = await page.webview("#send");       // the webview's frame that holds this element (Playwright Frame)
 *     await view.locator("#send").click();
 *     await page.theme("light");                      // or "dark", "high contrast dark", "high contrast light"
 *     await page.settings({ "headroom.x": 2 });       // changed while it runs, as a person does
 *     await page.screenshot("playground");            // .vscode-test/pictures/playground.png
 *     await page.reload();                            // the editor window is reloaded; secrets and storage stay
 *     page.page                                       // Playwright's Page, for everything else
 *     editor.storageFolder                            // where the extension's globalStorageUri lies on disk
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { launchBrowser } from "./browser.ts";
import { EditorWindow } from "./editor-window.ts";
import { removeFolder, temporaryFolder } from "./paths.ts";
import { type EditorServer, installVsix, type ServerOptions, startServer, writeSettings } from "./server.ts";
import { packagedVsix } from "./vsix.ts";

/** Settings that keep the editor still: no welcome page, no chat side bar, no telemetry, no asking. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  "workbench.startupEditor": "none",
  "workbench.editor.useModal": "off",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.enableExperiments": false,
  "workbench.tips.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "chat.disableAIFeatures": true,
  "git.enabled": false,
  "github.gitAuthentication": false,
  "security.workspace.trust.enabled": false,
};

/** What an editor starts with. */
export interface EditorOptions {
  /** User settings on top of `quietSettings`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Files of the opened folder: path within it to text. Default: one README.md. */
  readonly files?: Readonly<Record<string, string>>;
  /** Variables for the server and its extension hosts. */
  readonly env?: Record<string, string | undefined>;
  /** The VSIX to install; default: the project's own, packaged when needed. Null installs none. */
  readonly vsix?: string | null;
  /** Size of an editor window in CSS pixels; default 1280 by 800. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Device pixels to a CSS pixel; default 1. Pictures use 2. */
  readonly scale?: number;
  /** Leave the folder in Restricted Mode; default false. */
  readonly workspaceTrust?: boolean;
}

/** One server, one browser, and as many editor windows as are opened. All its folders are temporary. */
export class Editor {
  readonly server: EditorServer;
  readonly context: BrowserContext;
  /** The opened folder. */
  readonly folder: string;
  /** Settings, storage and logs of the server. */
  readonly dataFolder: string;
  readonly #browser: Browser;
  readonly #place: string;

  constructor(parts: {
    server: EditorServer;
    browser: Browser;
    context: BrowserContext;
    place: string;
    folder: string;
    dataFolder: string;
  }) {
    this.server = parts.server;
    this.context = parts.context;
    this.folder = parts.folder;
    this.dataFolder = parts.dataFolder;
    this.#browser = parts.browser;
    this.#place = parts.place;
  }

  /** Where the extension's `globalStorageUri` lies on disk; may not exist yet. */
  get storageFolder(): string {
    return path.join(this.dataFolder, "User", "globalStorage", "headroom.headroom");
  }

  /**
   * Opens an editor window and waits until its workbench stands. Each has its own extension host process;
   * all share settings, storage and secrets.
   * @param folder another folder to open than the editor's own.
   */
  async open(folder: string = this.folder): Promise<EditorWindow> {
    const page = await this.context.newPage();
    const query = new URLSearchParams({ folder });
    const opened = new EditorWindow(page, {
      dataFolder: this.dataFolder,
      hosts: () => this.extensionHosts(),
    });
    await opened.load(() => page.goto(`${this.server.origin}/?${query}`));
    return opened;
  }

  /** The ids of the extension host processes, oldest first; Linux only. One for each open editor window. */
  extensionHosts(): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && isExtensionHostOf(Number(name), this.server.pid))
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** Ends everything, waits for it, and removes every folder. */
  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.stop();
    removeFolder(this.#place);
  }
}

function isExtensionHostOf(pid: number, server: number): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
    return command.includes("--type=extensionHost") && Number(parent) === server;
  } catch {
    return false;
  }
}

/** Starts a server with the extension installed, and a browser beside it. Takes about 3 s. */
export async function startEditor(options: EditorOptions = {}): Promise<Editor> {
  const place = temporaryFolder("editor");
  const dataFolder = path.join(place, "data");
  const folder = path.join(place, "folder");
  writeFiles(folder, options.files ?? { "README.md": "# A folder to work in\n" });
  writeSettings(dataFolder, { ...quietSettings, ...options.settings });
  const serverOptions: ServerOptions = {
    dataFolder,
    extensionsFolder: path.join(place, "extensions"),
    workspaceTrust: options.workspaceTrust ?? false,
    env: options.env ?? {},
  };
  const vsix = options.vsix === undefined ? await packagedVsix() : options.vsix;
  if (vsix !== null) await installVsix(vsix, serverOptions);
  const server = await startServer(serverOptions);
  try {
    const browser = await launchBrowser();
    const context = await browser.newContext({
      viewport: options.size ?? { width: 1280, height: 800 },
      deviceScaleFactor: options.scale ?? 1,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    return new Editor({ server, browser, context, place, folder, dataFolder });
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    if (!existsSync(path.dirname(file))) mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
