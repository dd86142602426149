// The editor window that waits: asks for the one slot each time it is told to, and reports when it got it and what waiting
// cost. Started by table.ts.
import type { Claim } from "../../src/core/quota/model.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";
import { LoopbackSignal } from "../../src/store/signal.ts";

const { path, claim } = JSON.parse(process.argv[2] ?? "") as { readonly path: string; readonly claim: Claim };
const database = new Database({ path, migrations: schema, now: Date.now });
const signal = new LoopbackSignal(database);
await signal.open();
const ledger = new SqlLedger({ database, signal });
let round = 0;
let waiting = false;
let looks = 0;
let cpu = process.cpuUsage();

ledger.onChange(() => {
  if (waiting) look();
});

process.on("message", (what: "wait" | "end") => {
  // Without a timer and without a look of its own nothing but this line keeps it alive.
  process.channel?.ref();
  if (what === "end") {
    ledger.close();
    signal.close();
    database.close();
    process.disconnect();
    return;
  }
  round++;
  waiting = true;
  look();
  cpu = process.cpuUsage();
  looks = 0;
  process.send?.({ waits: true });
});
process.send?.({ ready: true });

function look(): void {
  looks++;
  const now = Date.now();
  const id = `other:${round}`;
  const decision = ledger.reserve(
    { id, claim, lane: "person", since: now, holder: `job:${round}`, title: "waits" },
    now,
  );
  if (!decision.granted) return;
  const grantedAt = String(process.hrtime.bigint());
  waiting = false;
  const { user, system } = process.cpuUsage(cpu);
  // Back to the parent for the next round.
  ledger.refund(id, now);
  process.send?.({ grantedAt, looks, cpuMs: (user + system) / 1000 });
}
