// Exchanges and their timelines in SQLite: the history, and the intent that is written before anything leaves.
// What it is given is redacted already; it must not see a key.
import { ENDED } from "../core/jobs/flow.ts";
import type { Exchange, ExchangeFilter, ExchangeStore, Moment } from "../core/jobs/stores.ts";
import { type Signal, Topic } from "./changes.ts";
import type { Database } from "./database.ts";
import { pack, unpack } from "./packed.ts";

/** Exchanges for all editor windows. */
export class SqliteExchanges implements ExchangeStore {
  readonly #database: Database;
  readonly #topic: Topic;

  constructor(database: Database, signal: Signal | null = null) {
    this.#database = database;
    this.#topic = new Topic(database, "exchanges", signal);
  }

  begin(exchange: Exchange): void {
    const { id, createdAt, providerId, state } = exchange;
    this.#topic.write(() => {
      const made = this.#database
        .prepare("INSERT INTO exchanges (id, created_at, provider, state, data) VALUES (?, ?, ?, ?, ?)")
        .run(id, createdAt, providerId, state, pack(exchange));
      this.#database
        .prepare("INSERT INTO findable VALUES (?, ?)")
        .run(made.lastInsertRowid, searchable(exchange));
    });
  }

  /** Unknown ids are ignored: the person may have deleted the exchange meanwhile. */
  update(id: string, change: Partial<Omit<Exchange, "id">>): void {
    this.#topic.write(() => {
      const before = this.#stored(id);
      if (before === null) return;
      const after: Stored = { ...before, ...change };
      this.#database
        .prepare("UPDATE exchanges SET state = ?, data = ? WHERE id = ?")
        .run(after.state, pack(after), id);
      const words = searchable(after);
      if (words !== searchable(before))
        this.#database
          .prepare("UPDATE findable SET words = ? WHERE number = (SELECT number FROM exchanges WHERE id = ?)")
          .run(words, id);
    });
  }

  /** Unknown ids are ignored. */
  note(id: string, moment: Moment): void {
    this.#topic.write(() => {
      this.#database
        .prepare("INSERT INTO moments (exchange, data) SELECT number, ? FROM exchanges WHERE id = ?")
        .run(pack(moment), id);
      if (moment.what === "state" && ENDED.has(moment.state)) this.#gather(id);
    });
  }

  get(id: string): Exchange | null {
    const stored = this.#stored(id);
    return stored === null ? null : exchangeOf(stored);
  }

  timeline(id: string): Moment[] {
    const rows = this.#database
      .prepare(
        "SELECT data FROM moments WHERE exchange = (SELECT number FROM exchanges WHERE id = ?) ORDER BY number",
      )
      .all(id)
      .flatMap((row) => unpack(row.data) as Moment | Moment[]);
    return [...(this.#stored(id)?.timeline ?? []), ...rows];
  }

  #stored(id: string): Stored | null {
    const row = this.#database.prepare("SELECT data FROM exchanges WHERE id = ?").get(id);
    return row === undefined ? null : (unpack(row.data) as Stored);
  }

  /** The moments of an exchange that has ended, put beside it: they say much the same and pack well together. */
  #gather(id: string): void {
    const stored = this.#stored(id);
    if (stored === null) return;
    const packed = pack({ ...stored, timeline: this.timeline(id) } satisfies Stored);
    this.#database.prepare("UPDATE exchanges SET data = ? WHERE id = ?").run(packed, id);
    this.#database
      .prepare("DELETE FROM moments WHERE exchange = (SELECT number FROM exchanges WHERE id = ?)")
      .run(id);
  }

  list(filter: ExchangeFilter): Exchange[] {
    return this.#find("data", filter).map((row) => exchangeOf(unpack(row.data) as Stored));
  }

  instants(filter: ExchangeFilter): number[] {
    return this.#find("created_at", filter).map((row) => Number(row.created_at));
  }

  *beyond(most: number): Generator<Exchange> {
    const newest = this.#database
      .prepare(
        "SELECT created_at, number FROM exchanges ORDER BY created_at DESC, number DESC LIMIT 1 OFFSET ?",
      )
      .get(most);
    if (newest === undefined) return;
    const page = this.#database.prepare(
      `SELECT created_at, number, data FROM exchanges
       WHERE (created_at, number) > (?, ?) AND (created_at, number) <= (?, ?) AND state IN (${ENDED_SQL})
       ORDER BY created_at, number LIMIT ${PAGE}`,
    );
    const end = [Number(newest.created_at), Number(newest.number)] as const;
    // Page by page, for the caller may write between two of them.
    for (let after: readonly [number, number] = [Number.MIN_SAFE_INTEGER, 0]; ; ) {
      const rows = page.all(...after, ...end);
      for (const row of rows) yield exchangeOf(unpack(row.data) as Stored);
      const last = rows.at(-1);
      if (last === undefined) return;
      after = [Number(last.created_at), Number(last.number)];
    }
  }

  #find(column: string, filter: ExchangeFilter) {
    const where: string[] = [];
    const values: (string | number)[] = [];
    const only = (condition: string, ...given: (string | number)[]) => {
      where.push(condition);
      values.push(...given);
    };
    const among = (name: string, values: readonly string[] = []) => {
      if (values.length > 0) only(`${name} IN (${values.map(() => "?").join(", ")})`, ...values);
    };
    among("provider", filter.providerIds);
    among("state", filter.states);
    if (filter.since !== undefined) only("created_at >= ?", filter.since);
    if (filter.before !== undefined) only("created_at < ?", filter.before);
    if (filter.after !== undefined)
      only(
        "(created_at, number) < (?, ifnull((SELECT number FROM exchanges WHERE id = ?), 0))",
        filter.after.createdAt,
        filter.after.id,
      );
    for (const word of (filter.text ?? "").toLowerCase().split(/\s+/).filter(Boolean))
      only(
        `(instr((SELECT words FROM findable WHERE findable.number = exchanges.number), ?) > 0 OR id = ?)`,
        word,
        word,
      );
    const condition = where.length === 0 ? "" : `WHERE ${where.join(" AND ")}`;
    const sql = `SELECT ${column} FROM exchanges ${condition} ORDER BY created_at DESC, number DESC LIMIT ?`;
    return this.#database.prepare(sql).all(...values, filter.limit);
  }

  remove(id: string): void {
    this.#topic.write(() => {
      this.#database.prepare("DELETE FROM exchanges WHERE id = ?").run(id);
    });
  }

  onChange(listener: () => void): () => void {
    return this.#topic.onChange(listener);
  }
}

/** A row: the exchange, and once it has ended what happened to it until then. */
type Stored = Exchange & { readonly timeline?: readonly Moment[] };

function exchangeOf({ timeline: _, ...exchange }: Stored): Exchange {
  return exchange;
}

const ENDED_SQL = [...ENDED].map((state) => `'${state}'`).join(", ");
/** How many are read at once where all are walked through. */
const PAGE = 50;
const FIND_LENGTH = 300;

/** What a search looks through: title, action, status, values of the input, problem; cut so that searching stays quick. */
function searchable(exchange: Exchange): string {
  const values = Object.values(exchange.input).filter((one) => typeof one === "string");
  return [exchange.title, exchange.actionId, exchange.answer?.status, exchange.problem?.sentence, ...values]
    .filter((one) => one !== undefined)
    .join("\n")
    .slice(0, FIND_LENGTH)
    .toLowerCase();
}
