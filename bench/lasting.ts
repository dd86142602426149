// `npm run bench -- lasting`: what it costs to have on the disk itself that a charged request leaves, beside a commit that only
// outlasts this process. Prints figures; nothing here passes or fails.
import path from "node:path";
import { Database } from "../src/store/database.ts";
import { SqliteExchanges } from "../src/store/exchanges.ts";
import { SqliteJobs } from "../src/store/jobs.ts";
import { schema } from "../src/store/schema.ts";
import { removeFolder, temporaryFolder } from "../test/harness/paths.ts";
import { exchangeOf, jobOf } from "./history/rows.ts";

const ROUNDS = 300;

/** Prints median, 95 of 100 and worst of both kinds of commit, in turns, in ms. */
export function lastingFigures(): void {
  const folder = temporaryFolder("lasting");
  const file = path.join(folder, "headroom.db");
  const database = new Database({ path: file, migrations: schema, now: Date.now });
  const exchanges = new SqliteExchanges(database);
  const jobs = new SqliteJobs(database);
  const kinds = [
    { name: "outlasts the process", lasting: false, times: [] as number[] },
    { name: "outlasts the power", lasting: true, times: [] as number[] },
  ];
  for (let round = 0; round < ROUNDS; round++)
    for (const { lasting, times } of kinds) {
      const exchange = exchangeOf(2 * round + Number(lasting));
      exchanges.begin(exchange);
      jobs.add(jobOf(exchange));
      const work = () => {
        jobs.update(exchange.id, { stage: "sent" });
        exchanges.update(exchange.id, { state: "sent", attempts: 1 });
        exchanges.note(exchange.id, { at: Date.now(), what: "sent", attempt: 1 });
      };
      const from = performance.now();
      if (lasting) database.lasting(work);
      else database.transaction(work);
      times.push(performance.now() - from);
    }
  console.log(`\nThe commit before a request leaves: median, 95 of 100, worst of ${ROUNDS}`);
  for (const { name, times } of kinds) {
    times.sort((a, b) => a - b);
    const at = (share: number) => `${(times[Math.floor(share * (ROUNDS - 1))] ?? 0).toFixed(2)} ms`;
    console.log(`${name.padEnd(22)} ${at(0.5)}, ${at(0.95)}, ${at(1)}`);
  }
  database.close();
  removeFolder(folder);
}
