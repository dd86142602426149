// Applies one statement of the server about one policy: its limit, the units that others spent, and the end of a quota
// window, which also tells the server's clock. Pure.
import { besideGrid, resetFits } from "./attribute.ts";
import { lacking } from "./bucket.ts";
import { type ClockState, latest, thetaAt, withReset } from "./clock.ts";
import type { QuotaReading } from "./evidence.ts";
import { weighKinds } from "./kind.ts";
import type { Finding } from "./ledger.ts";
import type { Head, RatePolicy } from "./model.ts";
import { openingTold } from "./opening.ts";
import { heardOf } from "./shared.ts";
import {
  ASSUMED_WINDOW_MS,
  followed,
  inForce,
  type PartitionState,
  type RateInForce,
  SAFETY_MS,
  type Spend,
  type Taught,
} from "./state.ts";
import { afterglowMs, gathered, regridded } from "./tidy.ts";
import { inCell, sinceOpened } from "./window.ts";

/** A finding without the account's and policy's names and the instant, which the caller knows. */
export type Taste = Omit<Finding, "accountId" | "policyId" | "at">;

export interface Statement {
  readonly policy: RatePolicy;
  readonly quota: QuotaReading;
  readonly head: Head;
  /** Whether no other policy of the claim has the same limit, so that it surely is the one that is spoken of. */
  readonly alone: boolean;
  /** Units of the answered request itself that count. */
  readonly counted: number;
  readonly clock: ClockState;
  /** The server's clock when it answered. Epoch ms. */
  readonly serverNow: number;
  readonly now: number;
}

export interface Applied {
  readonly state: PartitionState;
  readonly clock: ClockState;
  readonly findings: readonly Taste[];
  /** Between which instants of the server's clock the request was counted; null where the head does not say. */
  readonly span: readonly [from: number, to: number] | null;
}

/** Books a statement on the policy it is about; the answer's own spend is booked already. */
export function applyReading(statement: Statement, before: PartitionState): Applied {
  const findings: Taste[] = [];
  const { policy, quota, head, now } = statement;
  const taught = withLimit(statement, before, findings);
  const rate = inForce(policy, taught);
  let state = regridded(rate, taught, statement.clock, now);
  // What is left of a quota window of another length says nothing about this one.
  const length = quota.quotaWindowMs ?? state.stated?.quotaWindowMs ?? rate.quotaWindowMs;
  if (length !== rate.quotaWindowMs) return { state, clock: statement.clock, findings, span: null };
  let { clock } = statement;
  const late = latest(clock, head);
  const onGrid = resetFits(rate, quota, statement.serverNow) ? gridEnd(rate, quota) : null;
  if (onGrid !== null) clock = withReset(clock, onGrid, rate.quotaWindowMs, head.sentAt, late, now);
  if (onGrid !== null) state = named(state, onGrid / rate.quotaWindowMs - 1, head.sentAt, late);
  if (offGrid(rate, quota)) {
    state = {
      ...state,
      learned: { limit: null, quotaWindowMs: null, kind: "fixedFromFirst", at: now },
      opened: null,
    };
    findings.push({ kind: "learned", limit: rate.limit, quotaWindowMs: rate.quotaWindowMs });
  }
  const { serverNow } = statement;
  const placing = { rate: inForce(policy, state), state, quota, head, clock, serverNow };
  const opened = statement.alone ? openingTold(placing) : null;
  if (opened !== null) state = { ...state, opened };
  const fresh = head.gotAt - head.sentAt <= afterglowMs(rate.quotaWindowMs);
  if (quota.remaining !== null && rate.limit !== null && fresh) {
    // What a looser server has left beyond the limit in force is of no use, and what it counted there no loss.
    const used = Math.floor(rate.limit - quota.remaining);
    const { sentAt, gotAt } = head;
    const own = statement.counted;
    const { resetAt, resetOffMs = 0 } = quota;
    const shown = { used, own, resetAt, resetOffMs, sentAt, late, now: gotAt };
    const weighed = statement.alone ? weighKinds(policy, rate, state, clock, shown) : { state, fits: true };
    state = weighed.state;
    const kind = inForce(policy, state).kind;
    if (kind !== rate.kind)
      findings.push({ kind: "learned", limit: rate.limit, quotaWindowMs: rate.quotaWindowMs });
    const ours =
      opened === null ? counted(rate, state, clock, head, late, onGrid) : sinceOpened(state, opened[0]);
    const excess = weighed.fits ? used - ours : 0;
    if (excess > 0) {
      if (state.sharedUntil <= now) findings.push({ kind: "foreign", limit: excess, quotaWindowMs: null });
      state = withForeign(rate, state, late, excess, onGrid);
    }
    state = { ...state, heard: heardOf(state, head.sentAt, Math.max(0, excess)) };
  }
  const span = onGrid === null ? null : ([onGrid - rate.quotaWindowMs, onGrid] as const);
  return { state, clock, findings, span };
}

/**
 * The server's word on limit and length: stricter is followed and said at once, equal confirms. Looser is said once it has stood
 * for a whole quota window, and followed only when the person makes it the policy's own.
 */
