// Sentences for a person about quota: limits, meters, forecasts. Each says the number, the instant, the cause and the
// way out. Waits stand in why-words.ts, problems in problems.ts, cards in card-words.ts; nowhere else.
import type { Meter, Policy, QuotaWindowKind, Wait } from "../core/quota/model.ts";
import { ASSUMED_WINDOW_MS } from "../core/quota/state.ts";
import type { Format, Translate } from "./ports.ts";

/** What sentences are made with. */
export interface Voice {
  readonly t: Translate;
  readonly format: Format;
}

/** A stretch of time as it stands in a limit: "in any 60 s", "a minute". */
function span(voice: Voice, kind: QuotaWindowKind, ms: number): string {
  const { t } = voice;
  const length = lengthOf(voice, ms);
  if (kind === "sliding" || kind === "bucket") return t("in any {length}", { length });
  return t("every {length}", { length });
}

/** "60 s" says more than "1 min" where any sixty seconds are meant, not a minute of the clock. */
function lengthOf({ t, format }: Voice, ms: number): string {
  return ms <= 120_000 ? t("{count}\u00a0s", { count: format.number(ms / 1000) }) : format.duration(ms);
}

/** "SAUTI allows 10 syntheses in any 60 s." Empty where nobody has said how many. */
export function limitSentence(voice: Voice, providerName: string, policy: Policy): string {
  const { t, format } = voice;
  if (policy.limit === null)
    return t("{provider} does not say how many {noun} it allows.", {
      provider: providerName,
      noun: policy.noun,
    });
  const limit = format.number(policy.limit);
  // A number on a policy that is counted is one that the person has set.
  const provider = policy.evidence === "counted" ? t("Your own limit") : providerName;
  if (policy.type === "slots")
    return t("{provider} allows {limit} {noun} at once.", {
      provider,
      limit,
      noun: policy.noun,
    });
  if (policy.quotaWindowMs === null)
    return t("{provider} allows {limit} {noun}.", { provider, limit, noun: policy.noun });
  return t("{provider} allows {limit} {noun} {span}.", {
    provider,
    limit,
    noun: policy.noun,
    span: span(voice, policy.kind, policy.quotaWindowMs),
  });
}

/** "10 in any 60 s", "3 at once": a limit where there is little room. */
export function limitWords(voice: Voice, policy: Policy): string {
  const { t, format } = voice;
  if (policy.limit === null) return t("Not known");
  const limit = format.number(policy.limit);
  if (policy.type === "slots") return t("{limit} at once", { limit });
  if (policy.quotaWindowMs === null) return limit;
  return t("{limit} {span}", { limit, span: span(voice, policy.kind, policy.quotaWindowMs) });
}

/** Who vouches for a number, in words. */
function evidenceWords({ t, format }: Voice, meter: Meter & { readonly own?: boolean }, now: number): string {
  if (meter.own === true) return t("your own limit, counted here");
  switch (meter.evidence) {
    case "stated":
      return meter.evidenceAt === null
        ? t("stated by the server")
        : t("stated by the server at {at}", { at: format.clock(meter.evidenceAt, now) });
    case "published":
      return t("published by the provider, counted here");
    case "counted":
      return t("counted here");
    case "inferred":
      return t("inferred from refusals or assumed");
    case "unknown":
      return t("limit unknown, counted here");
  }
}

/** Over what span a meter without a known limit counts, ms; null for slots and where there is a limit. */
export function countedMs({ type, limit, quotaWindowMs }: Meter): number | null {
  return type === "slots" || limit !== null ? null : (quotaWindowMs ?? ASSUMED_WINDOW_MS);
}

