// When a job is polled next, as arithmetic on values: what such jobs took, interval, jitter, age, shared budget, and the other
// jobs' instants. It must not wait or ask.
import type { Watch } from "../profile/schema.ts";
import type { Policy } from "../quota/model.ts";
import { bestAge } from "./best-age.ts";
import { type Length, middleOf } from "./lengths.ts";

/** What a poll's instant depends on. Durations in ms. */
export interface PollFacts {
  readonly watch: Pick<Watch, "intervalMs" | "jitterMs" | "minimumIntervalMs" | "longPoll">;
  readonly now: number;
  /** Age of the job since the provider took it. */
  readonly ageMs: number;
  /** Its age when a poll last saw it alive; 0 where none has. */
  readonly aliveMs: number;
  /** What such jobs took so far. */
  readonly lengths: readonly Length[];
  /** Whether work waits for the place that this job holds. */
  readonly pressed: boolean;
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

/** Old jobs are asked after at most so much more seldom. */
const MOST_STRETCH = 4;
/** Where no such job has ended yet, one of so many intervals is not old (ASSUMED). */
const USUAL_INTERVALS = 20;
/** A poll held for at least this part of the promised time was a real long poll. */
const HELD_PART = 0.5;
/** The pause after a long poll that was held. */
const AFTER_HELD_MS = 250;
const LONGEST_MS = 120_000;
/** What a poll costs in parts of the interval: next to nothing while work waits, for then it makes room. */
const PRESSED_PRICE = 0.02;
const RELAXED_PRICE = 0.3;

/**
 * The instant of the next poll: while work waits for the job's place at the least interval that the provider permits, else
 * at the one that it wishes. Jitter is only ever added; the provider's minimum interval is never undercut.
 */
export function nextPollAt(facts: PollFacts): number {
  const { watch, pressed } = facts;
  const jitter = pressed ? 0 : facts.random * watch.jitterMs;
  const least = Math.max(watch.minimumIntervalMs, facts.sharedMs);
  return Math.ceil(facts.now + Math.max(least, Math.min(LONGEST_MS, wishedMs(facts))) + jitter);
}

function wishedMs(facts: PollFacts): number {
  const { watch, ageMs, aliveMs, lengths, pressed, polls, heldMs, errors, sharedMs } = facts;
  if (errors > 0) return watch.intervalMs * 2 ** Math.min(errors, 6);
  if (watch.longPoll !== undefined) {
    const held = heldMs >= watch.longPoll.holdMs * HELD_PART;
    if (polls === 0 || held) return AFTER_HELD_MS;
  }
  const wished = pressed && watch.minimumIntervalMs > 0 ? watch.minimumIntervalMs : watch.intervalMs;
  const intervalMs = Math.max(wished, sharedMs);
  const priceMs = intervalMs * (pressed ? PRESSED_PRICE : RELAXED_PRICE);
  const best = bestAge(lengths, { aliveMs, leastMs: ageMs + intervalMs, intervalMs, priceMs });
  if (best !== null) return best - ageMs;
  return intervalMs * stretch(ageMs, middleOf(lengths) ?? watch.intervalMs * USUAL_INTERVALS);
}

/** 1 up to four times the usual length of a job, then growing with its age up to 4. */
export function stretch(ageMs: number, typicalMs: number): number {
  return ageMs <= 4 * typicalMs ? 1 : Math.min(MOST_STRETCH, ageMs / (4 * typicalMs));
}

/** The first instant from the wished one on that lies so far from all others, so that many jobs are not polled at once. */
export function apart(wished: number, others: readonly number[], spacingMs: number): number {
  let at = wished;
  for (const other of others.toSorted((a, b) => a - b)) {
    if (other >= at + spacingMs) break;
    if (other > at - spacingMs) at = other + spacingMs;
  }
  return at;
}

/** The instant of others that one list call is to share: the first from `least` to the wished one and an interval on; else the wished one. */
export function joined(wished: number, others: readonly number[], least: number, intervalMs: number): number {
  const near = others.filter((one) => one >= least && one <= wished + intervalMs);
  return near.length === 0 ? wished : Math.min(...near);
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
