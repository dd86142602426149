/**
 * Work that takes time: jobs that go through stages of believable length and end well or badly.
 * A job's state is a function of time, not a timer, so a change of the time scale takes effect at once.
 */
import type { SimulatedKey } from "./accounts.ts";
import { type Clock, pause } from "./clock.ts";

/** One stage of a job's life and how long it takes at time scale 1. */
export interface Stage {
  readonly status: string;
  readonly workMs: number;
}

/** What is going to become of a job. */
export type Fate = "succeed" | "fail" | "stick" | "goBack";

/** How a stretch of work runs: its stages, then the status in which it comes to rest. */
export interface Run {
  readonly stages: readonly Stage[];
  readonly success: string;
  readonly failure: string;
  readonly fate: Fate;
}

/** A job. `Data` is what the dialect keeps with it. */
export interface Job<Data> {
  readonly id: string;
  readonly kind: string;
  readonly key: SimulatedKey;
  readonly createdAt: number;
  readonly data: Data;
  run: Run;
  /** Work done up to `markedAt`, in milliseconds at time scale 1. */
  workedMs: number;
  markedAt: number;
  startedAt: number;
}

/** A run that is at rest in `status` and never moves by itself. */
export function resting(status: string): Run {
  return { stages: [], success: status, failure: status, fate: "succeed" };
}

/** The jobs of one vendor. */
export class Jobs<Data> {
  readonly #clock: Clock;
  readonly #scale: () => number;
  #all = new Map<string, Job<Data>>();
  #wakeups = new Set<() => void>();

  /** `scale` gives the present time scale. */
  constructor(clock: Clock, scale: () => number) {
    this.#clock = clock;
    this.#scale = scale;
  }

  /** Starts a job. */
  start(id: string, kind: string, key: SimulatedKey, run: Run, data: Data): Job<Data> {
    const now = this.#clock.now();
    const job: Job<Data> = {
      id,
      kind,
      key,
      createdAt: now,
      data,
      run,
      workedMs: 0,
      markedAt: now,
      startedAt: now,
    };
    this.#all.set(id, job);
    return job;
  }

  /** Gives an existing job its next stretch of work. */
  proceed(job: Job<Data>, run: Run): void {
    job.run = run;
    job.workedMs = 0;
    job.markedAt = this.#clock.now();
    job.startedAt = job.markedAt;
    this.wake();
  }

  /** The job of that id, if it is there. */
  get(id: string): Job<Data> | undefined {
    return this.#all.get(id);
  }

  /** Forgets one job. */
  remove(id: string): void {
    this.#all.delete(id);
    this.wake();
  }

  /** Every job, oldest first. */
  list(): Job<Data>[] {
    return [...this.#all.values()];
  }

  /** The status word now. */
  status(job: Job<Data>): string {
    const { success, failure, fate } = job.run;
    const stages = fate === "goBack" ? job.run.stages.toReversed() : job.run.stages;
    let done = this.#workedMs(job);
    for (const [index, stage] of stages.entries()) {
      const isLast = index === stages.length - 1;
      if (done < stage.workMs || (isLast && fate === "stick")) return stage.status;
      done -= stage.workMs;
    }
    return fate === "fail" ? failure : success;
  }

  /** Whether the present stretch of work is over. */
  isOver(job: Job<Data>): boolean {
    return this.leftMs(job) === 0;
  }

  /** Whether the present stretch of work is over and ended badly. */
  hasFailed(job: Job<Data>): boolean {
    return job.run.fate === "fail" && this.isOver(job);
  }

  /** How long the present stretch still takes: 0 when it is over, infinite when the job is stuck. */
  leftMs(job: Job<Data>): number {
    const { stages, fate } = job.run;
    if (stages.length === 0) return 0;
    if (fate === "stick") return Number.POSITIVE_INFINITY;
    const leftWorkMs = totalMs(stages) - this.#workedMs(job);
    return leftWorkMs <= 0 ? 0 : leftWorkMs * this.#scale();
  }

  /** The share of the present stretch that is done, from 0 to 1. */
  progress(job: Job<Data>): number {
    const all = totalMs(job.run.stages);
    const done = all === 0 ? 1 : Math.min(1, this.#workedMs(job) / all);
    return job.run.fate === "goBack" && done < 1 ? 1 - done : done;
  }

  /** When the present stretch ended, or undefined while it runs. */
  endedAt(job: Job<Data>): number | undefined {
    if (!this.isOver(job)) return undefined;
    const overMs = this.#workedMs(job) - totalMs(job.run.stages);
    const scale = this.#scale();
    return Number.isFinite(overMs) ? Math.round(this.#clock.now() - overMs * scale) : job.markedAt;
  }

  /** How many jobs are under way and will end by themselves. */
  movingCount(): number {
    return this.list().filter((job) => Number.isFinite(this.leftMs(job)) && !this.isOver(job)).length;
  }

  /** Waits until the present stretch is over, at most `longestMs`. Resolves with whether it is over. */
  async whenOver(job: Job<Data>, longestMs: number, signal?: AbortSignal): Promise<boolean> {
    const until = this.#clock.now() + longestMs;
    while (!this.isOver(job) && this.#clock.now() < until && !signal?.aborted) {
      const woken = new AbortController();
      const wake = () => woken.abort();
      this.#wakeups.add(wake);
      signal?.addEventListener("abort", wake, { once: true });
      await pause(
        this.#clock,
        Math.ceil(Math.min(this.leftMs(job), until - this.#clock.now())),
        woken.signal,
      );
      this.#wakeups.delete(wake);
      signal?.removeEventListener("abort", wake);
    }
    return this.isOver(job);
  }

  /** Books the work done so far; to be called before the time scale changes. */
  mark(): void {
    for (const job of this.#all.values()) {
      job.workedMs = this.#workedMs(job);
      job.markedAt = this.#clock.now();
    }
  }

  /** Lets everyone who waits look again. */
  wake(): void {
    for (const wake of [...this.#wakeups]) wake();
  }

  /** Forgets all jobs. */
  clear(): void {
    this.#all.clear();
    this.wake();
  }

  #workedMs(job: Job<Data>): number {
    const passedMs = this.#clock.now() - job.markedAt;
    const scale = this.#scale();
    return scale === 0 ? Number.POSITIVE_INFINITY : job.workedMs + passedMs / scale;
  }
}

function totalMs(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + stage.workMs, 0);
}
