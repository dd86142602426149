// A request at the gate whose fate a test hears of. It holds no rule.
import { Held } from "../../src/net/held.ts";
import type { Pass } from "../../src/net/pass.ts";

/** A request at the gate that tells what becomes of it. */
export class TestHeld extends Held {
  readonly go: () => void;
  readonly fail: (reason: unknown) => void;

  readonly abort: (reason: unknown) => void;

  constructor(
    pass: Pass,
    signal: AbortSignal,
    go: () => void,
    fail: (reason: unknown) => void,
    abort: (reason: unknown) => void = () => {},
  ) {
    super(pass, signal);
    this.go = go;
    this.fail = fail;
    this.abort = abort;
  }
}
