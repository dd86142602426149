// The commands of the manifest as a type, so that none can be forgotten: whoever registers must give all of them.
import * as vscode from "vscode";
import type { Translate } from "../app/ports.ts";
import { couldNot } from "./failures.ts";
import type { Log } from "./log.ts";

/** Every command, without the prefix `headroom.`; equal to the manifest's, which a test holds. */
export const COMMANDS = [
  "openPlayground",
  "trySimulator",
  "send",
  "sendAgain",
  "cancel",
  "cancelAll",
  "keepForLater",
  "sendKept",
  "discardKept",
  "actOnCard",
  "whyWaiting",
  "chooseProvider",
  "chooseAccount",
  "chooseAction",
  "addAccount",
  "addKey",
  "renameAccount",
  "renameKey",
  "changePlan",
  "forgetKey",
  "forgetAccount",
  "forgetEverything",
  "setLimit",
  "resetLimit",
  "keepLimit",
  "adoptJob",
  "openDocs",
  "openHistoryEntry",
  "searchHistory",
  "filterHistory",
  "clearSearch",
  "showMore",
  "exportHistory",
  "clearHistory",
  "openAnswer",
  "openRequest",
  "openTimeline",
  "resend",
  "copyAsCurl",
  "copyAsTypeScript",
  "copyAsPython",
  "deleteHistoryEntry",
  "saveResult",
  "revealResult",
  "openResult",
  "setStorage",
  "showLog",
  "restartSimulator",
] as const;

export type CommandId = (typeof COMMANDS)[number];
/** What a command does; the argument is the tree's entry, or nothing from the palette. */
export type Commands<Id extends CommandId = CommandId> = {
  readonly [id in Id]: (entry?: unknown) => unknown;
};

/** Registers all commands; what one throws is logged and said in one sentence. */
export function registerCommands(commands: Commands, log: Log, t: Translate): vscode.Disposable {
  return vscode.Disposable.from(
    ...COMMANDS.map((id) =>
      vscode.commands.registerCommand(`headroom.${id}`, async (entry?: unknown) => {
        try {
          return await commands[id](entry);
        } catch (error) {
          couldNot(`The command ${id}`, error, log, t);
          return undefined;
        }
      }),
    ),
  );
}
