// Where a quota window lies that opens at its first request: by the end that an answer tells, for somebody else may have opened
// it. Pure; it books nothing.
import { type ClockState, jitterMs, thetaAt } from "./clock.ts";
import type { QuotaReading } from "./evidence.ts";
import type { Head } from "./model.ts";
import type { PartitionState, RateInForce } from "./state.ts";

/** Seconds are cut or rounded on the wire. ms */
const ROUNDING_MS = 1_000;
/** In a quota window shorter than this, whole seconds place nothing. ms */
const LEAST_MS = 3_000;

type Opened = readonly [early: number, late: number];

/** What is believed of the opening before an answer, and what the answer tells. */
export interface Placing {
  readonly rate: RateInForce;
  readonly state: PartitionState;
  readonly quota: QuotaReading;
  readonly head: Head;
  readonly clock: ClockState;
  /** The server's clock when it answered. Epoch ms. */
  readonly serverNow: number;
}

/**
 * The opening as the answer places it; null where it does not. What is known of our own opener is kept as far as it agrees, and
 * an answer to what was sent before that tells nothing of it.
 */
export function openingTold(placing: Placing): Opened | null {
  const { rate, state, head, clock } = placing;
  const { opened } = state;
  if (rate.kind !== "fixedFromFirst" || rate.quotaWindowMs < LEAST_MS) return null;
  if (opened !== null && head.sentAt < opened[0]) return null;
  const ends = endTold(placing);
  if (ends === null) return null;
  // What was sent by then may have arrived after the opening.
  const early = ends[0] - rate.quotaWindowMs - ROUNDING_MS - jitterMs(clock);
  const late = ends[1] - rate.quotaWindowMs + ROUNDING_MS;
  const shutAt = early + rate.quotaWindowMs;
  // What may have been counted after that end has opened another one. The answer's own spend was booked last, and lies before it.
  const others = state.log.at(-1)?.[0] === head.sentAt ? state.log.slice(0, -1) : state.log;
  const isOver =
    others.some((one) => one[1] >= shutAt) || state.flying.some((one) => one[1] + one[3] >= shutAt);
  if (isOver) return null;
  const agrees = opened !== null && opened[0] <= late && opened[1] >= early;
  return agrees ? [opened[0], Math.min(opened[1], late)] : [early, late];
}

/** Between which instants of our own clock the reset lies, its rounding apart. */
function endTold({ quota, head, clock, serverNow }: Placing): Opened | null {
  const { resetAt, resetOffMs = 0 } = quota;
  if (resetAt === null) return null;
  const ahead = resetAt - serverNow;
  // So long from now needs no clock but ours.
  if (resetOffMs > 0) return [head.sentAt + ahead, head.gotAt + ahead];
  const theta = thetaAt(clock, head.gotAt);
  return theta === null ? null : [resetAt - theta.hi, resetAt - theta.lo];
}
