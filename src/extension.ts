/** Composition root: will build everything once, by hand; until then it only starts. */
import * as vscode from "vscode";

/** Called once by the editor. */
export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(vscode.commands.registerCommand("headroom.openPlayground", () => {}));
}
