// `npm run bench -- history`: 10,000 exchanges as the app stores them; what opening the view and searching take in the host,
// and how large the database is without media. Medians; nothing here passes or fails.
import { statSync } from "node:fs";
import path from "node:path";
import type { Context } from "../../src/app/context.ts";
import { ExchangeHistory } from "../../src/app/history.ts";
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
/** As many as the view lists at first. */
const PAGE = 200;

/** Prints times in ms and the size in MB. */
export function historyTable(): void {
  const folder = temporaryFolder("history");
  const file = path.join(folder, "headroom.db");
  const database = new Database({ path: file, migrations: schema, now: Date.now });
  const stores = storesOf(database, folder);
  fill(database, stores);
  database.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const bytes = statSync(file).size;
  database.close();

  console.log(`\n${COUNT} exchanges in the history`);
  console.log(`${(bytes / 1e6).toFixed(1)} MB without media, ${Math.round(bytes / COUNT)} bytes an exchange`);
  const filters = {
    "opening the view (its first page)": {},
    "searching a word that few have": { text: "quarterly-4711" },
    "searching a word that many have": { text: "morning" },
    "searching a word that none has": { text: "nothinglikethis" },
    "one provider, failed ones": { providerId: "sync", states: ["failed" as const] },
    "a word in one provider": { providerId: "sauti", text: "asubuhi news" },
  };
  // A file of its own connection each time: what was read before is not in SQLite's memory.
  for (const [name, filter] of Object.entries(filters)) {
    const times: number[] = [];
    let found = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const again = new Database({ path: file, migrations: schema, now: Date.now });
      const history = historyOf(storesOf(again, folder));
      void again.db;
      const from = performance.now();
      const page = history.list({ ...filter, limit: PAGE + 1 });
      for (const exchange of page.slice(0, PAGE)) history.describe(exchange);
      times.push(performance.now() - from);
      found = page.length;
      again.close();
    }
    times.sort((a, b) => a - b);
    const [median = 0, worst = 0] = [times[ROUNDS >> 1], times.at(-1)];
    console.log(
      `${name.padEnd(36)} ${median.toFixed(1).padStart(6)} ms (at most ${worst.toFixed(1)} ms), ${found} found`,
    );
  }
  removeFolder(folder);
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

/** Only what listing and describing touch. */
function historyOf(stores: Stores): ExchangeHistory {
  const context = {
    ports: {
      ...stores,
      clock: { now: Date.now },
      t: (sentence: string) => sentence,
      format: formatFor("en"),
    },
    profile: () => null,
    account: () => null,
  };
  return new ExchangeHistory(context as unknown as Context);
}
