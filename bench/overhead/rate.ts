// Requests a second through the gate beside bare undici: the same requests to the same server over the same number of
// connections, in turns. The server is a process of its own.
import { fork } from "node:child_process";
import path from "node:path";
import { UndiciClient } from "../../src/net/client.ts";
import { throttle, type WireOptions } from "../../src/net/interceptors.ts";
import { Pass } from "../../src/net/pass.ts";
import { plainSettings } from "../../src/net/settings.ts";
import { Gate } from "../../src/net/throttle.ts";
import { makeAgent, send } from "../../src/net/undici.ts";
import { countingClock, ledgerIn, threePolicies } from "./headroom.ts";

const AT_ONCE = 100;
const REQUESTS = 4_000;
const ROUNDS = 7;
const claim = {
  ...threePolicies("rate", 1_000_000_000),
  parts: threePolicies("rate", 1e9).parts.slice(0, 1),
};
const silent = { waiting() {}, sending() {}, head() {}, refused() {}, retrying() {}, bytes() {} };
const watch = { waiting() {}, sending() {}, trouble() {}, learned() {} };

interface Contender {
  readonly name: string;
  request(): Promise<void>;
  close(): Promise<void>;
  readonly rates: number[];
  /** Processor time of this process a request, each round. µs */
  readonly costs: number[];
}

/** Prints medians and their ratio to bare undici. */
export async function rateFigures(): Promise<void> {
  const child = fork(path.join(import.meta.dirname, "server.ts"), { stdio: ["ignore", 2, 2, "ipc"] });
  const port = await new Promise<number>((resolve) =>
    child.once("message", (given) => resolve(Number(given))),
  );
  const origin = `http://127.0.0.1:${port}`;
  const contenders = [bare(origin), gated(origin, "SQLite"), gated(origin, "memory"), whole(origin)];
  for (let round = 0; round <= ROUNDS; round++)
    // Another one begins each round: what one leaves to the garbage collector, the next one pays.
    for (const one of [
      ...contenders.slice(round % contenders.length),
      ...contenders.slice(0, round % contenders.length),
    ]) {
      const { rate, cost } = await rateOf(one);
      // The first round warms up.
      if (round === 0) continue;
      one.rates.push(rate);
      one.costs.push(cost);
    }
  const base = median(contenders[0]!.rates);
  console.log(
    `\nRequests a second, ${AT_ONCE} at once, one policy that does not bind; median of ${ROUNDS} rounds. The gate: reserved before`,
  );
  console.log(
    "the bytes leave, settled from the head. The whole client: besides, progress, outages, body and head read, abort signals\n",
  );
  console.log(`${"".padEnd(32)}${"a second".padStart(12)}${"ratio".padStart(9)}${"µs cpu".padStart(9)}`);
  for (const one of contenders) {
    const [rate, cost] = [median(one.rates), median(one.costs)];
    console.log(
      `${one.name.padEnd(32)}${rate.toFixed(0).padStart(12)}${(rate / base).toFixed(3).padStart(9)}${cost.toFixed(1).padStart(9)}`,
    );
    await one.close();
  }
  child.kill();
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
}

async function rateOf(contender: Contender): Promise<{ readonly rate: number; readonly cost: number }> {
  let left = REQUESTS;
  const cpu = process.cpuUsage();
  const from = performance.now();
  const worker = async () => {
    while (left-- > 0) await contender.request();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const { user, system } = process.cpuUsage(cpu);
  return { rate: (REQUESTS * 1000) / (performance.now() - from), cost: (user + system) / REQUESTS };
}

const wireOptions = (origin: string) =>
  ({ origin, path: "/", method: "GET", headers: { "user-agent": "headroom" } }) as const;

function bare(origin: string): Contender {
  const agent = makeAgent(plainSettings);
  return {
    name: "bare undici",
    rates: [],
    costs: [],
    async request() {
      const { body } = await send(agent, { ...wireOptions(origin), body: null });
      await body.text();
    },
    close: () => agent.close(),
  };
}

/** The same with the gate before it; what the client does besides is left out. */
function gated(origin: string, place: "SQLite" | "memory"): Contender {
  const { ledger, close } = ledgerIn(place);
  const clock = countingClock();
  const gate = new Gate({ ledger, clock });
  const { bookings } = gate;
  const agent = makeAgent(plainSettings).compose(throttle(gate));
  const { signal } = new AbortController();
  let order = 0;
  return {
    name: `undici behind the gate, ${place}`,
    rates: [],
    costs: [],
    async request() {
      const id = `r${order}`;
      const ask = { id, claim, lane: "batch", since: clock.now(), holder: null, title: "" } as const;
      const pass = new Pass({ ask, origin, order: order++, lane: 2, watch, bookings });
      const options: WireOptions = { ...wireOptions(origin), body: null, pass, key: null, cancel: signal };
      const { statusCode, headers, body } = await send(agent, options);
      const sentAt = pass.sentAt ?? 0;
      const head = { status: statusCode, headers: { date: String(headers.date) }, sentAt, quick: true };
      pass.settle({ ...head, gotAt: pass.gotAt ?? sentAt }, null);
      await body.text();
    },
    close: async () => {
      await agent.close();
      close();
    },
  };
}

/** Everything a request of the app passes. */
function whole(origin: string): Contender {
  const { ledger, close } = ledgerIn("SQLite");
  const clock = countingClock();
  const { signal } = new AbortController();
  const client = new UndiciClient({
    ledger,
    clock,
    keyOf: async () => null,
    settings: () => plainSettings,
    spillFolder: null,
  });
  let count = 0;
  return {
    name: "the whole client, SQLite",
    rates: [],
    costs: [],
    async request() {
      await client.send(
        {
          id: `w${count++}`,
          method: "GET",
          url: `${origin}/`,
          headers: {},
          body: { type: "none" },
          auth: null,
          claim,
          lane: "batch",
          holder: null,
          title: "",
          quick: true,
          repeat: "never",
          retry: { statuses: [], baseMs: 500, capMs: 30_000, attempts: 1 },
          saveTo: null,
          idleMs: 30_000,
          signal,
        },
        silent,
      );
    },
    close: async () => {
      await client.close();
      close();
    },
  };
}
