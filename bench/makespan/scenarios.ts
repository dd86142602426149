// The scenarios of the makespan table as data, and the optimum of each: what a client with perfect knowledge and no
// network would need. Judged by the simulator's own counters, never by the client's arithmetic.
import { Counter, type CountingKind } from "../../src/simulator/limiter.ts";

/** One budget of a scenario's server. */
export interface Budget {
  readonly id: string;
  readonly kind: CountingKind;
  readonly limit: number;
  readonly quotaWindowMs: number;
  readonly counts: "submit" | "poll" | "all";
}

/** A server and a piece of work. Instants and lengths in ms. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly budgets: readonly Budget[];
  /** What the clients are told beforehand: the published limits, or nothing. */
  readonly published: boolean;
  /** What answers carry besides Date: all quota headers, Retry-After on refusals alone, or nothing. */
  readonly headers: "quota" | "retryAfter" | "none";
  /** How the published page calls the budgets, where that is not what they are. */
  readonly calledSliding?: boolean;
  readonly refusedCount: boolean;
  readonly skewMs: number;
  readonly latencyMs: readonly [least: number, most: number];
  readonly submits: number;
  readonly polls: number;
  readonly processes: number;
  /** Whether Headroom's processes share one ledger file. */
  readonly shared: boolean;
}

const W = 6000;
const base = {
  published: true,
  headers: "quota",
  refusedCount: false,
  skewMs: 1300,
  latencyMs: [0, 0],
  submits: 35,
  polls: 0,
  processes: 1,
  shared: true,
} as const;

const one = (kind: CountingKind): readonly Budget[] => [
  { id: "requests", kind, limit: 10, quotaWindowMs: W, counts: "all" },
];

/** All scenarios, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  { ...base, id: "fixed", title: "fixed, 10 a quota window", budgets: one("fixed") },
  { ...base, id: "sliding", title: "sliding, 10 a quota window", budgets: one("sliding") },
  { ...base, id: "bare", title: "sliding, no headers", budgets: one("sliding"), headers: "none" },
  {
    ...base,
    id: "nested",
    title: "nested, mixed calls",
    budgets: [
      { id: "write", kind: "fixed", limit: 25, quotaWindowMs: 3000, counts: "submit" },
      { id: "writeLong", kind: "fixed", limit: 60, quotaWindowMs: 12_000, counts: "submit" },
      { id: "read", kind: "fixed", limit: 50, quotaWindowMs: 3000, counts: "poll" },
      { id: "all", kind: "fixed", limit: 60, quotaWindowMs: 3000, counts: "all" },
    ],
    submits: 100,
    polls: 150,
  },
  {
    ...base,
    id: "unknownFixed",
    title: "unknown fixed, Retry-After only",
    budgets: one("fixed"),
    published: false,
    headers: "retryAfter",
  },
  {
    ...base,
    id: "unknownSliding",
    title: "unknown sliding, Retry-After only",
    budgets: one("sliding"),
    published: false,
    headers: "retryAfter",
  },
  { ...base, id: "twoFixed", title: "two processes, fixed", budgets: one("fixed"), processes: 2 },
  { ...base, id: "twoSliding", title: "two processes, sliding", budgets: one("sliding"), processes: 2 },
  { ...base, id: "fourFixed", title: "four processes, fixed", budgets: one("fixed"), processes: 4 },
  { ...base, id: "fourSliding", title: "four processes, sliding", budgets: one("sliding"), processes: 4 },
  {
    ...base,
    id: "apart",
    title: "two machines, nothing shared",
    budgets: one("fixed"),
    processes: 2,
    shared: false,
  },
  { ...base, id: "fixedJitter", title: "fixed, 5-60 ms jitter", budgets: one("fixed"), latencyMs: [5, 60] },
  {
    ...base,
    id: "slidingJitter",
    title: "sliding, 5-60 ms jitter",
    budgets: one("sliding"),
    latencyMs: [5, 60],
  },
  { ...base, id: "fromFirst", title: "opens at the first request", budgets: one("fixedFromFirst") },
  {
    ...base,
    id: "refusedCount",
    title: "refused requests count too",
    budgets: one("sliding"),
    refusedCount: true,
  },
  {
    ...base,
    id: "counter",
    title: "two-bucket counter, called sliding",
    budgets: one("slidingCounter"),
    calledSliding: true,
  },
  {
    ...base,
    id: "bucket",
    title: "token bucket, called sliding",
    budgets: one("tokenBucket"),
    calledSliding: true,
  },
];

/** From the start to the last accepted submit and to the last accepted request, were everything known. ms */
export function optimum(
  scenario: Scenario,
  startAt: number,
): { readonly submitsMs: number; readonly allMs: number } {
  const counters = scenario.budgets.map((budget) => ({
    budget,
    counter: new Counter({ ...budget, scope: "account" }),
  }));
  let now = startAt;
  let submitted = startAt;
  let submits = scenario.submits;
  let polls = scenario.polls;
  const counting = (call: "submit" | "poll") =>
    counters.filter(({ budget }) => budget.counts === "all" || budget.counts === call);
  while (submits + polls > 0) {
    const opens: number[] = [];
    for (const call of ["submit", "poll"] as const) {
      while ((call === "submit" ? submits : polls) > 0) {
        const open = Math.max(
          ...counting(call).map(({ counter }) => counter.read(now, scenario.skewMs).openAt),
        );
        if (open > now) {
          opens.push(open);
          break;
        }
        for (const { counter } of counting(call)) counter.count(now);
        if (call === "poll") polls--;
        else {
          submits--;
          submitted = now;
        }
      }
    }
    if (submits + polls > 0) now = Math.min(...opens);
  }
  return { submitsMs: submitted - startAt, allMs: now - startAt };
}
