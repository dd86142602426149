// When a job is polled next, as arithmetic on values: interval, jitter, age, shared budget. It must not wait or ask.
import type { Watch } from "../profile/schema.ts";
import type { Policy } from "../quota/model.ts";

/** What a poll's instant depends on. Durations in ms. */
export interface PollFacts {
  readonly watch: Pick<Watch, "intervalMs" | "jitterMs" | "minimumIntervalMs" | "typicalMs" | "longPoll">;
  readonly now: number;
  /** Age of the job since the provider took it. */
  readonly ageMs: number;
  /** Polls made so far. */
  readonly polls: number;
  /** How long the last poll was held by the server; 0 for the first. */
  readonly heldMs: number;
  /** Polls in a row that were refused or failed. */
  readonly errors: number;
  /** The interval that a fair share of the polling budget allows; 0 where nothing limits it. */
  readonly sharedMs: number;
  /** 0 to 1, without 1. */
  readonly random: number;
}

/** The first poll of a job that usually takes long comes at half of that, at most so late. */
const LATEST_FIRST_POLL_MS = 8_000;
/** Old jobs are asked after at most so much more seldom. */
const MOST_STRETCH = 4;
/** A poll held for at least this part of the promised time was a real long poll. */
const HELD_PART = 0.5;
/** The pause after a long poll that was held. */
const AFTER_HELD_MS = 250;
const LONGEST_MS = 120_000;

/** The instant of the next poll. Jitter is only ever added; the provider's minimum interval is never undercut. */
export function nextPollAt(facts: PollFacts): number {
  const { watch } = facts;
  const jitter = facts.random * watch.jitterMs;
  const least = Math.max(watch.minimumIntervalMs, facts.sharedMs);
  return facts.now + Math.max(least, Math.min(LONGEST_MS, wishedMs(facts))) + jitter;
}

function wishedMs({ watch, ageMs, polls, heldMs, errors }: PollFacts): number {
  if (errors > 0) return watch.intervalMs * 2 ** Math.min(errors, 6);
  if (watch.longPoll !== undefined) {
    const held = heldMs >= watch.longPoll.holdMs * HELD_PART;
    if (polls === 0 || held) return AFTER_HELD_MS;
  }
  if (polls === 0 && watch.typicalMs !== undefined)
    return Math.max(watch.intervalMs, Math.min(watch.typicalMs / 2, LATEST_FIRST_POLL_MS));
  return watch.intervalMs * stretch(ageMs, watch.typicalMs);
}

/** 1 up to four times the usual length of a job, then growing with its age up to 4. */
export function stretch(ageMs: number, typicalMs: number | undefined): number {
  if (typicalMs === undefined || ageMs <= 4 * typicalMs) return 1;
  return Math.min(MOST_STRETCH, ageMs / (4 * typicalMs));
}

/**
 * The interval at which each of `jobs` may be polled so that all together use at most `share` of every policy they
 * count in. 0 where no policy has a known limit.
 */
export function sharedIntervalMs(jobs: number, policies: readonly Policy[], share: number): number {
  let longest = 0;
  for (const policy of policies) {
    if (policy.type !== "rate" || policy.limit === null || policy.quotaWindowMs === null) continue;
    longest = Math.max(longest, (jobs * policy.quotaWindowMs) / Math.max(1, policy.limit * share));
  }
  return jobs <= 1 ? 0 : longest;
}
