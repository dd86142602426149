// The budgets of an account as views. Asks the ledger, books nothing.
import { wholeClaim } from "../core/profile/claim.ts";
import type { Meter } from "../core/quota/model.ts";
import type { MeterView } from "../protocol/snapshot.ts";
import type { Context, Place } from "./context.ts";
import { meterSentence } from "./sentences.ts";

/** A meter, and whether its limit is the person's own number. */
export interface OwnedMeter extends Meter {
  readonly own: boolean;
}

/** The meters of an account as seen with one key. */
export function metersOf({ ports }: Context, { profile, account, keyId }: Place, now: number): OwnedMeter[] {
  return ports.ledger.meters(wholeClaim(profile, account, keyId), now).map((meter) => {
    const set = account.overrides.findLast((one) => one.policyId === meter.policyId);
    // What the evidence taught and the person kept is the provider's number.
    return { ...meter, own: set?.evidence === "counted" && set.limit !== null && set.limit === meter.limit };
  });
}

/** A meter with its sentence; `binds` tells whether the chosen action spends from it. */
export function meterView({ ports }: Context, meter: OwnedMeter, now: number, binds: boolean): MeterView {
  const { partition, accountId: _account, policyId: _policy, leavesAt, ...rest } = meter;
  const sentence = meterSentence(ports, meter, now);
  return { ...rest, id: partition, leavesAt: [...leavesAt], sentence, binds };
}
