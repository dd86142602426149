// Plays a plan against the quota arithmetic in virtual time: processes that share states, a network, a server that counts by
// its own definition. It checks at every step what must hold at every step. It must not read a clock.
import assert from "node:assert/strict";
import { type ClockState, jitterMs, NO_CLOCK, tailMs, withRoundTrip } from "../../../src/core/quota/clock.ts";
import type { Claim, ClaimPart } from "../../../src/core/quota/model.ts";
import { reserve } from "../../../src/core/quota/reserve.ts";
import { lose, refund } from "../../../src/core/quota/settle.ts";
import { release } from "../../../src/core/quota/slots.ts";
import { decode, encode, type PartitionState } from "../../../src/core/quota/state.ts";
import { Agenda } from "./agenda.ts";
import type { ModelAnswer, ModelServer } from "./model-server.ts";
import { Judge, type Told } from "./property-judge.ts";
import type { Plan, Step } from "./property-plan.ts";
import { heard, PlannedServer } from "./property-server.ts";
import { type Counted, claimsOf, partsOf, statesOf, type WorldOptions } from "./property-setup.ts";

/** True time when a plan begins. Epoch ms. */
export const START = Date.UTC(2026, 10, 1);

/** One request. */
interface Item {
  readonly id: string;
  readonly step: Step;
  readonly counted: Counted;
  state: "waiting" | "booked" | "sent" | "done" | "gone";
  attempts: number;
  /** By our clock. */
  sentAt: number;
  /** How often the clock had been set when it was sent. */
  jumps: number;
}

/** What a plan came to. */
export interface Outcome {
  readonly server: ModelServer;
  readonly states: readonly PartitionState[];
  readonly clock: ClockState;
  /** By the server, for want of a slot. */
  readonly slotRefusals: number;
  /** From the start until the last request arrived. True time, ms. */
  readonly tookMs: number;
  /** Refusals while nobody could know that the clock was set. */
  readonly forgiven: number;
}

/** Plays a plan to its end. */
export const play = (plan: Plan, options: WorldOptions = {}): Outcome =>
  new PropertyWorld(plan, options).run();

class PropertyWorld {
  readonly #plan: Plan;
  readonly #options: WorldOptions;
  readonly #server: PlannedServer;
  readonly #parts: readonly ClaimPart[];
  readonly #claimOf: (step: Step) => Counted;
  readonly #states: PartitionState[];
  /** How many requests are booked in each state and not settled. */
  readonly #booked: number[];
  readonly #agenda = new Agenda();
  readonly #items: Item[] = [];
  /** In flight when their process died: nobody hears their answers. */
  readonly #orphans = new Set<Item>();
  #clock: ClockState = NO_CLOCK;
  #waiting: Item[] = [];
  #armedAt = Number.POSITIVE_INFINITY;
  /** Our clock minus true time, and how often it was set. ms */
  #offset = 0;
  #jumps = 0;
  readonly #judge: Judge;
  #lastAt = START;

  constructor(plan: Plan, options: WorldOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#server = new PlannedServer(plan, options);
    this.#parts = partsOf(plan, options);
    this.#claimOf = claimsOf(plan, this.#parts);
    this.#states = statesOf(plan, this.#parts, START, options);
    this.#booked = this.#parts.map(() => 0);
    this.#judge = new Judge(plan, options);
  }

