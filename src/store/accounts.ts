// Accounts in SQLite: names, plans, key ids and limits in force. Key text never comes here.
import type { Account, AccountStore } from "../core/profile/account.ts";
import { type Signal, Topic } from "./changes.ts";
import type { Database } from "./database.ts";

/** Accounts for all editor windows, in the order in which they were added. */
export class SqliteAccounts implements AccountStore {
  readonly #database: Database;
  readonly #topic: Topic;

  constructor(database: Database, signal: Signal | null = null) {
    this.#database = database;
    this.#topic = new Topic(database, "accounts", signal);
  }

  list(): Account[] {
    return this.#database
      .prepare("SELECT data FROM accounts ORDER BY number")
      .all()
      .map((row) => JSON.parse(String(row.data)) as Account);
  }

  /** Adds the account, or replaces the one with its id in place. */
  save(account: Account): void {
    this.#topic.write(() => {
      this.#database
        .prepare(
          "INSERT INTO accounts (id, data) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data",
        )
        .run(account.id, JSON.stringify(account));
    });
  }

  remove(accountId: string): void {
    this.#topic.write(() => {
      this.#database.prepare("DELETE FROM accounts WHERE id = ?").run(accountId);
    });
  }

  onChange(listener: () => void): () => void {
    return this.#topic.onChange(listener);
  }
}
