/**
 * One editor window in the headless browser: steer it as a person would, and look at it.
 * It must not know the extension under test.
 */
import path from "node:path";
import type { Frame, Page } from "playwright-core";
import { cacheFolder } from "./paths.ts";
import { writeSettings } from "./server.ts";

/** How long a thing that should appear may take, in milliseconds; generous, since machines are shared. */
export const patienceMs = 30_000;

/** One open editor window. */
export class EditorWindow {
  /** Playwright's page, for whatever has no method here. */
  readonly page: Page;
  /** What the browser's console said, one line each; errors start with `error:`. */
  readonly consoleLines: string[] = [];
  readonly #dataFolder: string;

  /**
   * @param page the browser page that shows, or will show, the workbench.
   * @param dataFolder the server's data folder, where the settings lie.
   */
  constructor(page: Page, dataFolder: string) {
    this.page = page;
    this.#dataFolder = dataFolder;
    page.setDefaultTimeout(patienceMs);
    page.on("console", (message) => this.consoleLines.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.consoleLines.push(`error: ${error.message}`));
  }

  /** Waits until the workbench stands and its extension host has started. */
  async ready(): Promise<void> {
    await this.page.locator(".monaco-workbench .part.statusbar").waitFor();
    await this.page.waitForFunction("globalThis.driver?.whenWorkbenchRestored !== undefined");
    await this.page.evaluate("globalThis.driver.whenWorkbenchRestored()");
  }

  /**
   * Runs the command whose palette entry has exactly this text, such as "Headroom: Add Account".
   * Waits for the entry, since an extension's commands come with its manifest a moment after the workbench.
   */
  async run(entry: string): Promise<void> {
    const input = this.page.locator(".quick-input-widget input.input");
    const row = this.page.locator(".quick-input-widget .monaco-list-row").filter({ hasText: entry });
    const label = row.locator(".label-name", { hasText: new RegExp(`^${escaped(entry)}$`) }).first();
    const deadline = performance.now() + patienceMs;
    for (;;) {
      await this.page.keyboard.press("F1");
      await input.waitFor();
      await input.fill(`>${entry}`);
      const found = await label.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      );
      if (found) break;
      await this.page.keyboard.press("Escape");
      if (performance.now() > deadline) throw new Error(`The palette offers no command "${entry}"`);
    }
    await label.click();
  }

  /** The row of the open quick pick whose label is exactly this; click it, or read it. */
  pick(label: string) {
    const name = this.page.locator(".label-name", { hasText: new RegExp(`^${escaped(label)}$`) });
    return this.page.locator(".quick-input-widget .monaco-list-row").filter({ has: name }).first();
  }

  /** Types into the open input box or quick pick, and accepts. */
  async answer(text: string): Promise<void> {
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
    const deadline = performance.now() + patienceMs;
    for (;;) {
      for (const frame of this.page.frames()) {
        if (frame === this.page.mainFrame()) continue;
        const count = await frame
          .locator(selector)
          .count()
          .catch(() => 0);
        if (count > 0) return frame;
      }
      if (performance.now() > deadline) {
        const frames = this.page.frames().map((frame) => frame.url().slice(0, 120));
        throw new Error(`No webview holds "${selector}". Frames:\n${frames.join("\n")}`);
      }
      await this.page.waitForTimeout(100);
    }
  }

  /** Opens a view container by its title in the activity bar, such as "Headroom". */
  async openContainer(title: string): Promise<void> {
    await this.page.locator(`.activitybar .action-item a[aria-label^="${title}"]`).click();
    await this.page
      .locator(".sidebar .composite.title")
      .filter({ hasText: new RegExp(title, "i") })
      .waitFor();
  }

  /** Switches the colour theme, such as "Default Light Modern" or "Default High Contrast", for all editor windows. */
  async theme(name: string): Promise<void> {
    writeSettings(this.#dataFolder, { "workbench.colorTheme": name, "window.autoDetectColorScheme": false });
    const kind = /High Contrast Light/.test(name)
      ? "hc-light"
      : /High Contrast/.test(name)
        ? "hc-black"
        : /Light/.test(name)
          ? "vs"
          : "vs-dark";
    await this.page.locator(`.monaco-workbench.${kind}`).waitFor();
  }

  /** Reloads the editor window and waits until it stands again; its extension host is a new process. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
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

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
