// How long jobs took so far, by account, action and step: read from the store, kept for a while. It must not decide when
// anything is asked.
import { alike, type Length } from "../core/jobs/lengths.ts";
import type { Job } from "../core/jobs/model.ts";
import type { Action, Watch } from "../core/profile/schema.ts";
import type { Ports } from "./ports.ts";
import { stepName } from "./task.ts";

/** What other editor windows learned is looked up so often at most. ms */
const KEPT_MS = 30_000;
const KEPT = 32;
/** An end that nobody looked at for so many intervals says little about the length. */
const CLOSE_INTERVALS = 5;

/** The lengths of ended jobs. */
export class Lengths {
  readonly #ports: Pick<Ports, "jobs" | "clock">;
  readonly #kept = new Map<string, { readonly at: number; readonly lengths: readonly Length[] }>();

  constructor(ports: Pick<Ports, "jobs" | "clock">) {
    this.#ports = ports;
  }

  /** What a job's present step took for others with an input of about this size, newest last. */
  of(action: Action, job: Pick<Job, "accountId" | "step" | "input">): readonly Length[] {
    return alike(this.#all(action, job), sizeOf(job));
  }

  /** What to store of a step that has just ended well; nothing where nobody knows when it began or ended. */
  ended(action: Action, watch: Watch, job: Job, now: number): Pick<Job, "lengths"> {
    if (job.takenAt === undefined) return {};
    const to = now - job.takenAt;
    const seen = job.aliveAt === undefined ? 0 : job.aliveAt - job.takenAt;
    // A held poll is answered when the job ends.
    const from = watch.longPoll === undefined ? seen : Math.max(seen, to - watch.minimumIntervalMs);
    if (from < 0 || to <= from || to - from > Math.max(CLOSE_INTERVALS * watch.intervalMs, from)) return {};
    const length = { from, to, size: sizeOf(job) };
    const lengths = [...this.#all(action, job), length];
    this.#kept.set(nameOf(action, job), { at: this.#ports.clock.now(), lengths: lengths.slice(-KEPT) });
    return { lengths: { ...job.lengths, [stepName(action, job.step)]: length } };
  }

  /** What was learned is read from the store again. */
  forget(): void {
    this.#kept.clear();
  }

  #all(action: Action, job: Pick<Job, "accountId" | "step">): readonly Length[] {
    const { jobs, clock } = this.#ports;
    const name = nameOf(action, job);
    const kept = this.#kept.get(name);
    const now = clock.now();
    if (kept !== undefined && now - kept.at < KEPT_MS) return kept.lengths;
    const lengths = jobs.lengths(job.accountId, action.id, stepName(action, job.step)).toReversed();
    this.#kept.set(name, { at: now, lengths });
    return lengths;
  }
}

function nameOf(action: Action, job: Pick<Job, "accountId" | "step">): string {
  return `${job.accountId}\n${action.id}\n${job.step}`;
}

function sizeOf({ input }: Pick<Job, "input">): number {
  return JSON.stringify(input).length;
}
