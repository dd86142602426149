// What the history is narrowed down to, as a person chooses it from one list and as it is then said. It lists nothing itself.
import * as vscode from "vscode";
import type { ProviderInfo } from "../app/api.ts";
import type { Translate } from "../app/ports.ts";
import type { ExchangeState } from "../core/jobs/model.ts";
import type { HistoryFilter } from "./history-tree.ts";

/** States as a person thinks of them. */
function stateGroups(
  t: Translate,
): readonly { readonly label: string; readonly states: readonly ExchangeState[] }[] {
  return [
    { label: t("Under way"), states: ["intent", "waiting", "sent", "accepted"] },
    { label: t("Kept for later"), states: ["kept"] },
    { label: t("Done"), states: ["done"] },
    { label: t("Failed or refused"), states: ["failed", "refused"] },
    { label: t("Outcome unknown"), states: ["outcomeUnknown"] },
    { label: t("Cancelled"), states: ["cancelled"] },
  ];
}

type Pick = vscode.QuickPickItem & {
  readonly providerId?: string;
  readonly states?: readonly ExchangeState[];
};

/** Lets the person tick APIs and states; words that are searched for stay. Null where nothing was decided. */
export async function chooseFilter(
  now: HistoryFilter,
  providers: readonly ProviderInfo[],
  t: Translate,
): Promise<HistoryFilter | null> {
  const picks: Pick[] = [
    { label: t("API"), kind: vscode.QuickPickItemKind.Separator },
    ...providers.map(({ id, name }) => ({
      label: name,
      providerId: id,
      picked: now.providerIds?.includes(id) ?? false,
    })),
    { label: t("State"), kind: vscode.QuickPickItemKind.Separator },
    ...stateGroups(t).map(({ label, states }) => ({
      label,
      states,
      picked: states.every((one) => now.states?.includes(one)),
    })),
  ];
  const chosen = await vscode.window.showQuickPick(picks, {
    title: t("Filter History"),
    placeHolder: t("Tick APIs and states; none for all"),
    canPickMany: true,
  });
  if (chosen === undefined) return null;
  const providerIds = chosen.flatMap((one) => one.providerId ?? []);
  const states = chosen.flatMap((one) => one.states ?? []);
  return {
    ...(now.text === undefined ? {} : { text: now.text }),
    ...(providerIds.length === 0 ? {} : { providerIds }),
    ...(states.length === 0 ? {} : { states }),
  };
}

/** Search and filter in a few words, what was searched for first, as `“habari” · SAUTI · Done`; empty for none. */
export function filterTitle(
  { providerIds = [], states = [], text }: HistoryFilter,
  providers: readonly ProviderInfo[],
  t: Translate,
): string {
  const names = providers.filter((one) => providerIds.includes(one.id)).map((one) => one.name);
  const groups = stateGroups(t).filter((one) => one.states.every((state) => states.includes(state)));
  const parts = [
    text === undefined ? "" : `“${text}”`,
    names.join(", "),
    groups.map((one) => one.label).join(", "),
  ];
  return parts.filter((one) => one !== "").join(" · ");
}
