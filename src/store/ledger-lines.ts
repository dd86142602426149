// The lines in which this process' requests wait, and the removal of lines whose process is gone. It does not decide who
// may go; that is ledger-order's.
import { randomUUID } from "node:crypto";
import type { Ask } from "../core/quota/ledger.ts";
import { type Claim, LANES, type Wait } from "../core/quota/model.ts";
import type { Own } from "./ledger-order.ts";
import type { Line, Rows } from "./ledger-rows.ts";
import { Shares } from "./ledger-share.ts";

/** Of so many lines it is known when they were served. */
const MOST_LINES = 1_000;

/** Own tickets and lines. Every call stands inside a transaction of the ledger. */
export class LedgerLines implements Own {
  /** Names this ledger among those of other processes. */
  readonly owner = randomUUID();
  readonly shares: Shares;
  readonly #rows: Rows;
  readonly #alive: (pid: number) => boolean;
  /** Own waiting requests and the line each stands in. */
  readonly #waiting = new Map<string, string>();
  /** When one of an own line was served last; forgotten with those that were not for long. */
  readonly #served = new Map<string, number>();
  #cleaned = false;
  /** Somebody was served in this transaction: others must see it. */
  #serves = false;
  /** Takes back what this transaction changed in memory. */
  #undo: (() => void)[] = [];

  /** @param others how many other processes may want the same. */
  constructor(rows: Rows, alive: (pid: number) => boolean, others: () => number) {
    this.#rows = rows;
    this.#alive = alive;
    this.shares = new Shares(others);
  }

  /** A transaction begins. */
  begin(): void {
    this.#undo = [];
    this.#serves = false;
  }

  /** The transaction ends: what was served here is written to the lines that still wait. */
  end(): void {
    if (!this.#serves) return;
    for (const line of [...this.#rows.lines().values()]) {
      if (line.owner !== this.owner) continue;
      const share = this.shares.of(line.claim.accountId, line.lane);
      if (share !== line.share) this.#rows.saveLine({ ...line, share });
    }
  }

  /** The transaction came to nothing: so must what was noted in memory. */
  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
  }

  /** Something besides is taken back as well, if the transaction comes to nothing. */
  undo(work: () => void): void {
    this.#undo.push(work);
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(askId: string): boolean {
    return this.#waiting.has(askId);
  }

  /** Puts an ask in line, or keeps it there; true when others can see a difference. */
  stand(ask: Ask, wait: Wait): boolean {
    const known = this.#waiting.get(ask.id);
    const id = known ?? this.lineOf(ask);
    const line = this.#rows.lines().get(id);
    const lane = LANES.indexOf(ask.lane);
    const { owner } = this;
    const { claim } = ask;
    const { until } = wait;
    const share = this.shares.of(claim.accountId, lane);
    const next: Line = { id, owner, pid: process.pid, lane, claim, until, wait, share };
    // A line that is gone, as with a file that was replaced, took its tickets with it.
    if (known === undefined || line === undefined) {
      this.#rows.addTicket(ask.id, id, ask.since, ask.title);
      this.#waiting.set(ask.id, id);
      this.#undo.push(() => this.#waiting.delete(ask.id));
    }
    const first = line === undefined || this.#rows.first(id) === ask.id;
    const differs = line === undefined || (first && !sameWait(line.wait, wait));
    if (differs || (first && line.until !== until)) this.#rows.saveLine(next);
    return differs || known === undefined;
  }

  /** Asks of one line were granted: they no longer wait, and count for its turn among the processes. */
  serve(asks: readonly Ask[], now: number): void {
    const [first] = asks;
    if (first === undefined) return;
    this.#undo.push(this.shares.took(first, asks.length, now));
    this.#serves = true;
    this.#serveLine(this.lineOf(first), now);
    for (const ask of asks) this.remove(ask.id);
  }

  servedAt(line: string): number {
    return this.#served.get(line) ?? 0;
  }

  /** The line that was served last stands last, so that the oldest can be forgotten. */
  #serveLine(line: string, now: number): void {
    const before = this.#served.get(line);
    this.#served.delete(line);
    this.#served.set(line, now);
    const [oldest] = this.#served.keys();
    if (this.#served.size > MOST_LINES && oldest !== undefined) this.#served.delete(oldest);
    this.#undo.push(() => {
      if (before === undefined) this.#served.delete(line);
      else this.#served.set(line, before);
    });
  }

  /** Names a line: one process, one lane, one set of partitions. */
  lineOf(ask: Ask): string {
    const parts = ask.claim.parts.map((part) => `${part.partition}*${part.cost}`);
    return [this.owner, ask.lane, ask.claim.accountId, ...parts].join("|");
  }

  /** Takes an ask out of line; unknown ones are ignored. */
  remove(askId: string): void {
    const line = this.#waiting.get(askId);
    if (line === undefined) return;
    this.#rows.removeTicket(askId, line);
    this.#waiting.delete(askId);
    this.#undo.push(() => this.#waiting.set(askId, line));
  }

  removeAll(): void {
    for (const line of new Set(this.#waiting.values())) this.#rows.removeLine(line);
    this.#waiting.clear();
  }

  /** Lines that wait for an event in one of these partitions may ask now. */
  wake(partitions: readonly string[], now: number): void {
    for (const line of [...this.#rows.lines().values()])
      if (line.until === null && partitions.includes(line.wait.partition))
        this.#rows.saveLine({ ...line, until: now });
  }

  /** Removes what dead processes left behind; once in a life. */
  removeDead(): void {
    if (this.#cleaned) return;
    this.#cleaned = true;
    for (const line of [...this.#rows.lines().values()]) this.removeIfDead(line);
  }

  removeIfDead(line: Line): void {
    if (line.owner !== this.owner && !this.#alive(line.pid)) this.#rows.removeLine(line.id);
  }
}

/** Whether two waits would be shown alike. */
function sameWait(a: Wait, b: Wait): boolean {
  return a.until === b.until && a.cause === b.cause && a.partition === b.partition && a.left === b.left;
}

/** Whether a process of this machine still runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === "EPERM";
  }
}

/** The partitions that a claim counts in. */
export function keysOf(claim: Claim): string[] {
  return claim.parts.map((one) => one.partition);
}
