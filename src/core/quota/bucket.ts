// A bucket that refills: what is missing from it at most, when it has room, and how it is spent from. Requests arrive later than they
// were sent, and a full bucket wastes the refill of that time. Pure; it books nothing else.
import { type Bucket, type PartitionState, type RateInForce, SAFETY_MS } from "./state.ts";

/** The first instant, not before `at`, at which so many units are surely there. */
export function bucketFree(
  rate: RateInForce,
  limit: number,
  state: PartitionState,
  at: number,
  units: number,
): number {
  const { bucket } = state;
  if (bucket === null || bucket[3] + units <= limit) return at;
  const from = Math.max(at, bucket[1]);
  const short = shortfall(rate, limit, state, from) + units - limit;
  return short <= 1e-9 ? at : Math.ceil(from + (short * rate.quotaWindowMs) / limit) + SAFETY_MS;
}

/** When the bucket is surely full again, the latest arrivals made up for. -Infinity where nothing was spent. */
export function bucketFullAt(rate: RateInForce, limit: number, state: PartitionState): number {
  if (state.bucket === null) return Number.NEGATIVE_INFINITY;
  const [units, at] = state.bucket;
  return Math.ceil(at + (units * rate.quotaWindowMs) / limit + lateMs(state)) + SAFETY_MS;
}

/** How much would be missing from a full bucket at an instant if every request arrived when it was sent. Units. */
export function missing(rate: RateInForce, limit: number, state: PartitionState, now: number): number {
  if (state.bucket === null) return 0;
  const [units, at] = state.bucket;
  return Math.max(0, units - (Math.max(0, now - at) * limit) / rate.quotaWindowMs);
}

/** The most that can be missing from a full bucket at an instant: as if all arrived as late as they may. Units. */
export function lacking(rate: RateInForce, limit: number, state: PartitionState, now: number): number {
  const { bucket } = state;
  return bucket === null ? 0 : Math.max(0, Math.min(bucket[3], shortfall(rate, limit, state, now)));
}

/** The same without bounds: below zero by how long the bucket has surely been full. Units. */
export function shortfall(rate: RateInForce, limit: number, state: PartitionState, now: number): number {
  if (state.bucket === null) return 0;
  const [units, at] = state.bucket;
  return units - ((Math.max(0, now - at) - lateMs(state)) * limit) / rate.quotaWindowMs;
}

/** How late any may have arrived: what is known of those that have, and may be of those in the air. ms */
function lateMs({ bucket, flying }: PartitionState): number {
  let most = bucket?.[2] ?? 0;
  for (const one of flying) if (one[3] > most) most = one[3];
  return most;
}

/** The bucket after units are sent. It was surely full where even the latest arrivals have been made up for. */
export function spentFrom(rate: RateInForce, state: PartitionState, now: number, units: number): Bucket {
  const { bucket } = state;
  const limit = rate.limit ?? units;
  if (bucket === null || now >= bucketFullAt(rate, limit, state)) return [units, now, 0, units];
  return [missing(rate, limit, state, now) + units, Math.max(now, bucket[1]), bucket[2], bucket[3] + units];
}

/** The bucket where a request arrived so much later than it was booked, or may have. */
export function arrivedBy(bucket: Bucket | null, lateMs: number): Bucket | null {
  return bucket === null || lateMs <= bucket[2] ? bucket : [bucket[0], bucket[1], lateMs, bucket[3]];
}

/** The bucket where it will not be known how late those in the air arrived: as late as they may. */
export function doubted(state: PartitionState): Bucket | null {
  return arrivedBy(state.bucket, lateMs(state));
}

/** Units that were not spent after all go back into the bucket. */
export function poured(bucket: Bucket | null, units: number): Bucket | null {
  if (bucket === null) return null;
  return [Math.max(0, bucket[0] - units), bucket[1], bucket[2], Math.max(0, bucket[3] - units)];
}

/**
 * The bucket at an instant at which nothing can be in the air: no more is missing than was spent, nor than it holds where it does not
 * count what it refuses. Where late arrivals may have wasted more than that, how late they were counts no longer.
 */
export function calmed(
  rate: RateInForce,
  state: PartitionState,
  now: number,
  refusedCount: boolean,
): Bucket | null {
  const { bucket, flying, log } = state;
  if (bucket === null || rate.limit === null || now < bucket[1]) return bucket;
  // What was lost may arrive yet.
  if (flying.length > 0 || log.some((one) => one[1] > now)) return bucket;
  const most = refusedCount ? bucket[3] : Math.min(bucket[3], rate.limit);
  return most < shortfall(rate, rate.limit, state, now) ? [most, now, 0, most] : bucket;
}
