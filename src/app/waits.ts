// Waiting requests as views: all that wait, in the order in which they are served, and for each of them why, in words. Pure over
// what it is given.
import { FIRST } from "../core/jobs/flow.ts";
import { policiesFor } from "../core/profile/claim.ts";
import type { Ticket } from "../core/quota/ledger.ts";
import { type Waiting, whyOf } from "../core/quota/why.ts";
import type { WaitingView, WaitView } from "../protocol/snapshot.ts";
import { exchangeOf } from "./calls.ts";
import type { Context, Place } from "./context.ts";
import { whyFacts, whyLine, whySentence } from "./why-words.ts";

/**
 * All that wait: the ledger's line of every process, then what only this process knows of, as what waits for its next attempt, or
 * for a server that does not answer.
 */
export function waitingLine({ ports, live }: Context): Ticket[] {
  const line = ports.ledger.tickets();
  const known = new Set(line.map(({ id }) => exchangeOf(id)));
  for (const [id, { waits }] of live) {
    const exchange = waits === null || known.has(id) ? null : ports.exchanges.get(id);
    if (waits === null || exchange === null) continue;
    const lane = ports.jobs.get(id)?.step === FIRST ? "person" : "flow";
    const { accountId, title } = exchange;
    line.push({ id: `${id}.`, accountId, title, lane, own: true, ...waits });
  }
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

function waitView(context: Context, waiting: Waiting, line: readonly Ticket[], now: number): WaitView {
  const account = context.account(waiting.accountId);
  const profile = account === null ? null : context.profile(account.providerId);
  const policies = account === null || profile === null ? [] : policiesFor(profile, account);
  const why = whyOf(
    waiting,
    line,
    policies.map(({ policy }) => policy),
  );
  const about = { providerName: profile?.name ?? waiting.accountId, why, now };
  return {
    sentence: whySentence(context.ports, about),
    facts: whyFacts(context.ports, about),
    policyId: why.policyId,
    since: why.since,
    until: why.until,
    evidence: waiting.wait.evidence,
    ahead: why.ahead.count,
  };
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
