// Decides what follows an attempt: it is final, or it is repeated, when, and why. Values only; nothing waits here.
import type { Refusal, Retry } from "../core/quota/model.ts";
import type { Outgoing } from "../core/wire.ts";
import { attemptsOf, backoffMs, followingOf } from "./backoff.ts";

/** How one attempt ended, as far as repeating it is concerned. */
export type Outcome =
  | {
      readonly type: "answer";
      readonly status: number;
      readonly refusal: Refusal | null;
      /** When the server wants to be asked again, by its own number; null where it gave none. Epoch ms. */
      readonly until: number | null;
    }
  /** The head came, the body broke off. */
  | { readonly type: "broken"; readonly status: number }
  /** It may have left, and no head came. */
  | { readonly type: "lost" }
  /** It surely never left. */
  | { readonly type: "unsent" };

/** What has happened to the request so far. */
export interface Tally {
  /** Attempts made. */
  readonly attempt: number;
  /** Attempts that count towards the allowed number. */
  readonly counted: number;
  /** Refusals in a row. */
  readonly refusals: number;
}

export type Next =
  | { readonly type: "final" }
  /** Nobody can tell whether the server has done it. */
  | { readonly type: "unknown" }
  /** Again through the gate, at the earliest at this instant. */
  | {
      readonly type: "again";
      readonly at: number;
      /** Whether the server named the instant. */
      readonly stated: boolean;
      readonly counts: boolean;
      readonly retry: Retry;
    };

/** More refusals in a row than this, and the client keeps the server's wait by itself as well. */
const TRUSTED_REFUSALS = 8;

/** `random` is at least 0 and below 1; `now` epoch ms. */
export function decide(
  request: Pick<Outgoing, "repeat" | "retry" | "claim" | "lane">,
  outcome: Outcome,
  tally: Tally,
  now: number,
  random: number,
): Next {
  const { retry, repeat } = request;
  const more = tally.counted < attemptsOf(request);
  const next = (cause: string, at: number, stated: boolean, counts: boolean): Next => {
    const following = followingOf(request, tally.attempt, counts ? tally.counted : null);
    return { type: "again", at, stated, counts, retry: { cause, ...following } };
  };
  // A server's number is never shortened; jitter only where it gave none.
  const again = (cause: string, until: number | null): Next =>
    until === null
      ? next(cause, now + backoffMs(request, tally.counted, random), false, true)
      : next(cause, Math.max(now, until), true, true);
  switch (outcome.type) {
    case "unsent":
      return { type: "final" };
    case "lost":
      if (repeat === "never") return { type: "unknown" };
      if (more) return again("lost", null);
      return repeat === "safe" ? { type: "final" } : { type: "unknown" };
    case "broken":
      if (outcome.status >= 400) return { type: "final" };
      if (repeat === "never") return { type: "unknown" };
      if (more) return again("broken", null);
      return repeat === "safe" ? { type: "final" } : { type: "unknown" };
    case "answer":
      break;
  }
  const { refusal, status } = outcome;
  if (refusal !== null) {
    const { kind, until } = refusal;
    if (kind === "credit") return { type: "final" };
    // What another status than 429 says of a create that must not be repeated is no clear refusal.
    if (status !== 429 && kind === "busy" && repeat === "never") return { type: "final" };
    // Neither teaches the ledger anything beyond the server's own instant.
    const paced = kind !== "busy" && kind !== "pollRate";
    const held = request.claim !== null && paced && tally.refusals <= TRUSTED_REFUSALS;
    if (kind === "concurrency" && held) return next(kind, now, false, false);
    // The ledger keeps the instant for everyone on the same budget; the gate waits for it.
    if (until !== null && kind !== "busy") return next(kind, held ? now : Math.max(now, until), true, false);
    // The ledger has set an instant of its own for everyone.
    if (until === null && held && more) return next(kind, now, false, true);
    return more ? again(kind, until) : { type: "final" };
  }
  if (retry.statuses.includes(status) && repeat !== "never" && more)
    return again(`status ${status}`, outcome.until);
  return { type: "final" };
}
