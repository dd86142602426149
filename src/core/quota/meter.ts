// A partition as shown: what is left, when it comes back, who says so. Reads the state; changes nothing.
import { shortfall } from "./bucket.ts";
import { type ClockState, thetaAt } from "./clock.ts";
import type { ClaimPart, Meter, SlotPolicy } from "./model.ts";
import { slotLimit, slotsElsewhere, slotsTaken } from "./slots.ts";
import { inForce, type PartitionState, type RateInForce, SAFETY_MS } from "./state.ts";
import { freeAt, leaving, usedAt } from "./window.ts";

const LEAVES_AT_MOST = 64;

/** One partition of a claim as a meter. `state` must be fresh. */
export function meterOf(
  accountId: string,
  part: ClaimPart,
  state: PartitionState,
  clock: ClockState,
  now: number,
): Meter {
  const { partition, policy } = part;
  const base = { partition, accountId, policyId: policy.id, title: policy.title, noun: policy.noun };
  if (policy.type === "slots") return { ...base, ...slotFigures(policy, state, now) };
  const rate = inForce(policy, state);
  const used = usedAt(rate, state, clock, now);
  const closedUntil = state.closed !== null && state.closed.until > now ? state.closed.until : null;
  return {
    ...base,
    type: "rate",
    kind: shownKind(rate, policy.kind),
    limit: rate.limit,
    used,
    left: rate.limit === null ? null : Math.max(0, rate.limit - used),
    inFlight: state.flying.reduce((sum, one) => sum + one[2], 0),
    foreign: state.foreign.reduce((sum, one) => sum + one[2], 0),
    quotaWindowMs: rate.windowKnown ? rate.quotaWindowMs : null,
    ...returns(rate, state, clock, now, used),
    closedUntil,
    evidence: rate.evidence,
    evidenceAt: rate.evidenceAt,
  };
}

function shownKind(rate: RateInForce, published: Meter["kind"]): Meter["kind"] {
  if (rate.kind === "counter") return "sliding";
  return published === "unknown" && rate.evidence === "unknown" ? "unknown" : rate.kind;
}

function slotFigures(policy: SlotPolicy, state: PartitionState, now: number) {
  const limit = slotLimit(policy, state);
  const used = slotsTaken(state, now);
  return {
    type: "slots" as const,
    kind: "slots" as const,
    limit,
    used,
    left: limit === null ? null : Math.max(0, limit - used),
    inFlight: 0,
    foreign: slotsElsewhere(state, now),
    quotaWindowMs: null,
    nextAt: null,
    fullAt: null,
    leavesAt: [],
    closedUntil: null,
    evidence: state.stated?.limit === limit && limit !== null ? ("stated" as const) : policy.evidence,
    evidenceAt: state.stated?.at ?? null,
  };
}

/** When units come back: the next, all, and singly where they leave one by one. */
function returns(
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
  used: number,
): Pick<Meter, "nextAt" | "fullAt" | "leavesAt"> {
  if (used === 0) return { nextAt: null, fullAt: null, leavesAt: [] };
  const theta = thetaAt(clock, now);
  if (rate.kind === "fixed" && theta !== null) {
    const length = rate.quotaWindowMs;
    const endsAt = Math.ceil((Math.floor((now + theta.lo) / length) + 1) * length - theta.lo) + SAFETY_MS;
    return { nextAt: endsAt, fullAt: endsAt, leavesAt: [] };
  }
  if (rate.kind === "fixedFromFirst" && state.opened !== null) {
    const endsAt = Math.ceil(state.opened[1] + rate.quotaWindowMs) + SAFETY_MS;
    return { nextAt: endsAt, fullAt: endsAt, leavesAt: [] };
  }
  if (rate.kind === "bucket" && rate.limit !== null && state.bucket !== null) {
    const perUnitMs = rate.quotaWindowMs / rate.limit;
    const short = shortfall(rate, rate.limit, state, now);
    const nextAt = now + (short - used + 1) * perUnitMs;
    return { nextAt: Math.ceil(nextAt), fullAt: Math.ceil(now + short * perUnitMs), leavesAt: [] };
  }
  if (rate.kind === "counter" && theta !== null) {
    const length = rate.quotaWindowMs;
    const newest = leaving(rate, state).at(-1)?.[0] ?? now;
    // What has been counted goes on to weigh, less and less, until the quota window after its own ends.
    const cell = Math.floor((newest + theta.hi) / length);
    const fullAt = Math.ceil((cell + 1) * length - theta.lo) + SAFETY_MS;
    const nextAt = freeAt({ ...rate, limit: used - 1 }, state, clock, now, 1);
    return { nextAt: Math.min(nextAt, fullAt), fullAt, leavesAt: [] };
  }
  const leavesAt: number[] = [];
  let fullAt: number | null = null;
  for (const [at, units] of leaving(rate, state)) {
    if (at <= now) continue;
    fullAt = Math.ceil(at);
    for (let i = 0; i < units && leavesAt.length < LEAVES_AT_MOST; i++) leavesAt.push(fullAt);
  }
  return { nextAt: leavesAt[0] ?? null, fullAt, leavesAt };
}
