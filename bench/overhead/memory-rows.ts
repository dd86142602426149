// The ledger's rows in memory, for one process: shows what the arithmetic and the gate cost without SQLite. It must not be
// shared, and a transaction that throws is not taken back.
import { type ClockState, NO_CLOCK } from "../../src/core/quota/clock.ts";
import { EMPTY, type PartitionState } from "../../src/core/quota/state.ts";
import type { Line, Rows, TicketRow } from "../../src/store/ledger-rows.ts";

/** Rows of one ledger. */
export class MemoryRows implements Rows {
  readonly #partitions = new Map<string, PartitionState>();
  readonly #clocks = new Map<string, ClockState>();
  readonly #lines = new Map<string, Line>();
  /** The tickets of each line, in order of arrival. */
  readonly #tickets = new Map<string, Map<string, { readonly since: number; readonly title: string }>>();

  transaction<T>(work: () => T): T {
    return work();
  }

  sync(): void {}

  partition(key: string): PartitionState {
    return this.#partitions.get(key) ?? EMPTY;
  }

  savePartition(key: string, state: PartitionState): void {
    this.#partitions.set(key, state);
  }

  clock(account: string): ClockState {
    return this.#clocks.get(account) ?? NO_CLOCK;
  }

  saveClock(account: string, clock: ClockState): void {
    this.#clocks.set(account, clock);
  }

  moved(): void {}

  heldBy(holder: string): string[] {
    return [...this.#partitions]
      .filter(([, state]) => state.holders.some((one) => one[0] === holder))
      .map(([key]) => key);
  }

  lines(): ReadonlyMap<string, Line> {
    return this.#lines;
  }

  saveLine(line: Line): void {
    this.#lines.set(line.id, line);
  }

  removeLine(id: string): void {
    this.#lines.delete(id);
    this.#tickets.delete(id);
  }

  addTicket(id: string, line: string, since: number, title: string): void {
    const tickets = this.#tickets.get(line) ?? new Map();
    tickets.set(id, { since, title });
    this.#tickets.set(line, tickets);
  }

  removeTicket(id: string, line: string): void {
    const tickets = this.#tickets.get(line);
    tickets?.delete(id);
    if (tickets === undefined || tickets.size === 0) this.removeLine(line);
  }

  first(line: string): string | null {
    return this.#tickets.get(line)?.keys().next().value ?? null;
  }

  olderThan(line: string, since: number): number {
    let count = 0;
    for (const ticket of this.#tickets.get(line)?.values() ?? []) if (ticket.since < since) count++;
    return count;
  }

  tickets(): TicketRow[] {
    return [...this.#lines.values()]
      .toSorted((a, b) => a.lane - b.lane)
      .flatMap((line) => [...(this.#tickets.get(line.id) ?? [])].map(([id, one]) => ({ id, line, ...one })));
  }
}
