// Headroom's own adapter for the makespan table: the real client, gate and SQLite ledger, told the published limits.
import type { Claim, RatePolicy } from "../../src/core/quota/model.ts";
import type { Outgoing, Progress } from "../../src/core/wire.ts";
import { UndiciClient } from "../../src/net/client.ts";
import { plainSettings } from "../../src/net/settings.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";
import { LoopbackSignal } from "../../src/store/signal.ts";
import type { Share } from "./client.ts";
import type { Call, MakeContestant } from "./contestants.ts";
import type { Budget, Scenario } from "./scenarios.ts";

const silent: Progress = {
  waiting() {},
  sending() {},
  head() {},
  refused() {},
  retrying() {},
  bytes() {},
};

/** Makes the contestant for one process of a run. */
export function headroom(share: Share): MakeContestant {
  return (scenario) => {
    const database = new Database({ path: share.ledgerFile, migrations: schema, now: Date.now });
    const signal = new LoopbackSignal(database);
    // As in an editor window that stands: the others know of it before it sends.
    void signal.open();
    const ledger = new SqlLedger({ database, signal });
    const clock = {
      now: Date.now,
      random: Math.random,
      after: (ms: number, run: () => void) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
    };
    const client = new UndiciClient({
      ledger,
      clock,
      keyOf: async () => null,
      settings: () => plainSettings,
      spillFolder: null,
    });
    let count = 0;
    return {
      run: async (call) => {
        const id = `${share.name}-${count++}`;
        const answer = await client.send(outgoing(scenario, share, call, id), silent);
        return answer.head.status < 300;
      },
      close: async () => {
        await client.close();
        signal.close();
        database.close();
      },
    };
  };
}

function outgoing(scenario: Scenario, share: Share, call: Call, id: string): Outgoing {
  return {
    id,
    method: call === "poll" ? "GET" : "POST",
    url: `${share.origin}/${call}`,
    headers: { "x-client": share.name },
    body: { type: "none" },
    auth: null,
    claim: claim(scenario, call),
    lane: call === "poll" ? "poll" : "batch",
    holder: null,
    title: call,
    quick: true,
    repeat: "never",
    retry: { statuses: [], baseMs: 500, capMs: 30_000, attempts: 5 },
    saveTo: null,
    idleMs: 30_000,
    signal: new AbortController().signal,
  };
}

/** The claim of a call, as published. */
export function claim(scenario: Scenario, call: Call): Claim {
  const parts = scenario.budgets
    .filter((budget) => budget.counts === "all" || budget.counts === call)
    .map((budget) => ({
      partition: `bench/account:a/${budget.id}`,
      policy: policy(scenario, budget),
      cost: 1,
    }));
  return { accountId: "a", parts };
}

function policy(scenario: Scenario, budget: Budget): RatePolicy {
  const words = {
    fixed: "fixed",
    fixedFromFirst: "fixedFromFirst",
    sliding: "sliding",
    slidingCounter: "sliding",
    tokenBucket: "sliding",
  } as const;
  const { published } = scenario;
  return {
    type: "rate",
    id: budget.id,
    title: budget.id,
    noun: "requests",
    kind: published ? words[budget.kind] : "unknown",
    limit: published ? budget.limit : null,
    quotaWindowMs: published ? budget.quotaWindowMs : null,
    refusedCount: scenario.refusedCount,
    told: published && scenario.headers === "quota",
    evidence: published ? "published" : "unknown",
  };
}
