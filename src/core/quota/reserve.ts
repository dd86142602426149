// Reserving: all partitions of a claim or none, before anything is sent. Pure: (states, claim, now) -> (states', grant | wait).

import { spentFrom } from "./bucket.ts";
import { cautiousAt, proofAt } from "./caution.ts";
import { type ClockState, jitterMs } from "./clock.ts";
import { measureAt } from "./measure.ts";
import type { Claim, ClaimPart, Evidence, Lane, Wait } from "./model.ts";
import { mayProbe, probed } from "./probe.ts";
import { lookAt } from "./shared.ts";
import { hold, slotFreeAt, slotLimit, slotsTaken } from "./slots.ts";
import { type Flight, inForce, type PartitionState, type RateInForce, SAFETY_MS } from "./state.ts";
import { notAfter, regridded, tidy } from "./tidy.ts";
import { freeAt, usedAt } from "./window.ts";

/** The share of a budget that polls have for themselves. */
const POLL_SHARE = 0.1;
/** The part of a budget that polls leave to a person's sends. */
const SPARE = 0.05;
/** Who stands behind more than a quota window holds looks again so soon. ms */
const LOOK_AGAIN_MS = 1_000;

/** What is to be booked, and under which name. */
export interface Booking {
  readonly claim: Claim;
  readonly lane: Lane;
  /** Names the request in flight; unique. */
  readonly flight: string;
  /** What holds the slots it takes. */
  readonly holder: string;
  /** Units to leave over in each partition for those who come first; same order as the claim's parts. Default none. */
  readonly ahead?: readonly number[];
  /** Units that wait behind this request in each partition; same order. Default none. */
  readonly behind?: readonly number[];
}

export type Outcome =
  | { readonly granted: true; readonly states: readonly PartitionState[] }
  | {
      readonly granted: false;
      readonly wait: Wait;
      /** To be kept: the clock was set back, and what lay in the future was moved to now. Null where nothing was. */
      readonly moved: readonly PartitionState[] | null;
    };

/** Books a claim in all its partitions, or says what it waits for. `states` in the order of the claim's parts. */
export function reserve(
  booking: Booking,
  states: readonly PartitionState[],
  clock: ClockState,
  now: number,
): Outcome {
  const current = booking.claim.parts.map((part, i) => refresh(part, states[i]!, clock, now));
  const wait = holdsBack(booking, current, clock, now);
  if (wait !== null) {
    const moved = states.some((state) => notAfter(state, clock, now) !== state);
    return { granted: false, wait, moved: moved ? current : null };
  }
  return {
    granted: true,
    states: booking.claim.parts.map((part, i) =>
      book(part, current[i]!, booking, [booking.flight], clock, now),
    ),
  };
}

/** Brings a stored state up to the instant: forgets what no longer counts. */
export function refresh(
  part: ClaimPart,
  state: PartitionState,
  clock: ClockState,
  now: number,
): PartitionState {
  const safe = notAfter(state, clock, now);
  if (part.policy.type === "slots") return safe;
  const rate = inForce(part.policy, safe);
  return tidy(rate, regridded(rate, safe, clock, now), clock, now);
}

/** The partition that holds a claim longest, or null where all have room. States must be fresh. */
export function holdsBack(
  booking: Booking,
  states: readonly PartitionState[],
  clock: ClockState,
  now: number,
): Wait | null {
  let worst: Wait | null = null;
  for (const [i, part] of booking.claim.parts.entries()) {
    const behind = booking.lane === "person" ? 0 : (booking.behind?.[i] ?? 0);
    const before = booking.ahead?.[i] ?? 0;
    const spare = booking.lane === "poll" ? spareOf(part, states[i]!, now) : null;
    const ahead = before + (spare?.units ?? 0);
    const found = partWait(part, states[i]!, booking.holder, clock, now, ahead, behind);
    // What is only left over for others is given to a poll once its own share is due.
    const wait = found === null || spare === null ? found : sooner(found, spare.until);
    if (wait === null) continue;
    if (worst === null || (worst.until !== null && (wait.until === null || wait.until > worst.until)))
      worst = wait;
  }
  return worst;
}

/**
 * What polls beyond their own share leave over where a person's sends count as well, so that a click finds room; null where
 * nothing is. `until` is when the share is due.
 */
function spareOf(
  { policy, shared }: ClaimPart,
  state: PartitionState,
  now: number,
): { readonly units: number; readonly until: number } | null {
  if (policy.type !== "rate" || shared !== true) return null;
  const rate = inForce(policy, state);
  const until = state.polledAt + pollEveryMs(rate);
  if (rate.limit === null || rate.limit < 2 || until <= now) return null;
  return { units: Math.ceil(rate.limit * SPARE), until: Math.ceil(until) };
}

function sooner(wait: Wait, until: number): Wait {
  const asks = wait.cause === "ahead" && (wait.until === null || wait.until > until);
  return asks ? { ...wait, until } : wait;
}

