/**
 * One editor window in the headless browser: steer it as a person would, and look at it.
 * It must not know the extension under test.
 */
import path from "node:path";
import type { Frame, Locator, Page } from "playwright-core";
import { cacheFolder } from "./paths.ts";
import { readSettings } from "./server.ts";

/** How long a thing that should appear may take, in milliseconds; generous, since machines are shared. */
export const patienceMs = 30_000;

/** The colour themes that the product must stand in: the editor's own label of each, and the class it then shows. */
const themes = {
  dark: { label: "Dark Modern", shown: "vs-dark" },
  light: { label: "Light Modern", shown: "vs" },
  "high contrast dark": { label: "Dark High Contrast", shown: "hc-black" },
  "high contrast light": { label: "Light High Contrast", shown: "hc-light" },
} as const;

/** One open editor window. */
export class EditorWindow {
  /** Playwright's page, for whatever has no method here. */
  readonly page: Page;
  /** What the browser's console said, one line each; errors start with `error:`. */
  readonly consoleLines: string[] = [];
  readonly #dataFolder: string;
  readonly #hosts: () => readonly number[];
  #host: number | undefined;

  /**
   * @param page the browser page that shows, or will show, the workbench.
   * @param server where the server's settings lie, and the ids of its extension host processes.
   */
  constructor(page: Page, server: { readonly dataFolder: string; hosts(): readonly number[] }) {
    this.page = page;
    this.#dataFolder = server.dataFolder;
    this.#hosts = () => server.hosts();
    page.setDefaultTimeout(patienceMs);
    page.on("console", (message) => this.consoleLines.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.consoleLines.push(`error: ${error.message}`));
  }

  /** The id of this editor window's extension host process, as of the last `load`; a test may kill it. */
  get extensionHost(): number {
    if (this.#host === undefined) throw new Error("This editor window has not been loaded");
    return this.#host;
  }

  /** Lets the page go to the workbench, and waits until it stands and an extension host process of its own has started. */
  async load(go: () => Promise<unknown>): Promise<void> {
    const before = new Set(this.#hosts());
    await go();
    await this.page.locator(".monaco-workbench .part.statusbar").waitFor();
    await this.page.locator(".activitybar .action-item").first().waitFor();
    await this.#until("extension host process", () => {
      this.#host = this.#hosts().find((pid) => !before.has(pid));
      return this.#host;
    });
  }

