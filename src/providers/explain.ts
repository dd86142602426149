// Turns what the schema found wrong into words with a way out. Words only; it does not decide what is wrong.
import type * as z from "zod";

/** One finding in words; a path as the schema gives it. */
export interface Explained {
  readonly path: readonly PropertyKey[];
  readonly words: string;
}

type Issue = z.core.$ZodIssue;

/** What an issue means and what to do about it. A union's branches are reduced to the one that came nearest. */
export function explain(issue: Issue, above: readonly PropertyKey[] = []): Explained[] {
  const path = [...above, ...issue.path];
  const say = (words: string): Explained[] => [{ path, words }];
  switch (issue.code) {
    case "unrecognized_keys": {
      const keys = issue.keys.map((key) => `"${key}"`).join(", ");
      return say(`${keys} is not known here. Remove it, or correct its spelling.`);
    }
    case "invalid_type":
      if (/received undefined$/.test(issue.message))
        return say(`this is missing. Add ${article(issue.expected)}.`);
      return say(`this must be ${article(issue.expected)}. Change it.`);
    case "invalid_value":
      return say(`this must be ${issue.values.map((one) => JSON.stringify(one)).join(" or ")}. Change it.`);
    case "too_small":
      return say(`this is too small or too short: at least ${issue.minimum}. Change it.`);
    case "too_big":
      return say(`this is too large or too long: at most ${issue.maximum}. Change it.`);
    case "invalid_format":
      return say(
        issue.format === "url"
          ? "this is not a web address. Write it whole, as https://api.example.com."
          : `this is not written as it should be: ${issue.message}.`,
      );
    case "invalid_union": {
      if (issue.errors.length === 0)
        return say(`its "${issue.discriminator ?? "type"}" is none of those that are known. Correct it.`);
      const nearest = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
      return nearest.flatMap((one) => explain(one, path));
    }
    case "invalid_key":
    case "invalid_element":
      return issue.issues.flatMap((one) => explain(one, path));
    case "custom":
      return say(`${issue.message}. Correct it.`);
    default:
      return say(`${issue.message}. Correct it.`);
  }
}

function depth(issues: readonly Issue[]): number {
  return Math.max(...issues.map((one) => one.path.length));
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "a text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "an object",
    record: "an object",
  };
  return names[type] ?? type;
}
