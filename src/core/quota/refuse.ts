// What a refusal changes: it closes a gate on the partition that refused until the server's instant, or tells that slots are
// taken elsewhere. It never shortens a wait. Pure.
import { type ClockState, latest, thetaAt } from "./clock.ts";
import { learnRefusal } from "./learn.ts";
import type { Finding } from "./ledger.ts";
import type { ClaimPart, Head, RatePolicy, Refusal } from "./model.ts";
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
  const policy = index === null ? undefined : parts[index]?.policy;
  if (index === null || policy?.type !== "rate") return;
  const state = states[index]!;
  // The server is overloaded, or a job was asked about too often: that says nothing about the limit, but its instant holds.
  if (refusal.kind === "busy" || refusal.kind === "pollRate") {
    if (refusal.until !== null) states[index] = closed(state, refusal, refusal.until, now);
    return;
  }
  const rate = inForce(policy, state);
  const explained = freeAt(rate, state, clock, now, parts[index]!.cost);
  // Refused again at the end that our own count or the grid showed: neither is as believed, and each try may count.
  const again = (state.closed?.strikes ?? 0) > 0;
  const stated =
    refusal.until === null || again
      ? refusal.until
      : finer(parts, states, refusal.until, clock, settlement.head, now);
  const until = stated ?? guess(rate, state, explained, now, settlement.chance);
  if (isMisjudged(state, settlement.head.sentAt))
    for (const [i, part] of parts.entries())
      if (i !== index && part.policy.type === "rate")
        states[i] = { ...closed(states[i]!, refusal, until, now), probing: true };
  const shut = closed(state, refusal, until, now);
  const unexplained = explained <= now;
  const at = latest(clock, settlement.head);
  const lesson = learnRefusal({ policy, state: shut, clock, at, until: refusal.until, now, unexplained });
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
  const longest = Math.max(until, before?.until ?? 0);
  const evidence = refusal.until === null ? "inferred" : "stated";
  return { ...state, closed: { until: longest, at: now, evidence, strikes: (before?.strikes ?? 0) + 1 } };
}

/**
 * Without a number: as long as our own count says, and from the second refusal in a row on at least doubling, spread, and at most
 * somewhat more than a quota window each time.
 */
function guess(
  rate: RateInForce,
  state: PartitionState,
  explained: number,
  now: number,
  chance: number,
): number {
  const counted = explained > now && Number.isFinite(explained) ? explained : null;
  const strikes = Math.min(state.closed?.strikes ?? 0, 16);
  if (counted !== null && strikes === 0) return counted;
  const cap = Math.max(60_000, rate.quotaWindowMs) * ABOVE_WINDOW;
  const wait = Math.min(cap, BACKOFF_MS * 2 ** strikes);
  return Math.max(counted ?? 0, Math.ceil(now + wait * (0.5 + chance / 2)));
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
  let exact = 0;
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
  return exact <= until && exact > until - 1000 && exact > now ? exact : until;
}

/** Without headers: a policy that has no room by our own count, else one of unknown limit, else the shortest that fits the wait. */
function likeliest(
  parts: readonly ClaimPart[],
  states: readonly PartitionState[],
  refusal: Refusal,
  clock: ClockState,
  now: number,
): number | null {
  const wait = refusal.until === null ? 0 : refusal.until - now;
  let best: { readonly index: number; readonly score: number } | null = null;
  for (const [index, part] of parts.entries()) {
    if (part.policy.type !== "rate") continue;
    const score = suspicion(part.policy, part.cost, states[index]!, clock, wait, now);
    if (best === null || score > best.score) best = { index, score };
  }
  return best?.index ?? null;
}

function suspicion(
  policy: RatePolicy,
  cost: number,
  state: PartitionState,
  clock: ClockState,
  wait: number,
  now: number,
): number {
  const rate = inForce(policy, state);
  const fits = wait <= rate.quotaWindowMs * 1.1 + 1000 ? 4 : 0;
  if (rate.limit === null) return fits + 2;
  if (freeAt(rate, state, clock, now, cost) > now) return fits + 3;
  return fits + 1 / (1 + rate.quotaWindowMs);
}
