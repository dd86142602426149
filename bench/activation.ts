// What activation costs: loading dist/extension.js and calling activate(), in fresh processes over a stand-in for the
// editor's API that does nothing. Prints medians; run after `npm run build`.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const runs = 15;
const bundle = path.resolve(import.meta.dirname, "../dist/extension.js");

/** Prints median and worst of loading and activating, and which heavy packages were loaded by then. */
export function activationFigures(): void {
  if (!existsSync(bundle)) throw new Error("dist/extension.js is missing: run npm run build first");
  const results = Array.from({ length: runs }, once);
  const column = (pick: (one: Figures) => number) => results.map(pick).sort((a, b) => a - b);
  const [load, activate, all] = [
    column((one) => one.loadMs),
    column((one) => one.activateMs),
    column((one) => one.loadMs + one.activateMs),
  ];
  console.log(`\nActivation, ${runs} fresh processes`);
  for (const [name, figures] of [
    ["load", load],
    ["activate", activate],
    ["together", all],
  ] as const)
    console.log(
      `${name.padEnd(12)}${median(figures).toFixed(1).padStart(8)} ms median${(figures.at(-1) ?? 0).toFixed(1).padStart(8)} ms worst`,
    );
  const chunks = Math.max(...results.map((one) => one.chunks));
  console.log(`chunks loaded by then: ${chunks}`);
}

interface Figures {
  readonly loadMs: number;
  readonly activateMs: number;
  /** Files of dist loaded besides the entry. */
  readonly chunks: number;
}

function once(): Figures {
  const script = path.join(import.meta.dirname, "activation-once.ts");
  return JSON.parse(execFileSync(process.execPath, [script, bundle], { encoding: "utf8" })) as Figures;
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
