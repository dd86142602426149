// Virtual time: what is planned happens in order, at once. It must not read a clock.
interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Events in order of time, then of making. */
export class Agenda {
  #events: Event[] = [];
  #order = 0;
  /** Virtual time. Epoch ms. */
  now = 0;

  /** Plans something; what lies in the past happens next. */
  at(at: number, run: () => void): void {
    const event = { at, order: this.#order++, run };
    let i = this.#events.length;
    while (i > 0 && this.#events[i - 1]!.at > at) i--;
    this.#events.splice(i, 0, event);
  }

  /** Lets the next thing happen; false when there is none. */
  step(): boolean {
    const next = this.#events.shift();
    if (next === undefined) return false;
    this.now = Math.max(this.now, next.at);
    next.run();
    return true;
  }
}
