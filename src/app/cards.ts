// Exchanges, jobs and results as cards: from the click to the result. Pure over what it is given.
import { FIRST, isOver, placeOf, stepAt, watchAt } from "../core/jobs/flow.ts";
import type { Job, Result } from "../core/jobs/model.ts";
import type { Exchange } from "../core/jobs/stores.ts";
import { policiesFor } from "../core/profile/claim.ts";
import { readOne } from "../core/profile/path.ts";
import type { Action } from "../core/profile/schema.ts";
import type { Wait } from "../core/quota/model.ts";
import type { CardView, ResultView, WaitView } from "../protocol/snapshot.ts";
import { detailOf } from "./begin.ts";
import { repeatOf } from "./calls.ts";
import { askSentence, resultNotice, stateTitle } from "./card-words.ts";
import { checkFor } from "./check.ts";
import { actionOf, type Context, type LiveExchange, type Place, placeOfStored } from "./context.ts";
import { waitSentence } from "./sentences.ts";

/** What one card is made of. */
export interface CardParts {
  readonly exchange: Exchange;
  readonly job: Job | null;
  readonly results: readonly Result[];
  /** What is known only in the process that carries on with it. */
  readonly live: LiveExchange | null;
  /** How long it waits, as the ledger tells every process. */
  readonly ticket: { readonly wait: Wait; readonly since: number; readonly ahead: number } | null;
  readonly now: number;
}

/** One exchange as a card. */
export function cardOf(context: Context, parts: CardParts): CardView {
  const { exchange, job, live, now } = parts;
  const { t } = context.ports;
  const profile = context.profile(exchange.providerId);
  const account = context.account(exchange.accountId);
  const place = placeOfStored(context, exchange);
  const action = profile === null ? null : actionOf(profile, exchange.actionId);
  const state = stateOf(exchange, job);
  const over = job === null || isOver(job);
  const flow = action !== null && action.steps.length > 0 && job !== null;
  const stepTitle =
    job === null || job.step === FIRST ? (action?.title ?? "") : (stepAt(action!, job.step)?.name ?? "");
  return {
    id: exchange.id,
    providerName: profile?.name ?? exchange.providerId,
    accountName: account?.name ?? t("Removed account"),
    title: exchange.title,
    detail: detailOf(action, exchange.input),
    state,
    stateTitle: stateTitle(t, state, job?.word ?? null, job?.watched ?? true),
    createdAt: exchange.createdAt,
    endedAt: exchange.endedAt,
    step: flow && !over ? { name: stepTitle, ...placeOf(action, job.step, job.input) } : null,
    wait: over || place === null ? null : waitView(context, place, parts),
    retryAt: over ? null : (live?.retryAt ?? null),
    polls: job?.polls ?? 0,
    nextPollAt: over || job.stage !== "watch" ? null : job.nextPollAt,
    progress: over ? null : (job?.progress ?? null),
    problem: problemOf(exchange, job),
    ask: over || action === null ? null : askOf(context, exchange, job, action),
    results: parts.results.map((one) => resultView(context, one, live)),
    can: can(exchange, job, state, place, action, live !== null, now),
  };
}

function problemOf(exchange: Exchange, job: Job | null): CardView["problem"] {
  if (exchange.problem !== null) return exchange.problem;
  // A poll that failed is a word on the card while the job goes on.
  if (job?.error != null && !isOver(job)) return { sentence: job.error.detail, remedy: null };
  return null;
}

/** The state shown: the stage goes before the stored states, for it tells what is done just now. */
export function stateOf(exchange: Exchange, job: Job | null): CardView["state"] {
  if (exchange.state === "outcomeUnknown") return "unknown";
  if (job !== null && job.state === "lost") return "lost";
  switch (exchange.state) {
    case "done":
      return "succeeded";
    case "failed":
    case "refused":
      return "failed";
    case "cancelled":
      return "cancelled";
  }
  if (job === null) return exchange.state === "sent" ? "sending" : "waiting";
  switch (job.stage ?? "watch") {
    case "ask":
      return "decide";
    case "fetch":
      return "fetching";
    case "watch":
      return job.state === "queued" ? "queued" : "running";
    case "send":
      return job.step === FIRST ? "waiting" : "running";
    case "sent":
      return job.step === FIRST ? "sending" : "running";
  }
}

