/**
 * Runs a table of documented requests against a simulator, with a client of its own on bare node:http.
 * Must import nothing of the product's client: it stands for any program that speaks to the API.
 */
import assert from "node:assert/strict";
import { type IncomingHttpHeaders, request } from "node:http";
import { after, before, describe, it } from "node:test";
import type { ProviderId } from "../../src/simulator/accounts.ts";
import { type Simulator, startSimulator } from "../../src/simulator/server.ts";
import { createSteadyClock } from "./clocks.ts";

/** A file of a multipart request. */
export interface FilePart {
  readonly file: Buffer;
  readonly type: string;
}

/** One request. `{name}` in path, headers and body stands for a value that an earlier one has kept. */
export interface Call {
  /** Method and path, such as `GET /v1/voices`. A path that is only `{name}` is a whole address. */
  readonly send: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is when it is a text or bytes. */
  readonly body?: unknown;
  /** Sent as multipart. */
  readonly form?: Readonly<Record<string, string | FilePart>>;
  /** Default: the key of the first account. `none` sends no key, another word that key's label. */
  readonly as?: string;
}

/** A call that prepares a row, and what is kept of its answer, by path into the JSON. */
export interface Step extends Call {
  readonly keep?: Readonly<Record<string, string>>;
  /** How often it is sent. Default 1. */
  readonly times?: number;
}

/** One row: a request as documented and the documented answer. */
export interface Row extends Call {
  /** The row's name, a rule to read aloud. */
  readonly rule: string;
  /** Changes to the simulator beforehand. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly given?: readonly Step[];
  readonly status: number;
  /** Headers of the answer; null: must be absent. */
  readonly has?: Readonly<Record<string, string | RegExp | null>>;
  /** A pattern of the JSON body, see `assertLike`. */
  readonly json?: unknown;
  /** The beginning of the body's bytes, as latin1 text. */
  readonly starts?: string | RegExp;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** Runs all rows of a provider, each as a subtest on a simulator that was reset before. */
export function runRows(
  provider: ProviderId,
  authorise: (key: string) => Record<string, string>,
  rows: readonly Row[],
  timeScale = 0,
): void {
  describe(`${provider}, asked by an independent client`, () => {
    let simulator: Simulator;
    before(async () => {
      simulator = await startSimulator({ timeScale, clock: createSteadyClock() });
    });
    after(() => simulator.close());
    for (const row of rows) {
      it(row.rule, async () => {
        const vendor = simulator.vendors.get(provider)!;
        vendor.reset();
        if (row.set) vendor.set(row.set);
        const kept: Record<string, string> = {};
        for (const step of row.given ?? []) {
          for (let time = 0; time < (step.times ?? 1); time += 1)
            await prepare(simulator, provider, authorise, step, kept);
        }
        const answer = await callApi(simulator, provider, authorise, row, kept);
        const said = answer.bytes.subarray(0, 400).toString("latin1");
        assert.equal(answer.status, row.status, said);
        for (const [name, value] of Object.entries(row.has ?? {})) assertHeader(answer.headers, name, value);
        if (row.json !== undefined) assertLike(JSON.parse(answer.bytes.toString("utf8")), row.json, "body");
        if (typeof row.starts === "string") assert.ok(said.startsWith(row.starts), said);
        else if (row.starts) assert.match(said, row.starts);
      });
    }
  });
}

async function prepare(
  simulator: Simulator,
  provider: ProviderId,
  authorise: (key: string) => Record<string, string>,
  step: Step,
  kept: Record<string, string>,
): Promise<void> {
  const answer = await callApi(simulator, provider, authorise, step, kept);
  for (const [name, path] of Object.entries(step.keep ?? {})) {
    let value: unknown =
      path === "" ? answer.bytes.toString("utf8") : JSON.parse(answer.bytes.toString("utf8"));
    for (const part of path === "" ? [] : path.split("."))
      value = (value as Record<string, unknown> | undefined)?.[part];
    assert.equal(
      typeof value,
      "string",
      `${step.send} gave no ${path}: ${answer.bytes.toString("utf8").slice(0, 300)}`,
    );
    kept[name] = String(value);
  }
}

/** Sends one call with a bare client. */
export async function callApi(
  simulator: Simulator,
  provider: ProviderId,
  authorise: (key: string) => Record<string, string>,
  call: Call,
  kept: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (whole, name: string) => kept[name] ?? whole);
  const [method = "GET", given = ""] = call.send.split(" ", 2);
  const { url, key, keys } = simulator.accounts[provider];
  const path = fill(given);
  const chosen = call.as === undefined ? key : keys.find(({ label }) => label === call.as)?.key;
  const headers: Record<string, string> = chosen === undefined ? {} : authorise(chosen);
  let body: Buffer | undefined;
  if (call.form) {
    headers["content-type"] = "multipart/form-data; boundary=rowboundary";
    body = multipart(call.form, fill);
  } else if (call.body !== undefined) {
    headers["content-type"] = "application/json";
    const isText = typeof call.body === "string";
    body = Buffer.isBuffer(call.body)
      ? call.body
      : Buffer.from(fill(isText ? String(call.body) : JSON.stringify(call.body)));
  }
  for (const [name, value] of Object.entries(call.headers ?? {})) headers[name] = fill(value);
  return send(method, path.startsWith("http") ? path : url + path, headers, body);
}

