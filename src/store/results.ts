// Results: rows in SQLite, bytes in one folder that nothing may be written outside of. It must not fetch anything.
import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Result } from "../core/jobs/model.ts";
import type { ResultStore } from "../core/jobs/stores.ts";
import type { Database, Migration } from "./database.ts";

export const resultTables: readonly Migration[] = [
  {
    version: 1,
    up: `
      CREATE TABLE results (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, exchange TEXT NOT NULL, data TEXT NOT NULL
      );
      CREATE INDEX results_by_exchange ON results (exchange);`,
  },
  {
    version: 2,
    up: `
      ALTER TABLE results ADD COLUMN file TEXT AS (json_extract(data, '$.file')) VIRTUAL;
      ALTER TABLE results ADD COLUMN bytes INTEGER AS (json_extract(data, '$.bytes')) VIRTUAL;
      CREATE INDEX results_on_disk ON results (file, bytes) WHERE file IS NOT NULL;`,
  },
];

/** Results of all exchanges, and the folder they lie in. */
export class SqliteResults implements ResultStore {
  readonly #database: Database;
  readonly #folder: string;
  #made = false;

  constructor(database: Database, folder: string) {
    this.#database = database;
    this.#folder = folder;
  }

  /** Made at first use. */
  get folder(): string {
    if (!this.#made) mkdirSync(this.#folder, { recursive: true });
    this.#made = true;
    return this.#folder;
  }

  /** Adds or replaces by id. Throws for a file name with a path in it. */
  put(result: Result): void {
    if (result.file !== null) this.pathOf(result.file);
    const put = this.#database.prepare(
      `INSERT INTO results (id, exchange, data) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET exchange = excluded.exchange, data = excluded.data`,
    );
    this.#database.transaction(() => put.run(result.id, result.exchangeId, JSON.stringify(result)));
  }

  /** In the order in which they were first put. */
  of(exchangeId: string): Result[] {
    return this.#database
      .prepare("SELECT data FROM results WHERE exchange = ? ORDER BY number")
      .all(exchangeId)
      .map((row) => JSON.parse(String(row.data)) as Result);
  }

  get(id: string): Result | null {
    const row = this.#database.prepare("SELECT data FROM results WHERE id = ?").get(id);
    return row === undefined ? null : (JSON.parse(String(row.data)) as Result);
  }

  /** Forgets the row and deletes its file. */
  remove(id: string): void {
    const result = this.get(id);
    if (result === null) return;
    const forget = this.#database.prepare("DELETE FROM results WHERE id = ?");
    this.#database.transaction(() => forget.run(id));
    if (result.file !== null) rmSync(this.pathOf(result.file), { force: true });
  }

  bytesOnDisk(): number {
    const row = this.#database
      .prepare("SELECT total(bytes) AS bytes FROM results WHERE file IS NOT NULL")
      .get();
    return Number(row?.bytes ?? 0);
  }

  *onDisk(): Generator<Result> {
    const page = this.#database.prepare(
      "SELECT number, data FROM results WHERE number > ? AND file IS NOT NULL ORDER BY number LIMIT 50",
    );
    // Page by page, for the caller may write between two of them.
    for (let after = 0; ; ) {
      const rows = page.all(after);
      for (const row of rows) yield JSON.parse(String(row.data)) as Result;
      if (rows.length === 0) return;
      after = Number(rows.at(-1)?.number);
    }
  }

  names(file: string): boolean {
    return this.#database.prepare("SELECT 1 FROM results WHERE file = ?").get(file) !== undefined;
  }

  /** Where a result's file lies. Throws where the name would lead out of the folder. */
  pathOf(file: string): string {
    const plain = /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/;
    if (basename(file) !== file || !plain.test(file))
      throw new Error(`Not a result's file name: ${JSON.stringify(file)}`);
    return join(this.folder, file);
  }
}
