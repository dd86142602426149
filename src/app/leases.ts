// The right to carry on with an exchange: this process renews its own and takes over those of processes that died.
// One loop while anything is under way; none while idle.
import { isOver } from "../core/jobs/flow.ts";
import type { Job } from "../core/jobs/model.ts";
import { pause } from "./changes.ts";
import type { Ports } from "./ports.ts";

/** How long a lease holds without being renewed. Another editor window takes over within this and one round. ms */
const LEASE_MS = 6_000;
/** So many times a lease is renewed while it would still hold. */
const ROUNDS = 3;

export interface LeaseOptions {
  readonly ports: Pick<Ports, "jobs" | "clock" | "owner" | "log" | "leaseMs">;
  /** A job whose owner is gone is ours now. */
  adopt(job: Job): void;
  /** A lease was lost: another process has taken over while this one was frozen. */
  lost(id: string): void;
}

/** Leases of this process. */
export class Leases {
  readonly #options: LeaseOptions;
  readonly #mine = new Set<string>();
  readonly #stop = new AbortController();
  #looping = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  get #leaseMs(): number {
    return this.#options.ports.leaseMs ?? LEASE_MS;
  }

  /** Takes the right to carry on with a job; false while another live process has it. */
  take(id: string): boolean {
    if (this.#stop.signal.aborted || !this.#lease(id)) return false;
    this.#mine.add(id);
    this.wake();
    return true;
  }

  holds(id: string): boolean {
    return this.#mine.has(id);
  }

  /** Gives a lease back, so that others need not wait for it to go stale. */
  release(id: string): void {
    if (!this.#mine.delete(id)) return;
    const { jobs, owner, log } = this.#options.ports;
    try {
      jobs.unlease(id, owner);
    } catch (error) {
      // It goes stale by itself.
      log("warn", `leases: ${String(error)}`);
    }
  }

  /** Looks for work that nobody does, from now on as long as anything is under way. */
  wake(): void {
    if (this.#looping || this.#stop.signal.aborted) return;
    this.#looping = true;
    void this.#loop().finally(() => {
      this.#looping = false;
    });
  }

  stop(): void {
    this.#stop.abort();
    for (const id of [...this.#mine]) this.release(id);
  }

  async #loop(): Promise<void> {
    const { clock } = this.#options.ports;
    while (!this.#stop.signal.aborted && this.#round())
      await pause(clock, this.#leaseMs / ROUNDS, this.#stop.signal);
  }

  /** Renews and adopts once; false when nothing is under way anywhere. */
  #round(): boolean {
    const { ports, adopt, lost } = this.#options;
    try {
      for (const id of [...this.#mine])
        if (!this.#lease(id)) {
          this.#mine.delete(id);
          lost(id);
        }
      const open = ports.jobs.open(Number.MAX_SAFE_INTEGER).filter((job) => needsWork(job));
      for (const job of open) if (!this.#mine.has(job.id) && this.#lease(job.id)) this.#adopt(job, adopt);
      return open.length > 0 || this.#mine.size > 0;
    } catch (error) {
      // Another process holds the database just now; the next round tries again.
      ports.log("warn", `leases: ${String(error)}`);
      return true;
    }
  }

  #adopt(job: Job, adopt: (job: Job) => void): void {
    this.#mine.add(job.id);
    adopt(job);
  }

  #lease(id: string): boolean {
    const { jobs, clock, owner } = this.#options.ports;
    const now = clock.now();
    return jobs.lease(id, owner, now, now + this.#leaseMs);
  }
}

/** Whether somebody must carry on with a job: it is not over and waits for no person. Only polling ends with being watched. */
export function needsWork(job: Job): boolean {
  const stage = job.stage ?? "watch";
  return !isOver(job) && stage !== "ask" && (job.watched || stage !== "watch");
}
