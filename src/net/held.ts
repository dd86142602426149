// A request that the gate holds: its pass, its place in line, and what becomes of it. It decides nothing.
import type { Wait } from "../core/quota/model.ts";
import type { Pass } from "./pass.ts";
import { Waiter } from "./waiters.ts";

/** A request at the gate, until it has landed. The gate does with it in the end exactly one of the first two, once. */
export abstract class Held extends Waiter {
  readonly pass: Pass;

  constructor(pass: Pass, signal: AbortSignal) {
    super(pass.order, signal);
    this.pass = pass;
  }

  /** Hands it to the wire, in the turn of the grant. */
  abstract go(): void;
  /** Ends it before it goes. */
  abstract fail(reason: unknown): void;
  /** Ends it after it went, at most once; it lands nevertheless. */
  abstract abort(reason: unknown): void;

  /** Its own watcher hears why it waits; where that is a policy, it stands in the ledger's line from then on. */
  tell(wait: Wait): void {
    this.ticket ||= wait.cause !== "connections";
    this.told = true;
    this.pass.watch.waiting(wait);
  }
}
