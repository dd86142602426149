// The commands on the history and on results. From the tree they get an entry, from the palette they ask for one.
import * as vscode from "vscode";
import type { App, CodeLanguage } from "../app/api.ts";
import type { Exchange } from "../core/jobs/stores.ts";
import type { CardView, ResultView } from "../protocol/snapshot.ts";
import type { Commands } from "./command-ids.ts";
import type { Part } from "./documents.ts";
import { openResult, revealResult, saveResult } from "./files.ts";
import { stockLines, sureToRemove } from "./forget.ts";
import { exportHistory } from "./history-export.ts";
import { chooseFilter, filterTitle } from "./history-filter.ts";
import type { HistoryFilter, HistoryTree } from "./history-tree.ts";
import { copyCode, type Tools } from "./intents.ts";

type Ids =
  | "openHistoryEntry"
  | "searchHistory"
  | "filterHistory"
  | "clearSearch"
  | "showMore"
  | "exportHistory"
  | "clearHistory"
  | "openAnswer"
  | "openRequest"
  | "openTimeline"
  | "resend"
  | "copyAsCurl"
  | "copyAsTypeScript"
  | "copyAsPython"
  | "deleteHistoryEntry"
  | "saveResult"
  | "revealResult"
  | "openResult";

/** How many exchanges a list to choose from holds. */
const LISTED = 200;

/** The commands on the history and on results. `version` is named in what is exported. */
export function historyCommands(
  tools: Tools,
  tree: HistoryTree,
  filtered: (on: boolean) => void,
  version: string,
): Commands<Ids> {
  const { t, documents } = tools;
  /** From the palette the entry that is selected in the view is meant, where there is one. */
  const orSelected = (entry: unknown) =>
    entry ?? (tree.selected === null ? undefined : { exchange: tree.selected });
  const open = (part: Part, title: string) => async (entry?: unknown) => {
    const exchange = await chosen(await tools.app.get(), orSelected(entry), title, tools);
    if (exchange !== null) await documents.open(exchange.id, part);
  };
  const copy = (language: CodeLanguage, title: string) => async (entry?: unknown) => {
    const app = await tools.app.get();
    const exchange = await chosen(app, orSelected(entry), title, tools);
    if (exchange !== null) await copyCode(tools, app, exchange.id, language);
  };
  /** Lists what fits, and says beside the view's name what was asked for. */
  const list = async (filter: HistoryFilter) => {
    const app = await tools.app.get();
    tree.show(filter, filterTitle(filter, app.accounts.providers(), t));
    filtered(Object.keys(filter).length > 0);
    await vscode.commands.executeCommand("headroom.history.focus");
  };
  const onResult =
    (work: (app: App, resultId: string) => Promise<void>, title: string) => async (entry?: unknown) => {
      const app = await tools.app.get();
      const { selected } = tree;
      const given = selected !== null && resultsOf(app, { exchange: selected }).length > 0;
      const results = resultsOf(app, given ? orSelected(entry) : entry);
      const id = results.length > 1 ? await chooseResult(results, title) : results[0]?.id;
      if (results.length === 0) void vscode.window.showInformationMessage(t("No result is on disk yet."));
      else if (id !== undefined) await work(app, id);
    };

  return {
    openHistoryEntry: async (entry) => {
      const app = await tools.app.get();
      const exchange = await chosen(app, entry, t("Open History Entry"), tools);
      if (exchange === null) return;
      app.reveal(exchange.id);
      await vscode.commands.executeCommand("headroom.playground.focus");
    },
    searchHistory: async () => {
      const text = await vscode.window.showInputBox({
        title: t("Search History"),
        prompt: t("Words of the text, the action, the problem or the answer's status"),
        value: tree.filter.text ?? "",
      });
      if (text === undefined) return;
      const { text: _, ...rest } = tree.filter;
      const words = text.trim();
      await list(words === "" ? rest : { ...rest, text: words });
    },
    filterHistory: async () => {
      const chosen = await chooseFilter(tree.filter, (await tools.app.get()).accounts.providers(), t);
      if (chosen !== null) await list(chosen);
    },
    clearSearch: () => list({}),
    showMore: (entry) => tree.more(entry),
    exportHistory: async () => {
      const app = await tools.app.get();
      const narrowed = filterTitle(tree.filter, app.accounts.providers(), t);
      await exportHistory(app, tree.filter, { narrowed, version, t });
    },
    clearHistory: async () => {
      const app = await tools.app.get();
      const rest = t(
        "Requests that have ended go, with their results on disk. What is under way or kept for later stays.",
      );
      const lines = [...stockLines(app, t), "", rest];
      const question = { question: t("Clear the history?"), lines, yes: t("Clear History") };
      if (await sureToRemove(question, t)) await app.history.clear();
    },
    openAnswer: open("answer", t("Open Answer")),
    openRequest: open("request", t("Open Request")),
    openTimeline: open("timeline", t("Show Timeline")),
    resend: async (entry) => {
      const app = await tools.app.get();
      const exchange = await chosen(app, entry, t("Send Again"), tools);
      if (exchange === null) return;
      app.sendAgain(exchange.id);
      await vscode.commands.executeCommand("headroom.playground.focus");
    },
    copyAsCurl: copy("curl", t("Copy as cURL")),
    copyAsTypeScript: copy("typescript", t("Copy as TypeScript")),
    copyAsPython: copy("python", t("Copy as Python")),
    deleteHistoryEntry: async (entry) => {
      const app = await tools.app.get();
      const exchange = await chosen(app, entry, t("Delete History Entry"), tools);
      if (exchange !== null) await app.history.remove(exchange.id);
    },
    saveResult: onResult((app, id) => saveResult(app, id, t), t("Save Result")),
    revealResult: onResult((app, id) => revealResult(app, id, t), t("Reveal Result")),
    openResult: onResult((app, id) => openResult(app, id, t), t("Open Result")),
  };
}

