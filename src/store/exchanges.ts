// Exchanges and their timelines in SQLite: the history, and the intent that is written before anything leaves.
// What it is given is redacted already; it must not see a key.
import type { ExchangeState } from "../core/jobs/model.ts";
import type { Exchange, ExchangeFilter, ExchangeStore, Moment } from "../core/jobs/stores.ts";
import { type Signal, Topic } from "./changes.ts";
import type { Database, Migration } from "./database.ts";

/** `find` stands before `data` so that a search does not read the bodies' overflow pages. */
export const exchangeTables: readonly Migration[] = [
  {
    version: 1,
    up: `
      CREATE TABLE exchanges (
        id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, provider TEXT NOT NULL, state TEXT NOT NULL,
        find TEXT NOT NULL, data TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE INDEX exchanges_by_time ON exchanges (created_at DESC, id DESC);
      CREATE INDEX exchanges_by_state ON exchanges (state);
      CREATE TABLE moments (
        number INTEGER PRIMARY KEY, exchange TEXT NOT NULL REFERENCES exchanges (id) ON DELETE CASCADE,
        data TEXT NOT NULL
      );
      CREATE INDEX moments_by_exchange ON moments (exchange);`,
  },
];

/** Exchanges for all editor windows. */
export class SqliteExchanges implements ExchangeStore {
  readonly #database: Database;
  readonly #topic: Topic;

  constructor(database: Database, signal: Signal | null = null) {
    this.#database = database;
    this.#topic = new Topic(database, "exchanges", signal);
  }

  begin(exchange: Exchange): void {
    this.#topic.write(() => {
      this.#database
        .prepare(
          "INSERT INTO exchanges (id, created_at, provider, state, find, data) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .run(
          exchange.id,
          exchange.createdAt,
          exchange.providerId,
          exchange.state,
          searchable(exchange),
          JSON.stringify(exchange),
        );
    });
  }

  /** Unknown ids are ignored: the person may have deleted the exchange meanwhile. */
  update(id: string, change: Partial<Omit<Exchange, "id">>): void {
    this.#topic.write(() => {
      const before = this.get(id);
      if (before === null) return;
      const after: Exchange = { ...before, ...change };
      this.#database
        .prepare("UPDATE exchanges SET state = ?, find = ?, data = ? WHERE id = ?")
        .run(after.state, searchable(after), JSON.stringify(after), id);
    });
  }

  /** Unknown ids are ignored. */
  note(id: string, moment: Moment): void {
    this.#topic.write(() => {
      this.#database
        .prepare("INSERT INTO moments (exchange, data) SELECT id, ? FROM exchanges WHERE id = ?")
        .run(JSON.stringify(moment), id);
    });
  }

  get(id: string): Exchange | null {
    const row = this.#database.prepare("SELECT data FROM exchanges WHERE id = ?").get(id);
    return row === undefined ? null : (JSON.parse(String(row.data)) as Exchange);
  }

  timeline(id: string): Moment[] {
    return this.#database
      .prepare("SELECT data FROM moments WHERE exchange = ? ORDER BY number")
      .all(id)
      .map((row) => JSON.parse(String(row.data)) as Moment);
  }

  list(filter: ExchangeFilter): Exchange[] {
    const where: string[] = [];
    const values: (string | number)[] = [];
    const only = (condition: string, ...given: (string | number)[]) => {
      where.push(condition);
      values.push(...given);
    };
    if (filter.providerId !== undefined) only("provider = ?", filter.providerId);
    if (filter.states !== undefined)
      only(`state IN (${filter.states.map(() => "?").join(", ")})`, ...filter.states);
    if (filter.before !== undefined) only("created_at < ?", filter.before);
    for (const word of (filter.text ?? "").toLowerCase().split(/\s+/).filter(Boolean))
      only("instr(find, ?) > 0", word);
    const condition = where.length === 0 ? "" : `WHERE ${where.join(" AND ")}`;
    const sql = `SELECT data FROM exchanges ${condition} ORDER BY created_at DESC, id DESC LIMIT ?`;
    const rows = this.#database.prepare(sql).all(...values, filter.limit);
    return rows.map((row) => JSON.parse(String(row.data)) as Exchange);
  }

  /** Exchanges that a crash left under way, oldest first: what recovery must look at. */
  unfinished(): Exchange[] {
    const states: ExchangeState[] = ["intent", "waiting", "sent", "accepted"];
    return this.list({ states, limit: -1 }).reverse();
  }

  remove(id: string): void {
    this.#topic.write(() => {
      this.#database.prepare("DELETE FROM exchanges WHERE id = ?").run(id);
    });
  }

  /** Forgets every exchange that has ended; what is under way stays, or money could be sent twice. */
  clear(): void {
    this.#topic.write(() => {
      this.#database
        .prepare("DELETE FROM exchanges WHERE state IN ('done', 'failed', 'refused', 'cancelled')")
        .run();
    });
  }

  onChange(listener: () => void): () => void {
    return this.#topic.onChange(listener);
  }
}

const FIND_LENGTH = 600;

/** What a search looks through: title, action, values of the input, problem; cut so that searching stays quick. */
function searchable(exchange: Exchange): string {
  const values = Object.values(exchange.input).filter((one) => typeof one === "string");
  return [
    exchange.title,
    exchange.actionId,
    exchange.id,
    exchange.answer?.status,
    exchange.problem?.sentence,
    ...values,
  ]
    .filter((one) => one !== undefined)
    .join("\n")
    .slice(0, FIND_LENGTH)
    .toLowerCase();
}
