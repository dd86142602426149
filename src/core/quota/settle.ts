// Settling: what an answer's head, a lost answer or a request that never left changes in every partition of a claim and in
// what is known of the server's clock. Pure.
import { attribute } from "./attribute.ts";
import { type ClockState, latest, thetaAt, wasSet, withDate, withRoundTrip } from "./clock.ts";
import type { HeadReading, QuotaReading } from "./evidence.ts";
import { applyReading, namedBy } from "./foreign.ts";
import { passed } from "./learn.ts";
import type { Finding } from "./ledger.ts";
import type { Claim, ClaimPart, Head, RatePolicy, Refusal } from "./model.ts";
import { raised } from "./probe.ts";
import { refuse } from "./refuse.ts";
import { refresh } from "./reserve.ts";
import { release, slotsElsewhere } from "./slots.ts";
import { type Bucket, inForce, type PartitionState, type Spend } from "./state.ts";
import { gathered } from "./tidy.ts";
import { cellOf } from "./window.ts";

/** Spends within so small a share of a quota window need not be told apart. */
const FINEST_SHARE = 4096;

/** What became of one flight. */
export interface Settlement {
  readonly claim: Claim;
  readonly flight: string;
  readonly holder: string;
  /** Whether this very request took the slots of its holder. */
  readonly tookSlots: boolean;
  /** Whether the slots are given back with the answer, because no job keeps them. */
  readonly briefSlots: boolean;
  readonly head: Head;
  readonly reading: HeadReading;
  readonly refusal: Refusal | null;
  /** In [0, 1): spreads a wait for which the server gave no number. */
  readonly chance: number;
}

export interface Settled {
  readonly states: readonly PartitionState[];
  readonly clock: ClockState;
  readonly findings: readonly Finding[];
}

/** Books what an answer's head says. `states` in the order of the claim's parts. */
export function settle(
  settlement: Settlement,
  states: readonly PartitionState[],
  before: ClockState,
  now: number,
): Settled {
  const { claim, head, reading, refusal } = settlement;
  const findings: Finding[] = [];
  let clock = observe(before, head, reading);
  const set = wasSet(before, clock, now);
  const fresh = claim.parts.map((part, i) => {
    const state = refresh(part, states[i]!, clock, now);
    return set ? unsure(part, state, now) : state;
  });
  const quotas = reading.cached ? [] : reading.quotas;
  const serverNow = reading.dateAt ?? head.gotAt;
  const spoken = quotas.map((quota) => ({
    quota,
    part: attribute(quota, claim, fresh, clock, head, reading),
  }));
  const next = claim.parts.map((part, i) =>
    part.policy.type === "slots"
      ? settleSlots(settlement, fresh[i]!)
      : settleRate(part, part.policy, fresh[i]!, settlement, clock),
  );
  for (const { quota, part } of spoken) {
    const policy = part === null ? undefined : claim.parts[part]?.policy;
    if (part === null || policy?.type !== "rate") continue;
    const alone = !claim.parts.some(
      (other, i) => i !== part && other.policy.type === "rate" && other.policy.limit === policy.limit,
    );
    const counted =
      refusal === null || refusal.kind === "credit" || policy.refusedCount
        ? (claim.parts[part]?.cost ?? 1)
        : 0;
    const applied = applyReading({ policy, quota, alone, head, counted, clock, serverNow, now }, next[part]!);
    next[part] = applied.state;
    clock = applied.clock;
    const { span } = applied;
    for (const [i, other] of claim.parts.entries())
      if (span !== null && i !== part && other.policy.type === "rate")
        next[i] = namedBy(other.policy, next[i]!, span, head, clock);
    for (const finding of applied.findings)
      findings.push({ accountId: claim.accountId, policyId: policy.id, at: now, ...finding });
  }
  for (const [i, part] of claim.parts.entries()) {
    if (part.policy.type !== "rate") continue;
    next[i] = pinned(part.policy, next[i]!, clock);
    const log = gatheredLast(part.policy, next[i]!, clock);
    if (log !== next[i]!.log) next[i] = { ...next[i]!, log };
    // An answer that says nothing of a policy is no look: nothing is gained by sending one ahead.
    if (part.policy.told === true && next[i]!.heard === null)
      next[i] = { ...next[i]!, heard: { answers: Number.MAX_SAFE_INTEGER, at: head.sentAt, pace: 0 } };
  }
  if (refusal !== null)
    refuse({ settlement, refusal, culprit: culpritOf(spoken), clock, now }, next, findings);
  return { states: next, clock, findings };
}

