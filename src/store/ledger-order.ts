// Who goes first over all processes: which units a request must leave over for those who came before it or stand in a
// higher lane. It reads lines; it books nothing.
import type { Ask } from "../core/quota/ledger.ts";
import { type ClaimPart, LANES, type Wait } from "../core/quota/model.ts";
import { leftAt, partWait, pollEveryMs, refresh } from "../core/quota/reserve.ts";
import { slotLimit, slotsTaken } from "../core/quota/slots.ts";
import { ASSUMED_WINDOW_MS, inForce } from "../core/quota/state.ts";
import type { Line, Rows, TicketRow } from "./ledger-rows.ts";
import { levelOf, type Shares } from "./ledger-share.ts";

/** So long after its instant a waiting process is awaited; then it counts as asleep or dead and is passed. ms */
export const GRACE_MS = 150;
/** Turns that differ by no more are alike. Requests. */
const ALIKE = 0.05;
const POLL = LANES.indexOf("poll");
const PERSON = LANES.indexOf("person");
/** Quota windows that a lane leaves to those above it before one of its own goes first. */
const PATIENCE_WINDOWS = 1.5;

/** What a request must leave over. */
export interface Ahead {
  /** Units by part of the asking claim, in its order. */
  readonly units: readonly number[];
  /** Units that wait for the same partitions behind the ask, in the order of its parts. */
  readonly behind: readonly number[];
  /** The instant at which the awaited ones are passed; null where nobody is awaited. */
  readonly graceUntil: number | null;
  /** Lines that let their instant pass. */
  readonly asleep: readonly Line[];
  /** Nobody else stands in line for any of it, nor may be about to. */
  readonly alone: boolean;
}

/** This process among the others. */
export interface Own {
  readonly owner: string;
  readonly shares: Shares;
  /** The name of the line in which an ask stands or would stand. */
  lineOf(ask: Ask): string;
  /** When one of an own line was served last; 0 for never. Epoch ms. */
  servedAt(line: string): number;
}

/** Adds up what those ahead of an ask, or of so many alike, may take at this instant. */
export function aheadOf(ask: Ask, own: Own, rows: Rows, now: number, count = 1): Ahead {
  const { parts } = ask.claim;
  const units = parts.map(() => 0);
  const behind = parts.map(() => 0);
  const asleep: Line[] = [];
  let graceUntil: number | null = null;
  const lane = LANES.indexOf(ask.lane);
  let turn: number | null = null;
  let waits = false;
  let alone = true;
  for (const line of rows.lines().values()) {
    const shared = parts.filter((part) => line.claim.parts.some((one) => one.partition === part.partition));
    if (shared.length === 0) continue;
    alone = false;
    waits ||= line.owner === own.owner && line.lane === lane;
    const since = line.lane === lane ? Number.NEGATIVE_INFINITY : now - patienceMs(shared, rows);
    const mine = rank(lane, shared, rows, now, line.lane < lane && hungers(ask, since, own));
    const theirs = rank(line.lane, shared, rows, now, line.lane > lane && starves(line, since, own, rows));
    const all = rows.olderThan(line.id, Number.MAX_VALUE);
    for (const [i, part] of parts.entries()) if (shared.includes(part)) behind[i] = (behind[i] ?? 0) + all;
    if (theirs > mine) continue;
    // A poll whose share is due goes first, as one of a lane that starves, but only that one.
    const share = theirs < line.lane ? 1 : all;
    const isOwn = line.owner === own.owner;
    if (!isOwn) turn ??= turnOf(ask, own, rows, now);
    const count = theirs < mine ? share : earlier(line, all, isOwn ? null : turn, ask, rows, now);
    if (count === 0) continue;
    if (line.until !== null && line.until + GRACE_MS < now) {
      asleep.push(line);
      continue;
    }
    // One that only chooses its instant within a quota window may go at any time.
    const measuring = line.wait.cause === "learning" && line.until !== null;
    const free = line.until !== null && (line.until <= now || measuring);
    if (free && line.until !== null) graceUntil = Math.max(graceUntil ?? 0, line.until + GRACE_MS + 1);
    // Who cannot go yet keeps only the one unit that the first of the line waits for.
    const going = free ? Math.min(count, room(line, rows, now)) : 1;
    for (const [i, part] of parts.entries()) {
      const theirPart = line.claim.parts.find((one) => one.partition === part.partition);
      if (theirPart === undefined) continue;
      if (free || (line.wait.partition === part.partition && line.wait.cause !== "ahead"))
        units[i] = (units[i] ?? 0) + going * theirPart.cost;
    }
  }
  const beginsUntil = own.shares.begins(ask, waits, now);
  if (beginsUntil !== null)
    for (const [i, part] of parts.entries()) {
      const limit =
        part.policy.type === "rate" ? inForce(part.policy, rows.partition(part.partition)).limit : null;
      if (limit === null || !own.shares.isBeyond(ask, limit, part.cost, count)) continue;
      alone = false;
      units[i] = (units[i] ?? 0) + limit;
      graceUntil = Math.max(graceUntil ?? 0, beginsUntil);
    }
  return { units, behind: behind.map((all) => Math.max(0, all - 1)), graceUntil, asleep, alone };
}

