// Exchanges, jobs and results as cards: from the click to the result. Pure over what it is given.
import { asksBefore, FIRST, isOver, placeOf, positionOf, resultsAt, stepAt } from "../core/jobs/flow.ts";
import type { Job, Result } from "../core/jobs/model.ts";
import type { Exchange } from "../core/jobs/stores.ts";
import { readOne } from "../core/profile/path.ts";
import { said } from "../core/profile/said.ts";
import type { Action } from "../core/profile/schema.ts";
import type { Ticket } from "../core/quota/ledger.ts";
import type { CardView, ResultView } from "../protocol/snapshot.ts";
import { cardActions } from "./card-actions.ts";
import { confirmSentence, resultNotice, stateTitle } from "./card-words.ts";
import { actionOf, type Context, type LiveExchange, placeOfStored } from "./context.ts";
import { detailOf, givenIn } from "./detail.ts";
import { askedEdit, editAsk } from "./edits.ts";
import { thoughtMs } from "./thought.ts";
import { waitViewOf } from "./waits.ts";

/** What one card is made of. */
export interface CardParts {
  readonly exchange: Exchange;
  readonly job: Job | null;
  readonly results: readonly Result[];
  /** What is known only in the process that carries on with it. */
  readonly live: LiveExchange | null;
  /** All that wait, in the order in which they are served. */
  readonly line: readonly Ticket[];
  readonly now: number;
}

/** One exchange as a card. */
export function cardOf(context: Context, parts: CardParts): CardView {
  const { exchange, job, live } = parts;
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
    given: givenIn(action, exchange.input),
    state,
    stateTitle: stateTitle(t, state, job?.word ?? null, job?.watched ?? true),
    createdAt: exchange.createdAt,
    sentAt: job?.sentAt ?? null,
    endedAt: exchange.endedAt,
    left: exchange.attempts > 0 || job?.sentAt !== undefined || (job?.remoteId ?? null) !== null,
    thoughtMs: wasAsked(job, action)
      ? thoughtMs(
          context.ports.exchanges.timeline(exchange.id),
          exchange.createdAt,
          exchange.endedAt ?? parts.now,
        )
      : 0,
    step: flow && !over ? { name: stepTitle, ...placeOf(action, job.step, job.input) } : null,
    wait: over || place === null ? null : waitViewOf(context, exchange.id, parts.line, parts.now),
    polls: job?.polls ?? 0,
    nextPollAt: over || job.stage !== "watch" ? null : job.nextPollAt,
    progress: over ? null : (job?.progress ?? null),
    problem: problemOf(exchange, job),
    ask: over || action === null ? null : askOf(context, exchange, job, action),
    results: parts.results.map((one) => resultView(context, one, parts, action)),
    can: cardActions(
      exchange,
      job,
      state,
      place === null ? null : { place, action },
      live !== null,
      parts.now,
    ),
  };
}

/** Whether the person may have been asked; of others the timeline need not be read. */
function wasAsked(job: Job | null, action: Action | null): boolean {
  if (job === null || action === null) return false;
  return (
    job.stage === "ask" || job.mayBeDone === true || action.steps.some((one) => asksBefore(one) !== null)
  );
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
  if (exchange.state === "kept") return "kept";
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

function askOf(context: Context, exchange: Exchange, job: Job | null, action: Action): CardView["ask"] {
  const { t } = context.ports;
  if (exchange.state === "outcomeUnknown") {
    const sentence = exchange.problem?.sentence ?? t("Nobody can tell whether this was done.");
    return { kind: "outcomeUnknown", sentence, facts: [] };
  }
  if (job === null || job.stage !== "ask" || job.asks === null) return null;
  const asked = askedEdit(action, job);
  if (asked !== null) return editAsk(t, asked);
  const step = stepAt(action, job.step);
  const last = { headers: {}, body: job.answers.last };
  const facts = (step?.confirm?.show ?? []).flatMap(({ title, path, unit }) => {
    const value = readOne(last, path);
    return value === undefined || value === null ? [] : [{ title, value: shown(context, value, unit) }];
  });
  return {
    kind: "confirm",
    sentence: confirmSentence(t, context.account(exchange.accountId)?.simulated ?? false, facts.length > 0),
    facts,
  };
}

function shown({ ports: { format } }: Context, value: unknown, unit?: "ms" | "s"): string {
  if (typeof value === "number" && unit !== undefined)
    return format.duration(unit === "s" ? value * 1000 : value);
  if (typeof value === "number") return format.number(value);
  return said(typeof value === "string" ? value : JSON.stringify(value));
}

/** What the bytes are goes before what was promised: a film's dub may be a recording without pictures. */
function kindOf({ kind, mediaType }: Result): ResultView["kind"] {
  const [family] = (mediaType ?? "").split("/");
  return (kind === "audio" || kind === "video") && (family === "audio" || family === "video") ? family : kind;
}

function resultView(
  { ports: { t } }: Context,
  result: Result,
  { live, job }: CardParts,
  action: Action | null,
): ResultView {
  const specs = action === null || job === null ? [] : resultsAt(action, positionOf(job, result));
  const called = specs.some((one) => one.from === "action" && one.kind === result.kind);
  return {
    id: result.id,
    kind: kindOf(result),
    title: result.title,
    src: result.file,
    mediaType: result.mediaType,
    bytes: result.bytes,
    fetched: result.file === null ? (live?.fetched.get(result.id) ?? null) : null,
    ...(result.preview == null ? {} : { text: result.preview }),
    notice: resultNotice(t, result),
    problem: result.problem,
    refetch: result.link !== null || called || (result.file === null && result.preview != null),
  };
}
