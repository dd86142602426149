// The budgets of an account as views. Asks the ledger, books nothing.
import { wholeClaim } from "../core/profile/claim.ts";
import type { Ticket } from "../core/quota/ledger.ts";
import type { Meter } from "../core/quota/model.ts";
import type { MeterView } from "../protocol/snapshot.ts";
import type { Context, Place } from "./context.ts";
import { countedMs, meterSentence } from "./sentences.ts";

/** A meter, and whether its limit is the person's own number. */
export interface OwnedMeter extends Meter {
  readonly own: boolean;
}

/** The meters of an account as seen with one key, and with all that wait. */
export function metersOf(
  { ports }: Context,
  { profile, account, keyId }: Place,
  line: readonly Ticket[],
  now: number,
): OwnedMeter[] {
  const waiting = line.filter((one) => one.accountId === account.id);
  return ports.ledger.meters(wholeClaim(profile, account, keyId), now).map((meter) => {
    const set = account.overrides.findLast((one) => one.policyId === meter.policyId);
    // What the evidence taught and the person kept is the provider's number.
    return {
      ...spokenFor(meter, waiting),
      own: set?.evidence === "counted" && set.limit !== null && set.limit === meter.limit,
    };
  });
}

/** A place that has just become free is the next one's in line, not a free one. */
function spokenFor(meter: Meter, waiting: readonly Ticket[]): Meter {
  if (meter.type !== "slots" || meter.left === null) return meter;
  const taken = Math.min(meter.left, waiting.filter(({ wait }) => wait.partition === meter.partition).length);
  return {
    ...meter,
    used: meter.used + taken,
    left: meter.left - taken,
    inFlight: meter.inFlight + taken,
  };
}

/** A meter with its sentence; `binds` tells whether the chosen action spends from it. */
export function meterView({ ports }: Context, meter: OwnedMeter, now: number, binds: boolean): MeterView {
  const { partition, accountId: _account, policyId: _policy, leavesAt, ...rest } = meter;
  const sentence = meterSentence(ports, meter, now);
  return { ...rest, id: partition, leavesAt: [...leavesAt], countedMs: countedMs(meter), sentence, binds };
}
