// Files chosen for a field, and results saved, revealed and opened. It must not read what is in them.
import { stat } from "node:fs/promises";
import * as vscode from "vscode";
import type { App, ResultFile } from "../app/api.ts";
import type { Translate } from "../app/ports.ts";

/** Lets the person choose a file for a form field and puts it into the form. */
export async function pickFile(app: App, field: string, t: Translate): Promise<void> {
  const view = app.snapshot().form?.fields.find((one) => one.name === field);
  const endings = (view?.accept ?? []).flatMap(endingsOf);
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: view === undefined ? t("Choose a file") : t("Choose a file for {field}", { field: view.title }),
      openLabel: t("Choose"),
      ...(endings.length === 0
        ? {}
        : { filters: { [t("Files it takes")]: endings, [t("All files")]: ["*"] } }),
    })) ?? [];
  if (uri === undefined) return;
  if (uri.scheme !== "file") {
    void vscode.window.showWarningMessage(
      t("{file} does not lie on this machine's disk. Save a copy here and choose that.", { file: uri.path }),
    );
    return;
  }
  const found = await stat(uri.fsPath);
  app.setFile(field, {
    path: uri.fsPath,
    name: vscode.workspace.asRelativePath(uri).split(/[\\/]/).pop() ?? "file",
    bytes: found.size,
  });
}

/** `.wav` and `audio/wav` as `wav`; a whole family such as `audio/*` as its usual endings. */
export function endingsOf(accept: string): string[] {
  if (accept.startsWith(".")) return [accept.slice(1)];
  if (accept === "audio/*") return ["wav", "mp3", "m4a", "flac", "ogg", "aac"];
  if (accept === "video/*") return ["mp4", "mov", "webm", "mkv"];
  const name = accept.split("/")[1] ?? "";
  const known: Readonly<Record<string, readonly string[]>> = {
    mpeg: ["mp3"],
    "x-wav": ["wav"],
    quicktime: ["mov"],
    plain: ["txt"],
    mp4: ["mp4", "m4a"],
  };
  return [...(known[name] ?? (/^[a-z0-9]+$/.test(name) ? [name] : []))];
}

/** Saves a copy of a result where the person says. */
export async function saveResult(app: App, resultId: string, t: Translate): Promise<void> {
  const result = fileOf(app, resultId, t);
  if (result === null) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    title: t("Save {title}", { title: result.title }),
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, result.suggestedName) }),
  });
  if (target === undefined) return;
  app.used(resultId);
  // The file system copies; the bytes do not pass through this process where both lie on disk.
  await vscode.workspace.fs.copy(vscode.Uri.file(result.path), target, { overwrite: true });
  app.used(resultId, true);
  vscode.window.setStatusBarMessage(
    t("$(check) Saved {name}", { name: target.path.split("/").pop() ?? "" }),
    4_000,
  );
}

/** Shows a result in the system's file manager; where there is none beside this editor, opens it. */
export async function revealResult(app: App, resultId: string, t: Translate): Promise<void> {
  const result = fileOf(app, resultId, t);
  if (result === null) return;
  app.used(resultId);
  if (isOnDesktop()) await vscode.commands.executeCommand("revealFileInOS", vscode.Uri.file(result.path));
  else await openResult(app, resultId, t);
}

/** Opens a result in the editor's own preview; a video outside, since the editor plays it without its AAC sound. */
export async function openResult(app: App, resultId: string, t: Translate): Promise<void> {
  const result = fileOf(app, resultId, t);
  if (result === null) return;
  app.used(resultId);
  const uri = vscode.Uri.file(result.path);
  const outside = isOnDesktop() && (result.mediaType?.startsWith("video/") ?? false);
  if (outside && (await vscode.env.openExternal(uri))) return;
  await vscode.commands.executeCommand("vscode.open", uri, { preview: true });
}

/** Whether this extension host stands beside a desktop, so that its files can be shown by the system. */
function isOnDesktop(): boolean {
  return vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
}

function fileOf(app: App, resultId: string, t: Translate): ResultFile | null {
  const result = app.resultFile(resultId);
  if (result === null)
    void vscode.window.showInformationMessage(
      t("This result is not on disk: it is still being fetched, or was deleted."),
    );
  return result;
}
