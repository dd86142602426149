// Prints the overhead table: what a call costs with nothing binding, what a waiter weighs, what cancelling takes, and requests
// a second beside bare undici. Each limiter in a process of its own, one after another.
import { fork } from "node:child_process";
import path from "node:path";
import type { Figures } from "./one.ts";
import { others } from "./others.ts";
import { rateFigures } from "./rate.ts";

const LONGEST_MS = 180_000;

/** Measures and prints; names that begin with one of the words, all without words. */
export async function overheadTable(words: readonly string[]): Promise<void> {
  const names = ["Headroom, in memory", "Headroom, SQLite", ...Object.keys(others)].filter(
    (name) => words.length === 0 || words.some((word) => name.toLowerCase().startsWith(word.toLowerCase())),
  );
  console.log("\nOverhead: µs a call with nothing binding (Headroom: three policies, a lane and a signal),");
  console.log(
    "100,000 waiting with one signal for all / one each; ms to cancel them, longest stall of the loop, and of the work in it",
  );
  console.log("without the pauses of Node's garbage collector\n");
  console.log(
    columns(
      "",
      "1 alone",
      "1,000",
      "100,000",
      "MB",
      "own",
      "cancel",
      "own",
      "stall",
      "own",
      "work",
      "own",
      "timers",
    ),
  );
  const besides: [string, readonly number[]][] = [];
  let bare: number | null = null;
  let promises: number | null = null;
  for (const name of names) {
    const figures = await measured(name);
    if (figures === null) {
      console.log(columns(name, `not done within ${LONGEST_MS / 1000} s`));
      continue;
    }
    const { heapShared, heapOwn, cancelShared, cancelOwn, stallShared, stallOwn, timersLeft } = figures;
    console.log(
      columns(
        name,
        ...figures.atOnce.map((one) => one.toFixed(1)),
        heapShared.toFixed(0),
        fixed(heapOwn),
        fixed(cancelShared),
        fixed(cancelOwn),
        stallShared.all.toFixed(1),
        fixed(stallOwn?.all ?? null, 1),
        stallShared.work.toFixed(1),
        fixed(stallOwn?.work ?? null, 1),
        fixed(timersLeft),
      ),
    );
    if (figures.beside !== null) besides.push([name, figures.beside]);
    bare ??= figures.cancelBare;
    promises ??= figures.heapBare;
  }
  if (promises !== null)
    console.log(
      `\nOf the MB the callers' 100,000 promises are ${promises.toFixed(0)}, in every limiter that gives them.`,
    );
  if (bare !== null)
    console.log(`To abort 100,000 signals whose listeners do nothing takes Node ${bare.toFixed(0)} ms.`);
  if (besides.length > 0) {
    console.log("\nµs a call of a thousand that nothing binds, while others wait for a spent limit\n");
    console.log(columns("waiting", "1", "1,000", "100,000"));
    for (const [name, beside] of besides) console.log(columns(name, ...beside.map((one) => one.toFixed(1))));
  }
  if (words.length === 0 || words.includes("rate")) await rateFigures();
}

/** Null where it takes too long: one slow limiter must not keep the others from the table. */
function measured(name: string): Promise<Figures | null> {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(import.meta.dirname, "one.ts"), [name], {
      execArgv: ["--expose-gc"],
      stdio: ["ignore", 2, "ignore", "ipc"],
    });
    const deadline = setTimeout(() => {
      resolve(null);
      child.kill();
    }, LONGEST_MS);
    child.once("message", (figures) => resolve(figures as Figures));
    child.once("exit", (code) => {
      clearTimeout(deadline);
      reject(new Error(`${name} ended early with ${code}`));
    });
  });
}

function fixed(value: number | null, digits = 0): string {
  return value === null ? "–" : value.toFixed(digits);
}

function columns(name: string, ...figures: string[]): string {
  return name.padEnd(24) + figures.map((figure) => figure.padStart(9)).join("");
}
