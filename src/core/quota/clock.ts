// What is known of the server's clock and of the network between: an interval for the offset, the quickest and slowest
// round trips. Pure; instants are passed in.

/**
 * The server's clock as seen from ours. `lo <= theta <= hi`, where theta is the server's reading at the arrival of a request
 * minus our reading at its sending, over the quickest way. It contains the way there, so the way need not be known.
 */
export interface ClockState {
  readonly lo: number | null;
  readonly hi: number | null;
  /** When the bounds were last confirmed. Epoch ms. */
  readonly at: number;
  readonly rttMin: number;
  readonly rttMax: number;
  /** Round trips measured. */
  readonly n: number;
}

/** A server of which nothing is known. */
export const NO_CLOCK: ClockState = { lo: null, hi: null, at: 0, rttMin: 0, rttMax: 0, n: 0 };

/** How fast two clocks may drift apart, as a share: 30 parts in a million. ASSUMED. */
const DRIFT = 30e-6;
/** Servers renew a cached `Date` by a timer that may be late. ms. ASSUMED. */
const DATE_LAG_MS = 10;
/** Doubt about an arrival before anything was measured. ms */
const FIRST_JITTER_MS = 50;
/** Doubt that remains after the first round trip, shrinking with the square root of their number. ms */
const DOUBT_MS = 20;

/** By this share of its distance from the quickest the slowest round trip is forgotten with each. */
const FORGOTTEN = 0.001;
/** A round trip that took so much longer than the quickest was a stall, and tells little of the next. ms. ASSUMED */
const STALL_MS = 1_000;
/** By this share a stall is forgotten. */
const STALL_FORGOTTEN = 0.05;

/** So few round trips tell nothing about the quickest. */
const FEW_ROUND_TRIPS = 12;
/** Until then an answered request counts from its answer, or from so long after it was sent. ms */
const FEW_DOUBT_MS = 1_000;

/** How much later than the quickest a request may arrive at the server. ms */
export function jitterMs(clock: ClockState): number {
  if (clock.n === 0) return FIRST_JITTER_MS;
  const doubt = 1 / Math.sqrt(clock.n);
  const measured = (clock.rttMax - clock.rttMin) * (1 + 2 * doubt);
  return Math.ceil(Math.max(measured, Math.min(FIRST_JITTER_MS, DOUBT_MS + clock.rttMin) * doubt)) + 3;
}

/** The part of a round trip that surely follows the server's counting, plus the way there. ms */
export function tailMs(clock: ClockState): number {
  // The least of few is not the least: the whole of the first round trip may have been the way there (measured: a burst
  // of ten at once, whose first answer was taken as the quickest there is, met a refusal every time).
  if (clock.n < FEW_ROUND_TRIPS) return 0;
  // The quickest seen is not the quickest there is: with few samples more of it is doubted.
  return Math.max(0, clock.rttMin - (2 * jitterMs(clock)) / Math.sqrt(clock.n));
}

/** What bounds the arrival of a request that was answered. */
export interface Answered {
  readonly sentAt: number;
  readonly gotAt: number;
  /** Whether the server answers such calls at once, so that a long wait for the answer was a long way. */
  readonly quick: boolean;
  /** How late it may have arrived, as measured when it was sent; default: as measured now. ms */
  readonly doubtMs?: number | undefined;
}

/**
 * The latest instant at which an answered request was counted, on the scale of sending. Epoch ms. An answer of a quick call
 * that took longer than any before was perhaps counted late, as on a machine that is suddenly busy: nothing but the answer
 * bounds it.
 */
export function latest(clock: ClockState, { sentAt, gotAt, quick, doubtMs }: Answered): number {
  const answered = gotAt - tailMs(clock);
  if (quick) return Math.max(sentAt, answered);
  const doubt = Math.max(doubtMs ?? 0, jitterMs(clock), clock.n < FEW_ROUND_TRIPS ? FEW_DOUBT_MS : 0);
  return Math.max(sentAt, Math.min(answered, sentAt + doubt));
}

/** The bounds of theta at an instant, widened by drift since they were confirmed; null while nothing is known. */
export function thetaAt(clock: ClockState, now: number): { readonly lo: number; readonly hi: number } | null {
  if (clock.lo === null || clock.hi === null) return null;
  const drift = Math.abs(now - clock.at) * DRIFT;
  return { lo: clock.lo - drift, hi: clock.hi + drift };
}

/** Takes a round trip of a quick call into account, which so many made alike. */
export function withRoundTrip(clock: ClockState, sentAt: number, gotAt: number, times = 1): ClockState {
  const rtt = Math.max(0, gotAt - sentAt);
  const n = Math.min(clock.n + times, 10_000);
  if (clock.n === 0) return { ...clock, rttMin: rtt, rttMax: rtt, n };
  let { rttMax } = clock;
  // The slowest is forgotten slowly, towards the quickest that was known at each of them.
  for (let i = 0, rttMin = clock.rttMin; i < times; i++, rttMin = Math.min(clock.rttMin, rtt))
    rttMax = Math.max(rtt, rttMax - forgotten(rttMax - rttMin));
  return { ...clock, rttMin: Math.min(clock.rttMin, rtt), rttMax, n };
}

/** How much of the distance between the slowest and the quickest is forgotten with one round trip. ms */
function forgotten(aboveMs: number): number {
  return aboveMs * (aboveMs > STALL_MS ? STALL_FORGOTTEN : FORGOTTEN);
}

/** Takes a `Date` header, cut to whole seconds, into account. `dateAt` in the server's epoch ms. */
export function withDate(clock: ClockState, dateAt: number, sentAt: number, gotAt: number): ClockState {
  return narrow(clock, dateAt - gotAt + tailMs(clock), dateAt + 1000 + DATE_LAG_MS - sentAt, gotAt);
}

/** Takes the end of a quota window on the server's grid into account that held a request counted in `[sentAt, late]`. */
export function withReset(
  clock: ClockState,
  resetAt: number,
  quotaWindowMs: number,
  sentAt: number,
  late: number,
  now: number,
): ClockState {
  return narrow(clock, resetAt - quotaWindowMs - late, resetAt - sentAt, now);
}

/** Cuts two intervals; where they contradict each other a clock was set, and the newer one stands alone. */
function narrow(clock: ClockState, lo: number, hi: number, now: number): ClockState {
  const known = thetaAt(clock, now);
  if (known === null) return { ...clock, lo, hi, at: now };
  const cut = { lo: Math.max(known.lo, lo), hi: Math.min(known.hi, hi) };
  return cut.lo <= cut.hi ? { ...clock, ...cut, at: now } : { ...clock, lo, hi, at: now };
}

/** Whether an answer showed that one of the clocks was set: what was known of them before and after contradict each other. */
export function wasSet(before: ClockState, after: ClockState, now: number): boolean {
  const known = thetaAt(before, now);
  const found = thetaAt(after, now);
  return known !== null && found !== null && (found.lo > known.hi || found.hi < known.lo);
}
