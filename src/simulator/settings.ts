/**
 * What can be turned on a simulated vendor while it runs, and the reading of such a change from JSON.
 * A change is checked whole before any of it takes effect.
 */
import type { RestrictiveBy } from "./books.ts";
import { type CountingKind, countingKinds, type RatePolicy } from "./limiter.ts";

/** The switches of one vendor. Durations are in milliseconds. */
export interface Settings {
  /** Requests refused with 429 are counted too. Default false. */
  refusedCount: boolean;
  /** Which limit the headers describe where several apply. Default "remaining". */
  restrictiveBy: RestrictiveBy;
  /** A delay on the way in and again on the way out. Default 0. */
  latencyMs: number;
  /** Up to this much is added to the latency by chance, each way. Default 0. */
  jitterMs: number;
  /** How far the server's clock is ahead of the true one. Default 0. */
  clockSkewMs: number;
  /** Job durations are multiplied by this: 0.1 is ten times as fast, 0 at once. Default 1. */
  jobTimeScale: number;
  /** How long a create with an idempotency key is at work before it answers; only Sync's. Default 0. */
  createMs: number;
  /** How long a signed link opens. */
  linkLifeMs: number;
  /** How long a long poll may be held at most. */
  longPollMs: number;
  /** The plan, where it sets a limit. */
  plan: string;
  /** Places for jobs alive at once, where there is such a limit. */
  slots: number;
  /** Polling faster than advised is refused. Default false. */
  strictPolls: boolean;
  /** The form of `Retry-After` on a refusal, where the vendor sends one at all. Default "seconds". */
  retryAfter: "seconds" | "absent" | "zero" | "date";
  /** Whether rate headers come as documented, or also where none are documented. Default "documented". */
  rateHeaders: "documented" | "added";
  /** The body of a refusal: as documented, or a bare one that does not tell its kind. Default "documented". */
  refusalBody: "documented" | "bare";
  /** What a reused idempotency key with another body meets, where the pages are silent. Default "original". */
  idempotencyMismatch: "original" | "409" | "422";
  /** Whether webhooks are delivered, which is done to loopback addresses only. Default "loopback". */
  webhooks: "loopback" | "off";
  /** Whether the account may use the product at all. Default true. */
  entitled: boolean;
}

/** A change that was understood; applied with `applyChange`. */
export interface Change {
  readonly settings: Partial<Settings>;
  readonly limits: Readonly<Record<string, number>>;
  readonly quotaWindowMs: number | Readonly<Record<string, number>>;
  readonly kind: CountingKind | Readonly<Record<string, CountingKind>> | undefined;
  readonly credits: number | undefined;
}

/** The settings that every vendor starts with, but for what it sets otherwise. */
export function defaultSettings(own: Partial<Settings>): Settings {
  return {
    refusedCount: false,
    restrictiveBy: "remaining",
    latencyMs: 0,
    jitterMs: 0,
    clockSkewMs: 0,
    jobTimeScale: 1,
    createMs: 0,
    linkLifeMs: 15 * 60_000,
    longPollMs: 20_000,
    plan: "",
    slots: 0,
    strictPolls: false,
    retryAfter: "seconds",
    rateHeaders: "documented",
    refusalBody: "documented",
    idempotencyMismatch: "original",
    webhooks: "loopback",
    entitled: true,
    ...own,
  };
}

const choices: { readonly [Name in keyof Settings]?: readonly Settings[Name][] } = {
  restrictiveBy: ["remaining", "ratio"],
  retryAfter: ["seconds", "absent", "zero", "date"],
  rateHeaders: ["documented", "added"],
  refusalBody: ["documented", "bare"],
  idempotencyMismatch: ["original", "409", "422"],
  webhooks: ["loopback", "off"],
};

/** Says what is wrong with a change; the message is meant for the person at the control address. */
export class BadChange extends Error {
  readonly kind = "badChange";
}

