// What becomes of a grant: booked, sent, settled, lost or taken back, and the slots of jobs. Every call that changes rows stands
// inside a transaction of the ledger. The arithmetic is core/quota's; nothing here waits, retries or tells anybody.

import type { HeaderDialect } from "../core/profile/schema.ts";
import { isSameClaim } from "../core/quota/alike.ts";
import { type HeadReading, readHead } from "../core/quota/evidence.ts";
import type { Ask, Finding } from "../core/quota/ledger.ts";
import type { Claim, Head, Refusal } from "../core/quota/model.ts";
import { departed, lose, refund, type Settlement, settle } from "../core/quota/settle.ts";
import { hold, reconcile, release } from "../core/quota/slots.ts";
import { type PartitionState, providerOf } from "../core/quota/state.ts";
import type { Rows } from "./ledger-rows.ts";

/** A booked request of this process, until it is settled. */
interface Booked {
  readonly claim: Claim;
  /** What keeps the slots it takes; null where it gives them back itself, with its answer. */
  readonly holder: string | null;
  readonly tookSlots: boolean;
  readonly at: number;
  /** How far the machine's clock had jumped in all when it was booked. ms */
  readonly jumpedMs: number;
}

/** What came back. */
export interface Answer {
  readonly head: Head;
  readonly refusal: Refusal | null;
  /** In [0, 1): spreads a wait for which the server gave no number. */
  readonly chance: number;
}

/** A request counts as sent when it was booked if no more than this lies between. ms; covered by every margin. */
const SAME_INSTANT_MS = 2;
const NOTHING: readonly Finding[] = [];

/** The bookings of one process. */
export class LedgerBooks {
  readonly #rows: Rows;
  readonly #booked = new Map<string, Booked>();
  readonly #dialect: (providerId: string) => HeaderDialect | null;
  readonly #undo: (work: () => void) => void;
  #jumpedMs = 0;

  /** @param undo keeps what takes back a change in memory if the transaction comes to nothing. */
  constructor(
    rows: Rows,
    dialect: (providerId: string) => HeaderDialect | null,
    undo: (work: () => void) => void,
  ) {
    this.#rows = rows;
    this.#dialect = dialect;
    this.#undo = undo;
  }

  has(askId: string): boolean {
    return this.#booked.has(askId);
  }

