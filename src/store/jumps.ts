// The one place that notices that the machine's clock was set or that the machine slept: the wall clock is compared with one that
// only runs. It keeps two numbers and sets no timer.

/** A smaller difference is drift. ms */
const JUMP_MS = 1_000;

/** A jump of the wall clock. */
export interface Jump {
  /** How far it went beyond what really passed; negative where it was set back. ms */
  readonly byMs: number;
  /** The wall clock minus the steady one, since then: the same in every process of the machine. ms */
  readonly offsetMs: number;
  /** What the wall clock shows now. Epoch ms. */
  readonly now: number;
}

/** Ms since the machine started, the same in every process. On most systems it stands still while the machine sleeps. */
export function machineSteady(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** Whether two readings of the offset mean the same setting of the clock. */
export function isSameOffset(a: number, b: number): boolean {
  return Math.abs(a - b) <= JUMP_MS;
}

/** Watches the two clocks. */
export class Jumps {
  readonly #wall: () => number;
  readonly #steady: () => number;
  #offsetMs: number;

  constructor(wall: () => number, steady: () => number) {
    this.#wall = wall;
    this.#steady = steady;
    this.#offsetMs = wall() - steady();
  }

  /** The jump since the last that was taken; null where there was none. */
  look(): Jump | null {
    const now = this.#wall();
    const offsetMs = now - this.#steady();
    const byMs = offsetMs - this.#offsetMs;
    if (!isSameOffset(offsetMs, this.#offsetMs)) return { byMs, offsetMs, now };
    this.#offsetMs = offsetMs;
    return null;
  }

  /** It was taken into account. */
  take(jump: Jump): void {
    this.#offsetMs = jump.offsetMs;
  }
}
