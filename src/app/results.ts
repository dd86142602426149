// Results on their way to disk: inline ones at once, links and further calls in the fetch stage, each once. Names are
// chosen here; the type is what the bytes show.
import { isHeadroomError } from "../core/errors.ts";
import type { Result } from "../core/jobs/model.ts";
import type { ResultRead } from "../core/profile/answer.ts";
import type { Action, ResultSpec } from "../core/profile/schema.ts";
import { endingOf } from "../core/sniff.ts";
import type { Incoming } from "../core/wire.ts";
import type { ResultFile } from "./api.ts";
import { type Context, newId } from "./context.ts";
import { brokenAnswer, errorProblem } from "./problems.ts";
import type { Task } from "./task.ts";
import { aboutOf } from "./task-problems.ts";

/** The most of a text or JSON result that is shown without opening it. Characters. */
const PREVIEW = 4_000;
const USUAL_TYPE = { audio: "audio/wav", video: "video/mp4", json: "application/json", text: "text/plain" };

/** Where the body of an action's answer goes if it is a result by itself; null where it is not. */
export function bodyFile(task: Task, called: Action): string | null {
  const spec = called.answers.flatMap((one) => one.results).find((one) => one.from === "body");
  if (spec === undefined || called.id !== task.action.id) return null;
  const ending = endingOf(plainType(spec.contentType ?? USUAL_TYPE[spec.kind]));
  return pathOf(task.context, nameOf(resultId(task, 0), ending));
}

/**
 * Makes results of what an answer holds: inline ones are written to disk, links and further calls are to be fetched later.
 * They are not stored yet: that is for the commit that also says what follows.
 */
export async function resultsOf(
  task: Task,
  reads: readonly ResultRead[],
  incoming: Incoming | null,
): Promise<readonly Result[]> {
  const made: Result[] = [];
  for (const [index, read] of reads.entries()) {
    const result = await resultOf(task, read, index, incoming);
    if (result !== null) made.push(result);
  }
  return made;
}

/** An answer that no result entry describes, as a JSON or text result, so that nothing that came is lost. */
export async function wholeAnswer(task: Task, incoming: Incoming, body: unknown): Promise<readonly Result[]> {
  const { files, t } = task.context.ports;
  if (incoming.bytes === 0) return [];
  const result = blank(task, 0, "json", t("Answer"));
  if (incoming.file === null) return [await written(task, result, body)];
  const file = nameOf(result.id, endingOf(incoming.sniffed));
  await files.take(incoming.file, file);
  return [{ ...result, ...told(incoming), file }];
}

/** Null for what the answer does not hold after all, and for what was fetched before. */
async function resultOf(
  task: Task,
  read: ResultRead,
  index: number,
  incoming: Incoming | null,
): Promise<Result | null> {
  const { context } = task;
  const { results, files } = context.ports;
  const result: Result = {
    ...blank(task, index, read.kind, read.title ?? usualTitle(context, read.kind, index)),
    durationMs: read.durationMs,
    linkExpiresAt: read.expiresAt,
  };
  const old = results.get(result.id);
  // Fetched once: a poll that is repeated after a crash must not undo it.
  if (old !== null && old.file !== null) return null;
  switch (read.from) {
    case "base64": {
      const lifted = incoming?.lifted?.[read.base64];
      if (lifted === undefined) return checked(task, { ...result, bytes: 0, mediaType: "text/plain" });
      const type = plainType(read.contentType ?? USUAL_TYPE[read.kind]);
      const file = nameOf(result.id, endingOf(type));
      await files.take(lifted.file, file);
      return checked(task, { ...result, ...told(lifted), file }, lifted.whole);
    }
    case "body":
      if (incoming === null || incoming.file === null) return null;
      return checked(task, { ...result, ...told(incoming), file: fileName(incoming.file) }, incoming.whole);
    case "json":
      return written(task, result, read.value);
    case "link":
      return { ...result, link: read.link };
    case "action":
      return result;
  }
}

/** Which members of an answer hold media as base64: the last name of each path. */
export function liftOf(specs: readonly ResultSpec[]): string[] {
  const paths = specs.flatMap((one) => (one.from === "base64" ? [one.path ?? ""] : []));
  return paths.map((path) => (path.split(".").pop() ?? path).replace(/(\[\d*\])+$/, ""));
}

/** Deletes what of an answer lies on disk and became no result. */
export async function discard({ ports }: Context, incoming: Incoming): Promise<void> {
  await ports.files.discard(Object.values(incoming.lifted ?? {}).map((one) => one.file));
}