/** An ask's turn among the processes: what its own was served lately, and how many of its own go before it. */
function turnOf(ask: Ask, own: Own, rows: Rows, now: number): number {
  const share = own.shares.of(ask.claim.accountId, LANES.indexOf(ask.lane));
  return levelOf(share, now) + rows.olderThan(own.lineOf(ask), ask.since);
}

/**
 * How many of a line of the same rank go before an ask: of another process' those whose turn comes before its own, so that
 * processes get the same whoever asks first or most; of its own, where turns are alike, and of what persons have sent, those that
 * wait longer: who presses Send in one editor window is the one who waits in the other.
 */
function earlier(line: Line, all: number, turn: number | null, ask: Ask, rows: Rows, now: number): number {
  const older = rows.olderThan(line.id, ask.since);
  if (turn === null || line.lane === PERSON) return Math.min(all, older);
  const gap = turn - levelOf(line.share, now);
  if (gap < -ALIKE) return 0;
  const sooner = Math.min(all, Math.max(0, Math.ceil(gap - ALIKE)));
  const isAlike = gap - sooner >= -ALIKE;
  return isAlike && sooner < all && older > sooner ? sooner + 1 : sooner;
}

/** Waiting requests in the order in which they are served; given by lane, then by age. */
export function inTurn(tickets: readonly TicketRow[], now: number): TicketRow[] {
  const turns = new Map<TicketRow, number>();
  const next = new Map<string, number>();
  for (const ticket of tickets) {
    const { owner, lane, claim, share } = ticket.line;
    const key = `${owner} ${lane} ${claim.accountId}`;
    const turn = lane === PERSON ? 0 : (next.get(key) ?? levelOf(share, now));
    turns.set(ticket, turn);
    next.set(key, turn + 1);
  }
  return tickets.toSorted(
    (a, b) => a.line.lane - b.line.lane || (turns.get(a) ?? 0) - (turns.get(b) ?? 0) || a.since - b.since,
  );
}

/**
 * The order of lanes; polls go before a job's steps and batches while less than their share was given to them, and what starves
 * goes before everything.
 */
function rank(
  lane: number,
  shared: readonly ClaimPart[],
  rows: Rows,
  now: number,
  starving: boolean,
): number {
  if (starving) return lane / LANES.length - 1;
  return lane === POLL && shared.every((part) => shareDue(part, rows, now)) ? 0.5 : lane;
}

/** Whether an ask has waited since then, and nothing of its line was served meanwhile. */
function hungers(ask: Ask, since: number, own: Own): boolean {
  return ask.since <= since && own.servedAt(own.lineOf(ask)) <= since;
}

/** Whether a line has waited since then, and nothing of it was served meanwhile. */
function starves(line: Line, since: number, own: Own, rows: Rows): boolean {
  const servedAt = line.owner === own.owner ? own.servedAt(line.id) : line.share.at;
  return servedAt <= since && rows.olderThan(line.id, since + 1) > 0;
}

/** So long a lane waits for those above it: more than the shortest quota window in which both count. ms */
function patienceMs(shared: readonly ClaimPart[], rows: Rows): number {
  const windows = shared.map((part) =>
    part.policy.type === "rate"
      ? inForce(part.policy, rows.partition(part.partition)).quotaWindowMs
      : ASSUMED_WINDOW_MS,
  );
  return Math.min(...windows) * PATIENCE_WINDOWS;
}

function shareDue(part: ClaimPart, rows: Rows, now: number): boolean {
  if (part.policy.type === "slots") return true;
  const state = rows.partition(part.partition);
  return now - state.polledAt >= pollEveryMs(inForce(part.policy, state));
}

/** How many of a line could go now by its own partitions. */
function room(line: Line, rows: Rows, now: number): number {
  const clock = rows.clock(line.claim.accountId);
  let least = Number.POSITIVE_INFINITY;
  for (const part of line.claim.parts) {
    const state = refresh(part, rows.partition(part.partition), clock, now);
    // Who only lets one look first goes as soon as its answer is here.
    const wait = partWait(part, state, "", clock, now, 0);
    if (wait !== null && wait.cause !== "learning") return 0;
    if (part.policy.type === "slots") {
      const limit = slotLimit(part.policy, state);
      if (limit !== null) least = Math.min(least, (limit - slotsTaken(state, now)) / part.cost);
    } else {
      const rate = inForce(part.policy, state);
      least = Math.min(least, (leftAt(rate, state, clock, now) ?? 1) / part.cost);
    }
  }
  return Math.max(0, Math.floor(least));
}

/** Who only lets others go first asks again when they are passed. */
export function withGrace(wait: Wait, graceUntil: number | null): Wait {
  if (wait.cause !== "ahead" || graceUntil === null) return wait;
  return { ...wait, until: wait.until === null ? graceUntil : Math.min(wait.until, graceUntil) };
}
