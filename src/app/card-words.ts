// The words on a card: its state, what it asks, what is odd about a result. Sentences only; state in, text out.
import type { Result } from "../core/jobs/model.ts";
import type { CardView } from "../protocol/snapshot.ts";
import type { Translate } from "./ports.ts";

/** A card's state in a word or two. */
export function stateTitle(
  t: Translate,
  state: CardView["state"],
  word: string | null,
  watched: boolean,
): string {
  if (!watched && (state === "queued" || state === "running")) return t("Not watched");
  const titles: Record<CardView["state"], string> = {
    waiting: t("Waiting"),
    sending: t("Sending"),
    queued: t("Queued at the provider"),
    running: t("Running"),
    fetching: t("Fetching the result"),
    decide: t("Your decision"),
    kept: t("Kept for later"),
    succeeded: t("Done"),
    failed: t("Failed"),
    cancelled: t("Cancelled"),
    unknown: t("Outcome unknown"),
    lost: t("Lost"),
  };
  return word === null || state !== "running"
    ? titles[state]
    : t("{state}: {word}", { state: titles[state], word });
}

/** What is asked before a text goes on: to look it over. */
export function editSentence(t: Translate, title: string): string {
  return t("Check “{title}”, change it if you like, and confirm.", { title });
}

/** What is asked before a charged step: whether to spend it. `priced` tells that the price stands below. */
export function confirmSentence(t: Translate, simulated: boolean, priced: boolean): string {
  if (simulated)
    return t("The next step would be charged; this account is simulated, so it costs nothing. Go on?");
  return priced
    ? t("The next step is charged, as stands below. Go on?")
    : t("The next step is charged. Go on?");
}

/** What the editor cannot do with a result; null where it can all. */
export function resultNotice(
  t: Translate,
  { mediaType, file, left }: Pick<Result, "mediaType" | "file" | "left">,
): string | null {
  if (file === null)
    return left === true ? t("The file has left the disk to make room for newer results.") : null;
  if (mediaType === "video/mp4" || mediaType === "video/quicktime")
    return t("The editor plays this video without AAC sound; open it outside to hear it.");
  if (mediaType === "audio/mp4" || mediaType === "audio/aac")
    return t("The editor cannot play AAC sound; open it outside.");
  if (mediaType === "audio/aiff") return t("The editor cannot play AIFF; open it outside.");
  return null;
}
