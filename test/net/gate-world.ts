// A gate over a ledger that grants as told, moved by hand, for the tests of the gate. It holds no rule itself.
import { type Claim, LANES, type Lane, type Wait } from "../../src/core/quota/model.ts";
import { Pass } from "../../src/net/pass.ts";
import { Gate } from "../../src/net/throttle.ts";
import { TestHeld } from "./test-held.ts";
import { claim, HandClock, ListLedger } from "./tools.ts";

interface Waiting {
  readonly id: string;
  readonly stop: AbortController;
}

/** What a test may give besides. */
interface Holding {
  readonly order?: number;
  readonly claim?: Claim;
  readonly stop?: AbortController;
}

/** A gate with a hand clock, and a way to hold requests at it that writes down what becomes of them. */
export function gate(connections = 1000) {
  const ledger = new ListLedger();
  const clock = new HandClock();
  const gate = new Gate({ ledger, clock, connections });
  const { bookings } = gate;
  const went: string[] = [];
  const failed: string[] = [];
  const aborted: string[] = [];
  const flying: TestHeld[] = [];
  const told = new Map<string, Wait>();
  let order = 0;
  const passes = new Map<string, Pass>();
  const hold = (id: string, lane: Lane = "person", account = "a", more: Holding = {}): Waiting => {
    const stop = more.stop ?? new AbortController();
    const ask = {
      id,
      claim: { ...(more.claim ?? claim), accountId: account },
      lane,
      since: clock.now(),
      holder: null,
      title: "",
    };
    const waiting = (wait: Wait) => void told.set(id, wait);
    const watch = { waiting, sending: () => {}, learned: () => {}, trouble: () => {} };
    const pass = new Pass({
      ask,
      origin: "http://x",
      order: more.order ?? order++,
      lane: LANES.indexOf(lane),
      watch,
      bookings,
    });
    passes.set(id, pass);
    const go = () => {
      went.push(id);
      flying.push(held);
    };
    const held = new TestHeld(
      pass,
      stop.signal,
      go,
      () => failed.push(id),
      () => aborted.push(id),
    );
    gate.hold(held);
    return { id, stop };
  };
  /** The one that went first of those on the wire lands. */
  const land = () => {
    const first = flying.shift();
    if (first !== undefined) gate.landed(first);
  };
  return { gate, ledger, clock, bookings, went, failed, aborted, told, hold, land, passes };
}
