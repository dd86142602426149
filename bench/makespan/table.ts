// Prints the makespan table: every scenario, every contestant, several phases; as many runs at a time as the machine bears.
import { applies, others } from "./contestants.ts";
import { run, type Score } from "./run.ts";
import { scenarios } from "./scenarios.ts";

/** Options as `bench/main.ts` read them. Unknown names give an empty table. */
export interface TableOptions {
  readonly scenarios: readonly string[];
  readonly contestants: readonly string[];
  readonly phases: readonly number[];
  /** Runs at a time. Default 6: clients mostly wait. */
  readonly atOnce: number;
}

/** Runs and prints; resolves with whether Headroom had no refusal where limits are published. */
export async function makespanTable(options: TableOptions): Promise<void> {
  const chosen = scenarios.filter(
    ({ id }) => options.scenarios.length === 0 || options.scenarios.includes(id),
  );
  const names = ["Headroom", ...Object.keys(others)].filter(
    (name) => options.contestants.length === 0 || options.contestants.includes(name),
  );
  for (const scenario of chosen) {
    console.log(
      `\n${scenario.title} (${scenario.submits} submits, ${scenario.polls} polls, ${scenario.processes} process(es))`,
    );
    console.log(
      columns("", "mean", "worst", "submits", "refusals", "lost", "burst", "Jain", "cpu ms", "later run"),
    );
    const taking = names.filter((name) => applies(name, scenario));
    const work = taking.flatMap((name) => options.phases.map((phase) => ({ name, phase })));
    const scores = new Map<string, Score[]>(taking.map((name) => [name, []]));
    const later = new Map<string, Score[]>(taking.map((name) => [name, []]));
    const next = async (): Promise<void> => {
      const one = work.shift();
      if (one === undefined) return;
      const [first, second] = await run(scenario, one.name, one.phase);
      if (first !== undefined) scores.get(one.name)?.push(first);
      if (second !== undefined) later.get(one.name)?.push(second);
      return next();
    };
    await Promise.all(Array.from({ length: options.atOnce }, next));
    for (const [name, all] of scores) {
      const again = later.get(name) ?? [];
      console.log(
        columns(
          name,
          mean(all, (score) => score.all).toFixed(3),
          Math.max(...all.map((score) => score.all)).toFixed(3),
          mean(all, (score) => score.submits).toFixed(3),
          mean(all, (score) => score.refusals).toFixed(1),
          mean(all, (score) => score.lost).toFixed(1),
          String(Math.max(...all.map((score) => score.burst))),
          Math.min(...all.map((score) => score.fairness)).toFixed(3),
          mean(all, (score) => score.cpuMs).toFixed(0),
          again.length === 0
            ? ""
            : `${mean(again, (score) => score.all).toFixed(2)} (${Math.max(...again.map((score) => score.refusals))})`,
        ),
      );
    }
  }
}

function mean(all: readonly Score[], pick: (score: Score) => number): number {
  return all.reduce((sum, score) => sum + pick(score), 0) / all.length;
}

function columns(name: string, ...figures: string[]): string {
  return name.padEnd(28) + figures.map((figure) => figure.padStart(10)).join("");
}
