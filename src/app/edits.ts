// What a person edits between two steps: as it is asked, as it was typed so far, and what is wrong with it. What was typed is
// stored with the job at once, so that neither a reload nor a crash loses it. It sends nothing.
import { stepAt } from "../core/jobs/flow.ts";
import type { Job } from "../core/jobs/model.ts";
import { readBinding } from "../core/profile/bind.ts";
import { readOne } from "../core/profile/path.ts";
import { type Edit, type Row, readRows, withTexts } from "../core/profile/rows.ts";
import { said } from "../core/profile/said.ts";
import type { Action } from "../core/profile/schema.ts";
import { REDACTED } from "../core/redact.ts";
import type { CardView } from "../protocol/snapshot.ts";
import { editSentence } from "./card-words.ts";
import type { Context } from "./context.ts";
import type { Translate } from "./ports.ts";
import { redactorOf, sourcesOf } from "./task.ts";

/** What the page says of an edit: the texts of its rows, or the whole as one text. */
export interface Given {
  /** Which edit it is about, where the page says so: by now another one may be asked. */
  readonly edit?: string | undefined;
  readonly text?: string | undefined;
  readonly texts?: readonly string[] | undefined;
}

/** An edit that is asked for now. */
export interface AskedEdit {
  readonly edit: Edit;
  /** As the provider gave it. */
  readonly base: unknown;
  /** As it stands, with what was typed; a text where it was typed as one. */
  readonly value: unknown;
  /** Null where the data do not look like rows. */
  readonly rows: readonly Row[] | null;
}

/** What a job asks a person to edit now; null where it asks nothing of the kind. */
export function askedEdit(action: Action, job: Job): AskedEdit | null {
  const edit = stepAt(action, job.step)?.edit;
  if (job.stage !== "ask" || job.asks !== "edit" || edit === undefined) return null;
  const base = readOne({ headers: {}, body: job.answers.last }, edit.path) ?? null;
  const value = job.edited?.[edit.name] ?? base;
  const source = edit.rows?.source;
  const before = source === undefined ? null : readBinding(source, sourcesOf(job));
  return { edit, base, value, rows: edit.rows === undefined ? null : readRows(value, edit.rows, before) };
}

/** The value as the page gives it. A key of the person is taken out before it is stored anywhere. */
export function givenValue(context: Context, { edit, base, value, rows }: AskedEdit, given: Given): unknown {
  const { text } = redactorOf(context);
  if (rows !== null && edit.rows !== undefined && given.texts !== undefined)
    return withTexts(value, edit.rows, given.texts.map(text));
  if (given.text === undefined) return value;
  const clean = text(given.text);
  const whole = rows === null || typeof base === "string" ? clean : meant(clean, base);
  return whole ?? value;
}

/** What goes on the wire, or the first thing that is wrong with it. */
export function finished(t: Translate, asked: AskedEdit): { readonly value: unknown } | string {
  const wrong =
    problemOf(t, asked) ?? asked.rows?.map((row, at) => rowProblem(t, asked, row, at)).find(Boolean);
  if (wrong != null) return wrong;
  const { base, value } = asked;
  return { value: typeof value === "string" ? meant(value, base) : value };
}

/** The question on the card. */
export function editAsk(t: Translate, asked: AskedEdit): NonNullable<CardView["ask"]> {
  const { edit, rows, value } = asked;
  const common = { kind: "edit", sentence: editSentence(t, edit.title), edit: edit.name } as const;
  if (rows === null) {
    const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    return { ...common, facts: [], text, problem: problemOf(t, asked) };
  }
  const maxLength = edit.rows?.maxLength;
  return {
    ...common,
    facts: [],
    ...(maxLength === undefined ? {} : { maxLength }),
    rows: rows.map((row, at) => ({
      ...row,
      speaker: row.speaker === null ? null : said(row.speaker, 100),
      source: row.source === null ? null : said(row.source, 10_000),
      problem: rowProblem(t, asked, row, at),
    })),
  };
}

/** What is wrong with an edit that is one text. */
function problemOf(t: Translate, { edit, base, value, rows }: AskedEdit): string | null {
  if (rows !== null || typeof value !== "string" || value === base) return null;
  if (value.includes(REDACTED)) return keySentence(t, edit.title);
  return meant(value, base) === undefined
    ? t("What you edited is not valid JSON; correct it and confirm again.")
    : null;
}

function rowProblem(t: Translate, { edit, base }: AskedEdit, { text }: Row, at: number): string | null {
  const given = edit.rows === undefined ? null : readRows(base, edit.rows, null)?.[at]?.text;
  if (text === given) return null;
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = edit.rows ?? {};
  const length = [...text].length;
  if (text.includes(REDACTED)) return keySentence(t, edit.title);
  if (minLength > 0 && text.trim() === "") return t("This row is empty; write what is to be said.");
  if (length < minLength)
    return t("It needs at least {least} characters; this has {length}.", { least: minLength, length });
  if (length > maxLength)
    return t("It may have at most {most} characters; this has {length}.", { most: maxLength, length });
  return null;
}

function keySentence(t: Translate, title: string): string {
  return t("{title} holds one of your keys; take it out: a key is sent by itself.", { title });
}

/** An edited text as a value of the kind that it was; undefined where it is to be JSON and is broken. */
function meant(text: string, base: unknown): unknown {
  if (typeof base === "string" || (base === null && !/^\s*[[{"]/.test(text))) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