/** The answer was lost: the spend stays, counted from the latest instant at which it may have arrived. */
export function lose(
  claim: Claim,
  flight: string,
  states: readonly PartitionState[],
  clock: ClockState,
  now: number,
): readonly PartitionState[] {
  return claim.parts.map((part, i) => {
    const state = refresh(part, states[i]!, clock, now);
    const found = state.flying.find((one) => one[0] === flight);
    if (part.policy.type === "slots" || found === undefined) return state;
    const [, sentAt, units, doubt] = found;
    const landed = without(state, flight);
    const log: Spend[] = [...landed.log, [sentAt, sentAt + doubt, units]];
    const opened = openerLost(landed, sentAt);
    return pinned(part.policy, unsure(part, { ...landed, log, opened }, sentAt + doubt), clock);
  });
}

/** What is in the books at an instant may be wrong: while it counts, figures that differ from it show nothing. */
function unsure({ policy }: ClaimPart, state: PartitionState, at: number): PartitionState {
  if (policy.type === "slots") return state;
  const until = at + 2 * inForce(policy, state).quotaWindowMs;
  return { ...state, unsureUntil: Math.max(state.unsureUntil, until) };
}

/** Takes a booking back that surely never left. */
export function refund(
  claim: Claim,
  flight: string,
  holder: string | null,
  states: readonly PartitionState[],
): readonly PartitionState[] {
  return claim.parts.map((part, i) => {
    const state = states[i]!;
    if (part.policy.type === "slots") return holder === null ? state : release(state, holder);
    const found = state.flying.find((one) => one[0] === flight);
    if (found === undefined) return state;
    const { bucket } = state;
    return {
      ...without(state, flight),
      opened: openerLost(state, found[1]),
      bucket: poured(bucket, found[2]),
    };
  });
}

/** Moves a booked request to the instant at which it really went on the wire. */
export function departed(state: PartitionState, flight: string, sentAt: number): PartitionState {
  const found = state.flying.find((one) => one[0] === flight);
  if (found === undefined) return state;
  const [, bookedAt, units, doubt] = found;
  const flying = state.flying.map((one) => (one === found ? ([flight, sentAt, units, doubt] as const) : one));
  return { ...state, flying, bucket: arrivedBy(state.bucket, sentAt - bookedAt + doubt) };
}

/** The bucket where a request may have arrived so much later than it was booked. */
function arrivedBy(bucket: Bucket | null, lateMs: number): Bucket | null {
  return bucket === null || lateMs <= bucket[2] ? bucket : [bucket[0], bucket[1], lateMs, bucket[3]];
}

function observe(clock: ClockState, head: Head, reading: HeadReading): ClockState {
  const timed = head.quick ? withRoundTrip(clock, head.sentAt, head.gotAt) : clock;
  if (reading.dateAt === null || reading.cached) return timed;
  return withDate(timed, reading.dateAt, head.sentAt, head.gotAt);
}

function settleSlots(settlement: Settlement, state: PartitionState): PartitionState {
  const { status } = settlement.head;
  // A submission that was turned down started no job. After a 5xx nobody knows: the slot is kept until the job's end is.
  const turnedDown = settlement.refusal !== null || (status >= 400 && status < 500);
  const back = settlement.briefSlots || (settlement.tookSlots && turnedDown);
  if (back) return release(state, settlement.holder);
  // It got in: what was believed of others' slots and has run out by now was wrong, or is over.
  const { elsewhere } = state;
  const outlived = elsewhere !== null && status < 400 && slotsElsewhere(state, settlement.head.gotAt) === 0;
  return outlived ? { ...state, elsewhere: null } : state;
}

