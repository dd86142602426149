// `npm run bench -- history`: 10,000 exchanges as the app stores them; what opening the view and searching take in the host,
// how large the database is without media, and how long letting the oldest leave keeps the host from other work. Beside each
// figure stands what is asked of it; nothing here passes or fails.
import { statSync } from "node:fs";
import path from "node:path";
import type { Context } from "../../src/app/context.ts";
import { ExchangeHistory } from "../../src/app/history.ts";
import type { Clock } from "../../src/app/ports.ts";
import { daysOf } from "../../src/host/days.ts";
import { formatFor } from "../../src/host/format.ts";
import { Database } from "../../src/store/database.ts";
import { SqliteExchanges } from "../../src/store/exchanges.ts";
import { SqliteJobs } from "../../src/store/jobs.ts";
import { SqliteResults } from "../../src/store/results.ts";
import { schema } from "../../src/store/schema.ts";
import { removeFolder, temporaryFolder } from "../../test/harness/paths.ts";
import { exchangeOf, jobOf, momentsOf, resultOf } from "./rows.ts";

const COUNT = 10_000;
const ROUNDS = 21;
/** What is asked for: the whole below so many MB, each look at it below so many ms. */
const MOST_MB = 20;
const MOST_MS = 50;
/** As many as the view lists at first. */
const PAGE = 200;

/** Prints times in ms and the size in MB. */
export async function historyTable(): Promise<void> {
  const folder = temporaryFolder("history");
  const file = path.join(folder, "headroom.db");
  const database = new Database({ path: file, migrations: schema, now: Date.now });
  const stores = storesOf(database, folder);
  fill(database, stores);
  database.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const bytes = statSync(file).size;
  database.close();

  console.log(`\n${COUNT} exchanges in the history`);
  console.log(
    `${(bytes / 1e6).toFixed(1)} MB without media (asked: below ${MOST_MB}), ${Math.round(bytes / COUNT)} bytes an exchange`,
  );
  console.log(`median and worst of ${ROUNDS} (asked: below ${MOST_MS} ms), and the processor's time in it`);
  const filters = {
    "opening the view (its days, one open)": {},
    "searching a word that few have": { text: "quarterly-4711" },
    "searching a word that many have": { text: "morning" },
    "searching a word that none has": { text: "nothinglikethis" },
    "one provider, failed ones": { providerIds: ["sync"], states: ["failed" as const] },
    "a word in one provider": { providerIds: ["sauti"], text: "asubuhi news" },
  };
  // A file of its own connection each time: what was read before is not in SQLite's memory.
  for (const [name, filter] of Object.entries(filters)) {
    const times: number[] = [];
    const work: number[] = [];
    let found = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const again = new Database({ path: file, migrations: schema, now: Date.now });
      const history = historyOf(storesOf(again, folder), again);
      void again.db;
      const [from, before] = [performance.now(), process.cpuUsage()];
      const instants = history.instants(filter);
      daysOf(instants, (at) => at, Date.now());
      const page = history.list({
        ...filter,
        since: instants[PAGE - 1] ?? instants.at(-1) ?? Date.now(),
        limit: PAGE,
      });
      for (const exchange of page) history.describe(exchange);
      times.push(performance.now() - from);
      const { user, system } = process.cpuUsage(before);
      work.push((user + system) / 1000);
      found = instants.length;
      again.close();
    }
    for (const list of [times, work]) list.sort((a, b) => a - b);
    const [median = 0, worst = 0, worked = 0] = [times[ROUNDS >> 1], times.at(-1), work[ROUNDS >> 1]];
    console.log(
      `${name.padEnd(38)} ${median.toFixed(1).padStart(6)} ms, ${worst.toFixed(1).padStart(6)} ms, ${worked.toFixed(1).padStart(5)} ms; ${found} found`,
    );
  }
  await trimming(file, folder);
  removeFolder(folder);
}

/** Half of it leaves, a few at a time: how long each turn takes. */
async function trimming(file: string, folder: string): Promise<void> {
  const database = new Database({ path: file, migrations: schema, now: Date.now });
  const stores = storesOf(database, folder);
  for (const result of stores.results.onDisk()) stores.results.put({ ...result, file: null, left: true });
  const turns: number[] = [];
  const from = performance.now();
  let began = from;
  const after = (_ms: number, run: () => void) => {
    turns.push(performance.now() - began);
    setImmediate(() => {
      began = performance.now();
      run();
    });
    return () => {};
  };
  await historyOf(stores, database, after).trim(COUNT / 2, new AbortController().signal);
  const all = performance.now() - from;
  database.close();
  turns.sort((a, b) => a - b);
  const [median = 0, worst = 0] = [turns[turns.length >> 1], turns.at(-1)];
  console.log(
    `letting ${COUNT / 2} leave: ${(all / 1000).toFixed(1)} s of work in ${turns.length} turns of ${median.toFixed(1)} ms, at most ${worst.toFixed(1)} ms`,
  );
}

type Stores = ReturnType<typeof storesOf>;

function storesOf(database: Database, folder: string) {
  return {
    exchanges: new SqliteExchanges(database),
    jobs: new SqliteJobs(database),
    results: new SqliteResults(database, path.join(folder, "results")),
  };
}

function fill(database: Database, { exchanges, jobs, results }: Stores): void {
  for (let at = 0; at < COUNT; at += 500)
    database.transaction(() => {
      for (let index = at; index < Math.min(COUNT, at + 500); index++) {
        const exchange = exchangeOf(index);
        exchanges.begin(exchange);
        for (const moment of momentsOf(exchange)) exchanges.note(exchange.id, moment);
        jobs.add(jobOf(exchange));
        results.put(resultOf(exchange));
      }
    });
}

/** Only what listing, describing and removing touch. */
function historyOf(stores: Stores, database: Database, after?: Clock["after"]): ExchangeHistory {
  const context = {
    ports: {
      ...stores,
      together: <T>(work: () => T) => database.transaction(work),
      clock: { now: Date.now, after },
      t: (sentence: string) => sentence,
      format: formatFor("en"),
    },
    profile: () => null,
    account: () => null,
    changed: () => {},
  };
  return new ExchangeHistory(context as unknown as Context);
}