/** Why one partition does not let a request go now; null where it does. */
export function partWait(
  part: ClaimPart,
  state: PartitionState,
  holder: string,
  clock: ClockState,
  now: number,
  ahead: number,
  behind = 0,
): Wait | null {
  const { partition, policy, cost } = part;
  const base = { partition, policyId: policy.id };
  if (policy.type === "slots") {
    const until = slotFreeAt(policy, state, now, cost + ahead, holder);
    if (until !== null && until <= now) return null;
    const limit = slotLimit(policy, state);
    const left = limit === null ? null : Math.max(0, limit - slotsTaken(state, now));
    const cause = left !== null && left >= cost ? "ahead" : "slots";
    const evidenceAt = state.elsewhere?.[1] ?? null;
    return { ...base, cause, until, evidence: "counted", evidenceAt, left, limit };
  }
  const rate = inForce(policy, state);
  const { closed } = state;
  // What is left is counted for those who wait alone: who may go needs no figures.
  const waits = (
    cause: Wait["cause"],
    until: number | null,
    evidence: Evidence,
    evidenceAt = rate.evidenceAt,
  ): Wait => {
    const left = leftAt(rate, state, clock, now);
    return { ...base, cause, until, evidence, evidenceAt, left, limit: rate.limit };
  };
  if (closed !== null && closed.until > now)
    return waits("refused", closed.until, closed.evidence, closed.at);
  const careful = cautiousAt(policy, rate, state, clock, now);
  if (careful > now) return waits("learning", careful, "inferred");
  // A server that is stricter than published may hold less than one request costs: then a whole quota window is awaited.
  const units = rate.limit === null || rate.limit === policy.limit ? cost : Math.min(cost, rate.limit);
  // With more ahead than the limit holds, nobody knows yet when it is our turn: some of them must have gone first.
  const behindAll = ahead > 0 && rate.limit !== null && units + ahead > rate.limit;
  const room = freeAt(
    rate,
    state,
    clock,
    now,
    behindAll ? Math.max(units, rate.limit ?? units) : units + ahead,
  );
  const at = behindAll ? Math.max(room, now + LOOK_AGAIN_MS) : room;
  if (at <= now) {
    const looked = Math.max(
      proofAt(rate, state, clock, now, units),
      lookAt(policy, rate, state, clock, now, units),
    );
    if (looked > now) return waits("learning", looked, "inferred");
    const measured = measureAt(rate, state, clock, now, behind);
    return measured <= now ? null : waits("learning", measured, "counted");
  }
  if (ahead === 0 && mayProbe(policy, rate, state, clock, now, units)) return null;
  const alone = ahead === 0 || freeAt(rate, state, clock, now, units) > now;
  return waits(alone ? "rate" : "ahead", Number.isFinite(at) ? at : null, rate.evidence);
}

/** Units left at an instant; null where no limit is known. */
export function leftAt(
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
): number | null {
  return rate.limit === null ? null : Math.max(0, rate.limit - usedAt(rate, state, clock, now));
}

/** Books one part for each of some flights that leave at once; the caller made sure that there is room. */
export function book(
  part: ClaimPart,
  state: PartitionState,
  booking: Booking,
  flights: readonly string[],
  clock: ClockState,
  now: number,
): PartitionState {
  const { policy, cost } = part;
  if (policy.type === "slots") return hold(state, booking.holder, now, cost);
  const rate = inForce(policy, state);
  const doubt = jitterMs(clock);
  const flying = state.flying.concat(flights.map((flight): Flight => [flight, now, cost, doubt]));
  const polledAt = booking.lane === "poll" ? polled(rate, state, now) : state.polledAt;
  const { learned } = probed(rate, state, clock, now);
  if (rate.kind === "fixedFromFirst")
    return { ...state, learned, flying, polledAt, opened: openedAfter(rate, state, clock, now) };
  if (rate.kind === "bucket")
    return {
      ...state,
      learned,
      flying,
      polledAt,
      bucket: spentFrom(rate, state, now, cost * flights.length),
    };
  return { ...state, learned, flying, polledAt };
}

/** How often a poll may go before a batch: so that polls have a tenth of a budget for themselves. ms */
export function pollEveryMs(rate: RateInForce): number {
  return rate.quotaWindowMs / Math.max(1, (rate.limit ?? 1) * POLL_SHARE);
}

/** The share of polls as used up by one more; what went beyond it counts for a quota window at most. Epoch ms. */
function polled(rate: RateInForce, state: PartitionState, now: number): number {
  const every = pollEveryMs(rate);
  return Math.min(now + rate.quotaWindowMs - every, Math.max(now, state.polledAt + every));
}

/** Whether the request opens a quota window: surely, surely not, or nobody knows (then only the sliding count helps). */
function openedAfter(
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
): readonly [number, number] | null {
  const jitter = jitterMs(clock);
  const left = (late: number) => late + rate.quotaWindowMs + SAFETY_MS <= now;
  const silent =
    state.flying.length === 0 &&
    state.log.every((one) => left(one[1])) &&
    state.cells.every((one) => left(one[2]));
  if (silent) return [now, now + jitter];
  const { opened } = state;
  if (opened === null) return null;
  if (now >= opened[1] + rate.quotaWindowMs + SAFETY_MS) return [now, now + jitter];
  if (now + jitter + SAFETY_MS >= opened[0] + rate.quotaWindowMs) return null;
  // Until one of them is answered, any that is on its way may be the first to arrive: the others may be lost.
  const answered = state.log.some((one) => one[0] >= opened[0]);
  return answered ? opened : [opened[0], Math.max(opened[1], now + jitter)];
}
