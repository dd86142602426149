// What the parts of the app share: ports, what is under way in this process, and how a change is told. No logic.
import { FIRST, stepAt } from "../core/jobs/flow.ts";
import type { Account } from "../core/profile/account.ts";
import type { Action, Profile } from "../core/profile/schema.ts";
import type { Ticket } from "../core/quota/ledger.ts";
import type { Wait } from "../core/quota/model.ts";
import type { Lengths } from "./lengths.ts";
import type { ListPolls } from "./list-poll.ts";
import type { Ports } from "./ports.ts";
import type { SlotWatch } from "./slot-watch.ts";

/** What only this process knows of an exchange under way. */
export interface LiveExchange {
  /** Ends it at once; the reason tells who wanted it. */
  readonly abort: AbortController;
  /** What it waits for, in the gate, for its next attempt or in an outage; its place in line and since when. Epoch ms. */
  waits: (Pick<Ticket, "accountId" | "title" | "lane" | "since"> & { readonly wait: Wait }) | null;
  /** Bytes fetched so far by result id. */
  readonly fetched: Map<string, number>;
}

/** Shared by everything in src/app. */
export interface Context {
  readonly ports: Ports;
  readonly live: Map<string, LiveExchange>;
  profile(providerId: string): Profile | null;
  account(accountId: string): Account | null;
  readonly lengths: Lengths;
  readonly lists: ListPolls;
  readonly slots: Pick<SlotWatch, "ask" | "waiting">;
  /** The snapshot may have changed. */
  changed(): void;
  /** A server named the field that it did not like; shown at the form if it still shows this input. */
  fieldProblem(exchangeId: string, field: string, sentence: string): void;
  /** The newest thing worth saying aloud. */
  say(sentence: string): void;
}

/** The three that every request needs; null where one of them is gone. */
export interface Place {
  readonly profile: Profile;
  readonly account: Account;
  readonly keyId: string;
}

/** An action of a profile by its id. */
export function actionOf(profile: Profile, actionId: string): Action | null {
  return profile.actions.find((one) => one.id === actionId) ?? null;
}

/** The action that a job's present step calls; null where the step calls none, as an upload. */
export function calledAt(at: {
  readonly place: Pick<Place, "profile">;
  readonly action: Action;
  readonly job: { readonly step: number };
}): Action | null {
  if (at.job.step === FIRST) return at.action;
  const id = stepAt(at.action, at.job.step)?.action;
  return id === undefined ? null : actionOf(at.place.profile, id);
}

/** Profile, account and key of something stored; null where one of them was removed since. */
export function placeOfStored(
  context: Context,
  stored: { readonly providerId: string; readonly accountId: string; readonly keyId: string },
): Place | null {
  const profile = context.profile(stored.providerId);
  const account = context.account(stored.accountId);
  const known = account?.keys.some((one) => one.id === stored.keyId) ?? false;
  return profile === null || account === null || !known ? null : { profile, account, keyId: stored.keyId };
}

/**
 * A fresh name for something stored, as x-5f0c… with 20 digits (78 bits by chance: it stands in many rows); without a prefix
 * a whole UUID, also for a fresh idempotency key.
 */
export function newId(prefix = ""): string {
  const uuid = crypto.randomUUID();
  return prefix === "" ? uuid : prefix + uuid.replaceAll("-", "").slice(-20);
}
