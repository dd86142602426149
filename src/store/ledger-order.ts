// Who goes first over all processes: which units a request must leave over for those who came before it or stand in a
// higher lane. It reads lines; it books nothing.
import type { Ask } from "../core/quota/ledger.ts";
import { type ClaimPart, LANES, type Wait } from "../core/quota/model.ts";
import { leftAt, partWait, pollEveryMs, refresh } from "../core/quota/reserve.ts";
import { slotLimit, slotsTaken } from "../core/quota/slots.ts";
import { inForce } from "../core/quota/state.ts";
import type { Line, Rows } from "./ledger-rows.ts";

/** So long after its instant a waiting process is awaited; then it counts as asleep or dead and is passed. ms */
export const GRACE_MS = 150;
const POLL = LANES.indexOf("poll");

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
}

/**
 * Adds up what those ahead of an ask may take at this instant. `owner` names the asking process: of what is free, those of other
 * processes in the same lane find their even part, even if they came later.
 */
export function aheadOf(ask: Ask, rows: Rows, now: number, owner: string): Ahead {
  const { parts } = ask.claim;
  const units = parts.map(() => 0);
  const behind = parts.map(() => 0);
  const asleep: Line[] = [];
  let graceUntil: number | null = null;
  const lane = LANES.indexOf(ask.lane);
  for (const line of rows.lines().values()) {
    const shared = parts.filter((part) => line.claim.parts.some((one) => one.partition === part.partition));
    if (shared.length === 0) continue;
    const mine = rank(lane, shared, rows, now);
    const theirs = rank(line.lane, shared, rows, now);
    const all = rows.olderThan(line.id, Number.MAX_VALUE);
    for (const [i, part] of parts.entries()) if (shared.includes(part)) behind[i] = (behind[i] ?? 0) + all;
    if (theirs > mine) continue;
    // A poll whose share is due goes first, but only that one.
    const share = theirs < line.lane ? 1 : all;
    const count =
      theirs < mine ? share : Math.min(all, Math.max(rows.olderThan(line.id, ask.since), even(line)));
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
  return { units, behind: behind.map((all) => Math.max(0, all - 1)), graceUntil, asleep };

  /** The part of what is free that another process of the same lane has a claim to. */
  function even(line: Line): number {
    if (line.owner === owner || line.lane !== lane) return 0;
    const others = new Set<string>();
    for (const one of rows.lines().values())
      if (one.lane === lane && one.owner !== owner && touches(one)) others.add(one.owner);
    return Math.floor(room(line, rows, now) / (others.size + 1));
  }

  function touches(line: Line): boolean {
    return line.claim.parts.some((one) => parts.some((part) => part.partition === one.partition));
  }
}

/** The order of lanes; polls go before a job's steps and batches while less than their share was given to them. */
function rank(lane: number, shared: readonly ClaimPart[], rows: Rows, now: number): number {
  return lane === POLL && shared.every((part) => shareDue(part, rows, now)) ? 0.5 : lane;
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
