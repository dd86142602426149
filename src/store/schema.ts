// The whole schema of the shared database, collected from the files that own its tables. Forward only.
import { accountTables } from "./accounts.ts";
import { changesTables } from "./changes.ts";
import type { Migration } from "./database.ts";
import { exchangeTables } from "./exchanges.ts";
import { jobTables } from "./jobs.ts";
import { ledgerTables } from "./ledger-tables.ts";
import { resultTables } from "./results.ts";
import { signalTables } from "./signal.ts";

/** Every step of every table, for `Database`. */
export const schema: readonly Migration[] = [
  ...changesTables,
  ...exchangeTables,
  ...jobTables,
  ...resultTables,
  ...accountTables,
  ...ledgerTables,
  ...signalTables,
];
