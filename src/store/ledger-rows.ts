// Reads and writes the ledger's rows compactly: what was read stays in memory until another process has written. It decides
// nothing.

import { HeadroomError } from "../core/errors.ts";
import { type ClockState, NO_CLOCK } from "../core/quota/clock.ts";
import type { Claim, Wait } from "../core/quota/model.ts";
import { shifted, unplaced } from "../core/quota/shift.ts";
import { decode, EMPTY, type Encoded, encode, type PartitionState } from "../core/quota/state.ts";
import type { Database } from "./database.ts";
import { isSameOffset, type Jump } from "./jumps.ts";
import { NO_SHARE, type Share } from "./ledger-share.ts";
import { isReadOnly } from "./sqlite-errors.ts";

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
  /** What its process was served lately in this lane. */
  readonly share: Share;
}

/** A waiting request as stored. */
export interface TicketRow {
  readonly id: string;
  readonly line: Line;
  readonly since: number;
  readonly title: string;
}

/** Where a ledger keeps its rows. Call `sync` before reading outside a transaction. */
export interface Rows {
  /** Runs `work` in one transaction over the newest rows; if it throws, nothing has changed. Does not wait for a lock. */
  transaction<T>(work: () => T): T;
  sync(): void;
  partition(key: string): PartitionState;
  savePartition(key: string, state: PartitionState): void;
  clock(account: string): ClockState;
  saveClock(account: string, clock: ClockState): void;
  /** Moves every instant after a jump of the machine's clock, unless another process has done so. */
  moved(jump: Jump): void;
  /** Partitions in which a job holds slots. */
  heldBy(holder: string): string[];
  /** All lines of all processes, by id. */
  lines(): ReadonlyMap<string, Line>;
  saveLine(line: Line): void;
  removeLine(id: string): void;
  addTicket(id: string, line: string, since: number, title: string): void;
  /** Removes a ticket, and its line with its last. */
  removeTicket(id: string, line: string): void;
  /** Who is first in a line. */
  first(line: string): string | null;
  /** How many of a line began to wait before an instant. */
  olderThan(line: string, since: number): number;
  /** All waiting requests, by lane, then by age. */
  tickets(): TicketRow[];
}

/** The rows in SQLite, shared by all processes. */
export class LedgerRows implements Rows {
  readonly #database: Database;
  readonly #partitions = new Map<string, PartitionState>();
  readonly #clocks = new Map<string, ClockState>();
  /** What was written last of each partition. */
  readonly #written = new Map<string, Encoded>();
  readonly #changed = new Set<string>();
  readonly #changedClocks = new Set<string>();
  #lines: Map<string, Line> | null = null;
  #version: unknown = null;
  #generation = 0;

  constructor(database: Database) {
    this.#database = database;
    database.onRollback(() => this.#forget());
  }

  /** What this transaction changed is written once, at its end. */
  transaction<T>(work: () => T): T {
    try {
      if (this.#database.readOnly) throw closed("newer");
      return this.#database.transaction(() => {
        this.sync();
        const value = work();
        this.#write();
        return value;
      }, 0);
    } catch (error) {
      this.#forget();
      if (isReadOnly(error)) throw closed("readOnly", error);
      throw error;
    }
  }

  /** Forgets what was read if another connection has written since. */
  sync(): void {
    const version = this.#database.prepare("PRAGMA data_version").get()?.data_version;
    const { generation } = this.#database;
    if (version !== this.#version || generation !== this.#generation) this.#forget();
    this.#version = version;
    this.#generation = generation;
  }

  #forget(): void {
    this.#partitions.clear();
    this.#clocks.clear();
    this.#written.clear();
    this.#changed.clear();
    this.#changedClocks.clear();
    this.#lines = null;
  }

