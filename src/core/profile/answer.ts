// What an answer means by the profile: which job it starts, how that job stands, which results it holds.
// Pure; never throws on any answer, and an unknown status word counts as running.
import type { JobState } from "../jobs/model.ts";
import { type Answered, parsed, readAll, readNumber, readOne, readText } from "./path.ts";
import { said } from "./said.ts";
import type { Answer, ResultSpec, Watch } from "./schema.ts";

/** A status word or an id that is longer is none. Characters. */
const MOST_WORD = 100;
const MOST_TITLE = 200;

/** A successful answer understood. */
export interface AnswerRead {
  /** The profile's entry that fits; null where none does. */
  readonly answer: Answer | null;
  /** The job it starts; null where the answer is final. */
  readonly watch: Watch | null;
  readonly remoteId: string | null;
  /** The job's state as this first answer already tells it, where it does. */
  readonly job: JobRead | null;
  /** What it holds now. Of a watched job the results come with the last poll: read `specs` from that. */
  readonly results: readonly ResultRead[];
  readonly specs: readonly ResultSpec[];
  /** A path that must have had a value and had none: the answer has another shape than the profile says. */
  readonly missing: string | null;
}

/** How a job stands. */
export interface JobRead {
  readonly state: JobState;
  /** The provider's own word; null where the answer had none. */
  readonly word: string | null;
  /** 0 to 1; null where nobody says. */
  readonly progress: number | null;
  /** Why it failed; null unless it failed. */
  readonly error: string | null;
}

interface ResultHead {
  readonly kind: ResultSpec["kind"];
  readonly title: string | null;
  readonly contentType: string | null;
  /** When the link stops being good, epoch ms; null where nobody says. */
  readonly expiresAt: number | null;
  readonly durationMs: number | null;
}

/** One result of an answer and how to come by it. */
export type ResultRead = ResultHead &
  (
    | { readonly from: "base64"; readonly base64: string }
    | { readonly from: "body" }
    | { readonly from: "link"; readonly link: string }
    | { readonly from: "action"; readonly action: string; readonly bind: Readonly<Record<string, string>> }
    | { readonly from: "json"; readonly value: unknown }
  );

/** What a successful answer means: the entry for its status, the job, the results. `now` in epoch ms. */
export function readAnswer(
  answers: readonly Answer[],
  given: Answered & { readonly status: number },
  now: number,
): AnswerRead {
  const fits = (one: Answer): boolean => one.when === undefined || present(given, one.when);
  const answer =
    answers.find((one) => one.status.includes(given.status) && fits(one)) ??
    (given.status >= 200 && given.status < 300 ? (answers.find(fits) ?? null) : null);
  const watch = answer?.watch ?? null;
  const specs = answer?.results ?? [];
  if (watch === null) {
    const results = readResults(specs, given, now);
    const needed = results.length === 0 ? specs.find((one) => one.path !== undefined) : undefined;
    return { answer, watch, remoteId: null, job: null, results, specs, missing: needed?.path ?? null };
  }
  const remoteId = readText(given, watch.id);
  const word = readText(given, watch.status);
  return {
    answer,
    watch,
    remoteId,
    job: word === null ? null : readJob(watch, given),
    results: [],
    specs,
    missing: remoteId === null ? watch.id : null,
  };
}

/** How a job stands by a poll's answer. */
export function readJob(watch: Watch, given: Answered): JobRead {
  const raw = readText(given, watch.status);
  const word = raw === null ? null : said(raw, MOST_WORD);
  const failed = watch.failedWhen !== undefined && present(given, watch.failedWhen);
  const state = failed ? "failed" : stateOf(watch.words, word);
  const part = watch.progress === undefined ? null : readNumber(given, watch.progress);
  const error =
    state === "failed" ? (watch.error.map((path) => sentence(given, path)).find(isText) ?? null) : null;
  return { state, word, progress: part === null ? null : progressOf(part), error };
}

/** The state that a status word stands for; letter case does not matter, an unknown word is running. */
export function stateOf(words: Watch["words"], word: string | null): JobState {
  if (word === null) return "running";
  if (Object.hasOwn(words, word)) return words[word] ?? "running";
  const known = Object.entries(words).find(([one]) => one.toLowerCase() === word.toLowerCase());
  return known?.[1] ?? "running";
}

/** The results of an answer; a link or value that stands twice is given once. `now` in epoch ms. */
export function readResults(specs: readonly ResultSpec[], given: Answered, now: number): ResultRead[] {
  const results = specs.flatMap((spec) => readSpec(spec, given, now));
  return results.filter(
    (one, i) =>
      one.from !== "link" || results.findIndex((two) => two.from === "link" && two.link === one.link) === i,
  );
}

function readSpec(spec: ResultSpec, given: Answered, now: number): ResultRead[] {
  const values = spec.path === undefined ? [undefined] : readAll(given, spec.path);
  const side = (path: string | undefined): unknown[] => (path === undefined ? [] : readAll(given, path));
  const titles = side(spec.title);
  const expiries = side(spec.expiresAt);
  const durations = side(spec.duration);
  return values.flatMap((value, i): ResultRead[] => {
    const title = titles.length === 1 ? titles[0] : titles[i];
    const expiresAt = instantOf(expiries.length === 1 ? expiries[0] : expiries[i]);
    const duration = durations.length === 1 ? durations[0] : durations[i];
    const head: ResultHead = {
      kind: spec.kind,
      title: isText(title) ? said(title, MOST_TITLE) : (spec.label ?? null),
      contentType: spec.contentType ?? null,
      expiresAt: expiresAt ?? (spec.lifeMs === undefined ? null : now + spec.lifeMs),
      durationMs:
        typeof duration === "number" && duration >= 0
          ? duration * (spec.durationUnit === "s" ? 1000 : 1)
          : null,
    };
    switch (spec.from) {
      case "body":
        return [{ ...head, from: "body" }];
      case "action":
        return [{ ...head, from: "action", action: spec.action ?? "", bind: spec.bind ?? {} }];
      case "base64":
        return isText(value) ? [{ ...head, from: "base64", base64: value }] : [];
      case "link":
        return isText(value) ? [{ ...head, from: "link", link: value.trim() }] : [];
      default: {
        const json =
          spec.path === undefined ? given.body : spec.path.startsWith("header:") ? parsed(value) : value;
        return json === undefined || json === null ? [] : [{ ...head, from: "json", value: json }];
      }
    }
  });
}

/** All texts a path leads to, lists of them opened, joined as one; null where there is none. */
export function sentence(given: Answered, path: string): string | null {
  const texts = readAll(given, path)
    .flat()
    .filter(isText)
    .map((one) => said(one));
  return texts.length === 0 ? null : said(texts.join("; "));
}

function present(given: Answered, path: string): boolean {
  const value = readOne(given, path);
  return value !== undefined && value !== null && value !== "";
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function progressOf(value: number): number {
  return Math.min(1, Math.max(0, value > 1 ? value / 100 : value));
}

/** An instant from RFC 3339 text or from seconds or milliseconds since the epoch; null where it is neither. */
function instantOf(value: unknown): number | null {
  if (typeof value === "number" && value > 1e9) return value > 1e11 ? value : value * 1000;
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
