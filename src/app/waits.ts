// Waiting requests as views: all that wait, in the order in which they are served, and for each of them why, in words. Pure over
// what it is given.
import type { Job } from "../core/jobs/model.ts";
import { policiesFor } from "../core/profile/claim.ts";
import type { Ticket } from "../core/quota/ledger.ts";
import { type Waiting, whyOf } from "../core/quota/why.ts";
import type { WaitingView, WaitView } from "../protocol/snapshot.ts";
import { claimOf, exchangeOf } from "./calls.ts";
import { actionOf, type Context, type Place, placeOfStored } from "./context.ts";
import { detailOf } from "./detail.ts";
import { whyFacts, whyLine, whySentence } from "./why-words.ts";

/**
 * All that wait: the ledger's line of every process, then what only this process knows of, as what waits for its next attempt, or
 * for a server that does not answer.
 */
export function waitingLine({ ports, live }: Context): Ticket[] {
  const turns = ports.ledger.turns(ports.clock.now());
  // Where the first waits, those behind it were told the same; each has its own turn.
  const line = ports.ledger.tickets().map((ticket): Ticket => {
    const { until } = ticket.wait;
    const at = turns.get(ticket.id) ?? null;
    return until === null || at === null || at <= until
      ? ticket
      : { ...ticket, wait: { ...ticket.wait, until: at } };
  });
  const known = new Set(line.map(({ id }) => exchangeOf(id)));
  for (const [id, { waits }] of live)
    if (waits !== null && !known.has(id)) line.push({ id: `${id}.`, own: true, ...waits });
  return line;
}

/** Why an exchange waits; null where it does not. */
export function waitViewOf(
  context: Context,
  exchangeId: string,
  line: readonly Ticket[],
  now: number,
): WaitView | null {
  const waiting = line.find((one) => exchangeOf(one.id) === exchangeId);
  return waiting === undefined ? null : waitView(context, waiting, line, now);
}

function waitView(context: Context, waiting: Ticket, line: readonly Ticket[], now: number): WaitView {
  const { t } = context.ports;
  const account = context.account(waiting.accountId);
  const profile = account === null ? null : context.profile(account.providerId);
  const policies = account === null || profile === null ? [] : policiesFor(profile, account);
  const why = whyOf(
    waiting,
    line,
    policies.map(({ policy }) => policy),
    waiting.wait.cause === "slots" ? holdersOf(context, waiting) : [],
  );
  const about = { providerName: profile?.name ?? waiting.accountId, why, now };
  return {
    sentence:
      waiting.lane === "poll"
        ? t("Its next status check waits. {sentence}", {
            sentence: whySentence(context.ports, about),
          })
        : whySentence(context.ports, about),
    facts: whyFacts(context.ports, about),
    policyId: why.policyId,
    since: why.since,
    until: why.until,
    evidence: waiting.wait.evidence,
    ahead: why.ahead.count,
  };
}

/** The jobs of the account that take a slot of the policy, by title and by what they work on. */
function holdersOf(context: Context, { id, accountId, wait }: Waiting): string[] {
  const { jobs, exchanges } = context.ports;
  return jobs.open(Number.MAX_SAFE_INTEGER).flatMap((job) => {
    const exchange = job.accountId === accountId && job.id !== exchangeOf(id) ? exchanges.get(job.id) : null;
    const place = exchange === null ? null : placeOfStored(context, exchange);
    const action = place === null ? null : actionOf(place.profile, job.actionId);
    if (exchange === null || place === null || action === null || !isAtProvider(job)) return [];
    if (!claimOf(place, action).parts.some(({ policy }) => policy.id === wait.policyId)) return [];
    const detail = detailOf(action, exchange.input);
    return [detail === "" ? exchange.title : `${exchange.title}: ${shortened(detail)}`];
  });
}

/** Whether its work is under way there, so that it takes its place. */
function isAtProvider({ stage, asks }: Job): boolean {
  return (stage === "sent" || (stage ?? "watch") === "watch") && asks === null;
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

/** A waiting request as the queue shows it. */
export function waitingView(
  context: Context,
  ticket: Ticket,
  line: readonly Ticket[],
  now: number,
): WaitingView {
  const { title, lane, own } = ticket;
  return {
    id: exchangeOf(ticket.id) ?? ticket.id,
    title,
    lane,
    own,
    wait: waitView(context, ticket, line, now),
  };
}

/** Why a request waits, in one line for the log; who is ahead is not looked up for it. */
export function waitLine(
  { ports }: Pick<Context, "ports">,
  { profile, account }: Place,
  waiting: Omit<Waiting, "accountId">,
  now: number,
): string {
  const policies = policiesFor(profile, account).map(({ policy }) => policy);
  const why = whyOf({ ...waiting, accountId: account.id }, [], policies);
  return whyLine(ports, { providerName: profile.name, why, now });
}
