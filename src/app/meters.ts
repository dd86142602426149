// The budgets of an account as views. Asks the ledger, books nothing.
import { wholeClaim } from "../core/profile/claim.ts";
import type { Meter } from "../core/quota/model.ts";
import type { MeterView } from "../protocol/snapshot.ts";
import type { Context, Place } from "./context.ts";
import { meterSentence } from "./sentences.ts";

/** The meters of an account as seen with one key. */
export function metersOf({ ports }: Context, place: Place, now: number): Meter[] {
  return ports.ledger.meters(wholeClaim(place.profile, place.account, place.keyId), now);
}

/** A meter with its sentence; `binds` tells whether the chosen action spends from it. */
export function meterView({ ports }: Context, meter: Meter, now: number, binds: boolean): MeterView {
  const { partition, accountId: _account, policyId: _policy, leavesAt, ...rest } = meter;
  const sentence = meterSentence(ports, meter, now);
  return { ...rest, id: partition, leavesAt: [...leavesAt], sentence, binds };
}