function waitView(context: Context, place: Place, { live, ticket, now }: CardParts): WaitView | null {
  const wait = live?.wait ?? ticket?.wait ?? null;
  if (wait === null) return null;
  const policy =
    policiesFor(place.profile, place.account).find(({ spec }) => spec.id === wait.policyId)?.policy ?? null;
  const ahead = ticket?.ahead ?? 0;
  return {
    sentence: waitSentence(context.ports, { providerName: place.profile.name, policy, wait, ahead, now }),
    policyId: wait.policyId === "" ? null : wait.policyId,
    since: ticket?.since ?? live?.waitsSince ?? now,
    until: wait.until,
    evidence: wait.evidence,
  };
}

function askOf(context: Context, exchange: Exchange, job: Job | null, action: Action): CardView["ask"] {
  const { t } = context.ports;
  if (exchange.state === "outcomeUnknown") {
    const sentence = exchange.problem?.sentence ?? t("Nobody can tell whether this was done.");
    return { kind: "outcomeUnknown", sentence, facts: [] };
  }
  if (job === null || job.stage !== "ask" || job.asks === null) return null;
  const step = stepAt(action, job.step);
  const last = { headers: {}, body: job.answers.last };
  const name = step?.name ?? action.title;
  if (job.asks === "edit" && step?.edit !== undefined) {
    const value = readOne(last, step.edit.path);
    const text = typeof value === "string" ? value : JSON.stringify(value ?? null, null, 2);
    return { kind: "edit", sentence: askSentence(t, "edit", name, step.edit.title), facts: [], text };
  }
  const facts = (step?.confirm?.show ?? []).flatMap(({ title, path, unit }) => {
    const value = readOne(last, path);
    return value === undefined || value === null ? [] : [{ title, value: shown(context, value, unit) }];
  });
  return { kind: "confirm", sentence: askSentence(t, "confirm", name, null), facts };
}

function shown({ ports: { format } }: Context, value: unknown, unit?: "ms" | "s"): string {
  if (typeof value === "number" && unit !== undefined)
    return format.duration(unit === "s" ? value * 1000 : value);
  if (typeof value === "number") return format.number(value);
  return typeof value === "string" ? value.slice(0, 500) : JSON.stringify(value).slice(0, 500);
}

function resultView({ ports: { t } }: Context, result: Result, live: LiveExchange | null): ResultView {
  return {
    id: result.id,
    kind: result.kind,
    title: result.title,
    src: result.file,
    mediaType: result.mediaType,
    bytes: result.bytes,
    fetched: result.file === null ? (live?.fetched.get(result.id) ?? null) : null,
    ...(result.preview == null ? {} : { text: result.preview }),
    notice: result.file === null ? null : resultNotice(t, result),
    problem: result.problem,
  };
}

/** What a person can do with a card now, in order. */
function can(
  exchange: Exchange,
  job: Job | null,
  state: CardView["state"],
  place: Place | null,
  action: Action | null,
  own: boolean,
  _now: number,
): CardView["can"] {
  const list: CardView["can"] = [];
  const answer: CardView["can"] = exchange.answer === null ? [] : ["openAnswer"];
  const known = place !== null && action !== null && job !== null;
  switch (state) {
    case "waiting":
      if (own) list.push("cancel", "sendLater");
      break;
    case "sending":
    case "fetching":
      if (own) list.push("cancel");
      break;
    case "queued":
    case "running": {
      const upstream = known && watchAt(action, job)?.cancel !== undefined;
      if (upstream || (own && job?.stage !== "watch")) list.push("cancel");
      if (job?.stage === "watch") list.push(job.watched ? "stopWatching" : "watchAgain");
      break;
    }
    case "decide":
      list.push("confirm", "cancel");
      break;
    case "unknown":
      if (known && checkFor({ place, action, job }) !== null) list.push("check");
      if (known && resendable(place, action, job)) list.push("resend");
      list.push("giveUp");
      break;
    case "succeeded":
    case "failed":
    case "cancelled":
    case "lost":
      if (known) list.push("sendAgain");
      return [...list, ...answer, "copyCode", "why", "dismiss"];
  }
  return [...list, ...answer, "copyCode", "why"];
}

/** Only what carries a key, or changes nothing, may be sent again with an unknown outcome. */
function resendable(place: Place, action: Action, job: Job): boolean {
  const id = job.step === FIRST ? null : stepAt(action, job.step)?.action;
  const called = id == null ? action : actionOf(place.profile, id);
  return called !== null && repeatOf(called, job.stepKey ?? null) !== "never";
}
