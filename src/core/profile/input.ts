// What a form gives for an action, turned into what goes on the wire: typed values, files. Pure.
import type { Action, Parameter } from "./schema.ts";

/** A chosen file. A plain text in its place is its path. */
export interface FileValue {
  readonly file: string;
  readonly fileName: string;
  readonly mediaType: string;
  /** Size where it is known. Bytes. */
  readonly bytes: number | null;
}

/** Form values by parameter name. */
export type Input = Readonly<Record<string, unknown>>;

/** Whether a value counts as not given: missing, null, or an empty text. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** What the form holds at first: examples before defaults. Files are left to the person. */
export function firstInput(action: Action): Record<string, unknown> {
  const pairs = action.parameters.map((one) => [one.name, one.example ?? one.default] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

/**
 * A form value in its parameter's type; undefined where nothing is given, null where it cannot be read so.
 * A required parameter that is missing takes its default.
 */
export function coerce(parameter: Parameter, given: unknown): unknown {
  const value = isEmpty(given) && parameter.required ? (parameter.default ?? given) : given;
  if (value === undefined || value === null) return undefined;
  if (value === "") return parameter.required && parameter.type === "string" ? "" : undefined;
  switch (parameter.type) {
    case "string":
      return typeof value === "object" ? JSON.stringify(value) : String(value);
    case "boolean":
      if (typeof value === "boolean") return value;
      return value === "true" ? true : value === "false" ? false : null;
    case "integer":
    case "number": {
      const number = typeof value === "string" ? Number(value.trim() || "x") : value;
      if (typeof number !== "number" || !Number.isFinite(number)) return null;
      return parameter.type === "integer" && !Number.isInteger(number) ? null : number;
    }
    case "json":
      return typeof value === "string" ? readJson(value) : value;
    case "file":
      return readFile(value);
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** A file value from its path or from what a picker gave ({file|path, fileName|name, mediaType?, bytes?}); null where it is neither. */
export function readFile(value: unknown): FileValue | null {
  if (typeof value === "string") {
    const fileName = value.split(/[/\\]/).pop() ?? "";
    if (fileName === "") return null;
    return { file: value, fileName, mediaType: mediaTypeOf(fileName), bytes: null };
  }
  if (typeof value !== "object" || value === null) return null;
  const given = value as Readonly<Record<string, unknown>>;
  const at = given.file ?? given.path;
  const name = given.fileName ?? given.name;
  const plain = typeof at === "string" ? readFile(at) : null;
  if (plain === null) return null;
  const fileName = typeof name === "string" && name !== "" ? name : plain.fileName;
  return {
    file: plain.file,
    fileName,
    mediaType: typeof given.mediaType === "string" ? given.mediaType : mediaTypeOf(fileName),
    bytes: typeof given.bytes === "number" ? given.bytes : null,
  };
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  wav: "audio/wav",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  aac: "audio/aac",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  opus: "audio/ogg",
  flac: "audio/flac",
  webm: "video/webm",
  mp4: "video/mp4",
  mov: "video/quicktime",
  mkv: "video/x-matroska",
  json: "application/json",
  jsonl: "application/jsonl",
  txt: "text/plain",
};

/** The media type that a file name's ending says; application/octet-stream where it says none. */
export function mediaTypeOf(fileName: string): string {
  const ending = fileName.slice(fileName.lastIndexOf(".") + 1).toLowerCase();
  return (Object.hasOwn(MEDIA_TYPES, ending) ? MEDIA_TYPES[ending] : undefined) ?? "application/octet-stream";
}
