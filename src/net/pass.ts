// One attempt's way through the ledger: reserved, sent, and then exactly one of settled, lost or refunded.
// It must not decide when to send.
import { isSameClaim } from "../core/quota/alike.ts";
import type { Ask, Finding, Ledger } from "../core/quota/ledger.ts";
import type { Head, Refusal, Wait } from "../core/quota/model.ts";
import type { Booking, Bookings } from "./bookings.ts";

/** What an attempt wants to hear of. All are called synchronously. */
export interface PassWatch {
  /** Must not throw. */
  waiting(wait: Wait): void;
  /** In the turn in which the first byte leaves. What it throws keeps the request from leaving. */
  sending(now: number): void;
  /** The ledger could not be told, however often it was tried. */
  trouble(error: unknown): void;
  learned(findings: readonly Finding[]): void;
}

/** Left so soon after it was booked, a request counts from its booking as well. ms */
const SOON_MS = 10;

/**
 * The leave to send one request once. Everything after the grant goes through it, so that a reservation is given
 * back exactly once whatever happens in whatever order.
 */
export class Pass {
  /** Null for a request that counts in no policy. */
  readonly ask: Ask | null;
  readonly origin: string;
  /** Its place in line in this process; repeats of a request keep it. */
  readonly order: number;
  readonly lane: number;
  readonly watch: PassWatch;
  readonly #bookings: Bookings;
  #stage: "held" | "reserved" | "sent" | "ended" = "held";
  #grantedAt = 0;
  #sentAt: number | null = null;
  #gotAt: number | null = null;

  constructor(options: {
    readonly ask: Ask | null;
    readonly origin: string;
    readonly order: number;
    readonly lane: number;
    readonly watch: PassWatch;
    readonly bookings: Bookings;
  }) {
    this.ask = options.ask;
    this.origin = options.origin;
    this.order = options.order;
    this.lane = options.lane;
    this.watch = options.watch;
    this.#bookings = options.bookings;
  }

  /** When the first byte may have left; null while it surely has not. Epoch ms. */
  get sentAt(): number | null {
    return this.#sentAt;
  }

  /** When the head of the answer was here; null without one. Epoch ms. */
  get gotAt(): number | null {
    return this.#gotAt;
  }

  /** The head of the answer is here; the client settles next. */
  answered(): void {
    this.#gotAt = this.#bookings.clock.now();
  }

  /** Called by the gate once the ledger has booked the ask. */
  granted(): void {
    this.#stage = "reserved";
    this.#grantedAt = this.#bookings.clock.now();
  }

  /** The first byte goes on the wire now. */
  sent(): void {
    if (this.#stage !== "reserved") return;
    const now = this.#bookings.clock.now();
    // What must be written before the first byte is written here; if that fails, nothing has left.
    this.watch.sending(now);
    this.#stage = "sent";
    this.#sentAt = now;
    const id = this.ask?.id;
    if (id === undefined) return;
    const booking = new Note(this, "sent", id, now);
    // Where it was long under way to the wire, the end of the turn is too late: the process may end before.
    if (now - this.#grantedAt > SOON_MS) this.#bookings.now(booking);
    else this.#bookings.add(booking);
  }

  /** Books what the head said. The second call of this, `lost` or `ended` does nothing. */
  settle(head: Head, refusal: Refusal | null): void {
    if (this.#stage !== "sent") return;
    this.#stage = "ended";
    this.#add("settle", head, refusal);
  }

  /** It is over without an answer: refunded if it surely never left, else counted as spent. */
  ended(): void {
    const stage = this.#stage;
    this.#stage = "ended";
    if (stage === "reserved") this.#add("refund");
    if (stage === "sent") this.#add("lost");
  }

  /** It no longer waits in the ledger's line. */
  left(): void {
    this.#add("leave");
  }

  /** To be booked at the end of this turn, together with what else it brings. */
  #add(what: What, head: Head | null = null, refusal: Refusal | null = null): void {
    const id = this.ask?.id;
    if (id === undefined) return;
    this.#bookings.add(new Note(this, what, id, this.#bookings.clock.now(), head, refusal));
  }
}

type What = "sent" | "settle" | "lost" | "refund" | "leave";

/** One step of a pass, to be booked. A class, for every request makes several: closures cost more (measured). */
class Note implements Booking {
  readonly #pass: Pass;
  readonly #what: What;
  readonly #id: string;
  readonly #at: number;
  readonly #head: Head | null;
  readonly #refusal: Refusal | null;
  /** Answers that say the same and came right after it. */
  #others: Note[] | null = null;
  #findings: readonly Finding[] = NOTHING;

  constructor(
    pass: Pass,
    what: What,
    id: string,
    at: number,
    head: Head | null = null,
    refusal: Refusal | null = null,
  ) {
    this.#pass = pass;
    this.#what = what;
    this.#id = id;
    this.#at = at;
    this.#head = head;
    this.#refusal = refusal;
  }

  join(next: Booking): boolean {
    if (!(next instanceof Note) || !this.#saysTheSame(next)) return false;
    if (this.#others === null) this.#others = [next];
    else this.#others.push(next);
    return true;
  }

  #saysTheSame(next: Note): boolean {
    const [a, b] = [this.#head, next.#head];
    if (a === null || b === null || this.#refusal !== null || next.#refusal !== null) return false;
    const { ask } = this.#pass;
    const claim = next.#pass.ask?.claim;
    return isSameHead(a, b) && ask !== null && claim !== undefined && isSameClaim(ask.claim, claim);
  }

  book(ledger: Ledger): void {
    const others = this.#others?.map((one) => one.#id);
    if (this.#head !== null)
      this.#findings = ledger.settle(this.#id, this.#head, this.#refusal, this.#at, others);
    else if (this.#what === "sent") ledger.sent(this.#id, this.#at);
    else if (this.#what === "lost") ledger.lost(this.#id, this.#at);
    else if (this.#what === "refund") ledger.refund(this.#id, this.#at);
    else ledger.leave(this.#id);
  }

  done(): void {
    if (this.#findings.length > 0) this.#pass.watch.learned(this.#findings);
  }

  trouble(error: unknown): void {
    this.#pass.watch.trouble(error);
    for (const one of this.#others ?? []) one.trouble(error);
  }
}

/** Whether two heads tell the ledger the same. */
function isSameHead(a: Head, b: Head): boolean {
  if (a.gotAt !== b.gotAt || a.sentAt !== b.sentAt || a.quick !== b.quick || a.status !== b.status)
    return false;
  const names = Object.keys(a.headers);
  if (names.length !== Object.keys(b.headers).length) return false;
  return names.every((name) => a.headers[name] === b.headers[name]);
}

const NOTHING: readonly Finding[] = [];
