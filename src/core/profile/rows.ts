// A list in an answer that a person edits row by row before a step is sent: which of its members stand where, and the texts
// put back with everything else as it was. Pure; never throws on any answer.
import type { Step } from "./schema.ts";

/** What a step's edit may hold: a part of the last answer, and where its rows have their members. */
export type Edit = NonNullable<Step["edit"]>;
type RowSpec = NonNullable<Edit["rows"]>;

/** One row as it is shown; null for what the data do not say. */
export interface Row {
  readonly speaker: string | null;
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** The same row as it was before the last step, as the words that were translated. */
  readonly source: string | null;
  readonly text: string;
}

/** A longer list is no list of rows to read through one by one. */
export const MOST_ROWS = 5_000;

type Data = Readonly<Record<string, unknown>>;

/** The rows of a value; null where it does not look like them: each must be an object with a text. `before` is what `source` names. */
export function readRows(value: unknown, spec: RowSpec, before: unknown): Row[] | null {
  const rows = listOf(value);
  if (rows === null || !rows.every((row) => typeof own(row, spec.text) === "string")) return null;
  const sources = sourcesFor(rows, spec, listOf(before));
  const ms = (row: Data, name: string | undefined) => {
    const time = own(row, name);
    if (typeof time !== "number" || !Number.isFinite(time)) return null;
    return spec.unit === "ms" ? time : time * 1000;
  };
  return rows.map((row, index) => ({
    speaker: wordOf(own(row, spec.speaker)),
    startMs: ms(row, spec.start),
    endMs: ms(row, spec.end),
    source: sources[index] ?? null,
    text: own(row, spec.text) as string,
  }));
}

/** The same value with other texts, by position; all other members stay as they are. The value itself where the count differs. */
export function withTexts(value: unknown, { text }: RowSpec, texts: readonly string[]): unknown {
  const rows = listOf(value);
  if (rows === null || rows.length !== texts.length) return value;
  return rows.map((row, index) => ({ ...row, [text]: texts[index] }));
}

/** By id where every row has one of its own on both sides; else by position where there are as many. */
function sourcesFor(rows: readonly Data[], spec: RowSpec, before: readonly Data[] | null) {
  if (before === null) return [];
  const textOf = (row: Data | undefined) => {
    const text = row === undefined ? null : own(row, spec.text);
    return typeof text === "string" ? text : null;
  };
  const byId = new Map(before.map((row) => [wordOf(own(row, spec.id)), row]));
  const ids = rows.map((row) => wordOf(own(row, spec.id)));
  const areNamed = !byId.has(null) && !ids.includes(null);
  if (areNamed && byId.size === before.length && new Set(ids).size === ids.length)
    return ids.map((id) => textOf(byId.get(id)));
  return rows.length === before.length ? before.map(textOf) : [];
}

function listOf(value: unknown): readonly Data[] | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_ROWS) return null;
  const isRow = (one: unknown) => typeof one === "object" && one !== null && !Array.isArray(one);
  return (value as unknown[]).every(isRow) ? (value as Data[]) : null;
}

function own(row: Data, name: string | undefined): unknown {
  return name !== undefined && Object.hasOwn(row, name) ? row[name] : undefined;
}

function wordOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}
