/** What the tests inside the editor share: the started extension, and waiting for something to become so. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { App } from "../../src/app/api.ts";
import type { TestView } from "../../src/extension.ts";

/** The running extension as it shows itself to tests. */
export async function started(): Promise<TestView> {
  const extension = vscode.extensions.getExtension<TestView | undefined>("headroom.headroom");
  assert.ok(extension, "the host does not know headroom.headroom");
  const view = await extension.activate();
  assert.ok(view, "the extension does not know that it is tested");
  return view;
}

/** Looks again and again until there is something; fails with `what` after 15 s. */
export async function until<T>(
  what: string,
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    assert.ok(performance.now() < deadline, `not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Chooses the simulated account of a provider and its first action. */
export function chooseSimulated(app: App, providerId: string): void {
  const account = app.accounts.list().find((one) => one.simulated && one.providerId === providerId);
  assert.ok(account, `no simulated account of ${providerId}`);
  app.receive({ type: "chooseProvider", providerId });
  app.receive({ type: "chooseAccount", accountId: account.id });
}
