// What a person can do with a card now. Only what has a meaning is offered.
import { watchAt } from "../core/jobs/flow.ts";
import type { Job } from "../core/jobs/model.ts";
import type { Exchange } from "../core/jobs/stores.ts";
import type { Action } from "../core/profile/schema.ts";
import type { CardView } from "../protocol/snapshot.ts";
import { isSendable } from "./adopt.ts";
import { repeatNow } from "./calls.ts";
import { checkFor } from "./check.ts";
import { calledAt, type Place } from "./context.ts";

/** What a person can do with a card now, in order. */
export function cardActions(
  exchange: Exchange,
  job: Job | null,
  state: CardView["state"],
  at: { readonly place: Place; readonly action: Action | null } | null,
  own: boolean,
  now: number,
): CardView["can"] {
  const place = at?.place ?? null;
  const action = at?.action ?? null;
  const list: CardView["can"] = [];
  const answer: CardView["can"] = exchange.answer === null ? [] : ["openAnswer"];
  if (exchange.problem?.link != null) answer.push("openAbout");
  // Of an adopted job nobody knows what was sent.
  const sendable = action === null || isSendable(action, exchange.input);
  const code: CardView["can"] = sendable ? ["copyCode"] : [];
  const known = place !== null && action !== null && job !== null;
  switch (state) {
    case "waiting":
      if (own) list.push("cancel", "keep");
      break;
    case "sending":
    case "fetching":
      if (own) list.push("cancel");
      break;
    case "queued":
    case "running": {
      const upstream = known && watchAt(action, job)?.cancel !== undefined;
      if (upstream || (own && job?.stage !== "watch")) list.push("cancel");
      if (job?.stage === "watch") list.push(job.watched ? "stopWatching" : "watchAgain");
      break;
    }
    case "kept":
      if (known) list.push("sendKept");
      list.push("discard");
      break;
    case "decide":
      list.push("confirm", "cancel");
      break;
    case "unknown":
      if (known && checkFor({ place, action, job }) !== null) list.push("check");
      if (known && resendable(place, action, job, now)) list.push("resend");
      list.push("giveUp");
      break;
    case "succeeded":
    case "failed":
    case "cancelled":
    case "lost":
      if (known && sendable) list.push("sendAgain");
      return [...list, "openRequest", ...answer, ...code, "why", "dismiss"];
  }
  return [...list, ...answer, ...code, "why"];
}

/** With an unknown outcome only that may be sent again which carries a key still known, changes nothing or costs nothing. */
export function resendable(place: Place, action: Action, job: Job, now: number): boolean {
  const called = calledAt({ place, action, job });
  return called !== null && (!called.charged || repeatNow(called, job, now) !== "never");
}
