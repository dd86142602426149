// Builds the request of an action from form values, complete but for the key. Pure; it neither sends nor reads files.
import { HeadroomError } from "../errors.ts";
import type { Body, Part } from "../wire.ts";
import { coerce, type FileValue, type Input } from "./input.ts";
import { writePointer } from "./path.ts";
import type { Action, Parameter, Profile } from "./schema.ts";

/** A request without its key. */
export interface BuiltRequest {
  readonly method: string;
  /** Base, path and query. */
  readonly url: string;
  /** The path with its placeholders filled in, as the quota policies count it. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/** What a request needs besides the form's values. */
export interface RequestContext {
  /** Goes where the profile's idempotency contract says; null sends none. */
  readonly idempotencyKey: string | null;
  /** A base address instead of the profile's, with a path if the simulator serves the API under one; null for the profile's. */
  readonly origin: string | null;
}

/**
 * The request of an action. Values are taken in the parameter's type; what is not given is left out, so that the
 * server's own default holds. Throws HeadroomError `badShape` for a value that has no such type, and for a path
 * parameter that is empty, `.` or `..`.
 */
export function buildRequest(
  profile: Pick<Profile, "baseUrl">,
  action: Action,
  input: Input,
  { idempotencyKey, origin }: RequestContext,
): BuiltRequest {
  const given = action.parameters.flatMap((parameter) => {
    const value = coerce(parameter, input[parameter.name]);
    if (value === null) throw badValue(parameter);
    return value === undefined ? [] : [{ parameter, value }];
  });
  const headers: Record<string, string> = {};
  const query = new URLSearchParams();
  for (const { parameter, value } of given) {
    if (parameter.in === "header") headers[parameter.name.toLowerCase()] = written(value);
    if (parameter.in === "query") query.append(parameter.name, written(value));
  }
  const path = action.path.replace(/\{([^}]*)\}/g, (_, name: string) => {
    const hit = given.find(({ parameter }) => parameter.in === "path" && parameter.name === name);
    const text = hit === undefined ? "" : written(hit.value);
    if (text === "" || text === "." || text === "..") {
      const parameter = action.parameters.find((one) => one.name === name);
      throw new HeadroomError("badShape", `${parameter?.title ?? name} is missing from the address`, {
        path: name,
        expected: "a value that can stand in a path",
      });
    }
    return encodeURIComponent(text);
  });
  if (idempotencyKey !== null && action.idempotency.in === "header")
    headers[action.idempotency.name.toLowerCase()] = idempotencyKey;
  const body = buildBody(action, given, idempotencyKey);
  if (body.type === "json") headers["content-type"] = "application/json";
  const search = query.size === 0 ? "" : `?${query.toString()}`;
  const base = (origin ?? profile.baseUrl).replace(/\/+$/, "");
  return { method: action.method, url: `${base}${path}${search}`, path, headers, body };
}

interface Given {
  readonly parameter: Parameter;
  readonly value: unknown;
}

function buildBody(action: Action, given: readonly Given[], idempotencyKey: string | null): Body {
  if (action.body === "none") return { type: "none" };
  const fixed = Object.entries(action.constants ?? {});
  const key = action.idempotency.in === "body" && idempotencyKey !== null ? idempotencyKey : null;
  const keyAt = action.idempotency.in === "body" ? action.idempotency.at : "";
  if (action.body === "multipart") {
    const parts: Part[] = fixed.map(([at, value]) => ({ name: at.slice(1), text: written(value) }));
    for (const { parameter, value } of given) {
      const name = parameter.at?.slice(1) ?? parameter.name;
      if (parameter.in === "body") parts.push({ name, text: written(value) });
      if (parameter.in === "file") parts.push({ name, ...partOf(value as FileValue) });
    }
    if (key !== null) parts.push({ name: keyAt.slice(1), text: key });
    return { type: "multipart", parts };
  }
  let body: unknown = {};
  for (const [at, value] of fixed) body = writePointer(body, at, value);
  for (const { parameter, value } of given)
    if (parameter.in === "body") body = writePointer(body, pointerOf(parameter), value);
  if (key !== null) body = writePointer(body, keyAt, key);
  return { type: "json", text: JSON.stringify(body) };
}

/** Where a body parameter stands in the JSON body. */
function pointerOf(parameter: Pick<Parameter, "name" | "at">): string {
  return parameter.at ?? `/${parameter.name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function partOf({ file, fileName, mediaType }: FileValue) {
  return { file, fileName, mediaType };
}

function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function badValue(parameter: Parameter): HeadroomError {
  return new HeadroomError("badShape", `${parameter.title} is not of type ${parameter.type}`, {
    path: parameter.name,
    expected: parameter.type,
  });
}
