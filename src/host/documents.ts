// Answers, requests and timelines as read-only documents under the scheme `headroom:`. Text only: nothing of a server
// is rendered.
import * as vscode from "vscode";
import type { App, CodeLanguage, Doc } from "../app/api.ts";
import type { Translate } from "../app/ports.ts";
import type { LazyApp } from "./lazy-app.ts";

const SCHEME = "headroom";

/** What of an exchange can be opened. */
export type Part = "answer" | "request" | "timeline" | CodeLanguage;

const ENDINGS: Readonly<Record<Doc["language"], string>> = {
  json: "json",
  http: "http",
  plaintext: "txt",
};

/** Provides and opens the documents. */
export class Documents
  implements vscode.TextDocumentContentProvider, vscode.DocumentLinkProvider, vscode.Disposable
{
  readonly #app: LazyApp;
  readonly #t: Translate;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #disposables: vscode.Disposable[];
  readonly onDidChange = this.#changed.event;

  constructor(app: LazyApp, t: Translate) {
    this.#app = app;
    this.#t = t;
    let unsubscribe = () => {};
    const cancel = app.onReady((ready) => {
      unsubscribe = ready.history.onChange(() => this.#refresh());
    });
    this.#disposables = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.languages.registerDocumentLinkProvider({ scheme: SCHEME }, this),
      this.#changed,
      { dispose: () => [cancel(), unsubscribe()] },
    ];
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return (await this.#docAt(uri))?.text ?? this.#t("This exchange is no longer in the history.");
  }

  /** The lines that name a result open it. */
  async provideDocumentLinks(document: vscode.TextDocument): Promise<vscode.DocumentLink[]> {
    const text = document.getText();
    let from = 0;
    return ((await this.#docAt(document.uri))?.links ?? []).flatMap(({ line, resultId }) => {
      const at = text.indexOf(line, from);
      if (at < 0) return [];
      from = at + line.length;
      const range = new vscode.Range(document.positionAt(at), document.positionAt(from));
      const given = encodeURIComponent(JSON.stringify([{ resultId }]));
      const link = new vscode.DocumentLink(range, vscode.Uri.parse(`command:headroom.openResult?${given}`));
      link.tooltip = this.#t("Open Result");
      return [link];
    });
  }

  async #docAt(uri: vscode.Uri): Promise<Doc | null> {
    const [, part, exchangeId] = uri.path.split("/");
    return docOf(await this.#app.get(), decodeURIComponent(exchangeId ?? ""), part as Part);
  }

  /** Opens one part in an editor; says so where there is none yet. */
  async open(exchangeId: string, part: Part): Promise<void> {
    const doc = docOf(await this.#app.get(), exchangeId, part);
    if (doc === null) {
      void vscode.window.showInformationMessage(this.#t("There is nothing to open yet: no answer has come."));
      return;
    }
    const name = `${doc.title.replace(/[^\p{L}\p{N} ._-]+/gu, " ").trim() || part}.${ENDINGS[doc.language]}`;
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `/${part}/${encodeURIComponent(exchangeId)}/${name}`,
    });
    const document = await vscode.workspace.openTextDocument(uri);
    const known = doc.language === "http" ? await languageFor("http") : doc.language;
    if (document.languageId !== known) await vscode.languages.setTextDocumentLanguage(document, known);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
  }

  #refresh(): void {
    for (const document of vscode.workspace.textDocuments)
      if (document.uri.scheme === SCHEME) this.#changed.fire(document.uri);
  }
}

/** `http` where an extension brings that language, else plain text. */
async function languageFor(language: string): Promise<string> {
  return (await vscode.languages.getLanguages()).includes(language) ? language : "plaintext";
}

function docOf(app: App, exchangeId: string, part: Part): Doc | null {
  if (part === "answer") return app.answerOf(exchangeId);
  if (part === "request") return app.requestOf(exchangeId);
  if (part === "timeline") return app.whyOf(exchangeId);
  return app.codeFor(exchangeId, part);
}
