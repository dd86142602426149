// Reads and writes the ledger's rows compactly: what was read stays in memory until another process has written. It decides
// nothing.
import { type ClockState, NO_CLOCK } from "../core/quota/clock.ts";
import type { Claim, Wait } from "../core/quota/model.ts";
import { decode, EMPTY, encode, type PartitionState } from "../core/quota/state.ts";
import type { Database } from "./database.ts";

/** Requests of one process that wait for the same, in the same lane. */
export interface Line {
  readonly id: string;
  readonly owner: string;
  readonly pid: number;
  readonly lane: number;
  readonly claim: Claim;
  /** When its first means to ask again; null where an event frees it. */
  readonly until: number | null;
  readonly wait: Wait;
}

/** A waiting request as stored. */
export interface TicketRow {
  readonly id: string;
  readonly line: Line;
  readonly since: number;
  readonly title: string;
}

/** The ledger's rows. Call `sync` first in every transaction, and before reading outside one. */
export class LedgerRows {
  readonly #database: Database;
  readonly #partitions = new Map<string, PartitionState>();
  readonly #clocks = new Map<string, ClockState>();
  #lines: Map<string, Line> | null = null;
  #version: unknown = null;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Forgets what was read if another connection has written since. */
  sync(): void {
    const version = this.#database.prepare("PRAGMA data_version").get()?.data_version;
    if (version !== this.#version) this.forget();
    this.#version = version;
  }

  /** Forgets everything read; after a transaction that was rolled back. */
  forget(): void {
    this.#partitions.clear();
    this.#clocks.clear();
    this.#lines = null;
  }

  partition(key: string): PartitionState {
    const kept = this.#partitions.get(key);
    if (kept !== undefined) return kept;
    const row = this.#database.prepare("SELECT state FROM partitions WHERE key = ?").get(key);
    const state = row === undefined ? EMPTY : decode(String(row.state));
    this.#partitions.set(key, state);
    return state;
  }

  savePartition(key: string, state: PartitionState): void {
    if (this.#partitions.get(key) === state) return;
    this.#database
      .prepare("INSERT INTO partitions VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state")
      .run(key, encode(state));
    this.#partitions.set(key, state);
  }

  clock(account: string): ClockState {
    const kept = this.#clocks.get(account);
    if (kept !== undefined) return kept;
    const row = this.#database.prepare("SELECT state FROM clocks WHERE account = ?").get(account);
    const clock = row === undefined ? NO_CLOCK : { ...NO_CLOCK, ...JSON.parse(String(row.state)) };
    this.#clocks.set(account, clock);
    return clock;
  }

  saveClock(account: string, clock: ClockState): void {
    if (this.#clocks.get(account) === clock) return;
    this.#database
      .prepare("INSERT INTO clocks VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET state = excluded.state")
      .run(account, JSON.stringify(clock));
    this.#clocks.set(account, clock);
  }

  /** Partitions in which a job holds slots. */
  heldBy(holder: string): string[] {
    const rows = this.#database
      .prepare("SELECT key FROM partitions WHERE instr(state, ?)")
      .all(JSON.stringify(holder));
    return rows.map((row) => String(row.key));
  }

  /** All lines of all processes, by id. */
  lines(): ReadonlyMap<string, Line> {
    if (this.#lines !== null) return this.#lines;
    const lines = new Map<string, Line>();
    for (const row of this.#database.prepare("SELECT * FROM lines").all()) {
      const { claim, wait } = { claim: JSON.parse(String(row.claim)), wait: JSON.parse(String(row.wait)) };
      const until = row.until === null ? null : Number(row.until);
      const id = String(row.id);
      lines.set(id, {
        id,
        owner: String(row.owner),
        pid: Number(row.pid),
        lane: Number(row.lane),
        claim,
        until,
        wait,
      });
    }
    this.#lines = lines;
    return lines;
  }

  saveLine(line: Line): void {
    const known = this.lines().get(line.id);
    if (known === undefined)
      this.#database
        .prepare("INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .run(
          line.id,
          line.owner,
          line.pid,
          line.lane,
          line.claim.accountId,
          JSON.stringify(line.claim),
          line.until,
          JSON.stringify(line.wait),
        );
    else
      this.#database
        .prepare("UPDATE lines SET until = ?, wait = ? WHERE id = ?")
        .run(line.until, JSON.stringify(line.wait), line.id);
    this.#lines?.set(line.id, line);
  }

  removeLine(id: string): void {
    this.#database.prepare("DELETE FROM tickets WHERE line = ?").run(id);
    this.#database.prepare("DELETE FROM lines WHERE id = ?").run(id);
    this.#lines?.delete(id);
  }

  addTicket(id: string, line: string, since: number, title: string): void {
    this.#database
      .prepare("INSERT INTO tickets (id, line, since, title) VALUES (?, ?, ?, ?)")
      .run(id, line, since, title);
  }

  /** Removes a ticket, and its line with its last. */
  removeTicket(id: string, line: string): void {
    this.#database.prepare("DELETE FROM tickets WHERE id = ?").run(id);
    if (this.first(line) === null) this.removeLine(line);
  }

  /** Who is first in a line. */
  first(line: string): string | null {
    const row = this.#database
      .prepare("SELECT id FROM tickets WHERE line = ? ORDER BY since, number LIMIT 1")
      .get(line);
    return row === undefined ? null : String(row.id);
  }

  /** How many of a line began to wait before an instant. */
  olderThan(line: string, since: number): number {
    const row = this.#database
      .prepare("SELECT count(*) AS n FROM tickets WHERE line = ? AND since < ?")
      .get(line, since);
    return Number(row?.n ?? 0);
  }

  /** All waiting requests, in the order in which they are served. */
  tickets(): TicketRow[] {
    const lines = this.lines();
    const rows = this.#database
      .prepare(
        "SELECT t.id, t.line, t.since, t.title FROM tickets t JOIN lines l ON l.id = t.line ORDER BY l.lane, t.since, t.number",
      )
      .all();
    return rows.flatMap((row) => {
      const line = lines.get(String(row.line));
      return line === undefined
        ? []
        : [{ id: String(row.id), line, since: Number(row.since), title: String(row.title) }];
    });
  }
}
