// What the page can say about a value at once, before the host has looked: missing, out of range, too long, broken JSON.
// The host's word goes before it. Pure.
import type { FieldView, FormValue } from "../../protocol/snapshot.ts";
import type { Page } from "../base/page.ts";

/** The sentence about one value, or null when nothing is wrong with it as far as the page can tell. */
export function problemOf(field: FieldView, value: FormValue | undefined, { t, words }: Page): string | null {
  const empty = value === undefined || value === null || value === "";
  if (empty) {
    if (!field.required || field.type === "boolean") return null;
    return field.type === "file" ? t("Choose a file.") : t("{title} is needed.", { title: field.title });
  }
  if (field.type === "number" || field.type === "integer")
    return rangeProblem(field, Number(value), { t, words });
  if (typeof value === "string" && field.maxLength !== undefined && value.length > field.maxLength) {
    const over = words.number(value.length - field.maxLength);
    return t("{over} characters too many; {most} are allowed.", {
      over,
      most: words.number(field.maxLength),
    });
  }
  if (field.type === "json" && typeof value === "string") return jsonProblem(value, t);
  return null;
}

function rangeProblem(
  field: FieldView,
  value: number,
  { t, words }: Pick<Page, "t" | "words">,
): string | null {
  const { minimum, maximum } = field;
  if (!Number.isFinite(value)) return t("This is not a number.");
  if (field.type === "integer" && !Number.isInteger(value)) return t("Whole numbers only.");
  const low = minimum !== undefined && value < minimum;
  const high = maximum !== undefined && value > maximum;
  if (!low && !high) return null;
  if (minimum !== undefined && maximum !== undefined) {
    return t("Between {least} and {most}.", { least: words.number(minimum), most: words.number(maximum) });
  }
  if (minimum !== undefined) return t("At least {least}.", { least: words.number(minimum) });
  return t("At most {most}.", { most: words.number(maximum ?? 0) });
}

function jsonProblem(value: string, t: Page["t"]): string | null {
  try {
    JSON.parse(value);
    return null;
  } catch (error) {
    return t("Not JSON: {reason}", { reason: error instanceof Error ? error.message : String(error) });
  }
}
