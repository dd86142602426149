// What a refusal changes: it closes a gate on the partition that refused until the server's instant, or tells that slots are
// taken elsewhere. It never shortens a wait. Pure.
import { type ClockState, latest, thetaAt } from "./clock.ts";
import { learnRefusal } from "./learn.ts";
import type { Finding } from "./ledger.ts";
import type { ClaimPart, Head, Refusal } from "./model.ts";
import type { Settlement } from "./settle.ts";
import { concurrencyRefused } from "./slots.ts";
import { inForce, type PartitionState, type RateInForce, SAFETY_MS } from "./state.ts";
import { freeAt } from "./window.ts";

/** First wait where the server gave no number. ms */
const BACKOFF_MS = 1_000;
/** The longest wait without a number, in quota windows: above one, so that it surely ends in another one. */
const ABOVE_WINDOW = 1.25;
/** Bounds known this well are finer than the whole seconds of a header. ms */
const FINE_MS = 500;

export interface Refused {
  readonly settlement: Settlement;
  readonly refusal: Refusal;
  /** The part that the answer's own headers show as spent; null where they show none. */
  readonly culprit: number | null;
  /** The parts that the answer's own headers show with room: whatever refused, they teach nothing. */
  readonly roomy: ReadonlySet<number>;
  readonly clock: ClockState;
  readonly now: number;
}

/** Applies a refusal to the states, in place of the entries it changes. */
export function refuse(refused: Refused, states: PartitionState[], findings: Finding[]): void {
  const { settlement, refusal, clock, now } = refused;
  const { parts, accountId } = settlement.claim;
  if (refusal.kind === "credit") return;
  if (refusal.kind === "concurrency") {
    for (const [i, { policy }] of parts.entries())
      if (policy.type === "slots") states[i] = concurrencyRefused(policy, states[i]!, now);
    return;
  }
  const index = refused.culprit ?? likeliest(parts, states, refusal, clock, now);
  const policy = parts[index]?.policy;
  if (policy?.type !== "rate") return;
  const state = states[index]!;
  // The server is overloaded, or a job was asked about too often: that says nothing about the limit, but its instant holds.
  if (refusal.kind === "busy" || refusal.kind === "pollRate") {
    if (refusal.until !== null) states[index] = closed(state, refusal, refusal.until, now);
    return;
  }
  const rate = inForce(policy, state);
  const explained = freeAt(rate, state, clock, now, parts[index]!.cost);
  const strikes = state.closed?.strikes ?? 0;
  const until =
    refusal.until === null
      ? guess(rate, strikes, explained, now, settlement.chance)
      : // Refused again at the end that our own count or the grid showed: neither is as believed, and each try may count.
        strikes > 0
        ? refusal.until
        : finer(parts, states, refusal.until, clock, settlement.head, now);
  if (isMisjudged(state, settlement.head.sentAt))
    for (const [i, part] of parts.entries())
      if (part.policy.type === "rate")
        states[i] = { ...closed(states[i]!, refusal, until, now), probing: true };
  const shut = closed(state, refusal, until, now);
  const unexplained = explained <= now;
  const at = latest(clock, settlement.head);
  const lesson = refused.roomy.has(index)
    ? { state: shut, findings: [], explained: !unexplained }
    : learnRefusal({ policy, state: shut, clock, at, until: refusal.until, now, unexplained });
  for (const finding of lesson.findings)
    findings.push({ accountId, policyId: policy.id, at: now, ...finding });
  states[index] = lesson.explained ? lesson.state : { ...lesson.state, probing: true };
}

/**
 * Whether a policy was waited for in full, more than once, and the server refuses nevertheless: then it may be any other of the
 * claim that does, and each waits. Else two claims that share it would wait for different ones and hinder each other for ever.
 */
function isMisjudged({ closed }: PartitionState, sentAt: number): boolean {
  return closed !== null && closed.strikes > 1 && closed.until <= sentAt;
}

function closed(state: PartitionState, refusal: Refusal, until: number, now: number): PartitionState {
  const before = state.closed;
  const longest = Math.max(until, before?.until ?? until);
  const evidence = refusal.until === null ? "inferred" : "stated";
  return { ...state, closed: { until: longest, at: now, evidence, strikes: (before?.strikes ?? 0) + 1 } };
}

/**
 * Without a number: as long as our own count says, and from the second refusal in a row on at least doubling, spread, and at most
 * somewhat more than a quota window each time.
 */
function guess(rate: RateInForce, strikes: number, explained: number, now: number, chance: number): number {
  const counted = Number.isFinite(explained) ? explained : now;
  if (counted > now && strikes === 0) return counted;
  const cap = Math.max(60_000, rate.quotaWindowMs) * ABOVE_WINDOW;
  const wait = Math.min(cap, BACKOFF_MS * 2 ** Math.min(strikes, 16));
  return Math.max(counted, Math.ceil(now + wait * (0.5 + chance / 2)));
}

/**
 * A wait in whole seconds ends where a quota window does, if that is known more finely from the server's own clock: the one case
 * in which the number is not taken as it stands. Any policy of the claim may be the one that refuses, so all must lie on the grid,
 * and the last of their ends counts.
 */
function finer(
  parts: readonly ClaimPart[],
  states: readonly PartitionState[],
  until: number,
  clock: ClockState,
  head: Head,
  now: number,
): number {
  const theta = thetaAt(clock, now);
  if (theta === null || theta.hi - theta.lo > FINE_MS) return until;
  const refusedAt = latest(clock, head) + theta.hi;
  let exact = now;
  for (const [i, { policy }] of parts.entries()) {
    if (policy.type !== "rate") continue;
    const { kind, quotaWindowMs: length } = inForce(policy, states[i]!);
    // What this very answer made believed is not sure enough to doubt the answer's own number.
    if (kind !== "fixed" || states[i]!.learned?.at === now) return until;
    const ends = Math.floor((until + theta.lo) / length) * length;
    // It may have been refused in the quota window that begins there.
    if (ends <= refusedAt) return until;
    exact = Math.max(exact, Math.ceil(ends - theta.lo) + SAFETY_MS);
  }
  return exact > until - 1000 && exact > now ? Math.min(exact, until) : until;
}

/**
 * Without headers: of the policies that fit the wait, or of all where none does, one that has no room by our own count, else one
 * of unknown limit, else the shortest. The number of parts where none is a rate.
 */
function likeliest(
  parts: readonly ClaimPart[],
  states: readonly PartitionState[],
  { until }: Refusal,
  clock: ClockState,
  now: number,
): number {
  const rates = parts.flatMap(({ policy, cost }, index) => {
    if (policy.type !== "rate") return [];
    const rate = inForce(policy, states[index]!);
    return [{ index, rate, isFull: freeAt(rate, states[index]!, clock, now, cost) > now }];
  });
  const fit = rates.filter(({ rate }) => until === null || until - now <= rate.quotaWindowMs * 1.1 + 1000);
  const among = fit.length > 0 ? fit : rates;
  const [shortest] = among.toSorted((a, b) => a.rate.quotaWindowMs - b.rate.quotaWindowMs);
  const full = among.find((one) => one.isFull) ?? among.find((one) => one.rate.limit === null);
  return (full ?? shortest)?.index ?? parts.length;
}