function withLimit(
  { policy, quota, now }: Statement,
  state: PartitionState,
  findings: Taste[],
): PartitionState {
  const { limit } = quota;
  if (limit === null || limit <= 0) return state;
  const before = state.stated;
  const own = policy.quotaWindowMs;
  const quotaWindowMs = quota.quotaWindowMs ?? before?.quotaWindowMs ?? null;
  const length = quotaWindowMs ?? own;
  if (policy.limit === limit && (own === null || length === own)) {
    if (before !== null && (followed(policy, before) !== null || before.said === true))
      findings.push({ kind: "unlearned", limit, quotaWindowMs: own });
    // A length that nobody published is the server's word to go by.
    const stated: Taught | null =
      own === null && quotaWindowMs !== null ? { limit, quotaWindowMs, kind: null, at: now } : null;
    return { ...state, stated, confirmedAt: now };
  }
  const same = before?.limit === limit && (before.quotaWindowMs ?? quotaWindowMs) === quotaWindowMs;
  const stated: Taught = { limit, quotaWindowMs, kind: null, at: now };
  const told = followed(policy, stated);
  if (told !== null) {
    if (!same) findings.push({ kind: policy.limit === null ? "learned" : "stricter", ...told });
    return { ...state, stated };
  }
  const at = same ? before.at : now;
  const said = same && before.said === true;
  // More at once, but less in the long run, is no looser limit: the policy's own still holds.
  const more = length === null || own === null || limit * own > (policy.limit ?? 0) * length;
  const stood = more && same && now - at >= (length ?? ASSUMED_WINDOW_MS);
  if (stood && !said) findings.push({ kind: "looser", limit, quotaWindowMs: length });
  const confirmedAt = more ? now : state.confirmedAt;
  return { ...state, stated: { ...stated, at, ...(stood || said ? { said: true } : {}) }, confirmedAt };
}

/** Whether the policy is counted in cells of the server's grid. */
function onGridOf(rate: RateInForce): boolean {
  return rate.kind === "fixed" || rate.kind === "counter";
}

/** The end of a cell of the grid, where whole seconds can name it exactly. Server's epoch ms. */
function gridEnd(rate: RateInForce, { resetAt, resetOffMs = 0 }: QuotaReading): number | null {
  if (!onGridOf(rate) || resetAt === null || rate.quotaWindowMs % 1000 !== 0) return null;
  if (rate.quotaWindowMs <= resetOffMs) return null;
  return resetAt % rate.quotaWindowMs === 0 ? resetAt : null;
}

/** Whether a reset lies so that the quota window opens at a request. */
function offGrid(rate: RateInForce, quota: QuotaReading): boolean {
  return rate.kind === "fixed" && rate.quotaWindowMs >= 3000 && besideGrid(rate, quota);
}

/**
 * What a reset on the grid of one policy says about another of the same claim: the request was counted between two instants
 * of the server's clock, and often only one cell of the other grid holds both.
 */
export function namedBy(
  policy: RatePolicy,
  state: PartitionState,
  span: readonly [from: number, to: number],
  head: Head,
  clock: ClockState,
): PartitionState {
  const rate = inForce(policy, state);
  if (!onGridOf(rate)) return state;
  const cell = Math.floor(span[0] / rate.quotaWindowMs);
  if (cell !== Math.floor((span[1] - 1) / rate.quotaWindowMs)) return state;
  return named(state, cell, head.sentAt, latest(clock, head));
}

/** The answer names the cell in which its own request was counted. */
function named(state: PartitionState, cell: number, sentAt: number, late: number): PartitionState {
  // Its own spend was booked last.
  const spend = state.log.at(-1);
  if (spend === undefined || Math.abs(spend[0] - sentAt) > SAFETY_MS) return state;
  return { ...state, log: state.log.slice(0, -1), cells: gathered(state.cells, cell, spend[2], late) };
}

/** Our own upper bound of what the server had counted when it wrote the head; known foreign units included. */
function counted(
  rate: RateInForce,
  state: PartitionState,
  clock: ClockState,
  head: Head,
  late: number,
  endsAt: number | null,
): number {
  const theta = thetaAt(clock, head.gotAt);
  if (rate.kind === "fixed" && theta !== null && endsAt !== null)
    return inCell(state, theta, rate.quotaWindowMs, endsAt / rate.quotaWindowMs - 1);
  if (rate.kind === "bucket") return Math.ceil(lacking(rate, rate.limit ?? 1, state, head.sentAt));
  // A counter's older bucket is weighted down, a window from the first request starts anew: the sliding count is above both.
  const from = head.sentAt - rate.quotaWindowMs * (rate.kind === "counter" ? 2 : 1);
  let used = 0;
  for (const [, at, units] of state.log) if (at > from) used += units;
  for (const [, units, at] of state.cells) if (at > from) used += units;
  for (const [, sentAt, units] of state.flying) if (sentAt <= late) used += units;
  return used;
}

function withForeign(
  rate: RateInForce,
  state: PartitionState,
  late: number,
  units: number,
  endsAt: number | null,
): PartitionState {
  const spend: Spend = [late, late, units];
  const shared = {
    ...state,
    foreign: [...state.foreign, spend],
    sharedUntil: late + 2 * rate.quotaWindowMs,
  };
  if (endsAt !== null)
    return { ...shared, cells: gathered(state.cells, endsAt / rate.quotaWindowMs - 1, units, late) };
  const { bucket } = state;
  if (rate.kind === "bucket")
    return {
      ...shared,
      bucket: [(bucket?.[0] ?? 0) + units, bucket?.[1] ?? late, bucket?.[2] ?? 0, (bucket?.[3] ?? 0) + units],
    };
  return { ...shared, log: [...state.log, spend] };
}