/** "7 of 10 syntheses left; all back at 14:02:10; stated by the server at 14:01:52". */
export function meterSentence(voice: Voice, meter: Meter & { readonly own?: boolean }, now: number): string {
  const { t, format } = voice;
  const parts: string[] = [];
  const noun = meter.noun;
  if (meter.limit === null) {
    const used = format.number(meter.used);
    const over = countedMs(meter);
    parts.push(
      over === null
        ? t("{used} {noun} now", { used, noun })
        : t("{used} {noun} sent within {time}", { used, noun, time: lengthOf(voice, over) }),
    );
  } else if (meter.used > meter.limit) {
    const over = { used: format.number(meter.used), limit: format.number(meter.limit), noun };
    parts.push(t("{used} of {limit} {noun} used, more than allowed", over));
  } else {
    const left = format.number(meter.left ?? Math.max(0, meter.limit - meter.used));
    parts.push(t("{left} of {limit} {noun} left", { left, limit: format.number(meter.limit), noun }));
  }
  if (meter.foreign > 0)
    parts.push(t("{count} of them used elsewhere", { count: format.number(meter.foreign) }));
  if (meter.closedUntil !== null && meter.closedUntil > now)
    parts.push(t("closed until {at}", { at: format.clock(meter.closedUntil, now) }));
  else if (meter.used > 0 && meter.type === "rate") parts.push(...backWords(voice, meter, now));
  parts.push(evidenceWords(voice, meter, now));
  return parts.join("; ");
}

function backWords({ t, format }: Voice, meter: Meter, now: number): string[] {
  const { nextAt, fullAt } = meter;
  if (fullAt !== null && fullAt > now && (nextAt === null || nextAt >= fullAt))
    return [t("all back at {at}", { at: format.clock(fullAt, now) })];
  const words: string[] = [];
  if (nextAt !== null && nextAt > now) words.push(t("next at {at}", { at: format.clock(nextAt, now) }));
  if (fullAt !== null && fullAt > now) words.push(t("all at {at}", { at: format.clock(fullAt, now) }));
  return words;
}

/** When a request goes that cannot go now, and what happens then. */
function goesAt({ t }: Voice, at: string, policy: Policy | null, cause: Wait["cause"] | undefined): string {
  if (policy === null) return t("Goes at {at}.", { at });
  const named = { at, title: policy.title };
  if (cause === "refused") return t("Goes at {at}, when “{title}” opens again after a refusal.", named);
  if (cause === "learning")
    return policy.limit === null
      ? t("Goes at about {at}: one request at a time until the limit of “{title}” is known.", named)
      : t("Goes at about {at}, after the one that goes ahead to see what is left of “{title}”.", named);
  return policy.type === "rate" && (policy.kind === "fixed" || policy.kind === "fixedFromFirst")
    ? t("Goes at {at}, when “{title}” resets.", named)
    : t("Goes at {at}, when a place in “{title}” is free again.", named);
}

/** What sending now would mean. `calls` is how many requests of the same kind the flow needs. */
export function forecastSentence(
  voice: Voice,
  about: {
    readonly now: number;
    readonly firstAt: number | null;
    readonly lastAt: number | null;
    readonly wait: Wait | null;
    readonly policy: Policy | null;
    readonly calls: number;
    readonly noun: string;
    readonly typicalMs: number | null;
  },
): string {
  const { t, format } = voice;
  const { now, firstAt, lastAt, wait, policy, calls, noun, typicalMs } = about;
  const parts: string[] = [];
  if (firstAt !== null && firstAt <= now)
    parts.push(wait?.cause === "ahead" ? t("Goes after the requests that wait already.") : t("Goes now."));
  else if (firstAt !== null) parts.push(goesAt(voice, format.clock(firstAt, now), policy, wait?.cause));
  else if (wait?.cause === "slots")
    parts.push(t("Goes when one of the running {noun} ends.", { noun: policy?.noun ?? noun }));
  else parts.push(t("Waits; when it goes is not known yet."));
  if (calls > 1) {
    const needs = { count: format.number(calls), noun };
    parts.push(
      lastAt !== null && lastAt > now
        ? t("Needs {count} {noun}; the last may go at {at}.", { ...needs, at: format.clock(lastAt, now) })
        : t("Needs {count} {noun}.", needs),
    );
  }
  if (typicalMs !== null && firstAt !== null) {
    const at = format.clock(Math.max(firstAt, lastAt ?? firstAt, now) + typicalMs, now);
    parts.push(t("Usually done by about {at}.", { at }));
  }
  if (policy?.limit === null && policy.type === "rate" && firstAt !== null)
    parts.push(t("The limit is not published; Headroom learns it."));
  return parts.join(" ");
}
