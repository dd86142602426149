// Names every seam that an exchange passes in this process, from the outside: stores, ledger, transactions, network, files.
// At the one that it is told the process kills or stops itself. It must be loaded before anything of the product.
import { subscribe } from "node:diagnostics_channel";
import { writeSync } from "node:fs";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { Database } from "../../src/store/database.ts";
import { SqliteExchanges } from "../../src/store/exchanges.ts";
import { SqliteJobs } from "../../src/store/jobs.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { SqliteResults } from "../../src/store/results.ts";

/** Where this process ends: a seam's name or how many it passes, and the signal that it sends to itself there the first time. */
export interface Fate {
  readonly at: string | number;
  readonly signal: "SIGKILL" | "SIGSTOP";
}

/** What a process prints right before it stops itself. */
const STOPPED = "stopped\n";
/** Every seam passed so far, in order, each once. */
export const passed = new Set<string>();
let fate: Fate | null = null;
let began = false;
let step = 0;
/** The step to which the running transaction leads. */
let next = 0;
let depth = 0;
/** What the running transaction has done so far: it names the transaction's own seam. */
let done: string[] = [];

/** From here on seams are named; at the fated one this process ends. */
export function begin(wanted: Fate | null): void {
  fate = wanted;
  began = true;
}

function seam(name: string): void {
  if (!began) return;
  const full = `step ${step}: ${name}`;
  if (passed.has(full)) return;
  passed.add(full);
  if (fate?.at !== full && fate?.at !== passed.size) return;
  // A process that is stopped can no longer say so.
  if (fate.signal === "SIGSTOP") writeSync(1, STOPPED);
  process.kill(process.pid, fate.signal);
}

type Method = (this: unknown, ...given: unknown[]) => unknown;

/** Puts a seam after a method of a class; inside a transaction it only names the transaction. */
function after(type: { readonly prototype: object }, method: string, label: Label): void {
  const methods = type.prototype as Record<string, Method>;
  const plain = methods[method];
  if (plain === undefined) throw new Error(`There is no method ${method}.`);
  methods[method] = function (...given) {
    const name = `${method}${label(given)}`;
    if (depth === 0) done = [];
    done.push(name);
    const made = plain.apply(this, given);
    // What made a transaction of its own has its seam already.
    if (depth === 0 && done.length > 0) seam(`${name} done`);
    if (depth === 0) done = [];
    return made;
  };
}

type Label = (given: readonly unknown[]) => string;
const plainly: Label = () => "";

/** What an update changes, in the words of the states. */
const change: Label = ([, what]) => {
  const given = what as Record<string, unknown>;
  if (typeof given.step === "number") next = given.step + 1;
  const words = ["stage", "state", "asks", "remoteId"].flatMap((key) =>
    given[key] === undefined ? [] : [key === "remoteId" ? "remote" : `${key}=${String(given[key])}`],
  );
  return `(${words.length > 0 ? words.join(" ") : Object.keys(given).join(" ")})`;
};
const moment: Label = ([, what]) => {
  const { what: kind, state } = what as { what: string; state?: string };
  return `(${state ?? kind})`;
};
const result: Label = ([what]) => {
  const { file, problem } = what as { file: string | null; problem: string | null };
  return `(${problem === null ? (file === null ? "to fetch" : "fetched") : "problem"})`;
};

after(SqliteExchanges, "begin", plainly);
after(SqliteExchanges, "update", change);
after(SqliteExchanges, "note", moment);
after(SqliteJobs, "add", plainly);
after(SqliteJobs, "update", change);
after(SqliteJobs, "lease", plainly);
after(SqliteJobs, "unlease", plainly);
after(SqliteResults, "put", result);
for (const method of ["reserve", "sent", "settle", "lost", "refund", "free"])
  after(SqlLedger, method, plainly);

const { transaction } = Database.prototype;
Database.prototype.transaction = function <T>(work: () => T): T {
  if (depth > 0) return work();
  const value = transaction.call(this, () => {
    depth++;
    try {
      return work();
    } finally {
      depth--;
      seam(`commit of ${done.join(", ") || "another"}`);
    }
  }) as T;
  seam(`${done.join(", ") || "another"} committed`);
  done = [];
  step = next;
  return value;
};

/** A file's name without what differs from run to run. */
const fileName = (path: unknown) =>
  /\.part$/.test(String(path)) ? "part" : /\.(\w+)$/.test(String(path)) ? "whole" : "folder";

for (const name of ["mkdir", "rename", "rm"] as const) {
  const plain = fs[name] as (...given: unknown[]) => Promise<unknown>;
  const spied = async (...given: unknown[]) => {
    seam(`file ${name} ${fileName(given[0])} begins`);
    const made = await plain(...given);
    seam(`file ${name} ${fileName(given[0])} done`);
    return made;
  };
  Object.assign(fs, { [name]: spied });
}
const openFile = fs.open;
fs.open = async (path, flags, mode) => {
  seam(`file open ${fileName(path)} begins`);
  const handle = await openFile(path, flags, mode);
  seam(`file open ${fileName(path)} done`);
  for (const name of ["write", "writev", "sync", "close"] as const) {
    const plain = handle[name].bind(handle) as (...given: unknown[]) => Promise<unknown>;
    const spied = async (...given: unknown[]) => {
      seam(`file ${name} begins`);
      const made = await plain(...given);
      seam(`file ${name} done`);
      return made;
    };
    Object.assign(handle, { [name]: spied });
  }
  return handle;
};
syncBuiltinESMExports();

interface Told {
  readonly request?: { readonly method: string; readonly path: string };
}

/** A path without ids: what differs from run to run. */
const route = ({ request }: Told) =>
  request === undefined
    ? ""
    : ` ${request.method} ${request.path.replace(/\?.*$/, "").replace(/[^/]*\d[^/]{7,}/g, "*")}`;

for (const [channel, word] of [
  ["undici:request:create", "made"],
  ["undici:client:beforeConnect", "connects"],
  ["undici:client:connected", "connected"],
  ["undici:client:sendHeaders", "leaves"],
  ["undici:request:bodySent", "has left"],
  ["undici:request:headers", "head"],
  ["undici:request:bodyChunkReceived", "first bytes"],
  ["undici:request:trailers", "last byte"],
] as const)
  subscribe(channel, (told) => seam(`net${route(told as Told)} ${word}`));
