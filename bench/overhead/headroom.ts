// Headroom's own adapter for the overhead table: the real gate, passes and ledger, told three policies that do not bind or
// that are spent for an hour; the rows in SQLite or in memory.
import path from "node:path";
import type { Claim, RatePolicy } from "../../src/core/quota/model.ts";
import { Held } from "../../src/net/held.ts";
import { Pass } from "../../src/net/pass.ts";
import { Gate } from "../../src/net/throttle.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";
import { temporaryFolder } from "../../test/harness/paths.ts";
import type { Limiter } from "./limiter.ts";
import { MemoryRows } from "./memory-rows.ts";

const HOUR_MS = 3_600_000;
const ORIGIN = "http://127.0.0.1";
const never = new AbortController().signal;
const watch = { waiting() {}, sending() {}, trouble() {}, learned() {} };

/** Real time; counts the timers that run. */
export function countingClock() {
  let timers = 0;
  return {
    now: Date.now,
    random: Math.random,
    after(ms: number, run: () => void) {
      timers++;
      const timer = setTimeout(() => {
        timers--;
        run();
      }, ms);
      return () => {
        timers--;
        clearTimeout(timer);
      };
    },
    timers: () => timers,
  };
}

/** A ledger with its rows in SQLite, in a file of its own, or in memory. */
export function ledgerIn(place: "SQLite" | "memory"): { readonly ledger: SqlLedger; close(): void } {
  if (place === "memory") return { ledger: new SqlLedger({ database: new MemoryRows() }), close() {} };
  const file = path.join(temporaryFolder("overhead"), "ledger.db");
  const database = new Database({ path: file, migrations: schema, now: Date.now });
  return { ledger: new SqlLedger({ database }), close: () => database.close() };
}

/** Three policies of one account: two sliding ones and one on the server's clock. */
export function threePolicies(accountId: string, limit: number): Claim {
  const kinds = ["sliding", "fixed", "sliding"] as const;
  const parts = kinds.map((kind, i) => ({
    partition: `bench/account:${accountId}/p${i}`,
    cost: 1,
    policy: policy(`p${i}`, kind, limit, HOUR_MS / 10 ** i),
  }));
  return { accountId, parts };
}

function policy(id: string, kind: RatePolicy["kind"], limit: number, quotaWindowMs: number): RatePolicy {
  const common = { title: id, noun: "requests", refusedCount: false, evidence: "published" } as const;
  return { type: "rate", id, kind, limit, quotaWindowMs, ...common };
}

class Task extends Held {
  readonly #resolve: () => void;
  readonly #reject: (reason: unknown) => void;
  readonly #gate: Gate;

  constructor(
    gate: Gate,
    pass: Pass,
    signal: AbortSignal,
    resolve: () => void,
    reject: (reason: unknown) => void,
  ) {
    super(pass, signal);
    this.#gate = gate;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Sent, and answered in the next turn of the promises: what an interceptor tells the pass and the gate. */
  go(): void {
    this.pass.sent();
    const at = this.pass.sentAt ?? 0;
    queueMicrotask(() => {
      this.pass.answered();
      this.pass.settle({ status: 200, headers: {}, sentAt: at, gotAt: at, quick: true }, null);
      this.#gate.landed(this);
      this.#resolve();
    });
  }

  fail(reason: unknown): void {
    this.#reject(reason);
  }

  abort(): void {}
}

/** The contestant. */
export function headroom(place: "SQLite" | "memory"): Limiter {
  const { ledger, close } = ledgerIn(place);
  const clock = countingClock();
  const gate = new Gate({ ledger, clock });
  const { bookings } = gate;
  const open = threePolicies("open", 1_000_000_000);
  const spent = threePolicies("spent", 1);
  let order = 0;
  const put = (claim: Claim, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const id = `r${order}`;
      const ask = { id, claim, lane: "batch", since: clock.now(), holder: null, title: "" } as const;
      const pass = new Pass({ ask, origin: ORIGIN, order: order++, lane: 2, watch, bookings });
      gate.hold(new Task(gate, pass, signal, resolve, reject));
    });
  void put(spent, never);
  return {
    pass: () => put(open, never),
    wait: (signal) => put(spent, signal),
    cancelAll: "signal",
    ownSignals: true,
    timers: clock.timers,
    close,
  };
}
