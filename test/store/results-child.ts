// A process that removes a result and is killed: in the midst of the transaction, or when it is committed and no file is deleted yet.
import { Database } from "../../src/store/database.ts";
import { SqliteResults } from "../../src/store/results.ts";
import { schema } from "../../src/store/schema.ts";

const [path = "", folder = "", id = "", where = ""] = process.argv.slice(2);
const database = new Database({ path, migrations: schema, now: () => 0 });
const results = new SqliteResults(database, folder);
const die = () => void process.kill(process.pid, "SIGKILL");
database.transaction(() => {
  if (where === "after") database.afterCommit(die);
  results.remove(id);
  if (where === "within") die();
});
