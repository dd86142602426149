/**
 * Changes the quota arithmetic in one place at a time and looks whether a test fails: `node scripts/mutate.ts [--every N] [--thorough]
 * [WORD ...]`. A WORD keeps only the source files whose path holds it, `--every 5` tries each fifth mutant, `--thorough` tries what
 * the quick tests let live with the slow ones as well. What died is remembered while its source stays as it is, so that a run
 * goes on where one was broken off, and only survivors are tried again. Run by hand, never in CI.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { cacheFolder, root } from "../test/harness/paths.ts";
import { instrument, type Mutant } from "./mutation/instrument.ts";
import type { Measured, Order, Said, Setup } from "./mutation/worker.ts";

/** Tests above this are left out, but for a thorough run. ms */
const QUICK_MS = 250;
const SLOW_MS = 4_000;
/** What a test may take of a mutant: so much, and so many times as long as it does without it. ms */
const PATIENCE_MS = 2_000;
const TIMES = 8;
/** Loading takes at most so long. ms */
const LOADING_MS = 30_000;

// Properties are tried with few runs: what they find, they mostly find early.
process.env.FC_RUNS = "0.004";

interface Source {
  readonly file: string;
  readonly hash: string;
  readonly firstId: number;
  readonly mutants: readonly Mutant[];
}

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { every: { type: "string", default: "1" }, thorough: { type: "boolean", default: false } },
});
const every = Number(values.every);
const notes = path.join(cacheFolder("mutation"), "killed.txt");
const sources: Source[] = [];
let ids = 0;
for (const name of globSync("src/core/quota/*.ts", { cwd: root }).sort()) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
  const file = path.join(root, name);
  const source = readFileSync(file, "utf8");
  const { mutants } = instrument(source, file, ids);
  sources.push({ file, hash: createHash("sha256").update(source).digest("hex"), firstId: ids, mutants });
  ids += mutants.length;
}
const tests = globSync("test/core/quota/*.test.ts", { cwd: root })
  .sort()
  .filter((name) => !/soak|fuzz/.test(name) && (values.thorough || !/properties|never-above/.test(name)))
  .map((name) => path.join(root, name));

const known = new Set(existsSync(notes) ? readFileSync(notes, "utf8").split("\n") : []);
const setup = { sources: sources.map(({ file, firstId }) => [file, firstId] as const), tests };
let baseline: readonly Measured[] = [];
/** Met while the files are loaded: such a switch must be set before. */
const early = new Set<number>();
let thread = await start(-1);
baseline = await measure(thread);
const coverage = new Map<number, number[]>();
const quick = baseline
  .map((one, number) => ({ ...one, number }))
  .filter((one) => one.ms <= (values.thorough ? SLOW_MS : QUICK_MS));
for (const { number, met } of quick.toSorted((a, b) => a.ms - b.ms))
  for (const id of met) coverage.set(id, [...(coverage.get(id) ?? []), number]);
const all = quick.toSorted((a, b) => a.ms - b.ms).map((one) => one.number);
console.log(`${ids} mutants in ${sources.length} files, ${quick.length} of ${baseline.length} tests`);

let killed = 0;
let count = 0;
for (const source of sources) {
  const survivors: Mutant[] = [];
  const tried = source.mutants.filter((one) => one.id % every === 0);
  for (const mutant of tried) {
    const note = `${source.hash} ${mutant.id - source.firstId}`;
    if (!known.has(note) && (await survives(mutant))) survivors.push(mutant);
    else if (!known.has(note)) appendFileSync(notes, `${note}\n`);
  }
  const dead = tried.length - survivors.length;
  count += tried.length;
  killed += dead;
  console.log(`\n${path.relative(root, source.file)}: ${dead} of ${tried.length} die`);
  for (const { line, text, change } of survivors) console.log(`  ${line}: ${text}  ->  ${change}`);
}
console.log(`\n${killed} of ${count} mutants die: ${((100 * killed) / Math.max(1, count)).toFixed(1)} %`);
await thread.terminate();

/** Whether no test fails; a mutant that takes too long is dead as well. */
async function survives({ id }: Mutant): Promise<boolean> {
  const atLoad = early.has(id);
  const numbers = atLoad ? all : (coverage.get(id) ?? []);
  if (numbers.length === 0) return true;
  if (!atLoad) {
    const said = await ask(thread, { mutant: id, tests: numbers });
    if (said === null) thread = await start(-1);
    return said?.type === "done" && said.killedBy === null;
  }
  const own = await start(id).catch(() => null);
  if (own === null) return false;
  const said = await ask(own, { mutant: id, tests: numbers });
  await own.terminate();
  return said?.type === "done" && said.killedBy === null;
}

/** A thread with everything loaded. Rejects where that fails. */
async function start(active: number): Promise<Worker> {
  const data: Setup = { ...setup, active };
  const worker = new Worker(new URL("./mutation/worker.ts", import.meta.url), {
    workerData: data,
    stdout: true,
    stderr: true,
  });
  // It exits then, which tells enough.
  worker.on("error", () => undefined);
  const said = await answer(worker, LOADING_MS);
  if (said?.type !== "loaded") throw new Error("The tests cannot be loaded.");
  for (const id of said.met) early.add(id);
  return worker;
}

async function measure(worker: Worker): Promise<readonly Measured[]> {
  const said = await ask(worker, { mutant: -1, tests: [] });
  if (said?.type !== "measured") throw new Error("A test fails without any mutant.");
  return said.tests;
}

async function ask(worker: Worker, order: Order): Promise<Said | null> {
  worker.postMessage(order);
  return await answer(worker, LOADING_MS);
}

/** What the thread says in the end; null where it dies, or one of its tests takes too long, and then it is ended. */
function answer(worker: Worker, patienceMs: number): Promise<Said | null> {
  return new Promise((resolve) => {
    const end = (said: Said | null) => {
      clearTimeout(timer);
      worker.off("message", hear).off("exit", dead);
      if (said === null) void worker.terminate();
      resolve(said);
    };
    const dead = () => end(null);
    let timer = setTimeout(dead, patienceMs);
    const hear = (said: Said) => {
      if (said.type !== "began") return end(said);
      clearTimeout(timer);
      timer = setTimeout(dead, PATIENCE_MS + TIMES * (baseline[said.test]?.ms ?? LOADING_MS));
    };
    worker.on("message", hear).once("exit", dead);
  });
}
