// How long a failed request waits before its next attempt where the server gave no number, and how many attempts it has: by
// profile and lane. Values only; nothing waits here.
import type { Lane, Retry } from "../core/quota/model.ts";
import type { Outgoing } from "../core/wire.ts";

/** What a lane makes of the profile's figures: a person waits for the answer now, a batch has all night. */
const LANES: Readonly<Record<Lane, { readonly base: number; readonly attempts: number }>> = {
  person: { base: 0.5, attempts: 1 },
  flow: { base: 1, attempts: 1 },
  batch: { base: 2, attempts: 2 },
  // The app asks again how a job stands, more seldom each time.
  poll: { base: 2, attempts: 1 },
};
/** The longest pause in quota windows: above one, so that the last attempts surely fall into another one. */
const ABOVE_WINDOW = 1.25;

type Repeated = Pick<Outgoing, "retry" | "claim" | "lane">;

/** How often a request is sent at most, refusals that the gate waits for not counted. */
export function attemptsOf({ retry, lane }: Pick<Outgoing, "retry" | "lane">): number {
  return retry.attempts * LANES[lane].attempts;
}

/** What is said of the attempt after this one; `counted` of them failed, null where failing does not end it. */
export function followingOf(
  request: Repeated,
  attempt: number,
  counted: number | null,
): Omit<Retry, "cause"> {
  const most = counted === null ? null : attempt + attemptsOf(request) - counted;
  return { attempt: attempt + 1, most, capMs: capMsOf(request) };
}

/** The longest pause between two attempts: the profile's, and above the longest quota window that the request counts in. ms */
function capMsOf({ retry, claim }: Pick<Outgoing, "retry" | "claim">): number {
  const windows = (claim?.parts ?? []).map(({ policy }) =>
    policy.type === "rate" ? (policy.quotaWindowMs ?? 0) * ABOVE_WINDOW : 0,
  );
  return Math.max(retry.capMs, ...windows);
}

/** Full jitter: anything between nothing and a pause that doubles with every failure, so that many clients do not come back at once. ms */
export function backoffMs(request: Repeated, failures: number, random: number): number {
  const wished = request.retry.baseMs * LANES[request.lane].base * 2 ** Math.min(failures - 1, 30);
  return random * Math.min(capMsOf(request), wished);
}