/** What is stored of a file's bytes. */
export function told(
  from: Pick<Incoming, "bytes" | "sniffed" | "digest">,
): Pick<Result, "bytes" | "mediaType" | "digest"> {
  return { bytes: from.bytes, mediaType: from.sniffed, digest: from.digest ?? null };
}

/** A result as fetched; bytes of another kind than promised, or a part of them, are kept, with a word on it. */
export function checked(task: Pick<Task, "context" | "place">, result: Result, whole = true): Result {
  const { ports } = task.context;
  const type = result.mediaType;
  const media = result.kind === "audio" || result.kind === "video";
  const wrong = media && type !== null && !/^(audio|video)\//.test(type);
  const empty = media && result.bytes === 0;
  const about = aboutOf(task);
  const problem =
    wrong || empty
      ? brokenAnswer(about, "type", type ?? ports.t("nothing"))
      : brokenAnswer(about, "part", "");
  return { ...result, problem: wrong || empty || !whole ? problem.sentence : null };
}

/** A value as a result on disk. Where the disk does not take it, it is kept with a word on that, to be written later. */
export async function written(
  task: Pick<Task, "context" | "place">,
  result: Result,
  value: unknown,
): Promise<Result> {
  const { files } = task.context.ports;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const file = nameOf(result.id, result.kind === "json" ? "json" : "txt");
  const shown = {
    ...result,
    mediaType: result.kind === "json" ? "application/json" : "text/plain",
    preview: text.length <= PREVIEW ? text : `${text.slice(0, PREVIEW)}…`,
  };
  try {
    const { bytes } = await files.writeText(file, text);
    return { ...shown, file, bytes, problem: null };
  } catch (error) {
    if (!isHeadroomError(error, "notConfigured")) throw error;
    return { ...shown, problem: errorProblem(aboutOf(task), error).sentence };
  }
}

/** A result's id tells exchange, step and place, so that the same result always has the same one. */
export function resultId(task: Pick<Task, "id" | "job">, index: number): string {
  return `${task.id}-${task.job.step + 1}-${index}`;
}

/** A result of which nothing is there yet. */
export function blank(task: Task, index: number, kind: Result["kind"], title: string): Result {
  return {
    id: resultId(task, index),
    exchangeId: task.id,
    kind,
    title,
    file: null,
    bytes: null,
    mediaType: null,
    link: null,
    linkExpiresAt: null,
    problem: null,
    place: { step: task.job.step, index },
  };
}

/** What a result is called that has no name of its own. */
export function usualTitle({ ports: { t } }: Context, kind: Result["kind"], index: number): string {
  const name = { audio: t("Audio"), video: t("Video"), json: t("Data"), text: t("Text") }[kind];
  return index === 0 ? name : `${name} ${index + 1}`;
}

/**
 * A file's name: the result's id, something of its own, the ending. Nobody else gives the same: a process that was frozen must
 * not put its bytes in the place of those that another one has fetched meanwhile.
 */
function nameOf(id: string, ending: string): string {
  return `${id}.${fileMark()}.${ending}`;
}

/** What tells a process' files of a result from another's. */
export function fileMark(): string {
  return newId().slice(0, 8);
}

/** Where a file of the result store lies. */
export function pathOf(context: Context, file: string): string {
  return `${context.ports.results.folder}/${file}`;
}

/** Where a result will lie: under its id, with the ending of its type. */
export function newFile(
  context: Context,
  result: Pick<Result, "id" | "kind">,
  contentType: string | null,
  ending: string | null,
): string {
  const type = plainType(contentType ?? USUAL_TYPE[result.kind]);
  return pathOf(context, nameOf(result.id, ending ?? endingOf(type)));
}

/** The bare name of a file in the result folder. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).pop() ?? path;
}

/** A media type without parameters. */
function plainType(type: string): string {
  return (type.split(";")[0] ?? type).trim().toLowerCase();
}

/** A result on disk, for Save, Reveal and Open; null until it is fetched. */
export function resultFile(context: Context, resultId: string): ResultFile | null {
  const { results, exchanges } = context.ports;
  const result = results.get(resultId);
  if (result === null || result.file === null) return null;
  const exchange = exchanges.get(result.exchangeId);
  const ending =
    result.mediaType === null ? (result.file.split(".").pop() ?? "bin") : endingOf(result.mediaType);
  const stem = `${exchange?.providerId ?? "result"}-${exchange?.actionId ?? ""}-${result.title}`;
  const plain = stem.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return {
    path: pathOf(context, result.file),
    title: result.title,
    suggestedName: `${plain.toLowerCase().slice(0, 80)}.${ending}`,
    mediaType: result.mediaType,
    bytes: result.bytes ?? 0,
  };
}
