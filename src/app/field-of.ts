// Which field of the form a server's complaint is about, as far as its words tell. Pure; null rather than a guess.
import type { Action } from "../core/profile/schema.ts";

/** Statuses that speak of the input. */
const ABOUT_INPUT = new Set([400, 404, 409, 413, 422]);

/** The one parameter that an error names: by its location in a validation list, or by its word in the text. */
export function fieldOf(action: Action, status: number, body: unknown, detail: string | null): string | null {
  if (!ABOUT_INPUT.has(status)) return null;
  const located = locations(body);
  const names = action.parameters.map((one) => one.name);
  const exact = names.find((name) => located.includes(name));
  if (exact !== undefined) return exact;
  const words = new Set((detail ?? "").toLowerCase().match(/[a-z0-9]+/g) ?? []);
  const hits = action.parameters.filter((one) => {
    const parts = [...wordsOf(one.name), ...wordsOf(one.title)].filter(
      (word) => word !== "id" && word !== "url",
    );
    return parts.some((word) => words.has(word));
  });
  return hits.length === 1 ? (hits[0]?.name ?? null) : null;
}

/** Names in FastAPI's `detail[].loc` and in `errors{params,query,body}`. */
function locations(body: unknown): string[] {
  if (typeof body !== "object" || body === null) return [];
  const { detail, errors } = body as { detail?: unknown; errors?: unknown };
  const fromList = (Array.isArray(detail) ? (detail as unknown[]) : []).flatMap((one) => {
    const loc = typeof one === "object" && one !== null ? (one as { loc?: unknown }).loc : undefined;
    return Array.isArray(loc) ? loc.filter((part): part is string => typeof part === "string") : [];
  });
  const groups = typeof errors === "object" && errors !== null ? Object.values(errors) : [];
  const fromGroups = groups.flatMap((one) =>
    Array.isArray(one)
      ? one.flatMap((entry: unknown) => strings(entry))
      : typeof one === "object" && one !== null
        ? Object.keys(one)
        : [],
  );
  return [...fromList, ...fromGroups];
}

function strings(entry: unknown): string[] {
  if (typeof entry === "string") return [entry];
  if (typeof entry !== "object" || entry === null) return [];
  return Object.values(entry)
    .flat()
    .filter((one): one is string => typeof one === "string");
}

/** `voiceId`, `voice_id` and "Voice id" all give voice and id. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2);
}