  async #until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`No ${what} within ${patienceMs / 1000} s`);
      await this.page.waitForTimeout(100);
    }
  }

  /**
   * Runs the command whose palette entry has exactly this text, such as "Headroom: Add Account".
   * Waits for the entry, since an extension's commands come with its manifest a moment after the workbench.
   */
  async run(entry: string): Promise<void> {
    const input = this.page.locator(".quick-input-widget input.input");
    const row = this.page.locator(".quick-input-widget .monaco-list-row").filter({ hasText: entry });
    const label = row.locator(".label-name", { hasText: new RegExp(`^${escaped(entry)}$`) }).first();
    await this.#until(`command "${entry}" in the palette`, async () => {
      // A key that is pressed while a webview is loading is lost: it is pressed again.
      await this.page.keyboard.press("F1");
      if (!(await appears(input, 1_000))) return undefined;
      // And a palette that a loading view has taken the focus from is opened again.
      const filled = await input.fill(`>${entry}`, { timeout: 2_000 }).then(
        () => true,
        () => false,
      );
      // A list that is drawn anew under the pointer takes no click.
      const chosen = filled && (await appears(label, 3_000)) && (await clicked(label));
      if (chosen) return true;
      await this.page.keyboard.press("Escape");
      return undefined;
    });
  }

  /** The row of the open quick pick whose label is exactly this; click it, or read it. */
  pick(label: string) {
    const name = this.page.locator(".label-name", { hasText: new RegExp(`^${escaped(label)}$`) });
    return this.page.locator(".quick-input-widget .monaco-list-row").filter({ has: name }).first();
  }

  /** Types into the input box, which may still be on its way behind a list that was just chosen from, and accepts. */
  async answer(text: string): Promise<void> {
    await this.page.locator(".quick-input-widget .quick-input-list").waitFor({ state: "hidden" });
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(text);
    await input.press("Enter");
  }

  /**
   * The webview frame that holds an element matching the selector, once there is one.
   * A webview is an iframe in an iframe, so all frames are looked through.
   */
  async webview(selector: string): Promise<Frame> {
    return this.#until(`webview that holds "${selector}"`, async () => {
      for (const frame of this.page.frames()) {
        if (frame === this.page.mainFrame()) continue;
        // A frame may go away while it is asked.
        const count = await frame
          .locator(selector)
          .count()
          .catch(() => 0);
        if (count > 0) return frame;
      }
      return undefined;
    });
  }

  /**
   * Opens a view container by its title in the activity bar, such as "Headroom". After a reload the editor may bring it back by
   * itself just then, and a click on the icon of an open one closes it: what matters is that it stands there in the end.
   */
  async openContainer(title: string): Promise<void> {
    const shown = this.page.locator(".sidebar .composite.title").filter({ hasText: new RegExp(title, "i") });
    const icon = this.page.locator(`.activitybar .action-item a[aria-label^="${title}"]`);
    await this.#until(`view container "${title}"`, async () => {
      if (await appears(shown, 500)) return true;
      await icon.click();
      return (await appears(shown, 3_000)) ? true : undefined;
    });
  }

  /** Switches the colour theme, for all editor windows; resolves when this one shows it. */
  async theme(name: keyof typeof themes): Promise<void> {
    const { label, shown } = themes[name];
    await this.run("Preferences: Color Theme");
    await this.page.locator(".quick-input-widget input.input").fill(label);
    await this.pick(label).click();
    await this.page.locator(`.monaco-workbench.${shown}`).waitFor();
  }

  /**
   * Changes user settings as a person does, in the settings file opened as text, for all editor windows.
   * Settings that are not named stay. (The server does not see a change that is made beside the editor.)
   */
  async settings(changed: Readonly<Record<string, unknown>>): Promise<void> {
    const text = `${JSON.stringify({ ...readSettings(this.#dataFolder), ...changed }, null, 2)}\n`;
    await this.run("Preferences: Open User Settings (JSON)");
    const tab = this.page.locator(".tab.active", { hasText: "settings.json" });
    await tab.waitFor();
    await this.page.locator(".editor-group-container.active .monaco-editor .view-lines").first().click();
    await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    for (const keys of ["Control+a", "Control+v", "Control+s"]) await this.page.keyboard.press(keys);
    await this.page.locator(".tab.active:not(.dirty)", { hasText: "settings.json" }).waitFor();
    await this.run("View: Close Editor");
    await tab.waitFor({ state: "detached" });
  }

  /** Reloads the editor window and waits until it stands again; its extension host is a new process. */
  async reload(): Promise<void> {
    await this.load(() => this.page.reload());
  }

  /** All that the editor has written down of its windows' memory, which it does some time after it was told. */
  written(): Promise<string> {
    return this.page.evaluate(WRITTEN);
  }

  /** The texts of the notifications on screen. */
  async notifications(): Promise<string[]> {
    return this.page.locator(".notifications-toasts .notification-list-item-message").allInnerTexts();
  }

  /** The text of the status bar item whose shown text or label matches, once there is one. */
  async statusBar(pattern: RegExp): Promise<string> {
    const item = this.page.locator(".statusbar-item").filter({ hasText: pattern }).first();
    await item.waitFor();
    return ((await item.textContent()) ?? "").trim();
  }

  /** Takes a picture of the whole editor window; returns the file, `.vscode-test/pictures/NAME.png`. */
  async screenshot(name: string): Promise<string> {
    const file = path.join(cacheFolder("pictures"), `${name}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }

  /** Closes this editor window; its extension host ends. */
  async close(): Promise<void> {
    await this.page.close();
  }
}

function appears(locator: Locator, timeoutMs: number): Promise<boolean> {
  return locator.waitFor({ timeout: timeoutMs }).then(
    () => true,
    () => false,
  );
}

function clicked(locator: Locator): Promise<boolean> {
  return locator.click({ timeout: 3_000 }).then(
    () => true,
    () => false,
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Runs in the page: every value of the databases in which the editor keeps its memory. */
const WRITTEN = `(async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const texts = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name?.startsWith("vscode-web-state-db")) continue;
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames)
      texts.push(...(await done(database.transaction(store).objectStore(store).getAll())).map(String));
    database.close();
  }
  return texts.join("\\n");
})()`;
