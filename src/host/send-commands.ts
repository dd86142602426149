// The commands around sending: open, try, send, cancel, choose. Each guards itself and says why it does nothing.
import * as vscode from "vscode";
import type { App } from "../app/api.ts";
import type { Intent } from "../protocol/intents.ts";
import type { CardView, Snapshot } from "../protocol/snapshot.ts";
import type { Commands } from "./command-ids.ts";
import { carryOut, type Tools } from "./intents.ts";

type Ids =
  | "openPlayground"
  | "trySimulator"
  | "send"
  | "sendAgain"
  | "cancel"
  | "cancelAll"
  | "keepForLater"
  | "sendKept"
  | "discardKept"
  | "actOnCard"
  | "whyWaiting"
  | "chooseProvider"
  | "chooseAccount"
  | "chooseAction";
type Can = CardView["can"][number];

/** Which provider a first try uses: its answer to a short text is a sound at once. */
const FIRST_TRY = "sauti";

/** The commands around sending. */
export function sendCommands(tools: Tools): Commands<Ids> {
  const { t } = tools;
  const open = () => vscode.commands.executeCommand("headroom.playground.focus");
  const say = (sentence: string) => void vscode.window.showInformationMessage(sentence);

  const onCard = async (can: Can, title: string, nothing: string) => {
    const app = await tools.app.get();
    const cards = app.snapshot().cards.filter((card) => card.can.includes(can));
    const card = cards.length > 1 ? await chooseCard(cards, title) : cards[0];
    if (cards.length === 0) say(nothing);
    else if (card !== undefined) await carryOut(tools, { type: can, cardId: card.id });
  };

  const choose = async (
    title: string,
    options: (snapshot: Snapshot) => readonly { value: string; title: string; detail?: string | undefined }[],
    intent: (value: string) => Intent,
  ) => {
    const app = await tools.app.get();
    const choices = options(app.snapshot()).map((one) => ({
      label: one.title,
      description: one.detail ?? "",
      value: one.value,
    }));
    const chosen = await vscode.window.showQuickPick(choices, { title, matchOnDescription: true });
    if (chosen === undefined) return;
    await carryOut(tools, intent(chosen.value));
    await open();
  };

  return {
    openPlayground: open,
    trySimulator: async () => {
      await open();
      const app = await tools.app.get();
      const account = app.accounts.list().find((one) => one.simulated && one.providerId === FIRST_TRY);
      if (account === undefined) return;
      app.receive({ type: "chooseProvider", providerId: account.providerId });
      app.receive({ type: "chooseAccount", accountId: account.id });
      const first = app.snapshot().actions[0];
      if (first !== undefined) app.receive({ type: "chooseAction", actionId: first.value });
      sendForm(app, say, t("Fill in what is marked, then send."));
    },
    send: async () =>
      sendForm(await tools.app.get(), say, t("The form is not complete: look at the playground.")),
    sendAgain: async () => {
      const app = await tools.app.get();
      if (app.history.list({ limit: 1 }).length === 0) say(t("Nothing has been sent yet."));
      else app.sendAgain();
    },
    cancel: () => onCard("cancel", t("Cancel Waiting Request"), t("Nothing waits in this editor window.")),
    keepForLater: () =>
      onCard("keep", t("Keep Waiting Request for Later"), t("Nothing waits in this editor window.")),
    sendKept: () => onCard("sendKept", t("Send Kept Request Now"), t("Nothing is kept for later.")),
    discardKept: () => onCard("discard", t("Discard Kept Request"), t("Nothing is kept for later.")),
    cancelAll: async () => {
      const count = (await tools.app.get()).cancelAll();
      say(
        count === 0
          ? t("Nothing waits in this editor window.")
          : t("Cancelled: {count}. Nothing of it was sent.", { count }),
      );
    },
    actOnCard: async () => {
      const app = await tools.app.get();
      const cards = app.snapshot().cards.filter((card) => card.can.length > 0);
      if (cards.length === 0) return say(t("No request or job is shown in the playground."));
      const card = await chooseCard(cards, t("Choose a Request or Job"));
      if (card === undefined) return;
      const titles = canTitles(tools);
      const can = await vscode.window.showQuickPick(
        card.can.map((one) => ({ label: titles[one], value: one })),
        { title: card.title },
      );
      if (can !== undefined) await carryOut(tools, { type: can.value, cardId: card.id });
    },
    whyWaiting: async () => {
      const app = await tools.app.get();
      const cards = app.snapshot().cards.filter((card) => card.wait !== null);
      const card = cards.length > 1 ? await chooseCard(cards, t("Why does it wait?")) : cards[0];
      if (card !== undefined) return carryOut(tools, { type: "why", cardId: card.id });
      if (cards.length > 0) return;
      const forecast = app.forecast();
      say(
        forecast === null
          ? t("Nothing waits.")
          : t("Nothing waits. The next request: {forecast}", { forecast }),
      );
    },
    chooseProvider: () =>
      choose(
        t("Choose Provider"),
        (now) => now.providers,
        (providerId) => ({ type: "chooseProvider", providerId }),
      ),
    chooseAccount: () =>
      choose(
        t("Choose Account"),
        (now) => now.accounts,
        (accountId) => ({ type: "chooseAccount", accountId }),
      ),
    chooseAction: () =>
      choose(
        t("Choose Action"),
        (now) => now.actions.map((one) => ({ ...one, detail: one.group })),
        (actionId) => ({ type: "chooseAction", actionId }),
      ),
  };
}

/** Sends the form as it stands; says why not where it cannot be sent. */
function sendForm(app: App, say: (sentence: string) => void, otherwise: string): void {
  const form = app.snapshot().form;
  if (form?.canSend) app.receive({ type: "send", actionId: form.actionId, values: form.values });
  else say(form?.blocked ?? otherwise);
}

async function chooseCard(cards: readonly CardView[], title: string): Promise<CardView | undefined> {
  const choices = cards.map((card) => ({
    label: card.title,
    description: `${card.providerName} · ${card.stateTitle}`,
    detail: card.wait?.sentence ?? card.problem?.sentence ?? card.detail,
    card,
  }));
  return (
    await vscode.window.showQuickPick(choices, { title, matchOnDescription: true, matchOnDetail: true })
  )?.card;
}

function canTitles({ t }: Tools): Readonly<Record<Can, string>> {
  return {
    cancel: t("Cancel"),
    keep: t("Keep for Later"),
    sendKept: t("Send Now"),
    discard: t("Discard"),
    stopWatching: t("Stop Watching"),
    watchAgain: t("Watch Again"),
    confirm: t("Confirm and Go On"),
    check: t("Check at the Provider"),
    resend: t("Send Again with the Same Key"),
    giveUp: t("Give Up"),
    sendAgain: t("Send Again as a New Request"),
    copyCode: t("Copy as Code"),
    openRequest: t("Open Request"),
    openAnswer: t("Open Answer"),
    openAbout: t("Read About It in the Documentation"),
    why: t("Show Timeline"),
    dismiss: t("Remove from the Playground"),
  };
}
