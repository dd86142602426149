// Waiting requests as views: why and until when, in words, and who is ahead. Pure over what it is given.
import { policiesFor } from "../core/profile/claim.ts";
import type { Ticket } from "../core/quota/ledger.ts";
import type { Wait } from "../core/quota/model.ts";
import type { WaitingView, WaitView } from "../protocol/snapshot.ts";
import { exchangeOf } from "./calls.ts";
import type { Context } from "./context.ts";
import { waitSentence } from "./sentences.ts";

/** A wait of an account's request in words. */
export function waitView(
  context: Context,
  accountId: string,
  about: { readonly wait: Wait; readonly since: number; readonly ahead: number; readonly now: number },
): WaitView {
  const account = context.account(accountId);
  const profile = account === null ? null : context.profile(account.providerId);
  const { wait, ahead, now } = about;
  const policies = account === null || profile === null ? [] : policiesFor(profile, account);
  const policy = policies.find(({ spec }) => spec.id === wait.policyId)?.policy ?? null;
  const providerName = profile?.name ?? accountId;
  return {
    sentence: waitSentence(context.ports, { providerName, policy, wait, ahead, now }),
    policyId: wait.policyId === "" ? null : wait.policyId,
    since: about.since,
    until: wait.until,
    evidence: wait.evidence,
  };
}

/** A waiting request as the queue shows it. */
export function waitingView(
  context: Context,
  ticket: Ticket,
  tickets: readonly Ticket[],
  now: number,
): WaitingView {
  const { title, lane, own, wait, since } = ticket;
  const ahead = aheadOf(ticket, tickets);
  const id = exchangeOf(ticket.id) ?? ticket.id;
  return {
    id,
    title,
    lane,
    own,
    ahead,
    wait: waitView(context, ticket.accountId, { wait, since, ahead, now }),
  };
}

/** How many that wait for the same budget are served before it. */
export function aheadOf(ticket: Ticket, tickets: readonly Ticket[]): number {
  let count = 0;
  for (const one of tickets) {
    if (one.id === ticket.id) return count;
    if (one.accountId === ticket.accountId && one.wait.partition === ticket.wait.partition) count++;
  }
  return count;
}
