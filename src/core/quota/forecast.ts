// When would so many claims go, if nothing else happened? Runs a copy of the state forward. Pure; it books nothing.
import type { ClockState } from "./clock.ts";
import type { Claim, Wait } from "./model.ts";
import { refresh, reserve } from "./reserve.ts";
import type { PartitionState, Spend } from "./state.ts";

/** Claims run forward one by one behind those ahead; beyond that the pace found so far is continued. */
const STEPS = 200;

export interface Forecast {
  /** When the first goes; null where only an event frees it. Epoch ms. */
  readonly firstAt: number | null;
  /** When the last goes; null where nobody can tell. Epoch ms. */
  readonly lastAt: number | null;
  /** What the first waits for; null where it goes at once. */
  readonly wait: Wait | null;
}

/** Forecasts `count` claims behind `ahead` others of the same kind. */
export function forecast(
  claim: Claim,
  count: number,
  ahead: number,
  before: readonly PartitionState[],
  clock: ClockState,
  now: number,
): Forecast {
  let states = claim.parts.map((part, i) => refresh(part, before[i]!, clock, now));
  let wait: Wait | null = null;
  let firstAt: number | null = null;
  let at = now;
  const wanted = ahead + Math.max(1, count);
  const steps = Math.min(wanted, ahead + STEPS);
  for (let step = 0; step < steps; step++) {
    const gone = goes(claim, states, clock, at, `forecast ${step}`);
    if (firstAt === null) wait ??= gone.wait;
    if (gone.at === null) return { firstAt, lastAt: null, wait };
    at = gone.at;
    states = gone.states;
    if (step === ahead) firstAt = at;
  }
  // Where any are left, so many went one by one from the first on.
  const left = wanted - steps;
  const pace = (at - firstAt!) / (STEPS - 1);
  return { firstAt, lastAt: Math.ceil(at + left * pace), wait };
}

/**
 * When the claims that wait go, in this order and if nothing else happens. Null where only an event can tell, and for those behind
 * that share a budget with such a one. `stateOf` gives a partition as stored.
 */
export function turns(
  line: readonly Claim[],
  stateOf: (partition: string) => PartitionState,
  clockOf: (accountId: string) => ClockState,
  now: number,
): (number | null)[] {
  const after = new Map<string, { readonly state: PartitionState; readonly at: number }>();
  const stuck = new Set<string>();
  return line.map((claim, place) => {
    const { parts } = claim;
    const clock = clockOf(claim.accountId);
    const before = parts.map(
      (part) => after.get(part.partition)?.state ?? refresh(part, stateOf(part.partition), clock, now),
    );
    const from = Math.max(now, ...parts.map((part) => after.get(part.partition)?.at ?? now));
    const isStuck = parts.some((part) => stuck.has(part.partition));
    const gone = isStuck ? null : goes(claim, before, clock, from, `turn ${place}`);
    if (gone === null || gone.at === null) {
      for (const part of parts) stuck.add(part.partition);
      return null;
    }
    for (const [i, part] of parts.entries())
      after.set(part.partition, { state: gone.states[i]!, at: gone.at });
    return gone.at;
  });
}

/** The earliest instant at which one claim goes, and the states after it, its answer counted as here. A wait always ends later. */
function goes(
  claim: Claim,
  before: readonly PartitionState[],
  clock: ClockState,
  from: number,
  id: string,
): { readonly at: number | null; readonly states: PartitionState[]; readonly wait: Wait | null } {
  let at = from;
  let wait: Wait | null = null;
  for (let tries = 0; tries < 32; tries++) {
    const outcome = reserve({ claim, lane: "batch", flight: id, holder: id }, before, clock, at);
    if (outcome.granted) return { at, wait, states: outcome.states.map((one) => landed(one)) };
    wait ??= outcome.wait;
    if (outcome.wait.until === null) break;
    at = outcome.wait.until;
  }
  return { at: null, states: [...before], wait };
}

/** Counts what flies as arrived at the latest, so that caution about answers does not stop the forecast. */
function landed(state: PartitionState): PartitionState {
  const spends = state.flying.map(([, sentAt, units, doubt]): Spend => [sentAt, sentAt + doubt, units]);
  return { ...state, flying: [], log: [...state.log, ...spends] };
}
