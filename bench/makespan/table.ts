// Prints the makespan table: every scenario, every contestant, several phases; as many runs at a time as the machine bears.
import { applies, others } from "./contestants.ts";
import { run, type Score } from "./run.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

/** Options as `bench/main.ts` read them. Unknown names give an empty table. */
export interface TableOptions {
  readonly scenarios: readonly string[];
  readonly contestants: readonly string[];
  readonly phases: readonly number[];
  /** Runs at a time. Default 6: clients mostly wait. */
  readonly atOnce: number;
}

/** Runs and prints, each scenario as soon as it and all before it are done; what waits for one contestant holds up no other. */
export async function makespanTable(options: TableOptions): Promise<void> {
  const chosen = scenarios.filter(
    ({ id }) => options.scenarios.length === 0 || options.scenarios.includes(id),
  );
  const names = ["Headroom", ...Object.keys(others)].filter(
    (name) => options.contestants.length === 0 || options.contestants.includes(name),
  );
  const rows = chosen.flatMap((scenario) =>
    names
      .filter((name) => applies(name, scenario))
      .map((name): Row => ({ scenario, name, first: [], later: [], left: options.phases.length })),
  );
  const work = rows.flatMap((row) => options.phases.map((phase) => ({ row, phase })));
  const unprinted = [...chosen];
  const next = async (): Promise<void> => {
    const one = work.shift();
    if (one === undefined) return;
    const { row, phase } = one;
    const [first, second] = await run(row.scenario, row.name, phase);
    if (first !== undefined) row.first.push(first);
    if (second !== undefined) row.later.push(second);
    row.left--;
    for (;;) {
      const [scenario] = unprinted;
      const its = rows.filter((other) => other.scenario === scenario);
      if (scenario === undefined || its.some(({ left }) => left > 0)) break;
      unprinted.shift();
      print(scenario, its);
    }
    return next();
  };
  await Promise.all(Array.from({ length: options.atOnce }, next));
}

/** A contestant in a scenario. */
interface Row {
  readonly scenario: Scenario;
  readonly name: string;
  readonly first: Score[];
  /** A second run, where no limits are published. */
  readonly later: Score[];
  /** Runs that are not done. */
  left: number;
}

function print({ title, submits, polls, processes }: Scenario, rows: readonly Row[]): void {
  console.log(`\n${title} (${submits} submits, ${polls} polls, ${processes} process(es))`);
  console.log(
    columns("", "mean", "worst", "submits", "refusals", "lost", "burst", "Jain", "cpu ms", "later run"),
  );
  for (const { name, first, later } of rows)
    console.log(
      columns(
        name,
        mean(first, (score) => score.all).toFixed(3),
        Math.max(...first.map((score) => score.all)).toFixed(3),
        mean(first, (score) => score.submits).toFixed(3),
        mean(first, (score) => score.refusals).toFixed(1),
        mean(first, (score) => score.lost).toFixed(1),
        String(Math.max(...first.map((score) => score.burst))),
        Math.min(...first.map((score) => score.fairness)).toFixed(3),
        mean(first, (score) => score.cpuMs).toFixed(0),
        later.length === 0
          ? ""
          : `${mean(later, (score) => score.all).toFixed(2)} (${Math.max(...later.map((score) => score.refusals))})`,
      ),
    );
}

function mean(all: readonly Score[], pick: (score: Score) => number): number {
  return all.reduce((sum, score) => sum + pick(score), 0) / all.length;
}

function columns(name: string, ...figures: string[]): string {
  return name.padEnd(28) + figures.map((figure) => figure.padStart(10)).join("");
}
