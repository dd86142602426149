// The panels of a file's tests: one server and one browser for all of them, and what every panel must keep at its end.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { intentSchema } from "../../../src/protocol/intents.ts";
import type { Snapshot } from "../../../src/protocol/snapshot.ts";
import { launchBrowser } from "../../harness/browser.ts";
import { type OpenOptions, type OpenPanel, openPanel } from "./open.ts";
import { type Gallery, startGallery } from "./server.ts";

/**
 * To be called in a suite or at the top of a file; returns what opens a panel in its tests, with `common` for all of them. When they
 * are over, no panel may have complained, and all that one asked for fits the contract.
 */
export function usePanels(
  common: OpenOptions = {},
): (state: Snapshot, own?: OpenOptions) => Promise<OpenPanel> {
  let gallery: Gallery;
  let browser: Browser;
  const opened = new Set<OpenPanel>();

  async function ended(panel: OpenPanel): Promise<void> {
    opened.delete(panel);
    for (const intent of await panel.intents())
      assert.ok(intentSchema.safeParse(intent).success, JSON.stringify(intent));
    assert.deepEqual(panel.complaints, []);
  }

  before(async () => {
    gallery = await startGallery();
    browser = await launchBrowser();
  });
  after(async () => {
    try {
      for (const panel of opened) await ended(panel);
    } finally {
      await browser?.close();
      await gallery?.close();
    }
  });
  return async (state, own) => {
    const panel = await openPanel(browser, gallery, state, { ...common, ...own });
    opened.add(panel);
    return {
      ...panel,
      close: async () => {
        await ended(panel);
        await panel.close();
      },
    };
  };
}
