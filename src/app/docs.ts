// Answers, requests and timelines as documents for a read-only editor. Nothing here was not redacted when it was stored.
import type { ExchangeState } from "../core/jobs/model.ts";
import type { Exchange, Moment } from "../core/jobs/stores.ts";
import { policiesFor } from "../core/profile/claim.ts";
import type { Doc } from "./api.ts";
import { type Context, placeOfStored } from "./context.ts";
import type { Translate } from "./ports.ts";
import { waitSentence } from "./sentences.ts";

/** The answer: status line, headers, body. */
export function answerDoc({ ports: { t } }: Context, exchange: Exchange): Doc | null {
  const { answer } = exchange;
  if (answer === null) return null;
  const head = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
  const body =
    answer.body === null
      ? t("({bytes} bytes, see the result)", { bytes: answer.bytes })
      : pretty(answer.body);
  return {
    title: t("Answer of {title}", { title: exchange.title }),
    language: "http",
    text: [`HTTP/1.1 ${answer.status}`, ...head, "", body, ""].join("\n"),
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

/** Everything that happened to an exchange, line by line: what was decided when, on what evidence. */
export function whyDoc(context: Context, exchange: Exchange): Doc {
  const { t } = context.ports;
  const moments = context.ports.exchanges.timeline(exchange.id);
  const lines = moments.map((one) => `- **${time(one.at)}** ${momentText(context, exchange, one)}`);
  const problem = exchange.problem;
  const ending =
    problem === null ? [] : ["", problem.sentence, ...(problem.remedy === null ? [] : ["", problem.remedy])];
  return {
    title: t("Why: {title}", { title: exchange.title }),
    language: "markdown",
    text: [`# ${exchange.title}`, "", ...lines, ...ending, ""].join("\n"),
  };
}

function momentText(context: Context, exchange: Exchange, moment: Moment): string {
  const { t, format } = context.ports;
  switch (moment.what) {
    case "waiting": {
      const place = placeOfStored(context, exchange);
      const policies = place === null ? [] : policiesFor(place.profile, place.account);
      const policy = policies.find(({ spec }) => spec.id === moment.wait.policyId)?.policy ?? null;
      const providerName = place?.profile.name ?? exchange.providerId;
      const sentence = waitSentence(context.ports, {
        providerName,
        policy,
        wait: moment.wait,
        ahead: 0,
        now: moment.at,
      });
      return t("Waits: {sentence} Evidence: {evidence}.", { sentence, evidence: moment.wait.evidence });
    }
    case "sent":
      return t("Sent, attempt {attempt}.", { attempt: moment.attempt });
    case "answered": {
      const limits = Object.entries(moment.head.headers).filter(([name]) =>
        /ratelimit|rate-limit|retry-after/i.test(name),
      );
      const said = limits.map(([name, value]) => `${name}: ${value}`).join(", ");
      const took = format.duration(Math.max(0, moment.head.gotAt - moment.head.sentAt));
      return said === ""
        ? t("Answered {status} after {took}; no word on limits.", { status: moment.head.status, took })
        : t("Answered {status} after {took}; {said}.", { status: moment.head.status, took, said });
    }
    case "refused":
      return moment.refusal.until === null
        ? t("Refused ({kind}, {evidence}); no instant was given.", {
            kind: moment.refusal.kind,
            evidence: moment.refusal.evidence,
          })
        : t("Refused ({kind}, {evidence}) until {at}.", {
            kind: moment.refusal.kind,
            evidence: moment.refusal.evidence,
            at: format.clock(moment.refusal.until, moment.at),
          });
    case "retrying":
      return t("Sent again at {at}, because of: {cause}.", {
        at: format.clock(moment.until, moment.at),
        cause: moment.cause,
      });
    case "state": {
      const said = stateText(t, moment.state);
      return moment.note === null ? said : t("{state} ({note})", { state: said, note: moment.note });
    }
  }
}

/** What a state means, as a sentence of the timeline. */
function stateText(t: Translate, state: ExchangeState): string {
  switch (state) {
    case "intent":
      return t("Stored, before anything was sent.");
    case "waiting":
      return t("Asked the gate for its turn.");
    case "sent":
      return t("On the wire.");
    case "accepted":
      return t("The provider took it.");
    case "outcomeUnknown":
      return t("The answer was lost; whether the provider took it is unknown.");
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