  /** The machine's clock jumped: what is booked was so by the old one. */
  jumped(byMs: number): void {
    this.#jumpedMs += byMs;
    this.#undo(() => {
      this.#jumpedMs -= byMs;
    });
  }

  /** The claim of a booked ask; null where it is not booked, or no longer. */
  claimOf(askId: string): Claim | null {
    return this.#booked.get(askId)?.claim ?? null;
  }

  /** They are over: what comes later for them changes nothing. */
  forget(askIds: readonly string[]): void {
    const booked = askIds.map((id) => [id, this.#booked.get(id)] as const);
    for (const id of askIds) this.#booked.delete(id);
    this.#undo(() => {
      for (const [id, one] of booked) if (one !== undefined) this.#booked.set(id, one);
    });
  }

  states(claim: Claim): PartitionState[] {
    return claim.parts.map((part) => this.#rows.partition(part.partition));
  }

  save(claim: Claim, states: readonly PartitionState[]): void {
    for (const [i, part] of claim.parts.entries()) {
      const state = states[i];
      if (state !== undefined) this.#rows.savePartition(part.partition, state);
    }
  }

  /** Writes a grant down; `before` and `after` in the order of the claim's parts. Of several asks none takes slots. */
  book(
    asks: readonly Ask[],
    before: readonly PartitionState[],
    after: readonly PartitionState[],
    now: number,
  ): void {
    const [first] = asks;
    if (first === undefined) return;
    const { claim, holder } = first;
    const holds = (state: PartitionState | undefined) =>
      state?.holders.some((one) => one[0] === (holder ?? first.id)) === true;
    const tookSlots = after.some((state, i) => holds(state) && !holds(before[i]));
    this.save(claim, after);
    const booked = { claim, holder, tookSlots, at: now, jumpedMs: this.#jumpedMs };
    for (const { id } of asks) this.#booked.set(id, booked);
    this.#undo(() => {
      for (const { id } of asks) this.#booked.delete(id);
    });
  }

  /** Whether it is worth noting that a request left at this instant. */
  leftLater(askId: string, sentAt: number): boolean {
    const booked = this.#booked.get(askId);
    return booked !== undefined && Math.abs(sentAt - booked.at) > SAME_INSTANT_MS;
  }

  sent(askId: string, sentAt: number): void {
    const claim = this.claimOf(askId);
    if (claim === null) return;
    this.save(
      claim,
      this.states(claim).map((state) => departed(state, askId, sentAt)),
    );
  }

  /** Books answers that say the same; `others` were booked for the same claim. */
  settle(
    askId: string,
    answer: Answer,
    now: number,
    others: readonly string[] | undefined,
  ): readonly Finding[] {
    const booked = this.#booked.get(askId);
    if (booked === undefined) return NOTHING;
    const { claim, holder, tookSlots } = booked;
    const head = this.#byNewClock(answer.head, booked);
    const reading = readHead(head, this.#dialect(providerOf(claim.parts[0]?.partition ?? "")));
    if (others !== undefined && !this.#areAlike(booked, others, reading))
      return [askId, ...others].flatMap((id) => this.settle(id, answer, now, undefined));
    const settlement: Settlement = {
      claim,
      flight: askId,
      others,
      holder: holder ?? askId,
      tookSlots,
      briefSlots: holder === null,
      head,
      reading,
      refusal: answer.refusal,
      chance: answer.chance,
    };
    const settled = settle(settlement, this.states(claim), this.#rows.clock(claim.accountId), now);
    this.save(claim, settled.states);
    this.#rows.saveClock(claim.accountId, settled.clock);
    return settled.findings;
  }

  /** Whether answers that say the same come to the same: what is left of a quota is of one of them alone, and a slot has a name. */
  #areAlike(booked: Booked, others: readonly string[], reading: HeadReading): boolean {
    if (reading.quotas.length > 0 || booked.claim.parts.some((part) => part.policy.type === "slots"))
      return false;
    return others.every((id) => {
      const other = this.#booked.get(id);
      return (
        other !== undefined && other.jumpedMs === booked.jumpedMs && isSameClaim(other.claim, booked.claim)
      );
    });
  }

  /** A round trip over a jump of the clock measures nothing. */
  #byNewClock(head: Head, { jumpedMs }: Booked): Head {
    const byMs = this.#jumpedMs - jumpedMs;
    if (byMs === 0) return head;
    return { ...head, sentAt: Math.min(head.sentAt + byMs, head.gotAt), quick: false };
  }

  lose(askId: string, now: number): void {
    const booked = this.#booked.get(askId);
    if (booked === undefined) return;
    const { claim, holder } = booked;
    const states = lose(claim, askId, this.states(claim), this.#rows.clock(claim.accountId), now);
    this.save(claim, holder === null ? states.map((state) => release(state, askId)) : states);
  }

  /** Loses all in flight whose name begins so and that are not this process' own; false where there are none. */
  abandon(askPrefix: string, claim: Claim, now: number): boolean {
    const clock = this.#rows.clock(claim.accountId);
    let states: readonly PartitionState[] = this.states(claim);
    const ids = new Set(states.flatMap((state) => state.flying.map((one) => one[0])));
    const lost = [...ids].filter((id) => id.startsWith(askPrefix) && !this.has(id));
    if (lost.length === 0) return false;
    for (const id of lost) states = lose(claim, id, states, clock, now);
    this.save(claim, states);
    return true;
  }

  refund(askId: string): void {
    const booked = this.#booked.get(askId);
    if (booked === undefined) return;
    const { claim, holder, tookSlots } = booked;
    const frees = tookSlots || holder === null;
    this.save(claim, refund(claim, askId, frees ? (holder ?? askId) : null, this.states(claim)));
  }

  /** Takes the slots of a claim for a job that lives already; false where it has none. */
  occupy(claim: Claim, holder: string, now: number): boolean {
    const parts = claim.parts.filter((part) => part.policy.type === "slots");
    for (const { partition, cost } of parts)
      this.#rows.savePartition(partition, hold(this.#rows.partition(partition), holder, now, cost));
    return parts.length > 0;
  }

  /** Gives a job's slots back; returns the partitions in which it held some. */
  free(holder: string): string[] {
    const keys = this.#rows.heldBy(holder);
    for (const key of keys) this.#rows.savePartition(key, release(this.#rows.partition(key), holder));
    return keys;
  }

  reconcile(partition: string, taken: number, now: number): void {
    this.#rows.savePartition(partition, reconcile(this.#rows.partition(partition), taken, now));
  }
}
