// Carries out what the page asks for: what needs the editor here, the rest in the app. It decides nothing else.
import * as vscode from "vscode";
import { type App, type CodeLanguage, isHostIntent } from "../app/api.ts";
import type { Translate } from "../app/ports.ts";
import type { Intent } from "../protocol/intents.ts";
import type { Documents } from "./documents.ts";
import { openResult, pickFile, revealResult, saveResult } from "./files.ts";
import type { LazyApp } from "./lazy-app.ts";
import type { WalkthroughStep } from "./walkthrough.ts";

/** What intents are carried out with. */
export interface Tools {
  readonly app: LazyApp;
  readonly documents: Documents;
  readonly t: Translate;
  /** Hears which step of the walkthrough was done. */
  readonly did: (step: WalkthroughStep) => void;
}

/** Carries out one intent. The id of a card is the id of its exchange. */
export async function carryOut(tools: Tools, intent: Intent): Promise<void> {
  const { documents, t } = tools;
  const app = await tools.app.get();
  if (!isHostIntent(intent)) return app.receive(intent);
  switch (intent.type) {
    case "ready":
      return;
    case "addAccount":
      await vscode.commands.executeCommand("headroom.addAccount");
      return;
    case "pickFile":
      return pickFile(app, intent.field, t);
    case "saveResult":
      return saveResult(app, intent.resultId, t);
    case "revealResult":
      return revealResult(app, intent.resultId, t);
    case "openResult":
      return openResult(app, intent.resultId, t);
    case "openRequest":
      return documents.open(intent.cardId, "request");
    case "openAnswer":
      return documents.open(intent.cardId, "answer");
    case "openAbout":
      return openAbout(app, intent.cardId);
    case "why":
      return documents.open(intent.cardId, "timeline");
    case "copyCode": {
      const language = await chooseLanguage(t);
      if (language !== undefined) await copyCode(tools, app, intent.cardId, language);
      return;
    }
    case "runNotice":
      return runNotice(app, intent.id);
  }
}

/** Copies an exchange as code to the clipboard and says so in the status bar. */
export async function copyCode(
  { did, t }: Pick<Tools, "did" | "t">,
  app: App,
  exchangeId: string,
  language: CodeLanguage,
): Promise<void> {
  const doc = app.codeFor(exchangeId, language);
  if (doc === null) {
    void vscode.window.showInformationMessage(
      t("There is nothing to copy: the request is no longer in the history, or its job was begun elsewhere."),
    );
    return;
  }
  await vscode.env.clipboard.writeText(doc.text);
  did("copy");
  vscode.window.setStatusBarMessage(t("$(check) Copied {title}", { title: doc.title }), 4_000);
}

/** Opens the provider's page on what went wrong in the browser; the address comes from the profile alone. */
async function openAbout(app: App, exchangeId: string): Promise<void> {
  const link = app.history.get(exchangeId)?.problem?.link;
  if (link?.startsWith("https:")) await vscode.env.openExternal(vscode.Uri.parse(link, true));
}

async function chooseLanguage(t: Translate): Promise<CodeLanguage | undefined> {
  const choices: readonly (vscode.QuickPickItem & { value: CodeLanguage })[] = [
    { label: "cURL", description: t("one call, for a terminal"), value: "curl" },
    {
      label: "TypeScript",
      description: t("with the waiting and the retries the API asks for"),
      value: "typescript",
    },
    { label: "Python", description: t("with the waiting and the retries the API asks for"), value: "python" },
  ];
  return (await vscode.window.showQuickPick(choices, { title: t("Copy as Code") }))?.value;
}

/** Runs what a notice offers, with the notice's id: only Headroom's own commands. */
async function runNotice(app: App, id: string): Promise<void> {
  const command = app.snapshot().notices.find((one) => one.id === id)?.action?.command;
  if (command?.startsWith("headroom.")) await vscode.commands.executeCommand(command, id);
}
