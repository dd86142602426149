// Runs in a thread: loads the tests with instrumented sources once, then runs them again and again, each time with another mutant
// switched on. It must not decide what counts as covered or slow.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import fc from "fast-check";
import { instrument } from "./instrument.ts";
import { Switch } from "./switch.ts";

/** What the main thread says at the start. */
export interface Setup {
  /** Absolute paths, each with the id of its first mutant. */
  readonly sources: readonly (readonly [file: string, firstId: number])[];
  readonly tests: readonly string[];
  /** On while everything is loaded; -1 for none. */
  readonly active: number;
}

/** Run these tests, by number, until one fails. Without a mutant all are run and measured. */
export interface Order {
  readonly mutant: number;
  readonly tests: readonly number[];
}

/** How one test went without any mutant. */
export interface Measured {
  readonly title: string;
  readonly ms: number;
  readonly met: readonly number[];
}

export type Said =
  | { readonly type: "loaded"; readonly met: readonly number[] }
  | { readonly type: "began"; readonly test: number }
  | { readonly type: "measured"; readonly tests: readonly Measured[] }
  | { readonly type: "done"; readonly mutant: number; readonly killedBy: string | null };

type Run = () => unknown;

const { sources, tests, active } = workerData as Setup;
const collected: { readonly title: string; readonly run: Run }[] = [];
const state = new Switch();
Object.assign(globalThis, {
  $m: state,
  $test: (title: string, run: Run) => void collected.push({ title, run }),
});
fc.configureGlobal({ seed: 17, endOnFailure: true });

const codes = new Map(sources.map(([file, firstId]) => [pathToFileURL(file).href, { file, firstId }]));
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "node:test" ? { url: "mutation:test", shortCircuit: true } : next(specifier, context),
  load: (url, context, next) => {
    if (url === "mutation:test")
      return { format: "module", shortCircuit: true, source: "export const test = globalThis.$test;" };
    const found = codes.get(url);
    if (found === undefined) return next(url, context);
    const { code } = instrument(readFileSync(found.file, "utf8"), found.file, found.firstId);
    return { format: "module-typescript", shortCircuit: true, source: code };
  },
});

const say = (said: Said) => parentPort?.postMessage(said);

state.active = active;
state.met = new Set();
for (const file of tests) await import(pathToFileURL(file).href);
say({ type: "loaded", met: [...state.met] });
state.met = null;

parentPort?.on("message", async ({ mutant, tests: numbers }: Order) => {
  if (mutant < 0) say({ type: "measured", tests: await measure() });
  else say({ type: "done", mutant, killedBy: await killer(mutant, numbers) });
});

async function measure(): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const [test, { title, run }] of collected.entries()) {
    say({ type: "began", test });
    state.met = new Set();
    const from = performance.now();
    await run();
    measured.push({ title, ms: performance.now() - from, met: [...state.met] });
  }
  state.met = null;
  return measured;
}

/** The first test that fails; null where all pass. */
async function killer(mutant: number, numbers: readonly number[]): Promise<string | null> {
  state.active = mutant;
  for (const number of numbers) {
    const one = collected[number];
    say({ type: "began", test: number });
    try {
      await one?.run();
    } catch {
      return one?.title ?? "";
    }
  }
  return null;
}
