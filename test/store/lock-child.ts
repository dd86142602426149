// A process that holds the database's write lock: takes it when told a path, lets it go after so many ms.
import { DatabaseSync } from "node:sqlite";

/** What the parent asks for. */
export interface Hold {
  readonly path: string;
  readonly forMs: number;
}

process.once("message", ({ path, forMs }: Hold) => {
  const db = new DatabaseSync(path, { timeout: 5000 });
  db.exec("BEGIN IMMEDIATE");
  process.send?.("held");
  setTimeout(() => {
    db.exec("ROLLBACK");
    db.close();
    process.send?.("let go", () => process.disconnect());
  }, forMs);
});
process.send?.("ready");
