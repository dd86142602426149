// What an exchange works on, in one line: what tells it apart from others of its action. Pure.
import { isEmpty, readFile } from "../core/profile/input.ts";
import { said } from "../core/profile/said.ts";
import type { Action, Parameter } from "../core/profile/schema.ts";

const LONGEST = 120;

/**
 * The words that were given, else the names of the recordings, by file or at the end of a link; an id only where there is
 * nothing else. Empty where nothing was given.
 */
export function detailOf(action: Action | null, input: Readonly<Record<string, unknown>>): string {
  const given = (action?.parameters ?? []).flatMap((one) => givenOf(one, input[one.name]));
  const names = given.filter(({ kind }) => kind === "name").map(({ text }) => text);
  const best = longest(given, "prose") ?? (names.length > 0 ? names.join(" · ") : longest(given, "word"));
  const line = (best ?? longest(given, "id") ?? "").replace(/\s+/g, " ").trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

/** Every value that was given, by its field's title; choices by their own titles, long ones cut. */
export function givenIn(
  action: Action | null,
  input: Readonly<Record<string, unknown>>,
): { title: string; value: string }[] {
  return (action?.parameters ?? []).flatMap(({ name, title, type, choices }) => {
    const value = input[name];
    if (isEmpty(value)) return [];
    const chosen = choices?.find((one) => one.value === value)?.title;
    const text =
      type === "file" ? readFile(value)?.fileName : typeof value === "object" ? JSON.stringify(value) : value;
    return [{ title, value: said(chosen ?? String(text ?? ""), LONGEST) }];
  });
}

interface Given {
  readonly kind: "prose" | "name" | "word" | "id";
  readonly text: string;
}

function givenOf(parameter: Parameter, value: unknown): Given[] {
  if (parameter.type === "file") {
    const file = readFile(value);
    return file === null ? [] : [{ kind: "name", text: file.fileName }];
  }
  if (typeof value !== "string" || value.trim() === "") return [];
  if (/callback|webhook/i.test(parameter.name)) return [];
  if (/^https?:\/\//i.test(value)) return [{ kind: "name", text: lastPart(value) }];
  if (parameter.choices !== undefined || parameter.choicesFrom !== undefined || /^[\w-]{20,}$/.test(value))
    return [{ kind: "id", text: value }];
  return [{ kind: /\s/.test(value.trim()) ? "prose" : "word", text: value }];
}

/** The last part of a link's path, as a person would name it; the host where there is none. */
function lastPart(link: string): string {
  try {
    const { hostname, pathname } = new URL(link);
    const last = pathname.split("/").findLast((part) => part !== "");
    return last === undefined ? hostname : decodeURIComponent(last);
  } catch {
    return link;
  }
}

function longest(given: readonly Given[], kind: Given["kind"]): string | undefined {
  const texts = given.filter((one) => one.kind === kind).map(({ text }) => text);
  return texts.sort((a, b) => b.length - a.length)[0];
}
