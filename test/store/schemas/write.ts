// Writes a database of the schema of the day with the rows of `rows.ts`: `node test/store/schemas/write.ts FILE`, then
// `sqlite3 FILE .dump` and its `PRAGMA user_version` make the text file of that schema. Run at the last commit that had it.
import path from "node:path";
import { SqliteAccounts } from "../../../src/store/accounts.ts";
import { Database } from "../../../src/store/database.ts";
import { SqliteExchanges } from "../../../src/store/exchanges.ts";
import { SqliteJobs } from "../../../src/store/jobs.ts";
import { SqlLedger } from "../../../src/store/ledger.ts";
import { SqliteResults } from "../../../src/store/results.ts";
import { schema } from "../../../src/store/schema.ts";
import { accounts, claim, exchanges, jobs, momentsOf, results, SPENT, START } from "./rows.ts";

const file = path.resolve(process.argv[2] ?? "headroom.db");
const database = new Database({ path: file, migrations: schema, now: () => START });
const stores = {
  accounts: new SqliteAccounts(database),
  exchanges: new SqliteExchanges(database),
  jobs: new SqliteJobs(database),
  results: new SqliteResults(database, path.join(path.dirname(file), "results")),
  ledger: new SqlLedger({ database }),
};
for (const one of accounts) stores.accounts.save(one);
for (const one of exchanges) {
  stores.exchanges.begin(one);
  for (const moment of momentsOf(one)) stores.exchanges.note(one.id, moment);
}
for (const one of jobs) stores.jobs.add(one);
stores.jobs.lease("x-accepted", "a process that is gone", START, START + 6_000);
for (const one of results) stores.results.put(one);
for (let index = 0; index < SPENT; index++) {
  const id = `x-spent-${index}`;
  stores.ledger.reserve({ id, claim, lane: "person", since: START, holder: null, title: "Generate" }, START);
  stores.ledger.sent(id, START);
  const head = { status: 201, headers: {}, sentAt: START, gotAt: START + 900, quick: true };
  stores.ledger.settle(id, head, null, START + 900);
}
database.close();
