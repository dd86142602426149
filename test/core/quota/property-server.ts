// The server's side of a property run, with slots, and how the client hears an answer: diagnosed and settled as the app does it.
import type { ClockState } from "../../../src/core/quota/clock.ts";
import { diagnose } from "../../../src/core/quota/diagnosis.ts";
import { readHead } from "../../../src/core/quota/evidence.ts";
import { meterOf } from "../../../src/core/quota/meter.ts";
import type { Claim, Head, Refusal } from "../../../src/core/quota/model.ts";
import { refresh } from "../../../src/core/quota/reserve.ts";
import { settle } from "../../../src/core/quota/settle.ts";
import type { PartitionState } from "../../../src/core/quota/state.ts";
import { type ModelAnswer, ModelServer } from "./model-server.ts";
import type { Plan, Step } from "./property-plan.ts";
import type { Counted, WorldOptions } from "./property-setup.ts";

/** Every way to name some of three policies by bits. */
const MASKS = [0, 1, 2, 3, 4, 5, 6, 7];

/** How long a job of somebody else runs. ms */
const FOREIGN_JOB_MS = 7_000;

/** Counts as the plan says. A call is named by the bits of the policies that count it. */
export class PlannedServer {
  readonly #plan: Plan;
  readonly model: ModelServer;
  /** Ends of the jobs that run. Server's time. */
  #jobs: number[] = [];
  /** Refusals for want of a slot. */
  slotRefusals = 0;

  constructor(plan: Plan, { refusedCount = false }: WorldOptions) {
    this.#plan = plan;
    const limits = plan.policies.map((one, i) => ({
      ...one,
      name: `p${i}`,
      calls: MASKS.filter((mask) => (mask >> i) % 2 === 1).map(String),
      refusedCount,
    }));
    this.model = new ModelServer(limits, plan.headers);
  }

  /** A request of ours arrives; one that is let in starts a job where there are slots. */
  arrive({ parts }: Counted, { units, laterMs }: Step, at: number): ModelAnswer {
    const { slots, policies } = this.#plan;
    this.#jobs = this.#jobs.filter((endsAt) => endsAt > at);
    if (slots !== null && this.#jobs.length >= slots) {
      this.slotRefusals++;
      return { status: 429, headers: {} };
    }
    const mask = parts.reduce((bits, i) => (i < policies.length ? bits | (1 << i) : bits), 0);
    const answer = this.model.arrive(at, String(mask), units);
    if (slots !== null && answer.status === 200) this.#jobs.push(at + laterMs);
    return answer;
  }

  /** Somebody else starts a job, if a slot is free. */
  foreignJob(at: number): void {
    if (this.#jobs.length < (this.#plan.slots ?? 0)) this.#jobs.push(at + FOREIGN_JOB_MS);
  }

  /** A request of somebody else arrives. */
  foreign(at: number, mask: number): void {
    this.model.arrive(at, String(mask));
  }
}

/** What an answer changed. */
export interface Heard {
  readonly states: readonly PartitionState[];
  readonly clock: ClockState;
  readonly refusal: Refusal | null;
  /** Until when a Retry-After asks to wait, by our clock; null without one. Epoch ms. */
  readonly until: number | null;
}

/** Settles an answer at the instant at which it is here. */
export function heard(
  flight: { readonly claim: Claim; readonly flight: string; readonly holder: string; readonly head: Head },
  states: readonly PartitionState[],
  clock: ClockState,
): Heard {
  const { claim, head } = flight;
  const now = head.gotAt;
  const fresh = claim.parts.map((part, i) => refresh(part, states[i]!, clock, now));
  const meters = claim.parts.map((part, i) => meterOf(claim.accountId, part, fresh[i]!, clock, now));
  const refusal = diagnose({ head, body: undefined, rules: [], dialect: null, meters });
  const reading = readHead(head, null);
  const rest = { reading, refusal, tookSlots: true, briefSlots: false, chance: 0.5 };
  const settled = settle({ ...flight, ...rest }, states, clock, now);
  const until = reading.retryAfterMs === null ? null : now + reading.retryAfterMs;
  return { states: settled.states, clock: settled.clock, refusal, until };
}
