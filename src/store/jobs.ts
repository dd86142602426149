// Jobs in SQLite with their leases: which editor window may poll which job, and until when. It must not poll itself.
import type { Length } from "../core/jobs/lengths.ts";
import { FOLLOWS, type Job, TERMINAL } from "../core/jobs/model.ts";
import type { JobStore } from "../core/jobs/stores.ts";
import { type Signal, Topic } from "./changes.ts";
import type { Database } from "./database.ts";
import { pack, unpack } from "./packed.ts";

/** No lease is longer. One that claims to be comes from a clock that was set back since, and is stale. ms */
const LONGEST_LEASE_MS = 120_000;

/** What is known of earlier jobs is taken from at most so many of those that ended, and at most so many alike. */
const ENDED_READ = 200;
const LENGTHS = 32;

/** Jobs for all editor windows. */
export class SqliteJobs implements JobStore {
  readonly #database: Database;
  readonly #topic: Topic;

  constructor(database: Database, signal: Signal | null = null) {
    this.#database = database;
    this.#topic = new Topic(database, "jobs", signal);
  }

  /** A job that is there already is left as it is. */
  add(job: Job): void {
    this.#topic.write(() => {
      this.#database
        .prepare("INSERT OR IGNORE INTO jobs (id, ended_at, created_at, data) VALUES (?, ?, ?, ?)")
        .run(job.id, job.endedAt, job.createdAt, pack(job));
    });
  }

  /** A terminal state stands: a change that would leave it, or that may not follow, is ignored whole. */
  update(id: string, change: Partial<Omit<Job, "id">>): void {
    this.#topic.write(() => {
      const before = this.get(id);
      if (before === null) return;
      const state = change.state ?? before.state;
      if (state !== before.state && !FOLLOWS[before.state].includes(state)) return;
      const after: Job = { ...before, ...change };
      const ended = TERMINAL.has(after.state);
      this.#database
        .prepare("UPDATE jobs SET ended_at = ?, data = ? WHERE id = ?")
        .run(ended ? (after.endedAt ?? after.createdAt) : null, pack(after), id);
    });
  }

  get(id: string): Job | null {
    const row = this.#database.prepare("SELECT data FROM jobs WHERE id = ?").get(id);
    return row === undefined ? null : (unpack(row.data) as Job);
  }

  remove(id: string): void {
    this.#topic.write(() => {
      this.#database.prepare("DELETE FROM jobs WHERE id = ?").run(id);
    });
  }

  /** Oldest first. */
  open(endedSince: number): Job[] {
    return this.#database
      .prepare("SELECT data FROM jobs WHERE ended_at IS NULL OR ended_at > ? ORDER BY created_at, number")
      .all(endedSince)
      .map((row) => unpack(row.data) as Job);
  }

  /** Looked for among the newest that ended, so that a long history costs no more. */
  lengths(accountId: string, actionId: string, step: string): Length[] {
    return this.#database
      .prepare(`SELECT data FROM jobs WHERE ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT ${ENDED_READ}`)
      .all()
      .map((row) => unpack(row.data) as Job)
      .filter((job) => job.accountId === accountId && job.actionId === actionId)
      .slice(0, LENGTHS)
      .flatMap((job) => job.lengths?.[step] ?? []);
  }

  /** A lease lasts at most two minutes, whatever `until` says. Shown to nobody, so nobody is told of it. */
  lease(id: string, owner: string, now: number, until: number): boolean {
    const end = Math.min(until, now + LONGEST_LEASE_MS);
    const take = this.#database.prepare(
      `UPDATE jobs SET owner = ?, owned_until = ?
       WHERE id = ? AND (owner IS NULL OR owner = ? OR owned_until <= ? OR owned_until > ?)`,
    );
    const taken = this.#database.transaction(() =>
      take.run(owner, end, id, owner, now, now + LONGEST_LEASE_MS),
    );
    return Number(taken.changes) === 1;
  }

  unlease(id: string, owner: string): void {
    const end = this.#database.prepare(
      "UPDATE jobs SET owner = NULL, owned_until = NULL WHERE id = ? AND owner = ?",
    );
    this.#database.transaction(() => end.run(id, owner));
  }

  leased(id: string, owner: string): boolean {
    const sql = "SELECT 1 FROM jobs WHERE id = ? AND owner = ?";
    return this.#database.prepare(sql).get(id, owner) !== undefined;
  }

  onChange(listener: () => void): () => void {
    return this.#topic.onChange(listener);
  }
}