/** What a document's link or a tree entry means; from the palette the newest result. */
function resultsOf(app: App, entry: unknown): readonly { readonly id: string; readonly title: string }[] {
  const { resultId, exchange } = (entry ?? {}) as { resultId?: unknown; exchange?: Exchange };
  if (typeof resultId === "string") return [{ id: resultId, title: "" }];
  if (exchange !== undefined) return app.history.describe(exchange).results;
  const last = lastResult(app.snapshot().cards);
  return last === null ? [] : [last];
}

async function chooseResult(
  results: readonly { readonly id: string; readonly title: string }[],
  title: string,
): Promise<string | undefined> {
  const choices = results.map((one) => ({ label: one.title, id: one.id }));
  return (await vscode.window.showQuickPick(choices, { title }))?.id;
}

/** The newest result that lies on disk. */
export function lastResult(cards: readonly CardView[]): ResultView | null {
  const sorted = cards.toSorted((a, b) => b.createdAt - a.createdAt);
  return sorted.flatMap((card) => card.results).find((result) => result.src !== null) ?? null;
}

/** The exchange of a tree entry, or the one that the person chooses from a list; null for none. */
async function chosen(app: App, entry: unknown, title: string, { t }: Tools): Promise<Exchange | null> {
  const id = (entry as { exchange?: { id?: unknown } } | undefined)?.exchange?.id;
  if (typeof id === "string") return app.history.get(id);
  const exchanges = app.history.list({ limit: LISTED });
  if (exchanges.length === 0) {
    void vscode.window.showInformationMessage(t("Nothing has been sent yet."));
    return null;
  }
  const choices = exchanges.map((exchange) => {
    const { at, words, detail } = app.history.describe(exchange);
    const label = `${at} ${words === "" ? exchange.title : words}`;
    return { label, description: words === "" ? "" : exchange.title, detail, exchange };
  });
  const choice = await vscode.window.showQuickPick(choices, {
    title,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return choice?.exchange ?? null;
}
