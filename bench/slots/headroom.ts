// Headroom's adapter for the slots table: the real client, gate, ledger and poll schedule; what app/ does round them, in short.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { alike, type Length } from "../../src/core/jobs/lengths.ts";
import { nextPollAt } from "../../src/core/jobs/schedule.ts";
import { diagnose } from "../../src/core/quota/diagnosis.ts";
import type { Claim } from "../../src/core/quota/model.ts";
import type { Outgoing } from "../../src/core/wire.ts";
import { UndiciClient } from "../../src/net/client.ts";
import { plainSettings } from "../../src/net/settings.ts";
import { Database } from "../../src/store/database.ts";
import { SqlLedger } from "../../src/store/ledger.ts";
import { schema } from "../../src/store/schema.ts";
import { LoopbackSignal } from "../../src/store/signal.ts";
import type { Contestant } from "./contestants.ts";
import { INTERVAL_MS, type Share, SLOTS } from "./work.ts";

const PARTITION = "bench/account:a/slots";
/** As in app/lengths.ts: so many lengths, and what other processes learned is read after so many intervals at the latest. ms */
const KEPT = 32;
const KEPT_MS = 10 * INTERVAL_MS;
const silent = { waiting() {}, sending() {}, head() {}, refused() {}, retrying() {}, bytes() {} };
const watch = { intervalMs: INTERVAL_MS, minimumIntervalMs: INTERVAL_MS, jitterMs: 0 };
const claim: Claim = {
  accountId: "a",
  parts: [
    {
      partition: PARTITION,
      cost: 1,
      policy: { type: "slots", id: "slots", title: "", noun: "jobs", limit: SLOTS, evidence: "published" },
    },
  ],
};

/** Makes the contestant for one process of a run. */
export function headroom({ ledgerFile, lengthsFile, name, origin }: Share): Contestant {
  const database = new Database({ path: ledgerFile, migrations: schema, now: Date.now });
  const signal = new LoopbackSignal(database);
  const ledger = new SqlLedger({ database, signal });
  const clock = {
    now: Date.now,
    random: Math.random,
    after(ms: number, run: () => void) {
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
    diagnose: (request, head, body, now) =>
      diagnose({
        head,
        body,
        rules: [],
        dialect: null,
        meters: request.claim === null ? [] : ledger.meters(request.claim, now),
      }),
  });
  let kept = { at: Number.NEGATIVE_INFINITY, lengths: [] as Length[] };
  const lengths = () => {
    if (clock.now() - kept.at > KEPT_MS) {
      const lines = existsSync(lengthsFile) ? readFileSync(lengthsFile, "utf8").trim().split("\n") : [];
      kept = { at: clock.now(), lengths: lines.slice(-KEPT).map((line) => JSON.parse(line) as Length) };
    }
    return kept.lengths;
  };
  let count = 0;
  const send = async (more: Partial<Outgoing>, path: string) => {
    const answer = await client.send(
      {
        id: `${name}-${count++}`,
        method: "GET",
        url: origin + path,
        headers: {},
        body: { type: "none" },
        auth: null,
        claim: null,
        lane: "poll",
        holder: null,
        title: "",
        quick: true,
        repeat: "never",
        retry: { statuses: [], baseMs: 500, capMs: 30_000, attempts: 5 },
        saveTo: null,
        idleMs: 30_000,
        signal: new AbortController().signal,
        ...more,
      },
      silent,
    );
    const { status, gotAt } = answer.head;
    return { status, gotAt, body: JSON.parse(answer.text ?? "{}") as Record<string, unknown> };
  };
  const wait = async (holder: string, size: number, id: unknown, takenAt: number) => {
    let aliveMs = 0;
    let now = clock.now();
    for (let polls = 0; ; polls++) {
      const pressed = ledger.tickets().some((one) => one.wait.cause === "slots");
      const known = alike(lengths(), size);
      const facts = {
        now,
        ageMs: now - takenAt,
        aliveMs,
        lengths: known,
        pressed,
        polls,
        random: clock.random(),
      };
      const at = nextPollAt({ ...facts, watch, heldMs: 0, errors: 0, sharedMs: 0 });
      await new Promise((resolve) => setTimeout(resolve, at - clock.now()));
      const { body, gotAt } = await send({}, `/jobs/${id}`);
      const ageMs = clock.now() - takenAt;
      if (body.state === "succeeded") {
        ledger.free(holder, clock.now());
        const length: Length = { from: aliveMs, to: ageMs, size };
        kept.lengths = [...lengths(), length].slice(-KEPT);
        appendFileSync(lengthsFile, `${JSON.stringify(length)}\n`);
        return;
      }
      now = gotAt - ledger.tailMs("a");
      aliveMs = now - takenAt;
    }
  };
  return {
    async run({ index, size }) {
      const holder = `${name}-job-${count++}`;
      const submitted = await send({ method: "POST", claim, lane: "batch", holder }, `/jobs?of=${index}`);
      if (submitted.status !== 201) return false;
      await wait(holder, size, submitted.body.id, clock.now());
      return true;
    },
    async close() {
      await client.close();
      ledger.close();
      signal.close();
      database.close();
    },
  };
}
