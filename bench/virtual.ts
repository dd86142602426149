// `npm run bench -- virtual [words]`: the makespan scenarios in virtual time, each at many phases of the server's clock. Exact
// and quick, for nothing but the arithmetic runs: no socket, no timer. Prints figures; nothing here passes or fails.
import path from "node:path";
import type { Claim } from "../src/core/quota/model.ts";
import { type ModelKind, type ModelLimit, ModelServer } from "../test/core/quota/model-server.ts";
import { type Item, ledgersIn, type Run, runWorld } from "../test/core/quota/world.ts";
import { temporaryFolder } from "../test/harness/paths.ts";
import { claim } from "./makespan/headroom.ts";
import { optimum, type Scenario, scenarios } from "./makespan/scenarios.ts";

const kinds = {
  fixed: "fixed",
  fixedFromFirst: "fixedFromFirst",
  sliding: "sliding",
  slidingCounter: "counter",
  tokenBucket: "bucket",
} as const satisfies Record<string, ModelKind>;
const headers = { quota: "mostRestrictive", retryAfter: "retryAfter", none: "none" } as const;

const START = Date.UTC(2026, 10, 1);
const known = (id: string): Scenario => scenarios.find((one) => one.id === id)!;

/** What only virtual time measures: no header at all, a longer way, a third run of what was learned. */
const more: readonly Scenario[] = [
  { ...known("fixed"), id: "dateOnly", title: "fixed, Date alone", headers: "none" },
  { ...known("unknownFixed"), id: "unknownFar", title: "unknown fixed, 100 ms away", latencyMs: [50, 51] },
  { ...known("unknownSliding"), id: "unknownFar2", title: "unknown sliding, 100 ms", latencyMs: [50, 51] },
  { ...known("apart"), id: "apart2", title: "two machines, sliding", budgets: known("sliding").budgets },
  { ...known("counter"), id: "counterJitter", title: "two-bucket counter, jitter", latencyMs: [5, 60] },
];

/** Prints one line for each scenario whose id begins with one of the words; all without words. */
export function virtualTable(words: readonly string[], phases: number): void {
  console.log(`Makespan / optimum in virtual time, ${phases} phases of the server's clock\n`);
  console.log(
    `${"".padEnd(36)}${["mean", "worst", "submits", "worst", "refusals", "later runs"].map(cell).join("")}`,
  );
  for (const scenario of [...scenarios, ...more])
    if (words.length === 0 || words.some((word) => scenario.id.startsWith(word))) printRow(scenario, phases);
}

function cell(text: string): string {
  return text.padStart(11);
}

function printRow(scenario: Scenario, phases: number): void {
  const all: number[] = [];
  const submits: number[] = [];
  const refusals: number[] = [];
  const later: string[] = [];
  const longest = Math.max(...scenario.budgets.map((one) => one.quotaWindowMs));
  for (let phase = 0; phase < phases; phase++) {
    const random = chance(phase);
    const ledgers = ledgersIn(
      scenario.processes,
      scenario.shared ? path.join(temporaryFolder("virtual"), "ledger.db") : null,
    );
    let startAt = Math.floor(START + ((phase + random()) * longest) / phases);
    const run = runOnce(scenario, startAt, ledgers, random);
    const best = optimum(scenario, startAt);
    all.push((run.endAt - startAt) / best.allMs);
    submits.push((lastSubmit(scenario, run) - startAt) / best.submitsMs);
    refusals.push(run.refusals);
    if (!scenario.published || scenario.calledSliding === true) {
      startAt = Math.ceil(run.endAt) + Math.floor(120_000 + random() * longest);
      const again = runOnce(scenario, startAt, ledgers, random);
      later.push(
        `${((again.endAt - startAt) / optimum(scenario, startAt).allMs).toFixed(2)}(${again.refusals})`,
      );
    }
    for (const ledger of ledgers) ledger.close();
  }
  const sum = refusals.reduce((total, one) => total + one, 0);
  const figures = [mean(all), Math.max(...all), mean(submits), Math.max(...submits)].map((one) =>
    one.toFixed(3),
  );
  const mostly = `${(sum / refusals.length).toFixed(1)}<${Math.max(...refusals)}`;
  const others = later.length === 0 ? "" : (later.toSorted().at(-1) ?? "");
  console.log(`${scenario.title.padEnd(36)}${[...figures, mostly, others].map(cell).join("")}`);
}

function runOnce(
  scenario: Scenario,
  startAt: number,
  ledgers: ReturnType<typeof ledgersIn>,
  random: () => number,
): Run {
  const limits = scenario.budgets.map(
    (one): ModelLimit => ({
      name: one.id,
      kind: kinds[one.kind],
      limit: one.limit,
      lengthMs: one.quotaWindowMs,
      refusedCount: scenario.refusedCount,
      ...(one.counts === "all" ? {} : { calls: [one.counts] }),
    }),
  );
  const server = new ModelServer(limits, headers[scenario.headers]);
  const [least, most] = scenario.latencyMs;
  const delay = () => (most === 0 ? 0.5 + random() * 1.5 : least + random() * (most - least));
  const { skewMs, shared } = scenario;
  return runWorld({ server, items: itemsOf(scenario), startAt, skewMs, delay, ledgers, shared });
}

/** Submits and polls mixed, as they come in life. */
function itemsOf(scenario: Scenario): Item[] {
  const claims: Record<"submit" | "poll", Claim> = {
    submit: claim(scenario, "submit"),
    poll: claim(scenario, "poll"),
  };
  const total = scenario.submits + scenario.polls;
  let submits = 0;
  return Array.from({ length: total }, (_, i) => {
    const submit = submits < scenario.submits && (i * scenario.submits) / total >= submits;
    if (submit) submits++;
    const call = submit ? "submit" : "poll";
    return { claim: claims[call], call, lane: submit ? "batch" : "poll" };
  });
}

function lastSubmit(scenario: Scenario, run: Run): number {
  const items = itemsOf(scenario);
  return Math.max(...run.admittedAt.filter((_, i) => items[i]?.call === "submit"));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

/** A seeded generator; the same figures every time. */
function chance(phase: number): () => number {
  let seed = 20_261_122 + phase * 7919;
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
}
