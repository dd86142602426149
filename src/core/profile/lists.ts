// Reading answers that are lists: choices for a form field, the next page, many jobs at once. Pure; never throws.
import type { Input } from "./input.ts";
import { type Answered, readAll, readOne, readText } from "./path.ts";
import { said } from "./said.ts";
import type { Action, Parameter, Watch } from "./schema.ts";

const MOST_TITLE = 200;

/** A choice for a form field. */
export interface Choice {
  readonly value: string | number | boolean;
  readonly title: string;
}

/** The choices that an answer offers; entries without a plain value are left out, one without a title is its value. */
export function readChoices(from: NonNullable<Parameter["choicesFrom"]>, given: Answered): Choice[] {
  return entries(given, from.items).flatMap((one) => {
    const value = readOne(one, from.value);
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return [];
    return [{ value, title: said(readText(one, from.title) ?? String(value), MOST_TITLE) }];
  });
}

/** The input that asks for the page after this answer; null where it was the last, or the action has no pages. */
export function nextPage(action: Action, input: Input, given: Answered): Record<string, unknown> | null {
  const pages = action.pagination;
  switch (pages?.style) {
    case "cursor": {
      const next = readText(given, pages.next);
      return next === null ? null : { ...input, [pages.parameter]: next };
    }
    case "lastId": {
      if (pages.needs !== undefined && !input[pages.needs]) return null;
      const last = readAll(given, pages.id).at(-1);
      return typeof last === "string" && last !== "" ? { ...input, [pages.parameter]: last } : null;
    }
    case "offset": {
      const count = entries(given, pages.items).length;
      if (count === 0 || count < Number(input[pages.limit] ?? 0)) return null;
      return { ...input, [pages.parameter]: Number(input[pages.parameter] ?? 0) + count };
    }
    default:
      return null;
  }
}

/** The answers of a list poll by job id; each can be read as if it had been polled alone. */
export function readMany(list: NonNullable<Watch["listPoll"]>, given: Answered): Map<string, Answered> {
  const pairs = entries(given, list.items).map((one) => [readText(one, list.id), one] as const);
  return new Map(pairs.filter((pair): pair is readonly [string, Answered] => pair[0] !== null));
}

function entries(given: Answered, items: string): Answered[] {
  return readAll(given, items)
    .flat()
    .map((body) => ({ headers: given.headers, body }));
}
