// Every intent finds its function here. No logic beyond that.
import { isSendable } from "./adopt.ts";
import type { AppIntent } from "./api.ts";
import { begin } from "./begin.ts";
import { actionOf, placeOfStored } from "./context.ts";
import { notify, type Parts } from "./parts.ts";

/** Carries out an intent. What goes wrong at the provider stands in the next snapshot; only mistakes of ours throw. */
export function carryOut(parts: Parts, intent: AppIntent): void | Promise<void> {
  const { playground, choices, decisions, work, notices, dismissed } = parts;
  switch (intent.type) {
    case "chooseProvider":
    case "chooseAccount":
    case "chooseKey":
    case "chooseAction":
      playground.choose(intent);
      break;
    case "draft":
      playground.setDraft(intent.actionId, intent.values);
      break;
    case "loadChoices":
      return choices.load(intent.field);
    case "send": {
      const id = send(parts, intent);
      if (id !== null) work.run(id);
      break;
    }
    case "cancel":
      return decisions.cancel(intent.cardId);
    case "keep":
      decisions.keep(intent.cardId);
      break;
    case "sendKept":
      decisions.sendKept(intent.cardId);
      break;
    case "discard":
      decisions.discard(intent.cardId);
      dismissed.add(intent.cardId);
      break;
    case "stopWatching":
      decisions.stopWatching(intent.cardId);
      break;
    case "watchAgain":
      decisions.watchAgain(intent.cardId);
      break;
    case "edit":
      decisions.edit(intent.cardId, intent);
      break;
    case "confirm": {
      const wrong = decisions.confirm(intent.cardId, intent);
      if (wrong !== null) parts.context.say(wrong);
      break;
    }
    case "check":
      return decisions.check(intent.cardId);
    case "resend":
      decisions.resend(intent.cardId);
      break;
    case "giveUp":
      decisions.giveUp(intent.cardId);
      break;
    case "sendAgain":
      sendAgain(parts, intent.cardId);
      break;
    case "dismiss":
      dismissed.add(intent.cardId);
      break;
    case "useAsInput":
      useAsInput(parts, intent.resultId);
      break;
    case "playing":
      return parts.storage.used(intent.resultId);
    case "fetchResult":
      return decisions.fetch(intent.resultId);
    case "dismissNotice":
      notices.delete(intent.id);
      break;
  }
}

/** Sends the form, each wish of the page's once, and never from another account than the person was shown; null where not. */
function send(parts: Parts, intent: Extract<AppIntent, { type: "send" }>): string | null {
  const { context, playground } = parts;
  const { t, exchanges } = context.ports;
  const { actionId, values, sendId, accountId } = intent;
  // The wish names its exchange, so that it is known again after a restart, too.
  const id = sendId === undefined ? undefined : `x-${sendId}`;
  if (id !== undefined && exchanges.get(id) !== null) return null;
  const now = playground.place?.account;
  if (accountId === undefined || now?.id === accountId) {
    parts.notices.delete("send");
    return playground.send(actionId, values, id);
  }
  const sentence = t("Nothing was sent: the account is {account} by now. Send again if that is meant.", {
    account: now?.name ?? "",
  });
  notify(parts, { id: "send", level: "warning", sentence, action: null });
  context.say(sentence);
  return null;
}

/** The input of an exchange once more, as a new one with a fresh idempotency key. */
export function sendAgain(parts: Parts, exchangeId?: string): void {
  const { context, playground, work, dismissed } = parts;
  const { exchanges } = context.ports;
  const { providerId } = playground.chosen;
  const exchange =
    exchangeId === undefined
      ? (exchanges.list({ providerIds: [providerId], limit: 1 })[0] ?? null)
      : exchanges.get(exchangeId);
  const place = exchange === null ? null : placeOfStored(context, exchange);
  const action = exchange === null || place === null ? null : actionOf(place.profile, exchange.actionId);
  if (exchange === null || place === null || action === null) return;
  // A new request has a new key: before the doubt is settled it could be charged twice.
  if (exchange.state === "outcomeUnknown" && action.charged) {
    const sentence = context.ports.t(
      "Whether {title} was done is unknown: decide on its card first, then send it again.",
      { title: exchange.title },
    );
    notify(parts, { id: "send-again", level: "warning", sentence, action: null });
    return;
  }
  if (!isSendable(action, exchange.input)) {
    const sentence = context.ports.t("{title} was begun elsewhere: nobody knows with which input.", {
      title: exchange.title,
    });
    notify(parts, { id: "send-again", level: "info", sentence, action: null });
    return;
  }
  // The card of what was cancelled has done its duty.
  if (exchange.state === "cancelled") dismissed.add(exchange.id);
  work.run(begin(context, place, action, exchange.input));
  context.changed();
}

/** Cancels everything of this editor window that has not left; returns how many. */
export function cancelAll({ work, context }: Parts): number {
  const waiting = work.ids().filter((id) => context.ports.jobs.get(id)?.stage === "send");
  return waiting.filter((id) => work.abort(id, "person")).length;
}

function useAsInput(parts: Parts, resultId: string): void {
  const { results, t } = parts.context.ports;
  const result = results.get(resultId);
  if (result !== null && parts.playground.useAsInput(result)) return;
  const sentence = t("No form of this provider takes this result as input.");
  notify(parts, { id: "use-as-input", level: "info", sentence, action: null });
}
