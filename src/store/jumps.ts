// The one place that notices that the machine's clock was set or that the machine slept, and tells the two apart: the wall clock is
// compared with one that only runs, and that one with how long the machine is up. It keeps two numbers and sets no timer.
import type { Shift } from "../core/quota/shift.ts";
import type { Machine } from "./machine.ts";

/** A smaller difference is drift. ms */
const JUMP_MS = 1_000;
/** After a sleep the clock is read from one that counts whole seconds: so far off it may be. ms */
const WAKING_MS = 1_000;
/** So far a sleep may differ from what the wall clock jumped: both count whole seconds on some systems. ms */
const ALIKE_MS = 2_000;

/** A jump of the wall clock. */
export interface Jump extends Shift {
  /** The wall clock minus the steady one, since then: the same in every process of the machine. ms */
  readonly offsetMs: number;
  /** What the wall clock shows now. Epoch ms. */
  readonly now: number;
}

/** Whether two readings of the offset mean the same setting of the clock. */
export function isSameOffset(a: number, b: number): boolean {
  return Math.abs(a - b) <= JUMP_MS;
}

/** Watches the clocks. */
export class Jumps {
  readonly #wall: () => number;
  readonly #machine: Machine;
  #offsetMs: number;
  #sleptMs: number;

  constructor(wall: () => number, machine: Machine) {
    this.#wall = wall;
    this.#machine = machine;
    this.#offsetMs = wall() - machine.steady();
    this.#sleptMs = this.#slept();
  }

  /** The jump since the last that was taken; null where there was none. */
  look(): Jump | null {
    const now = this.#wall();
    const offsetMs = now - this.#machine.steady();
    if (!isSameOffset(offsetMs, this.#offsetMs)) return { ...this.#shift(offsetMs), offsetMs, now };
    this.#offsetMs = offsetMs;
    return null;
  }

  /** It was taken into account. */
  take(jump: Jump): void {
    this.#offsetMs = jump.offsetMs;
    this.#sleptMs = this.#slept();
  }

  /** While the machine slept time passed for the server too; where that does not explain all of the jump, the clock was set. */
  #shift(offsetMs: number): Shift {
    const jumpedMs = offsetMs - this.#offsetMs;
    const sleptMs = this.#slept() - this.#sleptMs;
    const slept = sleptMs > 0 && Math.abs(jumpedMs - sleptMs) <= ALIKE_MS;
    return slept ? { byMs: WAKING_MS, sleptMs: jumpedMs } : { byMs: jumpedMs, sleptMs: 0 };
  }

  /** How long the steady clock has stood still since the machine started. ms */
  #slept(): number {
    return this.#machine.up() - this.#machine.steady();
  }
}
