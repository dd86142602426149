// Slots: things alive at once. Held by a job from its submission until its end; a refusal for want of a slot waits for a
// job, never for a clock. Pure.
import type { SlotPolicy } from "./model.ts";
import type { PartitionState } from "./state.ts";

/** How long slots that others hold are believed before one request tries again. ms; doubles with every refusal. */
export const FIRST_DOUBT_MS = 5_000;
/** What was sent so long ago has arrived, or never will. ms */
const ARRIVED_MS = 60_000;
const LONGEST_DOUBT_MS = 120_000;

/** Slots taken, by us and by others. */
export function slotsTaken(state: PartitionState, now: number): number {
  return ownSlots(state) + slotsElsewhere(state, now);
}

/** Slots that our own jobs hold. */
export function ownSlots(state: PartitionState): number {
  return state.holders.reduce((sum, one) => sum + one[2], 0);
}

/** Slots that others are believed to hold; none once the belief is old enough to be doubted. */
export function slotsElsewhere(state: PartitionState, now: number): number {
  const { elsewhere } = state;
  if (elsewhere === null) return 0;
  return now < elsewhere[1] + elsewhere[2] ? elsewhere[0] : 0;
}

/** When a request of so many slots may go: now, at an instant worth trying, or null where a job's end frees it. */
export function slotFreeAt(
  policy: SlotPolicy,
  state: PartitionState,
  now: number,
  units: number,
  holder: string,
): number | null {
  const limit = slotLimit(policy, state);
  if (limit === null || state.holders.some((one) => one[0] === holder)) return now;
  const own = ownSlots(state);
  if (own + units + slotsElsewhere(state, now) <= limit) return now;
  if (own + units <= limit && state.elsewhere !== null) return state.elsewhere[1] + state.elsewhere[2];
  return null;
}

/** The number in force: the policy's, or the server's own stricter word. */
export function slotLimit(policy: SlotPolicy, state: PartitionState): number | null {
  const told = state.stated?.limit ?? null;
  return told !== null && (policy.limit === null || told < policy.limit) ? told : policy.limit;
}

/** Takes slots for a holder; once only. */
export function hold(state: PartitionState, holder: string, now: number, units: number): PartitionState {
  if (state.holders.some((one) => one[0] === holder)) return state;
  return { ...state, holders: [...state.holders, [holder, now, units]] };
}

/** Gives a holder's slots back. Idempotent. */
export function release(state: PartitionState, holder: string): PartitionState {
  const holders = state.holders.filter((one) => one[0] !== holder);
  return holders.length === state.holders.length ? state : { ...state, holders };
}

/**
 * The server says how many slots are taken: what is not ours is somebody else's. Where it counts fewer than we do, ours that
 * are held longest have ended unseen; one that was taken a moment ago may only not have arrived there yet.
 */
export function reconcile(state: PartitionState, taken: number, now: number): PartitionState {
  const own = ownSlots(state);
  let gone = Math.max(0, own - taken);
  const holders = state.holders.filter(([, since, units]) => {
    const ended = units <= gone && now - since >= ARRIVED_MS;
    if (ended) gone -= units;
    return !ended;
  });
  const others = Math.max(0, taken - own);
  return { ...state, holders, elsewhere: others === 0 ? null : [others, now, FIRST_DOUBT_MS] };
}

/**
 * The server refused for want of a slot, though we saw one free: somebody else holds it. The holder that did
 * not get in has given its slot back before.
 */
export function concurrencyRefused(policy: SlotPolicy, state: PartitionState, now: number): PartitionState {
  const limit = slotLimit(policy, state);
  const others = limit === null ? 1 : Math.max(0, limit - ownSlots(state));
  if (others === 0) return state;
  const before = state.elsewhere?.[2] ?? FIRST_DOUBT_MS / 2;
  return { ...state, elsewhere: [others, now, Math.min(LONGEST_DOUBT_MS, before * 2)] };
}
