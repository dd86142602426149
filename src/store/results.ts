// Results: rows in SQLite, bytes in one folder that nothing may be written outside of. It must not fetch anything.
import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { Result } from "../core/jobs/model.ts";
import type { ResultStore } from "../core/jobs/stores.ts";
import type { Database } from "./database.ts";
import { pack, unpack } from "./packed.ts";

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

  /** Adds or replaces by id; nothing where its exchange was removed meanwhile. Throws for a file name with a path in it. */
  put(result: Result): void {
    if (result.file !== null) this.pathOf(result.file);
    const put = this.#database.prepare(
      `INSERT INTO results (id, exchange, data, on_disk)
         SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM exchanges WHERE id = ?2)
       ON CONFLICT (id) DO UPDATE SET
         exchange = excluded.exchange, data = excluded.data, on_disk = excluded.on_disk`,
    );
    const onDisk = result.file === null ? null : (result.bytes ?? 0);
    this.#database.transaction(() => put.run(result.id, result.exchangeId, pack(result), onDisk));
  }

  /** In the order in which they were first put. */
  of(exchangeId: string): Result[] {
    return this.#database
      .prepare("SELECT data FROM results WHERE exchange = ? ORDER BY number")
      .all(exchangeId)
      .map((row) => unpack(row.data) as Result);
  }

  get(id: string): Result | null {
    const row = this.#database.prepare("SELECT data FROM results WHERE id = ?").get(id);
    return row === undefined ? null : (unpack(row.data) as Result);
  }

  /** Forgets the row, and deletes its file once that is committed; a file that stays is swept up later as nobody's. */
  remove(id: string): void {
    const result = this.get(id);
    if (result === null) return;
    const forget = this.#database.prepare("DELETE FROM results WHERE id = ?");
    this.#database.transaction(() => forget.run(id));
    const path = result.file === null ? null : this.pathOf(result.file);
    if (path !== null) this.#database.afterCommit(() => unlinked(path));
  }

  bytesOnDisk(): number {
    const row = this.#database
      .prepare("SELECT total(on_disk) AS bytes FROM results WHERE on_disk IS NOT NULL")
      .get();
    return Number(row?.bytes ?? 0);
  }

  *onDisk(): Generator<Result> {
    const page = this.#database.prepare(
      "SELECT number, data FROM results WHERE number > ? AND on_disk IS NOT NULL ORDER BY number LIMIT 50",
    );
    // Page by page, for the caller may write between two of them.
    for (let after = 0; ; ) {
      const rows = page.all(after);
      for (const row of rows) yield unpack(row.data) as Result;
      if (rows.length === 0) return;
      after = Number(rows.at(-1)?.number);
    }
  }

  names(file: string): boolean {
    // A file's name begins with its result's id, up to the first dot, which saves an index of names.
    return this.get(file.split(".", 1)[0] ?? "")?.file === file;
  }

  /** Where a result's file lies. Throws where the name would lead out of the folder. */
  pathOf(file: string): string {
    if (basename(file) !== file || !isResultFile(file))
      throw new Error(`Not a result's file name: ${JSON.stringify(file)}`);
    return join(this.folder, file);
  }
}

/** Whether a file of the folder may be ours, by its name alone; a system or a person may put others beside them. */
export function isResultFile(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/.test(name);
}

function unlinked(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Another program may hold it open; the row is gone, and the folder's tidying finds a file without one.
  }
}
