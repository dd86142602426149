// What an error answer means by the profile: code, detail, meaning, way out, whether to repeat. Pure; it
// never throws on any answer, and says nothing of the kind of a refusal (core/quota does).
import { sentence } from "./answer.ts";
import { type Answered, readText } from "./path.ts";
import { said } from "./said.ts";
import type { Profile } from "./schema.ts";

/** How an error may be repeated: not at all, under the same idempotency key, after a growing wait, or when the server says. */
export type RetryAdvice = "never" | "sameKey" | "backoff" | "wait";

/** An error answer understood. */
export interface FailureRead {
  /** The provider's machine code, where it has one. */
  readonly code: string | null;
  /** The provider's own words, at most 500 characters. */
  readonly detail: string | null;
  /** One sentence: what happened. */
  readonly meaning: string;
  /** One sentence: the way out. */
  readonly remedy: string;
  /** The provider's own page on it, https; null where none is known. */
  readonly link: string | null;
  readonly retry: RetryAdvice;
}

const MOST_CODE = 100;

/** What an answer with an error status means. The rule for status and code comes before the one for the status alone. */
export function readError(
  profile: Pick<Profile, "name" | "errors">,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): FailureRead {
  const given: Answered = { headers, body };
  const code = first(profile.errors.code.map((path) => readText(given, path)));
  const detail = first(profile.errors.message.map((path) => sentence(given, path))) ?? plainText(body);
  const rules = profile.errors.statuses.filter((one) => one.status === status);
  const rule =
    rules.find((one) => one.code !== undefined && one.code === code) ??
    rules.find((one) => one.code === undefined);
  const { meaning, remedy, retry } = rule ?? unlisted(profile.name, status);
  const page = rule?.link ?? rule?.fact.source ?? "";
  const link = page.startsWith("https:") ? page : null;
  return { code: code === null ? null : said(code, MOST_CODE), detail, meaning, remedy, link, retry };
}

function unlisted(name: string, status: number): Pick<FailureRead, "meaning" | "remedy" | "retry"> {
  if (status === 429)
    return {
      meaning: `${name} refused the request because of a limit.`,
      remedy: "Wait; Headroom sends it again when the limit allows.",
      retry: "wait",
    };
  if (status >= 500)
    return {
      meaning: `${name} failed with status ${status}, which its documentation does not list.`,
      remedy: "Try again in a moment; if it stays, ask the provider.",
      retry: "backoff",
    };
  return {
    meaning: `${name} answered with status ${status}, which its documentation does not list.`,
    remedy: "Read the answer for the cause and change the request.",
    retry: "never",
  };
}

/** The first words of a body that is text and not a page. */
function plainText(body: unknown): string | null {
  if (typeof body !== "string") return null;
  const text = said(body);
  return text === "" || text.startsWith("<") ? null : text;
}

function first<T>(values: readonly (T | null)[]): T | null {
  return values.find((one) => one !== null) ?? null;
}
