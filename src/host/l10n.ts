// The person's language: sentences through the editor's own bundle, numbers and times through Intl. No sentence is
// written here.
import * as vscode from "vscode";
import type { Translate } from "../app/ports.ts";

/** Translates an English sentence with {name} places into the editor's language. */
export const translate: Translate = (sentence, values) =>
  values === undefined ? vscode.l10n.t(sentence) : vscode.l10n.t(sentence, { ...values });

/** The page's strings in the editor's language, English text as the key; empty where the editor speaks English. */
export function pageStrings(): Record<string, string> {
  return { ...vscode.l10n.bundle };
}
