// Answers, requests and timelines as documents for a read-only editor. Nothing here was not redacted when it was stored.

import { ENDED } from "../core/jobs/flow.ts";
import type { Exchange } from "../core/jobs/stores.ts";
import { policiesFor } from "../core/profile/claim.ts";
import type { Doc } from "./api.ts";
import { type Context, placeOfStored } from "./context.ts";
import { describe, resultLines } from "./describe.ts";
import { type MomentAbout, momentSentence } from "./moment-words.ts";
import { waitingLine, waitViewOf } from "./waits.ts";

/** Between the time of a moment and its sentence. */
const GAP = "  ";
/** Under the first sentence of a moment, the width of a time and its gap. */
const INDENT = " ".repeat("14:02:10.250".length) + GAP;

/** The answer: status line, headers, body. */
export function answerDoc(context: Context, exchange: Exchange): Doc | null {
  const { t } = context.ports;
  const { answer } = exchange;
  if (answer === null) return null;
  const head = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
  const body =
    answer.body === null
      ? t("({bytes} bytes, see the result)", { bytes: answer.bytes })
      : pretty(answer.body);
  const made = resultLines(context, exchange.id);
  return {
    title: t("Answer of {title}", { title: exchange.title }),
    language: "http",
    text: [`HTTP/1.1 ${answer.status}`, ...head, "", body, ...made.lines, ""].join("\n"),
    links: made.links,
  };
}

/** The request as it was sent, without its key. */
export function requestDoc({ ports: { t } }: Context, exchange: Exchange): Doc {
  const { method, url, headers, body } = exchange.request;
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return {
    title: t("Request of {title}", { title: exchange.title }),
    language: "http",
    text: [`${method} ${url}`, ...head, "", body === null ? "" : pretty(body), ""].join("\n"),
  };
}

/**
 * An exchange from what was sent to its results, and between them everything that happened, line by line: what was decided when,
 * on what evidence.
 */
export function whyDoc(context: Context, exchange: Exchange): Doc {
  const { t } = context.ports;
  const { words, state, provider } = describe(context, exchange);
  const made = resultLines(context, exchange.id);
  const moments = context.ports.exchanges.timeline(exchange.id);
  const place = placeOfStored(context, exchange);
  const policies = place === null ? [] : policiesFor(place.profile, place.account);
  const about: Omit<MomentAbout, "askedAt"> = {
    providerName: place?.profile.name ?? exchange.providerId,
    remoteId: context.ports.jobs.get(exchange.id)?.remoteId ?? null,
    policies: policies.map(({ policy }) => policy),
  };
  const head = [`${provider} · ${state}`, words].filter((one) => one !== "");
  const lines = moments.map((one, index) => {
    const asked = moments
      .slice(0, index)
      .findLast((before) => before.what === "state" && before.note === "asked");
    const sentence = momentSentence(context.ports, { ...about, askedAt: asked?.at ?? null }, one);
    return [time(one.at), indented(sentence)].join(GAP);
  });
  const wait = ENDED.has(exchange.state)
    ? null
    : waitViewOf(context, exchange.id, waitingLine(context), context.ports.clock.now());
  const standing =
    wait === null ? [] : ["", wait.sentence, ...wait.facts.map(({ title, value }) => `${title}: ${value}`)];
  const problem = exchange.problem;
  const ending =
    problem === null ? [] : ["", problem.sentence, ...(problem.remedy === null ? [] : ["", problem.remedy])];
  return {
    title: t("Why: {title}", { title: exchange.title }),
    language: "plaintext",
    text: [exchange.title, ...head, "", ...lines, ...standing, ...ending, ...made.lines, ""].join("\n"),
    links: made.links,
  };
}

/** Each further sentence on its own line, under the first: nothing runs out of a narrow editor. */
function indented(sentences: string): string {
  return sentences.replace(/(?<=[.!?]) (?=\p{Lu})/gu, `\n${INDENT}`);
}

/** Time of day to the millisecond on the person's own clock, as 14:02:10.250. */
function time(at: number): string {
  const day = new Date(at);
  const two = (value: number, width = 2) => String(value).padStart(width, "0");
  return `${two(day.getHours())}:${two(day.getMinutes())}:${two(day.getSeconds())}.${two(day.getMilliseconds(), 3)}`;
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