function settleRate(
  part: ClaimPart,
  policy: RatePolicy,
  state: PartitionState,
  settlement: Settlement,
  clock: ClockState,
): PartitionState {
  const { head, flight, refusal } = settlement;
  const place = placeOf(state, flight);
  const found = state.flying[place];
  const sentAt = found?.[1] ?? head.sentAt;
  const units = found?.[2] ?? part.cost;
  const flying = place < 0 ? state.flying : state.flying.toSpliced(place, 1);
  const { bucket, opened, closed } = state;
  if (refusal !== null && refusal.kind !== "credit" && !policy.refusedCount)
    return { ...state, flying, opened: openerLost(state, sentAt), bucket: poured(bucket, units) };
  const { gotAt, quick } = head;
  const late = latest(clock, { sentAt, gotAt, quick, doubtMs: found?.[3] });
  const spend: Spend = [sentAt, late, units];
  // The first answer tells when the quota window opened at the latest; until then that was a guess. Each later one may narrow it.
  const guessed = opened !== null && !state.log.some((one) => one[0] >= opened[0]);
  const narrowed =
    opened !== null && sentAt >= opened[0]
      ? ([opened[0], guessed ? late : Math.min(opened[1], late)] as const)
      : opened;
  const books = { ...state, flying, log: [...state.log, spend], opened: narrowed };
  const landed = { ...books, bucket: arrivedBy(bucket, late - sentAt) };
  if (refusal !== null) return landed;
  const open = closed !== null && closed.until <= head.gotAt ? null : closed;
  const next = { ...landed, closed: open, probing: false };
  const after = passed(policy, next, spend);
  return raised(inForce(policy, after), after, clock, gotAt);
}

/** Units that were not spent after all go back into the bucket. */
function poured(bucket: Bucket | null, units: number): Bucket | null {
  if (bucket === null) return null;
  return [Math.max(0, bucket[0] - units), bucket[1], bucket[2], Math.max(0, bucket[3] - units)];
}

/** Where a flight stands among those in the air; -1 where it is not. */
function placeOf({ flying }: PartitionState, flight: string): number {
  for (let i = 0; i < flying.length; i++) if (flying[i]![0] === flight) return i;
  return -1;
}

function without(state: PartitionState, flight: string): PartitionState {
  return { ...state, flying: state.flying.filter((one) => one[0] !== flight) };
}

/** If the request that was to open the quota window may not have arrived, nobody knows when it opened. */
function openerLost(state: PartitionState, sentAt: number): readonly [number, number] | null {
  return state.opened !== null && sentAt <= state.opened[1] ? null : state.opened;
}

/** Gathers spends whose cell of the server's grid is certain by now. */
function pinned(policy: RatePolicy, state: PartitionState, clock: ClockState): PartitionState {
  const rate = inForce(policy, state);
  const theta = thetaAt(clock, clock.at);
  if ((rate.kind !== "fixed" && rate.kind !== "counter") || theta === null || state.log.length === 0)
    return state;
  const log: Spend[] = [];
  let cells = state.cells;
  for (const spend of state.log) {
    const index = cellOf(theta, rate.quotaWindowMs, spend[0], spend[1]);
    if (index === null) log.push(spend);
    else cells = gathered(cells, index, spend[2], spend[1]);
  }
  return { ...state, log, cells };
}

/**
 * Counts the newest two spends as one where nothing tells them apart, or where they lie so close that a sliding quota window
 * loses nothing by it: a burst leaves few rows. Never where it would have to be told on which side of a boundary they lie.
 */
function gatheredLast(policy: RatePolicy, state: PartitionState, clock: ClockState): readonly Spend[] {
  const { log } = state;
  const last = log.at(-1);
  const before = log.at(-2);
  if (last === undefined || before === undefined || last[0] < before[0]) return log;
  if (last[0] !== before[0] || last[1] !== before[1]) {
    const { kind, quotaWindowMs } = inForce(policy, state);
    if (kind !== "sliding" && (kind !== "fixed" || clock.lo !== null)) return log;
    if (Math.max(last[1], before[1]) - before[0] > quotaWindowMs / FINEST_SHARE) return log;
  }
  const kept = log.slice(0, -1);
  kept[kept.length - 1] = [before[0], Math.max(last[1], before[1]), before[2] + last[2]];
  return kept;
}

/** The part that the refusal's own headers describe as spent. */
function culpritOf(
  spoken: readonly { readonly quota: QuotaReading; readonly part: number | null }[],
): number | null {
  // A refusal that shows units left is about another budget than its headers.
  return (
    spoken.find(({ quota, part }) => part !== null && quota.remaining !== null && quota.remaining <= 0)
      ?.part ?? null
  );
}