/** One request on a connection of its own. */
export function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length: Record<string, string> = body ? { "content-length": String(body.length) } : {};
    const asking = request(url, { method, headers: { ...length, ...headers }, agent: false }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on("data", (piece: Buffer) => pieces.push(piece));
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(pieces) }),
      );
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

function multipart(form: NonNullable<Call["form"]>, fill: (text: string) => string): Buffer {
  const parts = Object.entries(form).map(([name, value]) => {
    const isText = typeof value === "string";
    const head = `--rowboundary\r\ncontent-disposition: form-data; name="${name}"${isText ? "" : `; filename="${name}.bin"\r\ncontent-type: ${value.type}`}\r\n\r\n`;
    return Buffer.concat([
      Buffer.from(head),
      isText ? Buffer.from(fill(value)) : value.file,
      Buffer.from("\r\n"),
    ]);
  });
  return Buffer.concat([...parts, Buffer.from("--rowboundary--\r\n")]);
}

function assertHeader(headers: IncomingHttpHeaders, name: string, wanted: string | RegExp | null): void {
  const value = headers[name];
  if (wanted === null) assert.equal(value, undefined, `${name} must be absent`);
  else if (typeof wanted === "string") assert.equal(value, wanted, name);
  else assert.match(String(value), wanted, name);
}

/** Stands for a field that must not be there. */
export const absent = Symbol("absent");

/**
 * Compares a value with a pattern: a `RegExp` must match a text, a function must hold, a list must have the same length,
 * an object must have at least the pattern's fields, all else must be equal.
 */
export function assertLike(value: unknown, pattern: unknown, where: string): void {
  if (pattern === absent) {
    assert.equal(value, undefined, `${where} must be absent`);
  } else if (pattern instanceof RegExp) {
    assert.match(String(value), pattern, where);
  } else if (typeof pattern === "function") {
    assert.ok(pattern(value), `${where}: ${JSON.stringify(value)}`);
  } else if (Array.isArray(pattern)) {
    assert.ok(Array.isArray(value), `${where} must be a list`);
    assert.equal(value.length, pattern.length, `${where}: length`);
    for (const [index, each] of pattern.entries()) assertLike(value[index], each, `${where}.${index}`);
  } else if (typeof pattern === "object" && pattern !== null) {
    assert.ok(typeof value === "object" && value !== null, `${where} must be an object`);
    for (const [name, each] of Object.entries(pattern)) {
      assertLike((value as Record<string, unknown>)[name], each, `${where}.${name}`);
    }
  } else {
    assert.equal(value, pattern, where);
  }
}
