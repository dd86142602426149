// Why a request waits, in words: one sentence, and the facts behind it one by one. The only place where they are made,
// for the page, the status bar, the log and the timeline.
import type { Lane, Refusal, Retry } from "../core/quota/model.ts";
import type { Source, Why } from "../core/quota/why.ts";
import { limitSentence, type Voice } from "./sentences.ts";

/** What a wait is told with. */
export interface WhyAbout {
  readonly providerName: string;
  readonly why: Why;
  readonly now: number;
}

/** The limit, the instant, how many are ahead: "SAUTI allows 10 syntheses in any 60 s. The next one is free at 14:02:10." */
export function whySentence(voice: Voice, { providerName, why, now }: WhyAbout): string {
  const { t, format } = voice;
  const { policy, ahead, retry } = why;
  const at = why.until === null ? null : format.clock(why.until, now);
  const limit = policy === null ? "" : limitSentence(voice, providerName, policy);
  const parts: string[] = [];
  switch (why.cause) {
    case "slots":
      parts.push(
        limit,
        why.holders.length === 0
          ? t("All places are taken; this goes out when one of these jobs ends.")
          : t("All places are taken; this goes out when one of these ends: {jobs}.", {
              jobs: namedList(voice, why.holders),
            }),
      );
      break;
    case "refused":
      parts.push(
        at === null
          ? t("{provider} refused the last request; it opens again when something ends there.", {
              provider: providerName,
            })
          : t("{provider} refused the last request until {at}; this goes out then.", {
              provider: providerName,
              at,
            }),
      );
      break;
    case "learning":
      parts.push(
        limit,
        policy?.limit == null
          ? t("One request at a time until the limit of {title} is known.", {
              title: policy?.title ?? why.policyId ?? "",
            })
          : t("One request goes ahead to see what is left."),
      );
      break;
    case "backoff":
      parts.push(
        at === null
          ? t("The last attempt failed; another one follows.")
          : t("The last attempt failed; the next one follows at {at}.", { at }),
        retry === null ? "" : attemptWords(voice, retry),
      );
      break;
    case "retries":
      parts.push(
        at === null
          ? t("Many attempts failed lately; the next ones are held back.")
          : t("Many attempts failed lately; the next ones are held back until {at}, to spare {provider}.", {
              provider: providerName,
              at,
            }),
      );
      break;
    case "outage":
      parts.push(
        at === null
          ? t("{provider} does not answer; one request tries just now, this one follows.", {
              provider: providerName,
            })
          : t("{provider} does not answer; one request tries again at {at}.", { provider: providerName, at }),
      );
      break;
    case "connections":
      parts.push(
        t("{count} requests to {provider} are on their way; this one follows when one of them is answered.", {
          count: format.number(why.limit ?? 0),
          provider: providerName,
        }),
      );
      break;
    case "ahead":
      parts.push(
        limit,
        at === null ? t("Others go first.") : t("Others go first; the next place is free at {at}.", { at }),
      );
      break;
    case "rate":
      parts.push(
        limit,
        at === null
          ? t("No place is free now.")
          : ahead.count === 0
            ? t("The next one is free at {at}.", { at })
            : t("Its turn comes at {at}.", { at }),
      );
      break;
  }
  if (ahead.count > 0)
    parts.push(
      ahead.count === 1
        ? t("1 request is ahead.")
        : t("{count} requests are ahead.", { count: format.number(ahead.count) }),
    );
  return parts.filter((one) => one !== "").join(" ");
}

/** A wait in one line, for log and timeline: the sentence, and who vouches for it. */
export function whyLine(voice: Voice, about: WhyAbout): string {
  const evidence = evidenceOf(voice, about);
  return voice.t("Waits: {sentence} ({evidence})", { sentence: whySentence(voice, about), evidence });
}

/** All that is known of a wait, each with its title, in the order in which a person asks. */
export function whyFacts(
  voice: Voice,
  about: WhyAbout,
): { readonly title: string; readonly value: string }[] {
  const { t, format } = voice;
  const { why, now } = about;
  const facts = [
    { title: t("Limit"), value: policyWords(voice, why) },
    { title: t("Waits since"), value: format.clock(why.since, now) },
    { title: t("Until"), value: why.until === null ? endingWords(voice, why) : format.clock(why.until, now) },
    { title: t("Known from"), value: evidenceOf(voice, about) },
  ];
  if (why.retry !== null)
    facts.push(
      { title: t("Last attempt"), value: causeName(voice, why.retry.cause) },
      { title: t("Longest pause"), value: format.duration(why.retry.capMs) },
    );
  if (why.cause !== "backoff") facts.push({ title: t("Ahead"), value: aheadWords(voice, why) });
  return facts;
}

