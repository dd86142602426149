// Says what failed, in one sentence with its cause and a way to the log. It must not repeat itself.
import * as vscode from "vscode";
import type { Translate } from "../app/ports.ts";
import type { Log } from "./log.ts";

/** The words of an error. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Shows a sentence and offers the log. */
async function sayFailed(sentence: string, log: Pick<Log, "show">, t: Translate): Promise<void> {
  const show = t("Show Log");
  if ((await vscode.window.showErrorMessage(sentence, show)) === show) log.show();
}

/** Logs and says what kept a wish of the person's from being done. `what` is for the log alone. */
export function couldNot(what: string, cause: unknown, log: Pick<Log, "show" | "error">, t: Translate): void {
  log.error(`${what} failed`, cause);
  void sayFailed(t("Headroom could not do that: {cause}", { cause: causeOf(cause) }), log, t);
}

/** Logs every failed start, and says the first one: each view asks again for the app, and would say it again. `folder` holds the database. */
export function startFailures(
  log: Pick<Log, "show" | "error">,
  t: Translate,
  folder: string,
): (error: unknown) => void {
  let said = false;
  return (error) => {
    log.error("Headroom could not start", error);
    if (said) return;
    said = true;
    const sentence = t(
      "Headroom could not start: {cause} Its files lie in {folder}. Put that right, then open the playground again.",
      {
        cause: `${causeOf(error).replace(/[.\s]*$/, "")}.`,
        folder,
      },
    );
    void sayFailed(sentence, log, t);
  };
}
