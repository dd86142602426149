// A moment of a timeline as a sentence: what happened, on what evidence. No word that only the stores know may stand in it.
import type { ExchangeState } from "../core/jobs/model.ts";
import type { Moment } from "../core/jobs/stores.ts";
import { said } from "../core/profile/said.ts";
import type { Policy } from "../core/quota/model.ts";
import { sourceOf, whyOf } from "../core/quota/why.ts";
import type { Voice } from "./sentences.ts";
import { attemptWords, causeName, refusalName, sourceName, whyLine } from "./why-words.ts";

/** What a moment is told with. `policies` are those of its account, as far as they are known. */
export interface MomentAbout {
  readonly providerName: string;
  readonly remoteId: string | null;
  readonly policies: readonly Policy[];
  /** When the person was asked last before it; null where they were not. Epoch ms. */
  readonly askedAt: number | null;
}

/** One moment in words. */
export function momentSentence(voice: Voice, about: MomentAbout, moment: Moment): string {
  const { t, format } = voice;
  switch (moment.what) {
    case "waiting": {
      const { wait, at: now } = moment;
      const { providerName, policies } = about;
      const waiting = { id: "", accountId: "", since: moment.since ?? now, wait };
      return whyLine(voice, { providerName, why: whyOf(waiting, [], policies), now });
    }
    case "sent":
      return moment.call === undefined
        ? t("Sent, attempt {attempt}.", { attempt: moment.attempt })
        : t("{call}: sent, attempt {attempt}.", { call: moment.call, attempt: moment.attempt });
    case "answered": {
      const { status, headers, gotAt, sentAt } = moment.head;
      const limits = Object.entries(headers).filter(([name]) =>
        /ratelimit|rate-limit|retry-after/i.test(name),
      );
      const said = limits.map(([name, value]) => `${name}: ${value}`).join(", ");
      const took = format.duration(Math.max(0, gotAt - sentAt));
      return said === ""
        ? t("Answered {status} after {took}; no word on limits.", { status, took })
        : t("Answered {status} after {took}; {said}.", { status, took, said });
    }
    case "refused": {
      const { kind, until, evidence } = moment.refusal;
      const words = { why: refusalName(voice, kind), evidence: sourceName(voice, sourceOf(evidence)) };
      return until === null
        ? t("Refused: {why} ({evidence}); no instant was given.", words)
        : t("Refused until {at}: {why} ({evidence}).", { ...words, at: format.clock(until, moment.at) });
    }
    case "retrying":
      return [
        moment.until <= moment.at
          ? t("Tries again: {why}.", { why: causeName(voice, moment.cause) })
          : t("Goes again at {at}: {why}.", {
              at: format.clock(moment.until, moment.at),
              why: causeName(voice, moment.cause),
            }),
        moment.attempt === undefined
          ? ""
          : attemptWords(voice, { attempt: moment.attempt, most: moment.most ?? null }),
      ]
        .filter((one) => one !== "")
        .join(" ");
    case "left":
      return t(
        "{title} ({size}) was removed to stay within {bound} on disk. The setting headroom.storage.maxMegabytes raises that bound.",
        { title: moment.title, size: format.bytes(moment.bytes), bound: format.bytes(moment.bound) },
      );
    case "state":
      return moment.note === null
        ? stateSentence(voice, moment.state)
        : noteSentence(voice, about, moment, moment.note);
  }
}

function stateSentence({ t }: Voice, state: ExchangeState): string {
  switch (state) {
    case "intent":
      return t("Stored, before anything was sent.");
    case "waiting":
      return t("Looked whether the limits leave room for it.");
    case "sent":
      return t("On the wire.");
    case "accepted":
      return t("The provider took it.");
    case "outcomeUnknown":
      return t("Whether the provider did it is unknown.");
    case "kept":
      return t("Kept for later.");
    case "done":
      return t("Done.");
    case "failed":
      return t("Failed.");
    case "refused":
      return t("Refused for good.");
    case "cancelled":
      return t("Cancelled.");
  }
}

/** A note says more than the state it stands with; what is no note of ours is the provider's own word. */
function noteSentence(
  voice: Voice,
  about: MomentAbout,
  { state, at }: Extract<Moment, { what: "state" }>,
  note: string,
): string {
  const { t } = voice;
  const [word, rest = ""] = note.split(/ (.*)/s);
  const id = said(rest);
  switch (word) {
    case "found":
      return t("Found at the provider as {id}.", { id });
    case "adopted":
      return t("Adopted as {id}.", { id });
  }
  switch (note) {
    case about.remoteId:
      return t("The provider took it as {id}.", { id: said(note) });
    case "person":
      return t("Cancelled by you.");
    case "later":
      return t("Kept for later by you.");
    case "sent anew":
      return t("Sent by you as a new request.");
    case "discarded":
      return t("Discarded by you.");
    case "given up":
      return t("Given up by you.");
    case "forgotten":
      return t("Cancelled, since everything was to be forgotten.");
    case "checked":
      return t("Looked up at the provider.");
    case "resend":
      return t("Resent by you, under the same key if it has one.");
    case "asked":
      return t("Waits for your decision.");
    case "confirmed":
      return about.askedAt === null
        ? t("Confirmed by you.")
        : t("Confirmed by you after {time}.", { time: voice.format.duration(at - about.askedAt) });
    case "watching stopped":
      return t("Watching stopped.");
    case "watched again":
      return t("Watched again.");
    case "not cancelled":
      return t("The provider did not cancel it.");
  }
  return state === "accepted"
    ? t("The provider says: {word}.", { word: said(note) })
    : t("{state} ({note})", { state: stateSentence(voice, state), note: said(note) });
}
