// The ledger's tables: a row for each partition and each account's server clock, the lines of waiting requests and their
// tickets. It holds no logic.
import type { Migration } from "./database.ts";

/** Steps of the ledger's schema. */
export const ledgerTables: readonly Migration[] = [
  {
    version: 1,
    up: `
      CREATE TABLE partitions (key TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE clocks (account TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE lines (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        pid INTEGER NOT NULL,
        lane INTEGER NOT NULL,
        account TEXT NOT NULL,
        claim TEXT NOT NULL,
        until REAL,
        wait TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE tickets (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        line TEXT NOT NULL,
        since REAL NOT NULL,
        title TEXT NOT NULL
      );
      CREATE INDEX tickets_line ON tickets (line, since);
    `,
  },
  { version: 2, up: "ALTER TABLE lines ADD COLUMN share TEXT NOT NULL DEFAULT '{}'" },
  {
    version: 2,
    up: "CREATE TABLE machine (id INTEGER PRIMARY KEY CHECK (id = 1), wall_offset REAL NOT NULL)",
  },
];
