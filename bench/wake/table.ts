// `npm run bench -- wake`: how long after one editor window frees a slot another one, which waits for it, has it; and what
// waiting costs meanwhile. Two processes on one ledger file. Prints figures; nothing here passes or fails.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Claim } from "../../src/core/quota/model.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";
import { LoopbackSignal } from "../../src/store/signal.ts";

const ROUNDS = 200;
const IDLE_MS = 5000;
const claim: Claim = {
  accountId: "a",
  parts: [
    {
      partition: "p/account:a/slots",
      policy: {
        type: "slots",
        id: "slots",
        title: "Slots",
        noun: "jobs",
        limit: 1,
        evidence: "published",
      },
      cost: 1,
    },
  ],
};

/** What the process that waited reports of a round. */
interface Granted {
  readonly grantedAt: string;
  readonly looks: number;
  readonly cpuMs: number;
}

/** Prints two lines: the time from one window's freeing to the other's grant, and what an idle wait costs. */
export async function wakeFigures(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "headroom-bench-"));
  const path = join(folder, "ledger.db");
  const database = new Database({ path, migrations: schema, now: Date.now });
  const signal = new LoopbackSignal(database);
  await signal.open();
  const ledger = new SqlLedger({ database, signal });
  const child = fork(new URL("./client.ts", import.meta.url), [JSON.stringify({ path, claim })], {
    stdio: "inherit",
  });
  try {
    await once(child, "message");
    const rounds: { readonly ms: number; readonly looks: number }[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      const { ms, looks } = await oneRound(ledger, child, i, 0);
      rounds.push({ ms, looks });
    }
    const idle = await oneRound(ledger, child, ROUNDS, IDLE_MS);
    const sorted = rounds.map((one) => one.ms).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]?.toFixed(2);
    const looks = rounds.reduce((sum, one) => sum + one.looks, 0) / ROUNDS;
    console.log("\nA slot freed in one editor window, granted in another that waits for it");
    console.log(
      `freed to granted: median ${at(0.5)} ms, 95 of 100 within ${at(0.95)} ms, at most ${at(1)} ms (${ROUNDS} rounds, ${looks.toFixed(1)} looks each)`,
    );
    console.log(
      `${IDLE_MS / 1000} s of waiting: ${idle.looks - 1} looks before it was freed, ${idle.cpuMs.toFixed(1)} ms of processor time in all`,
    );
    child.send("end");
    await once(child, "exit");
  } finally {
    child.kill("SIGKILL");
    ledger.close();
    signal.close();
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneRound(ledger: SqlLedger, child: ChildProcess, round: number, idleMs: number) {
  const id = `own:${round}`;
  const now = Date.now();
  const decision = ledger.reserve(
    { id, claim, lane: "person", since: now, holder: `own-job:${round}`, title: "holds" },
    now,
  );
  if (!decision.granted) throw new Error("the slot was not free at the begin of a round");
  child.send("wait");
  await once(child, "message");
  await pause(idleMs);
  const granted = once(child, "message");
  const freedAt = process.hrtime.bigint();
  ledger.refund(id, Date.now());
  const [report] = (await granted) as [Granted];
  return { ...report, ms: Number(BigInt(report.grantedAt) - freedAt) / 1e6 };
}
