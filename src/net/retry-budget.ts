// How many repeats an account may send: a fifth of its requests of the last minute, and a few besides, so that an outage does not
// multiply traffic. It must not decide whether a request is repeated, and it sends nothing.
import type { Wait } from "../core/quota/model.ts";
import type { Clock } from "./clock.ts";
import type { Leaving } from "./outage.ts";

/** What counts is what happened in this time. ms */
const SPAN_MS = 60_000;
/** Repeats for each request. */
const SHARE = 0.2;
/** Repeats that an account with few requests has, in all processes together. */
const FLOOR = 10;

/** What was sent in one second. */
interface Cell {
  readonly at: number;
  sends: number;
  repeats: number;
}

interface Waiter extends Leaving {
  go(): void;
}

interface Account {
  cells: Cell[];
  readonly queue: Set<Waiter>;
  cancel: (() => void) | null;
}

/** The repeats of every account, as this process has sent them. */
export class RetryBudget {
  readonly #clock: Clock;
  readonly #others: () => number;
  readonly #accounts = new Map<string, Account>();

  /** @param others how many other processes send for the same accounts: each takes its part of the few. Default none. */
  constructor(clock: Clock, others: () => number = () => 0) {
    this.#clock = clock;
    this.#others = others;
  }

  /** A request is sent for the first time. */
  sent(name: string): void {
    const account = this.#of(name);
    this.#cell(account).sends++;
    if (account.queue.size > 0) this.#pump(account);
  }

  /** Resolves when a repeat may follow, in the order of the lanes; an aborted one goes on at once and is not counted. */
  async repeat(name: string, leaving: Leaving): Promise<void> {
    if (leaving.signal.aborted) return;
    const account = this.#of(name);
    if (account.queue.size === 0 && this.#has(account)) {
      this.#cell(account).repeats++;
      return;
    }
    await new Promise<void>((done) => {
      const go = () => {
        account.queue.delete(waiter);
        leaving.signal.removeEventListener("abort", go);
        if (account.queue.size === 0) disarm(account);
        done();
      };
      const waiter: Waiter = { ...leaving, waiting: (wait) => leaving.waiting(wait), go };
      account.queue.add(waiter);
      leaving.signal.addEventListener("abort", go, { once: true });
      leaving.waiting(this.#wait(account));
      this.#arm(account);
    });
  }

  #of(name: string): Account {
    let account = this.#accounts.get(name);
    if (account === undefined) {
      account = { cells: [], queue: new Set(), cancel: null };
      this.#accounts.set(name, account);
    }
    return account;
  }

  /** The cell of this second; those that count no more are forgotten. */
  #cell(account: Account): Cell {
    const now = this.#clock.now();
    const at = Math.floor(now / 1000) * 1000;
    const last = account.cells.at(-1);
    if (last?.at === at) return last;
    // One that lies in the future was written before the clock was set back.
    account.cells = account.cells.filter((one) => one.at > at - SPAN_MS && one.at < at);
    const cell = { at, sends: 0, repeats: 0 };
    account.cells.push(cell);
    return cell;
  }

  #has(account: Account): boolean {
    this.#cell(account);
    const sum = (of: (cell: Cell) => number) => account.cells.reduce((all, one) => all + of(one), 0);
    const floor = Math.ceil(FLOOR / (1 + this.#others()));
    return sum((one) => one.repeats) + 1 <= floor + Math.floor(sum((one) => one.sends) * SHARE);
  }

  /** When the oldest repeats count no more. Epoch ms. */
  #until(account: Account): number {
    const oldest = account.cells.find((one) => one.repeats > 0)?.at ?? this.#clock.now();
    return oldest + SPAN_MS;
  }

  #wait(account: Account): Wait {
    const base = { partition: "", policyId: "", left: 0, limit: null, evidence: "counted" } as const;
    return { ...base, cause: "retries", until: this.#until(account), evidenceAt: this.#clock.now() };
  }

  #pump(account: Account): void {
    const inTurn = [...account.queue].sort((a, b) => a.lane - b.lane || a.order - b.order);
    for (const waiter of inTurn) {
      if (!this.#has(account)) break;
      this.#cell(account).repeats++;
      waiter.go();
    }
    this.#arm(account);
  }

  /** One timer an account, and none while nobody waits. */
  #arm(account: Account): void {
    if (account.cancel !== null || account.queue.size === 0) return;
    const ms = Math.max(1, this.#until(account) - this.#clock.now());
    account.cancel = this.#clock.after(ms, () => {
      account.cancel = null;
      this.#pump(account);
      for (const waiter of account.queue) waiter.waiting(this.#wait(account));
    });
  }
}

function disarm(account: Account): void {
  account.cancel?.();
  account.cancel = null;
}
