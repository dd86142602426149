// What a refusal is: rate, concurrency, credit, busy. Read from the profile's rules, the body, the headers and our own
// counters. Pure; it changes nothing.
import { readAll } from "../profile/path.ts";
import type { HeaderDialect, Profile } from "../profile/schema.ts";
import { type HeadReading, readHead } from "./evidence.ts";
import type { Head, Meter, Refusal } from "./model.ts";

/** What a diagnosis looks at. */
export interface Symptoms {
  readonly head: Head;
  /** The parsed body; undefined where there is none or it is not JSON. */
  readonly body: unknown;
  readonly rules: Profile["refusals"];
  readonly dialect: HeaderDialect | null;
  /** Our own count of every partition of the claim, after this request was booked. */
  readonly meters: readonly Meter[];
  /** Whether it was asked how a job stands. Default false. */
  readonly poll?: boolean;
}

/** A rate policy with at most this share left is a likely cause. */
const NEARLY_SPENT = 0.1;

/** The refusal in an answer, or null where it is none. */
export function diagnose(symptoms: Symptoms): Refusal | null {
  const { head, rules, dialect } = symptoms;
  const reading = readHead(head, dialect);
  const matching = rules.filter((rule) => rule.status === head.status && matches(rule, symptoms));
  const exact = matching.find((rule) => rule.path !== undefined);
  const kind = exact?.kind ?? kindOf(symptoms, reading, matching[0]?.kind ?? null);
  if (kind === null) return null;
  if (kind === "credit") return { kind, until: null, evidence: "stated" };
  // A full house empties when a job ends; a number of seconds would say nothing about that.
  if (kind === "concurrency")
    return { kind, until: null, evidence: exact === undefined ? "inferred" : "stated" };
  const until = statedUntil(head, reading);
  return { kind, until, evidence: until === null ? "unknown" : "stated" };
}

function matches(rule: Profile["refusals"][number], { head, body }: Symptoms): boolean {
  if (rule.path === undefined) return true;
  const found = readAll({ headers: head.headers, body }, rule.path);
  return rule.equals === undefined ? found.some((one) => one != null) : found.includes(rule.equals);
}

function kindOf(
  { head, meters, poll }: Symptoms,
  reading: HeadReading,
  said: Refusal["kind"] | null,
): Refusal["kind"] | null {
  if (said !== null && said !== "rate") return said;
  if (head.status === 503) return said ?? (reading.retryAfterMs === null ? null : "busy");
  const spent = reading.quotas.some((one) => one.remaining !== null && one.remaining <= 0);
  if (said === null && head.status !== 429) return head.status === 403 && spent ? "rate" : null;
  if (bare(reading, spent) && slotsLikelier(meters)) return "concurrency";
  return poll === true && !spent && hasRoom(meters) ? "pollRate" : "rate";
}

/** By our own count every budget has room: what was refused is the pace of asking. */
function hasRoom(meters: readonly Meter[]): boolean {
  const rates = meters.filter((one) => one.type === "rate");
  const roomy = ({ left, limit }: Meter) => left !== null && limit !== null && left > limit * NEARLY_SPENT;
  return rates.length > 0 && rates.every(roomy);
}

/** Neither a number nor headers tell what refused. */
function bare(reading: HeadReading, spent: boolean): boolean {
  return reading.retryAfterMs === null && !spent;
}

/** Where both kinds answer alike, our own counters tell them apart. */
function slotsLikelier(meters: readonly Meter[]): boolean {
  const slots = meters.filter((one) => one.type === "slots");
  if (slots.length === 0) return false;
  const spent = meters.some(
    (one) => one.type === "rate" && one.left !== null && one.left <= (one.limit ?? 0) * NEARLY_SPENT,
  );
  const full = slots.some((one) => one.limit !== null && one.used >= one.limit);
  const none = meters.some((one) => one.type === "rate" && one.left === 0);
  return full ? !none : !spent;
}

/** Until when, by the server's own word: its wait, else the reset of a budget that it shows as spent. */
function statedUntil(head: Head, reading: HeadReading): number | null {
  if (reading.retryAfterMs !== null) return Math.ceil(head.gotAt + reading.retryAfterMs);
  const serverNow = reading.dateAt ?? head.gotAt;
  const resets = reading.quotas
    .filter((one) => one.remaining !== null && one.remaining <= 0 && one.resetAt !== null)
    .map((one) => (one.resetAt ?? serverNow) - serverNow)
    .filter((wait) => wait > 0);
  return resets.length === 0 ? null : Math.ceil(head.gotAt + Math.max(...resets));
}
