// The ledger as an interface: one atomic read-change-write over the rows of a claim, a change signal, tickets.
// store/ledger keeps it in SQLite for all editor windows; the gate and the app know only this.
import type { Claim, Head, Lane, Meter, Refusal, Wait } from "./model.ts";

/** A request's wish to be sent, with its place in line over all processes. */
export interface Ask {
  /** Names ticket and reservation; chosen by the asker, unique. */
  readonly id: string;
  readonly claim: Claim;
  readonly lane: Lane;
  /** When it began to wait; keeps its place. Epoch ms. */
  readonly since: number;
  /** What holds the slots it takes (a job's exchange id), for claims with a slot policy. */
  readonly holder: string | null;
  /** A short title for lists, as "Speak · 240 characters". Never a secret. */
  readonly title: string;
}

export type Decision = { readonly granted: true } | { readonly granted: false; readonly wait: Wait };

/** One waiting request as every editor window sees it. */
export interface Ticket {
  readonly id: string;
  readonly accountId: string;
  readonly lane: Lane;
  readonly since: number;
  readonly title: string;
  readonly wait: Wait;
  /** Whether it waits in this process, which alone can cancel it. */
  readonly own: boolean;
}

/** What a settled answer taught about a limit, said once to the person. */
export interface Finding {
  readonly accountId: string;
  readonly policyId: string;
  readonly at: number;
  readonly kind: "stricter" | "looser" | "learned" | "unlearned" | "foreign";
  readonly limit: number | null;
  readonly quotaWindowMs: number | null;
}

/**
 * All reservations and what the servers said, shared by every editor window. `now` is always epoch ms. Only `reserve` and
 * `together` throw where the books cannot be had just now, and may be asked again; all else is then booked soon, in order.
 */
export interface Ledger {
  /** Does several of what follows in one transaction: all hold once this returns, or, where it throws, none. */
  together<T>(work: () => T): T;
  /**
   * Does several of what follows in one transaction: at once, or, where the books cannot be had just now, soon, in the order
   * in which they came. Then `done` or `trouble` is called; neither once the ledger is closed.
   */
  eventually(work: () => void, done: () => void, trouble: (error: unknown) => void): void;
  /** Books the ask in all its partitions, or in none and leaves its ticket in line. One transaction. */
  reserve(ask: Ask, now: number): Decision;
  /**
   * Books asks of one lane and the same claim, in the order in which they came, all of them at once. False, and nothing is
   * booked, where they must be asked for one by one.
   */
  reserveAlike(asks: readonly Ask[], now: number): boolean;
  /** Takes a waiting ask out of line. Unknown ids are ignored. */
  leave(askId: string): void;
  /** Notes that the request goes on the wire now. */
  sent(askId: string, now: number): void;
  /**
   * Books what an answer's head says. Call once for each sent reservation; `refusal` for a 429 or alike. `others` are answered by
   * heads that say the same. Returns what was learned; nothing where it is booked later.
   */
  settle(
    askId: string,
    head: Head,
    refusal: Refusal | null,
    now: number,
    others?: readonly string[],
  ): readonly Finding[];
  /** The answer was lost: the spend stays, for it may have arrived. */
  lost(askId: string, now: number): void;
  /**
   * The process that sent them died: every request in flight whose ask id begins so is lost, its spends stay. Call only
   * once that process is surely gone.
   */
  abandon(askPrefix: string, claim: Claim, now: number): void;
  /** Takes a reservation back that surely never left. */
  refund(askId: string, now: number): void;
  /** A job that was begun elsewhere takes the slots of a claim, above the limit as well. Idempotent. */
  occupy(claim: Claim, holder: string, now: number): void;
  /** Ends the hold of a job on its slots. Idempotent. */
  free(holder: string, now: number): void;
  /** The server says that so many slots are taken; the difference to our own holders counts as foreign. */
  reconcileSlots(partition: string, taken: number, now: number): void;
  /** Every partition of a claim as shown, limits in force applied. */
  meters(claim: Claim, now: number): Meter[];
  /** The earliest instant at which this claim could go out, were it asked now in a person's lane, and why. */
  preview(
    claim: Claim,
    count: number,
    now: number,
  ): { readonly firstAt: number | null; readonly lastAt: number | null; readonly wait: Wait | null };
  /**
   * The part of a round trip that a quick answer of the account's server surely takes after the server has counted the request, with
   * the way there: so much sooner than after the answer the next one may leave. ms
   */
  tailMs(accountId: string): number;
  /** All waiting requests of all processes, in the order in which they are served. */
  tickets(): Ticket[];
  /**
   * When the turn of each waiting request comes if nothing else happens, by ticket id; those of which nobody can tell are left out.
   * The first hundred are looked at. Epoch ms.
   */
  turns(now: number): ReadonlyMap<string, number>;
  /** Calls back soon after any process changed the ledger. Costs nothing while idle. Returns the unsubscription. */
  onChange(listener: () => void): () => void;
}
