// How much a process was served lately, and what it leaves over at first for the others: so that several editor windows
// that want the same get the same. Values and arithmetic; it reads no rows and decides no order.
import type { Ask } from "../core/quota/ledger.ts";
import { type ClaimPart, LANES } from "../core/quota/model.ts";

/** Requests served to one process in one lane of one account; they are forgotten evenly over `keepMs` from `at` on. */
export interface Share {
  readonly units: number;
  /** When the last was served. Epoch ms. */
  readonly at: number;
  readonly keepMs: number;
}

/** Nothing was served. */
export const NO_SHARE: Share = { units: 0, at: 0, keepMs: 1 };

/** Over so many quota windows a share is forgotten: as long, at most, others can go before a process that got more. */
const KEPT_WINDOWS = 3;
/** Where a claim has no quota window, as with slots. ms */
const PLAIN_WINDOW_MS = 60_000;
/** So long, at the beginning of a burst, a process leaves the others' part of a quota window to them. ms */
export const PATIENCE_MS = 100;
/** A burst is over when its process asked for nothing for so long and nothing of it waits. ms */
const QUIET_MS = 1_000;

/** Requests that still count at an instant; none once `keepMs` have passed. */
export function levelOf(share: Share, now: number): number {
  // The clock was set back: nothing is known.
  if (share.at > now + QUIET_MS) return 0;
  const left = 1 - Math.max(0, now - share.at) / share.keepMs;
  return share.units * Math.max(0, left);
}

/** More processes than this are not reckoned with. */
const MANY = 8;

interface Burst {
  readonly beganAt: number;
  readonly askedAt: number;
  readonly took: number;
}

/** This process' own shares, by account and lane. */
export class Shares {
  readonly #others: () => number;
  /** By lane, then by account. */
  readonly #shares = LANES.map(() => new Map<string, Share>());
  readonly #bursts = LANES.map(() => new Map<string, Burst>());

  /** @param others how many other processes may want the same. */
  constructor(others: () => number) {
    this.#others = others;
  }

  of(accountId: string, lane: number): Share {
    return this.#shares[lane]?.get(accountId) ?? NO_SHARE;
  }

  /** So many alike were served; returns what takes that back. */
  took(ask: Ask, count: number, now: number): () => void {
    const { accountId, parts } = ask.claim;
    const shares = this.#shares[LANES.indexOf(ask.lane)]!;
    const bursts = this.#burstsOf(ask);
    const share = shares.get(accountId);
    const burst = bursts.get(accountId);
    const units = share === undefined ? 0 : levelOf(share, now);
    shares.set(accountId, { units: units + count, at: now, keepMs: KEPT_WINDOWS * shortest(parts) });
    if (burst !== undefined) bursts.set(accountId, { ...burst, took: burst.took + count });
    return () => {
      put(shares, accountId, share);
      put(bursts, accountId, burst);
    };
  }

  /**
   * Notes an ask. Until when it belongs to the beginning of a burst, in which others may be about to ask as well; null where
   * it does not, and for what a person or a poll asks. `waits` says whether something of the same lane waits here. Epoch ms.
   */
  begins(ask: Ask, waits: boolean, now: number): number | null {
    if (ask.lane === "person" || ask.lane === "poll") return null;
    const bursts = this.#burstsOf(ask);
    const before = bursts.get(ask.claim.accountId);
    const isNew = before === undefined || (!waits && Math.abs(now - before.askedAt) > QUIET_MS);
    const burst = isNew ? { beganAt: now, took: 0 } : before;
    bursts.set(ask.claim.accountId, { ...burst, askedAt: now });
    const until = burst.beganAt + PATIENCE_MS;
    return until > now ? until : null;
  }

  /** Whether so many more would be more, since the burst began, than this process' part of a quota window. */
  isBeyond(ask: Ask, limit: number, cost: number, count: number): boolean {
    const units = ((this.#burstsOf(ask).get(ask.claim.accountId)?.took ?? 0) + count) * cost;
    // So little is anybody's part: the others need not be counted.
    if (units <= Math.max(cost, limit / MANY)) return false;
    const others = this.#others();
    return others > 0 && units > Math.max(cost, Math.floor(limit / (others + 1)));
  }

  #burstsOf({ lane }: Ask): Map<string, Burst> {
    return this.#bursts[LANES.indexOf(lane)]!;
  }
}

function put<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

function shortest(parts: readonly ClaimPart[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { policy } of parts)
    if (policy.type === "rate") least = Math.min(least, policy.quotaWindowMs ?? PLAIN_WINDOW_MS);
  return Number.isFinite(least) ? least : PLAIN_WINDOW_MS;
}
