// Settling: what an answer's head, a lost answer or a request that never left changes in every partition of a claim and in
// what is known of the server's clock. Pure.
import { attribute, nearest, type Spoken } from "./attribute.ts";
import { arrivedBy, calmed, poured } from "./bucket.ts";
import { type ClockState, latest, wasSet, withDate, withRoundTrip } from "./clock.ts";
import type { HeadReading } from "./evidence.ts";
import { applyReading, namedBy } from "./foreign.ts";
import { passed } from "./learn.ts";
import type { Finding } from "./ledger.ts";
import type { Claim, ClaimPart, Head, RatePolicy, Refusal } from "./model.ts";
import { packed, pinned } from "./pack.ts";
import { raised } from "./probe.ts";
import { refuse } from "./refuse.ts";
import { refresh } from "./reserve.ts";
import { release, slotsElsewhere } from "./slots.ts";
import { type Flight, inForce, type PartitionState, type Spend } from "./state.ts";

/** What became of one flight. */
export interface Settlement {
  readonly claim: Claim;
  readonly flight: string;
  /** More flights of the same claim whose answers came at the same instant and say the same; none of a claim with slots. Default none. */
  readonly others?: readonly string[] | undefined;
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
  let clock = observe(before, head, reading, answersOf(settlement));
  const set = wasSet(before, clock, now);
  const fresh = claim.parts.map((part, i) => {
    const state = refresh(part, states[i]!, clock, now);
    return set ? unsure(part, state, now) : state;
  });
  const quotas = reading.cached ? [] : reading.quotas;
  const serverNow = reading.dateAt ?? head.gotAt;
  const attributed = quotas.flatMap((quota) => {
    const part = attribute(quota, claim, fresh, clock, head, reading);
    return part === null ? [] : [{ quota, part }];
  });
  const spoken = nearest(attributed, claim, fresh);
  const next = claim.parts.map((part, i) =>
    part.policy.type === "slots"
      ? settleSlots(settlement, fresh[i]!)
      : settleRate(part, part.policy, fresh[i]!, settlement, clock),
  );
  for (const { quota, part } of spoken) {
    const { policy, cost } = claim.parts[part]!;
    if (policy.type !== "rate") continue;
    const alone = !claim.parts.some(
      (other, i) => i !== part && other.policy.type === "rate" && other.policy.limit === policy.limit,
    );
    const counted = refusal === null || refusal.kind === "credit" || policy.refusedCount ? cost : 0;
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
    next[i] = packed(part.policy, next[i]!, clock);
    // An answer that says nothing of a policy is no look: nothing is gained by sending one ahead.
    if (part.policy.told === true && next[i]!.heard === null)
      next[i] = { ...next[i]!, heard: { answers: Number.MAX_SAFE_INTEGER, at: head.sentAt, pace: 0 } };
  }
  if (refusal !== null)
    refuse(
      { settlement, refusal, culprit: culpritOf(spoken), roomy: roomyOf(spoken, claim), clock, now },
      next,
      findings,
    );
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
    const bucket = arrivedBy(landed.bucket, doubt);
    return pinned(part.policy, unsure(part, { ...landed, log, opened, bucket }, sentAt + doubt), clock);
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

function observe(clock: ClockState, head: Head, reading: HeadReading, times: number): ClockState {
  const timed = head.quick ? withRoundTrip(clock, head.sentAt, head.gotAt, times) : clock;
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
  const { head, refusal } = settlement;
  const { flying, sentAt, lastAt, units, doubtMs } = landing(part, state, settlement);
  const { bucket, opened, closed } = state;
  if (refusal !== null && refusal.kind !== "credit" && !policy.refusedCount)
    return { ...state, flying, opened: openerLost(state, sentAt), bucket: poured(bucket, units) };
  const { gotAt, quick } = head;
  const late = latest(clock, { sentAt: lastAt, gotAt, quick, doubtMs });
  const spend: Spend = [sentAt, late, units];
  // The first answer tells when the quota window opened at the latest; until then that was a guess. Each later one may narrow it.
  const guessed = opened !== null && !state.log.some((one) => one[0] >= opened[0]);
  const narrowed =
    opened !== null && sentAt >= opened[0]
      ? ([opened[0], guessed ? late : Math.min(opened[1], late)] as const)
      : opened;
  const refused = refusal !== null;
  const landed: PartitionState = {
    ...state,
    flying,
    log: [...state.log, spend],
    opened: narrowed,
    bucket: arrivedBy(bucket, late - sentAt),
    closed: !refused && closed !== null && closed.until <= gotAt ? null : closed,
    probing: refused && state.probing,
  };
  if (refused) return landed;
  const calm = { ...landed, bucket: calmed(inForce(policy, landed), landed, gotAt, policy.refusedCount) };
  const after = passed(policy, calm, spend, answersOf(settlement));
  return after.learned?.triedAt === undefined ? after : raised(inForce(policy, after), after, clock, gotAt);
}

function answersOf({ others }: Settlement): number {
  return 1 + (others?.length ?? 0);
}

/** What was in the air and is answered now. */
interface Landed {
  /** What still is. */
  readonly flying: readonly Flight[];
  /** The first and the last of it left. Epoch ms. */
  readonly sentAt: number;
  readonly lastAt: number;
  readonly units: number;
  readonly doubtMs: number | undefined;
}

/** Takes what was answered out of the air. Several count together, from the earliest of them and as late as any may have arrived. */
function landing(
  { cost }: ClaimPart,
  { flying }: PartitionState,
  { flight, others, head }: Settlement,
): Landed {
  if (others === undefined || others.length === 0) {
    const place = placeOf(flying, flight);
    if (place < 0)
      return { flying, sentAt: head.sentAt, lastAt: head.sentAt, units: cost, doubtMs: undefined };
    const [, sentAt, units, doubtMs] = flying[place]!;
    return { flying: flying.toSpliced(place, 1), sentAt, lastAt: sentAt, units, doubtMs };
  }
  const answered = new Set(others).add(flight);
  let sentAt = Number.POSITIVE_INFINITY;
  let lastAt = Number.NEGATIVE_INFINITY;
  let units = 0;
  let doubtMs = 0;
  const left: Flight[] = [];
  for (const one of flying)
    if (answered.delete(one[0])) {
      sentAt = Math.min(sentAt, one[1]);
      lastAt = Math.max(lastAt, one[1]);
      units += one[2];
      doubtMs = Math.max(doubtMs, one[3]);
    } else left.push(one);
  if (answered.size > 0) {
    sentAt = Math.min(sentAt, head.sentAt);
    lastAt = Math.max(lastAt, head.sentAt);
  }
  return { flying: left, sentAt, lastAt, units: units + answered.size * cost, doubtMs };
}

/** Where a flight stands among those in the air; -1 where it is not. */
function placeOf(flying: readonly Flight[], flight: string): number {
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

/** The parts that the refusal's own headers show with room for the request. */
function roomyOf(spoken: readonly Spoken[], { parts }: Claim): ReadonlySet<number> {
  const roomy = spoken.filter(({ quota, part }) => (quota.remaining ?? 0) >= parts[part]!.cost);
  return new Set(roomy.map((one) => one.part));
}

/** The part that the refusal's own headers describe as spent. */
function culpritOf(spoken: readonly Spoken[]): number | null {
  // A refusal that shows units left is about another budget than its headers.
  const spent = spoken.find(({ quota }) => quota.remaining !== null && quota.remaining <= 0);
  return spent?.part ?? null;
}