/** "Synthesis: 0 of 10 left" */
function policyWords({ t, format }: Voice, { policy, policyId, left, limit }: Why): string {
  const title = policy?.title ?? policyId;
  if (title === null) return t("no limit of the account");
  if (limit === null) return t("{title}: nobody has said how many", { title });
  return t("{title}: {left} of {limit} left", {
    title,
    left: format.number(left ?? 0),
    limit: format.number(limit),
  });
}

function endingWords({ t }: Voice, { ending }: Why): string {
  switch (ending) {
    case "jobEnds":
      return t("a job ends; nobody knows when");
    case "othersGo":
      return t("those ahead have gone");
    case "attemptEnds":
      return t("the attempt under way is answered");
    case "serverOpens":
      return t("something ends at the provider; it did not say when");
    case "answerComes":
      return t("one of those on their way is answered");
    case "placeFrees":
    case null:
      return t("a place is free; nobody knows when");
  }
}

function evidenceOf(voice: Voice, { why, now }: WhyAbout): string {
  const { source, seenAt } = why.evidence;
  const name = sourceName(voice, source);
  if (seenAt === null || source === "profile") return name;
  return voice.t("{evidence}, {at}", { evidence: name, at: voice.format.clock(seenAt, now) });
}

/** Who vouches for what holds a request. */
export function sourceName({ t }: Voice, source: Source): string {
  switch (source) {
    case "headers":
      return t("stated by the server");
    case "refusal":
      return t("the server's refusal");
    case "profile":
      return t("published by the provider");
    case "learned":
      return t("inferred from refusals or assumed");
    case "count":
      return t("counted here");
    case "nobody":
      return t("nobody has said so");
  }
}

/** "Your sends: “Speak”, “Clone”; batch: 12 requests; 3 in other editor windows" */
function aheadWords(voice: Voice, { ahead }: Why): string {
  const { t, format } = voice;
  if (ahead.count === 0) return t("nobody");
  const lanes = ahead.own.map(({ lane, count, titles }) =>
    t("{lane}: {list}", { lane: laneName(voice, lane), list: namedList(voice, titles, count) }),
  );
  if (ahead.others > 0)
    lanes.push(
      ahead.others === 1
        ? t("1 in another editor window")
        : t("{count} in other editor windows", { count: format.number(ahead.others) }),
    );
  return lanes.join("; ");
}

/** "“Speak” (2), “Clone” and 3 more": the first three names of so many, each once. */
function namedList({ t, format }: Voice, titles: readonly string[], count = titles.length): string {
  const times = new Map<string, number>();
  for (const title of titles) times.set(title, (times.get(title) ?? 0) + 1);
  const first = [...times].slice(0, 3);
  const named = first
    .map(([title, often]) => (often === 1 ? `“${title}”` : `“${title}” (${format.number(often)})`))
    .join(", ");
  const more = count - first.reduce((sum, [, often]) => sum + often, 0);
  return more === 0 ? named : t("{named} and {count} more", { named, count: format.number(more) });
}

function laneName({ t }: Voice, lane: Lane): string {
  switch (lane) {
    case "person":
      return t("sent by you");
    case "flow":
      return t("steps of running work");
    case "batch":
      return t("batch");
    case "poll":
      return t("status checks");
  }
}

/** "It is attempt 3 of at most 6." */
export function attemptWords(
  { t, format }: Voice,
  { attempt, most }: Pick<Retry, "attempt" | "most">,
): string {
  const number = format.number(attempt);
  return most === null
    ? t("It is attempt {attempt}.", { attempt: number })
    : t("It is attempt {attempt} of at most {most}.", { attempt: number, most: format.number(most) });
}

const REFUSALS: ReadonlySet<string> = new Set<Refusal["kind"]>([
  "rate",
  "concurrency",
  "pollRate",
  "credit",
  "busy",
  "unknown",
]);

/** Why a request is repeated: the client's own words for it, or a refusal's kind. */
export function causeName(voice: Voice, cause: string): string {
  const { t } = voice;
  if (REFUSALS.has(cause)) return refusalName(voice, cause as Refusal["kind"]);
  if (cause === "lost") return t("the answer was lost");
  if (cause === "broken") return t("the answer broke off");
  const status = /^status (\d+)$/.exec(cause)?.[1];
  return status === undefined ? cause : t("the server answered with status {status}", { status });
}

/** What a refusal was. */
export function refusalName({ t }: Voice, kind: Refusal["kind"]): string {
  switch (kind) {
    case "rate":
      return t("too many requests");
    case "concurrency":
      return t("too much under way at once");
    case "pollRate":
      return t("asked too often how a job stands");
    case "credit":
      return t("no credit left");
    case "busy":
      return t("the server is busy");
    case "unknown":
      return t("the reason was not said");
  }
}