  #write(): void {
    for (const key of this.#changed) {
      const encoded = encode(this.partition(key), this.#written.get(key));
      this.#written.set(key, encoded);
      this.#database
        .prepare(
          "INSERT INTO partitions VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state",
        )
        .run(key, encoded.text);
    }
    for (const account of this.#changedClocks)
      this.#database
        .prepare(
          "INSERT INTO clocks VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET state = excluded.state",
        )
        .run(account, JSON.stringify(this.clock(account)));
    this.#changed.clear();
    this.#changedClocks.clear();
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
    this.#partitions.set(key, state);
    this.#changed.add(key);
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
    this.#clocks.set(account, clock);
    this.#changedClocks.add(account);
  }

  moved({ byMs, sleptMs, offsetMs, now }: Jump): void {
    const db = this.#database;
    const known = db.prepare("SELECT wall_offset FROM machine").get()?.wall_offset;
    if (known !== undefined && isSameOffset(Number(known), offsetMs)) return;
    db.prepare("INSERT OR REPLACE INTO machine VALUES (1, ?)").run(offsetMs);
    for (const { key } of db.prepare("SELECT key FROM partitions").all())
      this.savePartition(String(key), shifted(this.partition(String(key)), { byMs, sleptMs }, now));
    for (const { account } of db.prepare("SELECT account FROM clocks").all())
      this.saveClock(String(account), unplaced(this.clock(String(account))));
    db.prepare("UPDATE lines SET until = until + ? WHERE ? > 0 OR until > ?").run(byMs, byMs, now);
    this.#lines = null;
  }

  heldBy(holder: string): string[] {
    this.#write();
    const rows = this.#database
      .prepare("SELECT key FROM partitions WHERE instr(state, ?)")
      .all(JSON.stringify(holder));
    return rows.map((row) => String(row.key));
  }

  lines(): ReadonlyMap<string, Line> {
    if (this.#lines !== null) return this.#lines;
    const lines = new Map<string, Line>();
    for (const row of this.#database.prepare("SELECT * FROM lines").all()) {
      const id = String(row.id);
      lines.set(id, {
        id,
        owner: String(row.owner),
        pid: Number(row.pid),
        lane: Number(row.lane),
        claim: JSON.parse(String(row.claim)) as Claim,
        until: row.until === null ? null : Number(row.until),
        wait: JSON.parse(String(row.wait)) as Wait,
        share: { ...NO_SHARE, ...JSON.parse(String(row.share)) },
      });
    }
    this.#lines = lines;
    return lines;
  }

  saveLine(line: Line): void {
    const known = this.lines().get(line.id);
    if (known === undefined)
      this.#database
        .prepare("INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .run(
          line.id,
          line.owner,
          line.pid,
          line.lane,
          line.claim.accountId,
          JSON.stringify(line.claim),
          line.until,
          JSON.stringify(line.wait),
          JSON.stringify(line.share),
        );
    else
      this.#database
        .prepare("UPDATE lines SET until = ?, wait = ?, share = ? WHERE id = ?")
        .run(line.until, JSON.stringify(line.wait), JSON.stringify(line.share), line.id);
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

  removeTicket(id: string, line: string): void {
    this.#database.prepare("DELETE FROM tickets WHERE id = ?").run(id);
    if (this.first(line) === null) this.removeLine(line);
  }

  first(line: string): string | null {
    const row = this.#database
      .prepare("SELECT id FROM tickets WHERE line = ? ORDER BY since, number LIMIT 1")
      .get(line);
    return row === undefined ? null : String(row.id);
  }

  olderThan(line: string, since: number): number {
    const row = this.#database
      .prepare("SELECT count(*) AS n FROM tickets WHERE line = ? AND since < ?")
      .get(line, since);
    return Number(row?.n ?? 0);
  }

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

function closed(why: "newer" | "readOnly", cause?: unknown): HeadroomError<"booksClosed"> {
  return new HeadroomError("booksClosed", `The ledger may only be read: ${why}.`, { why }, cause);
}
