// Counts what is on the wire to each origin, and says what those are told that wait until there is less. It opens none: undici does.
import type { Wait } from "../core/quota/model.ts";

export class Connections {
  readonly #limit: number;
  readonly #taken = new Map<string, number>();
  /** What those are told that wait for a connection. */
  readonly wait: Wait;

  /** `limit`: at once to one origin. Default 100. */
  constructor(limit = 100) {
    this.#limit = limit;
    const counted = { partition: "", policyId: "", until: null, evidence: "counted", left: 0 } as const;
    this.wait = { ...counted, cause: "connections", limit };
  }

  /** Whether none is free, where so many more are about to be taken. */
  full(origin: string, going = 0): boolean {
    return (this.#taken.get(origin) ?? 0) + going >= this.#limit;
  }

  take(origin: string): void {
    this.#taken.set(origin, (this.#taken.get(origin) ?? 0) + 1);
  }

  release(origin: string): void {
    const left = (this.#taken.get(origin) ?? 1) - 1;
    if (left > 0) this.#taken.set(origin, left);
    else this.#taken.delete(origin);
  }
}
