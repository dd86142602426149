// Every schema of the shared database, one step after the other: forward only, a released step is never changed. It holds all
// tables and no logic; what the rows mean stands in the files that read them.
import type { Migration } from "./database.ts";

/** The steps from an empty file to today's schema, oldest first. `test/store/schemas` holds a file of each. */
export const schema: readonly Migration[] = [
  {
    version: 1,
    name: "the first tables",
    // What is searched lies apart from the bodies: a search reads a few hundred bytes an exchange and no more.
    up: `
      CREATE TABLE topics (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE peers (id TEXT PRIMARY KEY, pid INTEGER NOT NULL, port INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE accounts (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, data TEXT NOT NULL);
      CREATE TABLE exchanges (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
        provider TEXT NOT NULL, state TEXT NOT NULL, data TEXT NOT NULL
      );
      CREATE INDEX exchanges_by_time ON exchanges (created_at DESC, number DESC, provider, state);
      CREATE INDEX exchanges_under_way ON exchanges (created_at, number)
        WHERE state IN ('intent', 'waiting', 'sent', 'accepted');
      CREATE TABLE findable (
        number INTEGER PRIMARY KEY REFERENCES exchanges (number) ON DELETE CASCADE, words TEXT NOT NULL
      );
      CREATE TABLE moments (
        number INTEGER PRIMARY KEY, exchange INTEGER NOT NULL REFERENCES exchanges (number) ON DELETE CASCADE,
        data TEXT NOT NULL
      );
      CREATE INDEX moments_by_exchange ON moments (exchange);
      CREATE TABLE jobs (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, ended_at INTEGER, created_at INTEGER NOT NULL,
        owner TEXT, owned_until INTEGER, data TEXT NOT NULL
      );
      CREATE INDEX jobs_by_end ON jobs (ended_at, created_at);
      CREATE TABLE results (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, exchange TEXT NOT NULL, data TEXT NOT NULL
      );
      CREATE INDEX results_by_exchange ON results (exchange);
      CREATE TABLE partitions (key TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE clocks (account TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE lines (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, pid INTEGER NOT NULL, lane INTEGER NOT NULL, account TEXT NOT NULL,
        claim TEXT NOT NULL, until REAL, wait TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE tickets (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, line TEXT NOT NULL, since REAL NOT NULL, title TEXT NOT NULL
      );
      CREATE INDEX tickets_line ON tickets (line, since);`,
  },
  {
    version: 2,
    name: "even parts between processes; results told apart by their files",
    up: `
      ALTER TABLE lines ADD COLUMN share TEXT NOT NULL DEFAULT '{}';
      ALTER TABLE results ADD COLUMN file TEXT AS (json_extract(data, '$.file')) VIRTUAL;
      ALTER TABLE results ADD COLUMN bytes INTEGER AS (json_extract(data, '$.bytes')) VIRTUAL;
      CREATE INDEX results_on_disk ON results (file, bytes) WHERE file IS NOT NULL;`,
  },
  {
    version: 3,
    name: "packed rows, with what lies on disk in a column of its own",
    up: `
      ALTER TABLE results ADD COLUMN on_disk INTEGER;
      UPDATE results SET on_disk = coalesce(bytes, 0) WHERE file IS NOT NULL;
      DROP INDEX results_on_disk;
      ALTER TABLE results DROP COLUMN file;
      ALTER TABLE results DROP COLUMN bytes;
      CREATE INDEX results_on_disk ON results (on_disk) WHERE on_disk IS NOT NULL;`,
  },
  {
    version: 4,
    name: "the machine's clock; timelines packed with their exchange once it has ended",
    // Some files of the second and third schema have this table, as it came while the second was being built.
    up: `
      CREATE TABLE IF NOT EXISTS machine (id INTEGER PRIMARY KEY CHECK (id = 1), wall_offset REAL NOT NULL);`,
  },
  {
    version: 5,
    name: "when everything was forgotten",
    up: `
      CREATE TABLE forgotten (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);`,
  },
];
