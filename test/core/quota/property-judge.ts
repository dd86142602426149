// Judges single requests of a property run: was one refused that need not have been, was a Retry-After cut short, does the client
// know the server's clock again after its own was set. It must not know how the client decides.
import assert from "node:assert/strict";
import { type ClockState, thetaAt } from "../../../src/core/quota/clock.ts";
import type { Plan } from "./property-plan.ts";
import type { Counted, WorldOptions } from "./property-setup.ts";

/** Clocks set by less may go unnoticed for a while: a `Date` is cut to seconds, and answers may take seconds. ms */
const PLAIN_JUMP_MS = 8_000;

/** Answers that took longer leave the server's clock in doubt by as much. ms */
const SLOW_MS = 1_000;

/** The wait that a refusal asked for: until when by our clock, and when it was refused by the server's. */
export interface Told {
  readonly counted: Counted;
  readonly until: number;
  readonly refusedAt: number;
}

/** Holds what refusals said, and since when nobody could know that the clock was set. */
export class Judge {
  readonly #plan: Plan;
  readonly #exact: boolean;
  readonly #misled: boolean;
  readonly #longestMs: number;
  #told: Told[] = [];
  /** Until then the server may see too much; null until its clock is known again. True time. */
  #blindUntil: number | null = 0;
  /** Whether the first answer after the clock was set must show it. */
  #plain = true;
  #jumped = false;
  /** Refusals in a blind stretch. */
  forgiven = 0;

  constructor(plan: Plan, { exact = true, misled = false }: WorldOptions) {
    this.#plan = plan;
    this.#exact = exact;
    this.#misled = misled;
    this.#longestMs = Math.max(...plan.policies.map((one) => one.lengthMs));
  }

  /** A refusal named an instant of our clock. */
  refused(counted: Counted, until: number, refusedAt: number): void {
    this.#told.push({ counted, until, refusedAt });
  }

  /** What refusals of the same policies, and perhaps fewer, still ask for at an instant of our clock. */
  told({ parts }: Counted, now: number): Told[] {
    // Which kind of quota window it is may be believed wrongly, by the plan or since the clock was set.
    if (this.#jumped || this.#misled) return [];
    return this.#told.filter((one) => now < one.until && one.counted.parts.every((i) => parts.includes(i)));
  }

  /** A request was counted: `at` by the server's clock, `trueAt` in true time. */
  arrived(told: readonly Told[], status: number, at: number, trueAt: number): void {
    const blind = this.#blindUntil === null || trueAt < this.#blindUntil;
    for (const one of told) assert.ok(this.#reopened(one, at), "a Retry-After was shortened");
    if (status === 200) return;
    if (blind) this.forgiven++;
    else assert.equal(this.#exact, false, `refused at ${at}`);
  }

  /** Our clock was set: what was waited for by it is over or begins anew. */
  jumped(ms: number): void {
    this.#jumped = true;
    this.#blindUntil = null;
    if (Math.abs(ms) < PLAIN_JUMP_MS) this.#plain = false;
    this.#told = [];
  }

  /** An answer came. `offset` is our clock minus true time; `sinceJump` where all in flight were sent by the clock as it is. */
  landed(clock: ClockState, offset: number, sinceJump: boolean, tookMs: number, trueAt: number): void {
    if (tookMs > SLOW_MS) this.#plain = false;
    if (this.#blindUntil !== null || !sinceJump) return;
    const theta = thetaAt(clock, trueAt + offset);
    const truth = this.#plan.skewMs + this.#plan.wayMs - offset;
    const known = theta !== null && theta.lo <= truth && truth <= theta.hi;
    if (known) this.#blindUntil = trueAt + 2 * this.#longestMs;
    else assert.ok(!this.#plain, "the client holds on to a clock that was set");
  }

  /** Whether the server's quota window of a refusal has ended: only then may its wait be cut to the end. */
  #reopened({ counted, refusedAt }: Told, at: number): boolean {
    return this.#plan.policies.some(
      ({ kind, lengthMs }, i) =>
        kind === "fixed" &&
        counted.parts.includes(i) &&
        Math.floor(at / lengthMs) > Math.floor(refusedAt / lengthMs),
    );
  }
}
