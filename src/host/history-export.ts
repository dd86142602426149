// Writes what the history lists into a file where the person says. The text is the app's; here it is only asked for and kept.
import { setImmediate } from "node:timers/promises";
import * as vscode from "vscode";
import type { App } from "../app/api.ts";
import type { ExportFormat } from "../app/export.ts";
import type { Translate } from "../app/ports.ts";
import type { HistoryFilter } from "./history-tree.ts";

/** So many pieces are made before other work of the extension host gets a turn. */
const PIECES_A_TURN = 50;

/** What an export is made with; `narrowed` is search and filter in words, empty for none. */
interface Exporting {
  readonly narrowed: string;
  readonly version: string;
  readonly t: Translate;
}

/** Asks for the format and the place, writes the file, says how many requests are in it and which, and offers to open it. */
export async function exportHistory(
  app: App,
  filter: HistoryFilter,
  { narrowed, version, t }: Exporting,
): Promise<void> {
  const count = app.history.instants(filter).length;
  const all = app.history.instants({}).length;
  if (count === 0) {
    void vscode.window.showInformationMessage(
      all === 0
        ? t("The history is empty: there is nothing to export.")
        : t("Of {all} requests none fits {narrowed}. Clear search and filter to export them all.", {
            all,
            narrowed,
          }),
    );
    return;
  }
  const which =
    narrowed === ""
      ? t("The whole history: {count} requests", { count })
      : t("Only what fits {narrowed}: {count} of {all} requests", { narrowed, count, all });
  const format = await chosenFormat(which, t);
  if (format === undefined) return;
  const name = `headroom-history.${format}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    title: `${t("Export History")} – ${which}`,
    saveLabel: t("Export"),
    filters: format === "har" ? { HAR: ["har"] } : { "JSON Lines": ["jsonl"] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (target === undefined) return;
  const pieces: Uint8Array[] = [];
  const encoder = new TextEncoder();
  for await (const piece of app.history.exported(filter, format, version)) {
    pieces.push(encoder.encode(piece));
    if (pieces.length % PIECES_A_TURN === 0) await setImmediate();
  }
  await vscode.workspace.fs.writeFile(target, Buffer.concat(pieces));
  const open = t("Open");
  const file = target.fsPath;
  const said =
    narrowed === ""
      ? t("The whole history, {count} requests, was exported to {file}, without keys.", { count, file })
      : t("{count} of {all} requests were exported to {file}, without keys: only what fits {narrowed}.", {
          count,
          all,
          file,
          narrowed,
        });
  if ((await vscode.window.showInformationMessage(said, open)) === open)
    await vscode.window.showTextDocument(target);
}

async function chosenFormat(which: string, t: Translate): Promise<ExportFormat | undefined> {
  const formats: (vscode.QuickPickItem & { readonly format: ExportFormat })[] = [
    {
      label: "HAR 1.2",
      detail: t("For the network tools of browsers, proxies and API clients"),
      format: "har",
    },
    { label: "JSON Lines", detail: t("One request a line, with its whole timeline"), format: "jsonl" },
  ];
  return (await vscode.window.showQuickPick(formats, { title: t("Export History"), placeHolder: which }))
    ?.format;
}
