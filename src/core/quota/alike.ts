// Many requests that are alike, booked in one step: what asking for one after another would come to, or nothing at all. Pure.
import type { ClockState } from "./clock.ts";
import type { Claim } from "./model.ts";
import { type Booking, book, holdsBack, refresh } from "./reserve.ts";
import type { PartitionState } from "./state.ts";

/**
 * Books the booking and more like it, named by `others`, at one instant. If the last of them finds room after all before it, each
 * does. Null where they must be asked for one by one: one of them may have to wait, or they are polls or take slots, which are
 * booked by name.
 */
export function reserveAlike(
  booking: Booking,
  others: readonly string[],
  states: readonly PartitionState[],
  clock: ClockState,
  now: number,
): readonly PartitionState[] | null {
  const { claim, lane, flight } = booking;
  if (lane === "poll" || claim.parts.some((part) => part.policy.type === "slots")) return null;
  const before = claim.parts.map((part, i) =>
    book(part, refresh(part, states[i]!, clock, now), booking, others, clock, now),
  );
  if (holdsBack(booking, before, clock, now) !== null) return null;
  return claim.parts.map((part, i) => book(part, before[i]!, booking, [flight], clock, now));
}

/** Whether two claims count in the same partitions, by the same policies, at the same cost. */
export function isSameClaim(a: Claim, b: Claim): boolean {
  if (a === b) return true;
  if (a.accountId !== b.accountId || a.parts.length !== b.parts.length) return false;
  return a.parts.every((one, i) => {
    const other = b.parts[i]!;
    return (
      one.partition === other.partition &&
      one.cost === other.cost &&
      one.shared === other.shared &&
      isSame(one.policy, other.policy)
    );
  });
}

/** Whether two flat values have the same fields. */
function isSame(a: object, b: object): boolean {
  if (a === b) return true;
  const fields = Object.entries(a);
  const others: Readonly<Record<string, unknown>> = { ...b };
  return (
    fields.length === Object.keys(others).length && fields.every(([name, value]) => others[name] === value)
  );
}
