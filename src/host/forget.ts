// Asks before the history or everything is removed: names what goes, and lets Enter remove nothing. It removes nothing itself.
import * as vscode from "vscode";
import type { App } from "../app/api.ts";
import type { Translate } from "../app/ports.ts";
import { formatFor } from "./format.ts";

/** What is asked: the question, what is said beside the counts, and the button that removes. */
interface Asked {
  readonly question: string;
  readonly lines: readonly string[];
  readonly yes: string;
}

/** What an app has stored, as lines with counts. */
export function stockLines(app: App, t: Translate): readonly string[] {
  const { exchanges, results, bytes } = app.history.stock();
  const { number, bytes: size } = formatFor(vscode.env.language);
  return [
    t("Requests in the history: {count}", { count: number(exchanges) }),
    t("Results on disk: {count} ({size})", { count: number(results), size: size(bytes) }),
  ];
}

/** Whether the person wants it. The first button, which Enter presses, saves the history to a file instead. */
export async function sureToRemove({ question, lines, yes }: Asked, t: Translate): Promise<boolean> {
  const first = t("Export History First");
  const detail = lines.join("\n");
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, first, yes);
  if (chosen === first) await vscode.commands.executeCommand("headroom.exportHistory");
  return chosen === yes;
}