  run(): Outcome {
    const agenda = this.#agenda;
    agenda.now = START;
    let at = START;
    for (const [i, step] of this.#plan.steps.entries()) {
      at += step.gapMs;
      agenda.at(at, () => this.#begin(i, step));
    }
    for (const { afterMs, mask } of this.#options.others ?? [])
      agenda.at(START + afterMs, () => this.#server.foreign(this.#serverNow, mask));
    for (const afterMs of this.#options.otherJobs ?? [])
      agenda.at(START + afterMs, () => this.#server.foreignJob(this.#serverNow));
    for (let steps = 0; agenda.step(); steps++) {
      assert.ok(steps < 1_000, "it does not end");
      for (const [i, { flying }] of this.#states.entries())
        if (this.#parts[i]?.policy.type === "rate")
          assert.equal(flying.length, this.#booked[i], "a reservation is lost or doubled");
    }
    assert.equal(this.#waiting.length, 0, "somebody waits for ever");
    for (const one of this.#states) assert.deepEqual(decode(encode(one).text), one, "not stored as it is");
    return {
      server: this.#server.model,
      states: this.#states,
      clock: this.#clock,
      slotRefusals: this.#server.slotRefusals,
      tookMs: this.#lastAt - START,
      forgiven: this.#judge.forgiven,
    };
  }

  get #ours(): number {
    return this.#agenda.now + this.#offset;
  }

  get #serverNow(): number {
    return this.#agenda.now + this.#plan.skewMs;
  }

  #later(ms: number, run: () => void): void {
    this.#agenda.at(this.#agenda.now + ms, run);
  }

  #begin(index: number, step: Step): void {
    if (step.fate === "clock jumps") this.#jump(step.jumpMs);
    else if (step.fate === "process crashes") this.#crash(step);
    else {
      const counted = this.#claimOf(step);
      const fresh = { state: "waiting", attempts: 0, sentAt: 0, jumps: 0 } as const;
      const item: Item = { id: `ask ${index}`, step, counted, ...fresh };
      this.#items.push(item);
      this.#waiting.push(item);
      if (step.fate === "cancelled") this.#later(step.laterMs, () => this.#cancel(item));
    }
    this.#pump();
  }

  /** As the gate does it: the first of every kind asks until it has to wait. */
  #pump(): void {
    const blocked = new Set<Claim>();
    let next = Number.POSITIVE_INFINITY;
    for (const item of [...this.#waiting]) {
      const { claim } = item.counted;
      if (blocked.has(claim)) continue;
      const booking = { claim, lane: "batch" as const, flight: flightOf(item), holder: item.id };
      const outcome = reserve(booking, this.#pick(item), this.#clock, this.#ours);
      if (outcome.granted) {
        this.#put(item, outcome.states);
        this.#grant(item);
        continue;
      }
      if (outcome.moved !== null) this.#put(item, outcome.moved);
      blocked.add(claim);
      const { until } = outcome.wait;
      if (until !== null) next = Math.min(next, this.#agenda.now + Math.max(1, until - this.#ours));
    }
    if (next >= this.#armedAt && this.#armedAt > this.#agenda.now) return;
    this.#armedAt = next;
    if (Number.isFinite(next)) this.#agenda.at(next, () => this.#pump());
  }

  #grant(item: Item): void {
    assert.equal(item.state, "waiting", "granted without waiting");
    this.#waiting.splice(this.#waiting.indexOf(item), 1);
    for (const i of item.counted.parts) this.#booked[i]!++;
    item.state = "booked";
    const { fate, thereMs, laterMs } = item.step;
    const first = item.attempts === 0;
    if (first && fate === "never left") {
      this.#later(1, () => this.#refund(item));
      return;
    }
    item.state = "sent";
    item.sentAt = this.#ours;
    item.jumps = this.#jumps;
    // The network keeps what was measured: nobody can count on less.
    const extra = Math.min(thereMs, jitterMs(this.#clock));
    const told = this.#judge.told(item.counted, this.#ours);
    if (first && fate === "never arrived") this.#later(laterMs, () => this.#lose(item));
    else this.#later(this.#plan.wayMs + extra, () => this.#arrive(item, item.sentAt + extra, told));
  }

  #arrive(item: Item, countedAt: number, told: readonly Told[]): void {
    const { step, counted } = item;
    const at = this.#serverNow;
    this.#lastAt = this.#agenda.now;
    const answer = this.#server.arrive(counted, step, at);
    this.#judge.arrived(told, answer.status, at, this.#agenda.now);
    if (this.#plan.slots !== null && answer.status === 200)
      this.#later(step.laterMs + step.backMs, () => this.#end(item));
    const { wayMs } = this.#plan;
    if (step.fate === "lost" && item.attempts === 0) this.#later(step.backMs, () => this.#lose(item));
    else this.#later(wayMs + step.backMs, () => this.#land(item, countedAt, answer, at));
  }

  #land(item: Item, countedAt: number, answer: ModelAnswer, refusedAt: number): void {
    if (item.state !== "sent" || this.#orphans.has(item)) return;
    const { claim } = item.counted;
    const gotAt = this.#ours;
    const quick = !item.step.slow;
    const timed = quick ? withRoundTrip(this.#clock, item.sentAt, gotAt) : this.#clock;
    const early = countedAt - (gotAt - tailMs(timed));
    // The quickest way must be as quick as it was measured to be; else the answer comes a little later.
    if (item.jumps === this.#jumps && early > 0) {
      this.#later(Math.ceil(early), () => this.#land(item, countedAt, answer, refusedAt));
      return;
    }
    const head = { ...answer, sentAt: item.sentAt, gotAt, quick };
    const before = this.#pick(item);
    const after = heard({ claim, flight: flightOf(item), holder: item.id, head }, before, this.#clock);
    this.#clock = after.clock;
    this.#book(item, after.states);
    if (after.refusal?.kind === "concurrency")
      for (const [k, state] of after.states.entries())
        assert.deepEqual(state.closed, before[k]?.closed ?? null, "a full house started a clock");
    const since = this.#items.every((one) => one.state !== "sent" || one.jumps === this.#jumps);
    this.#judge.landed(this.#clock, this.#offset, since, gotAt - item.sentAt, this.#agenda.now);
    item.attempts++;
    if (answer.status === 200) item.state = "done";
    else {
      if (after.until !== null) this.#judge.refused(item.counted, after.until, refusedAt);
      item.state = "waiting";
      this.#waiting.unshift(item);
    }
    this.#pump();
  }

  /** It surely never left. */
  #refund(item: Item): void {
    if (item.state !== "booked") return;
    this.#book(item, refund(item.counted.claim, flightOf(item), item.id, this.#pick(item)));
    item.state = "gone";
    this.#pump();
  }

  /** Its answer will not come, or nobody hears it. */
  #lose(item: Item): void {
    if (item.state !== "sent") return;
    this.#book(item, lose(item.counted.claim, flightOf(item), this.#pick(item), this.#clock, this.#ours));
    item.state = "gone";
    // Whether a job began is asked for; none that did not get in keeps its slot.
    if (this.#plan.slots !== null)
      this.#later(item.step.laterMs + this.#plan.wayMs + 200, () => this.#end(item));
    this.#pump();
  }

  #cancel(item: Item): void {
    if (item.state === "sent") this.#lose(item);
    else if (item.state === "waiting") {
      this.#waiting.splice(this.#waiting.indexOf(item), 1);
      item.state = "gone";
      this.#pump();
    }
  }

  /** A process is gone with its waiters; later another one finds that its requests in flight are lost. */
  #crash({ process, laterMs }: Step): void {
    for (const item of this.#items) {
      if (item.step.process !== process) continue;
      if (item.state === "waiting") this.#cancel(item);
      else if (item.state === "sent" || item.state === "booked") {
        // Nobody can tell that it never left.
        item.state = "sent";
        this.#orphans.add(item);
        this.#later(laterMs, () => this.#lose(item));
      }
    }
  }

  #jump(ms: number): void {
    this.#offset += ms;
    this.#jumps++;
    this.#judge.jumped(ms);
  }

  /** The end of a job is known: its slot is free. */
  #end(item: Item): void {
    const slots = this.#parts.length - 1;
    this.#states[slots] = release(this.#states[slots]!, item.id);
    this.#pump();
  }

  #book(item: Item, states: readonly PartitionState[]): void {
    this.#put(item, states);
    for (const i of item.counted.parts) this.#booked[i]!--;
  }

  #pick(item: Item): PartitionState[] {
    return item.counted.parts.map((i) => this.#states[i]!);
  }

  #put(item: Item, states: readonly PartitionState[]): void {
    for (const [k, i] of item.counted.parts.entries()) this.#states[i] = states[k]!;
  }
}

function flightOf(item: Item): string {
  return `${item.id} ${item.attempts}`;
}
