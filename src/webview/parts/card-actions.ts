// What a person can do with a card now, as quiet links in the order that the host gives. It must not decide what is allowed.
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Intent } from "../../protocol/intents.ts";
import type { CardView } from "../../protocol/snapshot.ts";
import type { Page } from "../base/page.ts";

type Act = CardView["can"][number];

/** The words on a link. */
export function wordsFor(act: Act, { t }: Page): string {
  const words: Record<Act, string> = {
    cancel: t("Cancel"),
    keep: t("Keep for later"),
    sendKept: t("Send now"),
    discard: t("Discard"),
    stopWatching: t("Stop watching"),
    watchAgain: t("Watch again"),
    confirm: t("Confirm"),
    check: t("Check"),
    resend: t("Resend"),
    giveUp: t("Give up"),
    sendAgain: t("Send again"),
    copyCode: t("Copy as code"),
    openRequest: t("Open request"),
    openAnswer: t("Open answer"),
    openAbout: t("Documentation"),
    why: t("Why?"),
    dismiss: t("Dismiss"),
  };
  return words[act];
}

/** The intent of an act on a card; what a person wrote goes along with `confirm`. */
export function intentFor(act: Act, card: CardView, { edits }: Page): Intent {
  const cardId = card.id;
  if (act !== "confirm" || card.ask?.kind !== "edit") return { type: act, cardId };
  const { edit } = card.ask;
  return { type: act, cardId, ...(edit === undefined ? {} : { edit }), ...edits.given(card) };
}

/** What `can` names, less what the card shows as buttons elsewhere. */
export function actsOf(card: CardView, shown: readonly Act[]): readonly Act[] {
  return card.can.filter((act) => !shown.includes(act));
}

/** A link for each act; Tab goes to them unless they are not `reachable`. One element stays one act: a click on "Cancel" must not find "Send again" in its place. */
export function linksFor(acts: readonly Act[], card: CardView, page: Page, reachable = true) {
  return repeat(
    acts,
    (act) => act,
    (act) => html`<button
      class="link"
      tabindex=${reachable ? nothing : "-1"}
      aria-label=${`${wordsFor(act, page)}: ${card.title}`}
      @click=${() => page.post(intentFor(act, card, page))}
    >
      ${wordsFor(act, page)}
    </button>`,
  );
}
