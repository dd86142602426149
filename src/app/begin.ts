// Begins an exchange: checks the input, stores the intent with its idempotency key, and hands it to the work. Nothing
// leaves before all of that is committed.
import { FIRST } from "../core/jobs/flow.ts";
import type { Exchange } from "../core/jobs/stores.ts";
import type { Action } from "../core/profile/schema.ts";
import { keyFor } from "./calls.ts";
import { type Context, newId, type Place } from "./context.ts";

/** Stores a new exchange as intent, with its job at the first step; returns its id. */
export function begin(
  context: Context,
  place: Place,
  action: Action,
  input: Readonly<Record<string, unknown>>,
  id = newId("x-"),
): string {
  const { exchanges, jobs, clock, together } = context.ports;
  const now = clock.now();
  const idempotencyKey = keyFor(action);
  const exchange: Exchange = {
    id,
    providerId: place.profile.id,
    accountId: place.account.id,
    keyId: place.keyId,
    actionId: action.id,
    title: titleOf(context, action, input),
    state: "intent",
    createdAt: now,
    endedAt: null,
    input,
    idempotencyKey,
    request: { method: action.method, url: action.path, headers: {}, body: null },
    answer: null,
    problem: null,
    attempts: 0,
  };
  together(() => {
    exchanges.begin(exchange);
    jobs.add({
      id,
      exchangeId: id,
      providerId: exchange.providerId,
      accountId: exchange.accountId,
      keyId: exchange.keyId,
      actionId: action.id,
      step: FIRST,
      remoteId: null,
      state: "queued",
      word: null,
      progress: null,
      createdAt: now,
      endedAt: null,
      polls: 0,
      nextPollAt: null,
      answers: {},
      input,
      asks: null,
      watched: true,
      error: null,
      stage: "send",
      stepKey: idempotencyKey,
    });
    exchanges.note(id, { at: now, what: "state", state: "intent", note: null });
  });
  return id;
}

/** "Speak · 240 characters": the action and how much of it. Never the text itself. */
export function titleOf(
  { ports: { t, format } }: Context,
  action: Action,
  input: Readonly<Record<string, unknown>>,
): string {
  const long = action.parameters.find((one) => one.multiline === true && typeof input[one.name] === "string");
  if (long === undefined) return action.title;
  const count = [...String(input[long.name])].length;
  return t("{title} · {count} characters", { title: action.title, count: format.number(count) });
}
