// Which policy of a claim do an answer's headers describe? By name, else by the limit's value, else by whether the reset
// fits. A wrong guess would show phantom spends, so doubt is answered with none. Pure.
import type { ClockState } from "./clock.ts";
import type { HeadReading, QuotaReading } from "./evidence.ts";
import type { Claim, Head } from "./model.ts";
import { inForce, type PartitionState, type RateInForce } from "./state.ts";
import { usedAt } from "./window.ts";

/** Seconds are cut or rounded on the wire. ms */
const ROUNDING_MS = 2_000;

/** A statement, and the claim's part that it is about. */
export interface Spoken {
  readonly quota: QuotaReading;
  readonly part: number;
}

/** A rate policy of the claim. */
interface Candidate {
  readonly index: number;
  readonly id: string;
  readonly published: number | null;
  readonly rate: RateInForce;
}

/** The index of the claim's part that a reading is about, or null where that cannot be told. */
export function attribute(
  quota: QuotaReading,
  claim: Claim,
  states: readonly PartitionState[],
  clock: ClockState,
  head: Head,
  reading: HeadReading,
): number | null {
  const rates: Candidate[] = [];
  for (const [index, { policy }] of claim.parts.entries())
    if (policy.type === "rate")
      rates.push({ index, id: policy.id, published: policy.limit, rate: inForce(policy, states[index]!) });
  const named = rates.find((one) => isNamed(quota, one.id));
  if (named !== undefined) return named.index;
  const same = rates.filter(
    ({ rate, published }) =>
      quota.limit !== null && (rate.limit === quota.limit || published === quota.limit),
  );
  const serverNow = reading.dateAt ?? head.gotAt;
  if (same.length > 0) {
    if (same.length === 1) return same[0]!.index;
    const fitting = same.filter(({ rate }) => resetFits(rate, quota, serverNow));
    if (fitting.length === 1) return fitting[0]!.index;
    return closest(fitting, quota, states, clock, head.gotAt);
  }
  // A number that no policy has is the new limit of one of them: of the one whose quota window fits the reset.
  const unsaid = rates.filter(({ rate }) => rate.limit === null);
  if (unsaid.length === 1) return unsaid[0]!.index;
  const fitting = rates.filter(({ rate }) => resetFits(rate, quota, serverNow));
  // Neither number nor length is that of any: it may be a policy that nobody knows.
  if (quota.quotaWindowMs !== null && fitting.length === 0 && rates.length > 1) return null;
  return changed(fitting.length === 0 ? rates : fitting, quota, states, clock, head.gotAt);
}

/**
 * The policy whose limit the server changed: the one whose own count is the server's, else the tightest of those that the number
 * makes stricter, for that is the safe reading, else the nearest below it.
 */
function changed(
  fitting: readonly Candidate[],
  quota: QuotaReading,
  states: readonly PartitionState[],
  clock: ClockState,
  now: number,
): number | null {
  const { limit } = quota;
  if (limit === null) return fitting.length === 1 ? fitting[0]!.index : null;
  const counted = closest(fitting, quota, states, clock, now, 0);
  if (counted !== null) return counted;
  const byLimit = fitting.toSorted((a, b) => (a.rate.limit ?? 0) - (b.rate.limit ?? 0));
  return (byLimit.find(({ rate }) => (rate.limit ?? 0) > limit) ?? byLimit.at(-1))?.index ?? null;
}

/**
 * Of statements in one head that would all be about the same policy, the one that is nearest to it, else the one that lets the
 * least through: the others are about policies that nobody knows, and not its new limit.
 */
export function nearest(
  spoken: readonly Spoken[],
  claim: Claim,
  states: readonly PartitionState[],
): readonly Spoken[] {
  if (spoken.length < 2) return spoken;
  const ranked = spoken.map((one) => ({ one, rank: rankOf(one, claim, states), pace: paceOf(one.quota) }));
  return ranked
    .filter((mine) =>
      ranked.every(
        (other) =>
          other.one.part !== mine.one.part ||
          other.rank < mine.rank ||
          (other.rank === mine.rank && other.pace >= mine.pace),
      ),
    )
    .map(({ one }) => one);
}

function isNamed({ name }: QuotaReading, policyId: string): boolean {
  return name !== null && name.toLowerCase() === policyId.toLowerCase();
}

/** Who has a policy's name goes first, then who has more of its figures: the length of the quota window counts above the limit. */
function rankOf({ quota, part }: Spoken, claim: Claim, states: readonly PartitionState[]): number {
  const { policy } = claim.parts[part]!;
  if (policy.type !== "rate") return 0;
  const rate = inForce(policy, states[part]!);
  const { limit, quotaWindowMs: length } = quota;
  const hasLength = length !== null && (length === policy.quotaWindowMs || length === rate.quotaWindowMs);
  const hasLimit = limit !== null && (limit === policy.limit || limit === rate.limit);
  return (isNamed(quota, policy.id) ? 4 : 0) + (hasLength ? 2 : 0) + (hasLimit ? 1 : 0);
}

/** Units a millisecond; Infinity where that is not told. */
function paceOf({ limit, quotaWindowMs }: QuotaReading): number {
  return limit === null || quotaWindowMs === null ? Number.POSITIVE_INFINITY : limit / quotaWindowMs;
}

/** Whether the end of a quota window as told can be that of a policy. `serverNow` in the server's epoch ms. */
export function resetFits(rate: RateInForce, quota: QuotaReading, serverNow: number): boolean {
  if (quota.quotaWindowMs !== null) return quota.quotaWindowMs === rate.quotaWindowMs;
  if (quota.resetAt === null) return true;
  const ahead = quota.resetAt - serverNow;
  if (ahead < -ROUNDING_MS || ahead > rate.quotaWindowMs + ROUNDING_MS) return false;
  const onGrid = rate.kind === "fixed" || rate.kind === "counter";
  if (!onGrid) return true;
  if (besideGrid(rate, quota)) return false;
  // On a grid of whole seconds nothing is rounded: the request lies in the quota window that ends there.
  return rate.quotaWindowMs % 1000 !== 0 || ahead <= rate.quotaWindowMs;
}

/** Whether no rounding makes the reset told the end of a quota window on the server's grid. */
export function besideGrid(
  { quotaWindowMs }: RateInForce,
  { resetAt, resetOffMs = 0 }: QuotaReading,
): boolean {
  if (resetAt === null) return false;
  const nearest = Math.round(resetAt / quotaWindowMs) * quotaWindowMs;
  return Math.abs(nearest - resetAt) > Math.max(resetOffMs, quotaWindowMs % 1000 === 0 ? 0 : 1000);
}

/**
 * Among policies that fit alike, the one whose own count is nearest to the server's; null where two are as near, or none is near
 * enough.
 */
function closest(
  fitting: readonly Candidate[],
  quota: QuotaReading,
  states: readonly PartitionState[],
  clock: ClockState,
  now: number,
  within = Number.POSITIVE_INFINITY,
): number | null {
  if (quota.limit === null || quota.remaining === null) return null;
  const used = quota.limit - quota.remaining;
  const ranked = fitting
    .map(({ index, rate }) => ({ index, away: Math.abs(usedAt(rate, states[index]!, clock, now) - used) }))
    .filter((one) => one.away <= within)
    .sort((a, b) => a.away - b.away);
  return ranked.length > 1 && ranked[0]!.away === ranked[1]!.away ? null : (ranked[0]?.index ?? null);
}
