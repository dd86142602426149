// One editor window's process in miniature: takes its work from the message that starts it, reserves from the shared file and
// sends to a counting server in the parent. Must not know how the parent counts.
import type { Ask } from "../../src/core/quota/ledger.ts";
import type { Claim, Wait } from "../../src/core/quota/model.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";
import { LoopbackSignal } from "../../src/store/signal.ts";
import { isBusy } from "../../src/store/sqlite-errors.ts";

/** What the parent asks for. */
export interface Work {
  readonly path: string;
  readonly claim: Claim;
  readonly count: number;
  readonly name: string;
  /** When its requests began to wait: the same for all, however late a process got its turn. Epoch ms. */
  readonly since: number;
}

process.once("message", (work: Work) => void run(work));
process.send?.({ ready: true });

async function run({ path, claim, count, name, since }: Work): Promise<void> {
  const database = new Database({ path, migrations: schema, now: Date.now });
  const signal = new LoopbackSignal(database);
  await signal.open();
  const ledger = new SqlLedger({ database, signal });
  let wake: () => void = () => {};
  const answers = new Map<string, (date: string) => void>();
  process.on("message", (answer: { id: string; date: string }) => answers.get(answer.id)?.(answer.date));
  const unsubscribe = ledger.onChange(() => wake());
  const flights: Promise<void>[] = [];
  let waited = 0;
  for (let i = 0; i < count; i++) {
    const id = `${name} ${i}`;
    const ask = { id, claim, lane: "batch", since: since + i / 1000, holder: null, title: id } as const;
    for (;;) {
      const wait = reserve(ask);
      if (wait === null) break;
      waited++;
      await changeOrInstant(wait);
    }
    flights.push(fly(id));
  }
  await Promise.all(flights);
  unsubscribe();
  ledger.close();
  signal.close();
  database.close();
  process.send?.({ done: true, waited });
  process.disconnect();

  /** Null when granted. As the gate does, it asks again soon where another process holds the database. */
  function reserve(ask: Ask): Pick<Wait, "until"> | null {
    try {
      const decision = ledger.reserve(ask, Date.now());
      return decision.granted ? null : decision.wait;
    } catch (error) {
      if (!isBusy(error)) throw error;
      return { until: Date.now() + 10 * Math.random() };
    }
  }

  function changeOrInstant(wait: Pick<Wait, "until">): Promise<void> {
    return new Promise((resolve) => {
      const delay = wait.until === null ? 2000 : Math.max(1, wait.until - Date.now());
      const timer = setTimeout(resolve, delay);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function fly(id: string): Promise<void> {
    const sentAt = Date.now();
    ledger.sent(id, sentAt);
    return new Promise((resolve) => {
      answers.set(id, (date) => {
        const gotAt = Date.now();
        ledger.settle(id, { status: 200, headers: { date }, sentAt, gotAt, quick: true }, null, gotAt);
        resolve();
      });
      process.send?.({ id });
    });
  }
}
