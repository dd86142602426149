// Opens one state of the gallery in a browser page, with a stand-in for the editor that remembers what the panel asks.
import type { Browser, Page } from "playwright-core";
import type { Snapshot } from "../../../src/protocol/snapshot.ts";
import type { Gallery } from "./server.ts";
import type { ThemeName } from "./themes.ts";

/** How to open it. */
export interface OpenOptions {
  readonly theme?: ThemeName;
  /** Width of the panel, px; default 260. */
  readonly width?: number;
  readonly height?: number;
  /** Take over the page's clock, standing still at the snapshot's instant. */
  readonly stopClock?: boolean;
  readonly reducedMotion?: boolean;
  readonly strings?: Record<string, string>;
  /** What the editor had kept for the panel. */
  readonly kept?: unknown;
}

/** An open panel. */
export interface OpenPanel {
  readonly page: Page;
  /** Intents since the panel was opened, the greeting `ready` left out. */
  intents(): Promise<{ type: string; [name: string]: unknown }[]>;
  kept(): Promise<unknown>;
  show(snapshot: Snapshot): Promise<void>;
  /** Changes the theme of the open page, as the editor does. */
  wear(theme: ThemeName): Promise<void>;
  /** Complaints of the page: exceptions and broken content security policy. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Opens the panel and shows it a snapshot. */
export async function openPanel(
  browser: Browser,
  gallery: Gallery,
  snapshot: Snapshot,
  options: OpenOptions = {},
): Promise<OpenPanel> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 260, height: options.height ?? 900 },
    reducedMotion: options.reducedMotion === true ? "reduce" : "no-preference",
    locale: "en-GB",
    timezoneId: "UTC",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  if (options.stopClock === true) await page.clock.install({ time: snapshot.at });
  await page.addInitScript((kept: unknown) => {
    const editor = { intents: [] as unknown[], kept };
    Object.assign(globalThis, {
      editor,
      acquireVsCodeApi: () => ({
        postMessage: (intent: unknown) => editor.intents.push(structuredClone(intent)),
        getState: () => editor.kept,
        setState: (state: unknown) => {
          editor.kept = structuredClone(state);
        },
      }),
    });
  }, options.kept);
  await page.goto(gallery.address(options.theme ?? "dark"));
  if (options.stopClock === true) await page.clock.pauseAt(snapshot.at + 1000);
  await tell(page, { type: "greeting", session: "run 1", strings: options.strings ?? {} });
  const show = async (next: Snapshot) => {
    await tell(page, next);
    await page.evaluate(async () => {
      await document.fonts.ready;
      await Promise.resolve();
    });
  };
  await show(snapshot);
  await page.locator("hr-app main").waitFor();
  return {
    page,
    complaints,
    show,
    intents: async () => {
      const all = await page.evaluate(
        () => (globalThis as unknown as { editor: { intents: { type: string }[] } }).editor.intents,
      );
      return all.filter((intent) => intent.type !== "ready");
    },
    kept: () => page.evaluate(() => (globalThis as unknown as { editor: { kept: unknown } }).editor.kept),
    wear: async (theme) => {
      await page.evaluate(async (href) => {
        const link = document.querySelector<HTMLLinkElement>('link[href^="/theme-"]')!;
        const loaded = new Promise((resolve) => link.addEventListener("load", resolve, { once: true }));
        link.href = href;
        await loaded;
      }, `/theme-${theme}.css`);
    },
    close: () => context.close(),
  };
}

function tell(page: Page, message: unknown): Promise<void> {
  return page.evaluate((data) => {
    window.dispatchEvent(new MessageEvent("message", { data }));
  }, message);
}
