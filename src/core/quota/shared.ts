// A budget that somebody else spends from as well, with nothing shared but the account: how much to leave to them, and when to look
// before sending more. Looking is sending one and reading what is left. Pure; it books nothing.
import { type ClockState, jitterMs, thetaAt } from "./clock.ts";
import type { RatePolicy } from "./model.ts";
import type { Heard, PartitionState, RateInForce } from "./state.ts";
import { freeAt, usedAt } from "./window.ts";

/** So long a request waits for the answers of those that look. ms */
const LOOK_MS = 1_000;

/** So long after a quota window's beginning our own share of it is still there. ms */
const LATE_MS = 50;

/**
 * The instant at which a request may go that has room by our own count; later than `now` where others may have spent that room, so
 * that an answer is awaited first, or where the rest of a quota window is left to them.
 */
export function lookAt(
  policy: RatePolicy,
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  now: number,
  units: number,
): number {
  const { limit } = rate;
  if (policy.told !== true || limit === null) return now;
  const { heard } = state;
  const youngest = Math.max(0, ...state.flying.map((one) => one[1]));
  const answered = Math.max(now, youngest + LOOK_MS);
  if (heard === null || state.sharedUntil <= now) {
    // Who never looked does so once, and who was surprised by others once does so after every silence.
    const silent = heard === null || (state.sharedUntil > 0 && now - heard.at > rate.quotaWindowMs);
    if (silent) return answered;
    // Of two that looked at once only the first saw nobody: it leaves one unit to the other until its answers are here.
    const sure = heard.answers >= limit;
    return sure || freeAt(rate, state, clock, now, Math.min(limit, units + 1)) <= now ? now : answered;
  }
  const own = ownShare(rate, state, clock, heard, now);
  if (own !== null) {
    const sent = state.flying.reduce((all, one) => all + (one[1] > heard.at ? one[2] : 0), 0);
    if (sent + units <= own) return now;
    // The next look may as well wait until there is room for it beside what the others go on spending.
    if (rate.kind === "fixed" || state.flying.length > 0) return answered;
  }
  const room = freeAt(rate, state, clock, now, Math.min(limit, units + heard.pace));
  if (room > now) return state.flying.length > 0 ? Math.min(answered, room) : room;
  // Who saw others at work lets them finish before the next look.
  const calm = heard.pace === 0 ? now : heard.at + pauseMs(rate);
  const believed = limit - usedAt(rate, state, clock, now) + state.flying.length;
  const flights = Math.max(1, Math.floor((believed - heard.pace) / 4));
  return state.flying.length < flights ? Math.max(now, calm) : answered;
}

/** So long a look is believed, and others are left to themselves. ms */
function pauseMs(rate: RateInForce): number {
  return Math.min(LOOK_MS, rate.quotaWindowMs / 20);
}

/**
 * Units that come back to us and not to others, so that they may be spent without a look: those that we spent ourselves a quota
 * window ago. Null where somebody looked since.
 */
function ownShare(
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  heard: Heard,
  now: number,
): number | null {
  const length = rate.quotaWindowMs;
  const theta = thetaAt(clock, now);
  const ours = (counts: (at: number) => boolean) =>
    sum(state.log.filter((one) => counts(one[1]))) - sum(state.foreign.filter((one) => counts(one[1])));
  if (rate.kind === "fixed" && theta !== null) {
    const cell = Math.floor((now + theta.lo) / length);
    if (Math.floor((heard.at + theta.lo) / length) >= cell) return null;
    // Who comes late finds that others have looked and taken it.
    if (now + theta.hi - cell * length > jitterMs(clock) + LATE_MS) return 0;
    const pinned = state.cells.filter((one) => one[0] === cell - 1).reduce((all, one) => all + one[1], 0);
    return pinned + ours((at) => Math.floor((at + theta.lo) / length) === cell - 1);
  }
  if (now - heard.at <= pauseMs(rate)) return null;
  return ours((at) => at + length > heard.at && at + length <= now);
}

/** What is known of the others after an answer that showed so many units beyond ours. */
export function heardOf(state: PartitionState, sentAt: number, excess: number): Heard {
  const { heard } = state;
  if (heard === null) return { answers: 1, at: sentAt, pace: excess };
  const together = sentAt <= heard.at;
  return {
    answers: heard.answers + 1,
    at: Math.max(heard.at, sentAt),
    pace: together ? heard.pace + excess : excess,
  };
}

function sum(spends: readonly (readonly [number, number, number])[]): number {
  return spends.reduce((all, one) => all + one[2], 0);
}