/** Reads a change from parsed JSON, against the policies and plans it is meant for. Throws `BadChange`. */
export function readChange(
  given: Record<string, unknown>,
  current: Settings,
  policies: readonly RatePolicy[],
): Change {
  const settings: Record<string, unknown> = {};
  const limits: Record<string, number> = {};
  let quotaWindowMs: Change["quotaWindowMs"] = {};
  let kind: Change["kind"];
  let credits: number | undefined;
  const policyIds = policies.map(({ id }) => id);
  for (const [name, value] of Object.entries(given)) {
    if (name === "provider") continue;
    if (name === "limits") {
      for (const [id, limit] of byPolicy(name, value, [...policyIds, "concurrency"])) {
        limits[id] = wholeNumber(`limits.${id}`, limit, 1);
      }
    } else if (name === "quotaWindowMs") {
      quotaWindowMs =
        typeof value === "number"
          ? wholeNumber(name, value, 1)
          : Object.fromEntries(
              byPolicy(name, value, policyIds).map(([id, each]) => [id, wholeNumber(name, each, 1)]),
            );
    } else if (name === "kind") {
      kind =
        typeof value === "string"
          ? countingKind(value)
          : Object.fromEntries(
              byPolicy(name, value, policyIds).map(([id, each]) => [id, countingKind(each)]),
            );
    } else if (name === "credits") {
      credits = wholeNumber(name, value, 0);
    } else if (name in current) {
      settings[name] = settingValue(name as keyof Settings, value, current);
    } else {
      throw new BadChange(
        `unknown setting ${name}; known: limits, quotaWindowMs, kind, credits, ${Object.keys(current).join(", ")}`,
      );
    }
  }
  return { settings: settings as Partial<Settings>, limits, quotaWindowMs, kind, credits };
}

/** Applies a change to policies and settings at once. */
export function applyChange(change: Change, current: Settings, policies: readonly RatePolicy[]): void {
  Object.assign(current, change.settings);
  if (change.limits.concurrency !== undefined) current.slots = change.limits.concurrency;
  for (const policy of policies) {
    policy.limit = change.limits[policy.id] ?? policy.limit;
    const { quotaWindowMs, kind } = change;
    policy.quotaWindowMs =
      (typeof quotaWindowMs === "number" ? quotaWindowMs : quotaWindowMs[policy.id]) ?? policy.quotaWindowMs;
    policy.kind = (typeof kind === "string" ? kind : kind?.[policy.id]) ?? policy.kind;
  }
}

function settingValue(name: keyof Settings, value: unknown, current: Settings): unknown {
  const allowed: readonly unknown[] | undefined = choices[name];
  if (allowed && !allowed.includes(value))
    throw new BadChange(`${name} must be one of ${allowed.join(", ")}`);
  if (typeof value !== typeof current[name]) throw new BadChange(`${name} must be a ${typeof current[name]}`);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new BadChange(`${name} must be finite`);
    if (value < 0 && name !== "clockSkewMs") throw new BadChange(`${name} must not be negative`);
  }
  return value;
}

function byPolicy(name: string, value: unknown, known: readonly string[]): [string, unknown][] {
  if (typeof value !== "object" || value === null)
    throw new BadChange(`${name} must be an object of policy names`);
  const entries = Object.entries(value);
  const strange = entries.find(([id]) => !known.includes(id));
  if (strange) throw new BadChange(`${name}: no policy ${strange[0]}; known: ${known.join(", ")}`);
  return entries;
}

function wholeNumber(name: string, value: unknown, least: number): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) {
    throw new BadChange(`${name} must be a whole number of at least ${least}`);
  }
  return value;
}

function countingKind(value: unknown): CountingKind {
  const known = countingKinds.find((kind) => kind === value);
  if (!known) throw new BadChange(`kind must be one of ${countingKinds.join(", ")}`);
  return known;
}
