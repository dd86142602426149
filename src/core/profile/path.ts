// Reads a dotted path into an answer, and JSON pointers into and out of a body. Pure; never throws on any answer.

/** What paths are read from: a parsed body (or its text) and the headers, lower-case names. */
export interface Answered {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * Every value a path leads to, in order; a place that a list's member lacks holds undefined, so that two paths over the
 * same list stay side by side. Without `[]` the answer has one entry. `song.outputs[].url` maps over a list, `urls[0]`
 * takes one member, `[].id` begins at a list, `*.id` looks into an object's first member, `header:NAME` reads a header
 * (with a further path: into its JSON), `type|tail` takes what follows the last slash.
 */
export function readAll(answer: Answered, path: string): unknown[] {
  const [plain = "", ...filters] = path.split("|");
  let values: unknown[];
  if (plain.startsWith("header:")) {
    const dot = plain.indexOf(".");
    const name = plain.slice("header:".length, dot < 0 ? undefined : dot).toLowerCase();
    const text = Object.hasOwn(answer.headers, name) ? answer.headers[name] : undefined;
    values = dot < 0 ? [text] : follow(parsed(text), plain.slice(dot + 1));
  } else values = follow(answer.body, plain);
  return filters.includes("tail") ? values.map(tail) : values;
}

/** The first value a path leads to that is neither null nor missing; undefined where there is none. */
export function readOne(answer: Answered, path: string): unknown {
  return readAll(answer, path).find((one) => one !== undefined && one !== null);
}

/** The first value as text: a text that is not empty, or a number written out; null otherwise. */
export function readText(answer: Answered, path: string): string | null {
  const value = readOne(answer, path);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

/** The first value as a finite number, also where it is written as text; null otherwise. */
export function readNumber(answer: Answered, path: string): number | null {
  const value = readOne(answer, path);
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** The value of a header that holds JSON, or the text itself. */
export function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function follow(root: unknown, path: string): unknown[] {
  let values: unknown[] = [root];
  for (const segment of path === "" ? [] : path.split(".")) {
    const name = segment.replace(/(\[\d*\])+$/, "");
    if (name !== "") values = values.map((one) => member(one, name));
    for (const [, index = ""] of segment.slice(name.length).matchAll(/\[(\d*)\]/g))
      values =
        index === ""
          ? values.flatMap((one) => (Array.isArray(one) ? (one as unknown[]) : []))
          : values.map((one) => (Array.isArray(one) ? (one as unknown[])[Number(index)] : undefined));
  }
  return values;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if (name === "*") return Object.values(value)[0];
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function tail(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return value
    .replace(/[/#]+$/, "")
    .split(/[/#]/)
    .pop();
}

/** The value at a JSON pointer (RFC 6901); undefined where nothing stands. */
export function readPointer(root: unknown, pointer: string): unknown {
  let value = root;
  for (const key of segments(pointer)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/**
 * A copy of `root` with a value at a JSON pointer. Missing parents are made: a list where the key is a number up to
 * 999, an object otherwise. A parent that is neither is replaced.
 */
export function writePointer(root: unknown, pointer: string, value: unknown): unknown {
  const write = (node: unknown, keys: readonly string[]): unknown => {
    const [key, ...rest] = keys;
    if (key === undefined) return value;
    const index = /^(0|[1-9]\d{0,2})$/.test(key) ? Number(key) : null;
    if (index !== null && (Array.isArray(node) || !isObject(node))) {
      const list = Array.isArray(node) ? [...(node as unknown[])] : [];
      while (list.length < index) list.push(null);
      list[index] = write(list[index], rest);
      return list;
    }
    const entries = isObject(node) ? Object.entries(node) : [];
    const old = entries.find(([name]) => name === key)?.[1];
    return Object.fromEntries([...entries.filter(([name]) => name !== key), [key, write(old, rest)]]);
  };
  return write(root, segments(pointer));
}

function segments(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((one) => one.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
