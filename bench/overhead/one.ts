// One limiter's figures in a process of its own, so that no other's garbage is counted. Started by table.ts with --expose-gc.
import { type PerformanceEntry, PerformanceObserver, performance } from "node:perf_hooks";
import { headroom } from "./headroom.ts";
import type { Limiter, MakeLimiter } from "./limiter.ts";
import { others } from "./others.ts";

/** What is measured. */
export interface Figures {
  /** µs of processor time a task with so many put in at once and nothing binding: 1, 1,000 and 100,000. */
  readonly atOnce: readonly number[];
  /** µs a task of a thousand, while 1, 1,000 and 100,000 wait for a spent limit; null where one limiter cannot do both. */
  readonly beside: readonly number[] | null;
  /** MB of heap for 100,000 waiting: with one signal for all, and with one each. */
  readonly heapShared: number;
  readonly heapOwn: number | null;
  /** MB of heap for as many promises that wait and are nobody's: what every limiter that gives promises has on top. */
  readonly heapBare: number;
  /** ms to cancel them all: by one signal, and by one each; `bare` is the same with listeners that do nothing. */
  readonly cancelShared: number | null;
  readonly cancelOwn: number | null;
  readonly cancelBare: number | null;
  /** The longest the event loop stood still while they were put in and cancelled. */
  readonly stallShared: Stall;
  readonly stallOwn: Stall | null;
  /** Timers that ran once all were cancelled. */
  readonly timersLeft: number | null;
}

/** The longest time between two turns of the event loop; `work` without the pauses of Node's garbage collector in it. ms */
export interface Stall {
  readonly all: number;
  readonly work: number;
}

const N = 100_000;
/** So many are put in or cancelled before other work gets its turn, as a careful caller would. */
const SLICE = 500;
const make: Readonly<Record<string, MakeLimiter>> = {
  "Headroom, in memory": () => headroom("memory"),
  "Headroom, SQLite": () => headroom("SQLite"),
  ...others,
};
const name = process.argv[2] ?? "";
const gc = globalThis.gc as () => void;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
const ignore = () => {};

/** Processor time of this process, which other programs on the machine do not lengthen. µs */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function passAll(limiter: Limiter, count: number): Promise<number> {
  const from = spent();
  await Promise.all(Array.from({ length: count }, () => limiter.pass()));
  return (spent() - from) / count;
}

async function oneByOne(limiter: Limiter): Promise<number> {
  const from = spent();
  for (let i = 0; i < 500; i++) await limiter.pass();
  return (spent() - from) / 500;
}

async function repeated(times: number, once: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) all.push(await once());
  return median(all);
}

async function atOnce(): Promise<number[]> {
  const limiter = start();
  await repeated(10, () => passAll(limiter, 1_000));
  const slow = (await passAll(limiter, 10_000)) > 100;
  const figures = [
    await repeated(9, () => oneByOne(limiter)),
    await repeated(slow ? 3 : 50, () => passAll(limiter, 1_000)),
    await repeated(slow ? 1 : 3, () => passAll(limiter, N)),
  ];
  limiter.close();
  return figures;
}

async function beside(): Promise<number[]> {
  const figures: number[] = [];
  for (const waiting of [1, 1_000, N]) {
    const limiter = start();
    const stop = new AbortController();
    for (let i = 0; i < waiting; i++) limiter.wait(stop.signal).catch(ignore);
    await turn();
    await repeated(10, () => passAll(limiter, 1_000));
    figures.push(await repeated(50, () => passAll(limiter, 1_000)));
    stop.abort(new Error("cancelled"));
    await turn();
    limiter.close();
  }
  return figures;
}

interface Crowd {
  readonly heap: number;
  readonly cancel: number | null;
  readonly stall: Stall;
  readonly timersLeft: number | null;
}

async function crowd(own: boolean): Promise<Crowd> {
  const limiter = start();
  const shared = new AbortController();
  const stops = Array.from({ length: N }, () => (own ? new AbortController() : shared));
  for (const stop of stops) void stop.signal;
  let failed = 0;
  const gone = () => {
    failed++;
  };
  gc();
  await turn();
  const before = process.memoryUsage().heapUsed;
  const loop = watchLoop();
  for (let i = 0; i < N; i++) {
    limiter.wait(stops[i]!.signal).catch(gone);
    if (i % SLICE === 0) await turn();
  }
  await turn();
  const putIn = await loop.end();
  gc();
  await turn();
  const heap = (process.memoryUsage().heapUsed - before) / 1e6;
  let cancel: number | null = null;
  const reason = new Error("cancelled");
  const again = watchLoop();
  if (limiter.cancelAll !== null) {
    const from = performance.now();
    if (limiter.cancelAll !== "signal") limiter.cancelAll();
    else if (own)
      for (const [i, stop] of stops.entries()) {
        stop.abort(reason);
        if (i % SLICE === 0) await turn();
      }
    else shared.abort(reason);
    while (failed < N && performance.now() - from < 20_000) await turn();
    cancel = failed < N ? null : performance.now() - from;
  }
  const cancelled = await again.end();
  const stall = {
    all: Math.max(putIn.all, cancelled.all),
    work: Math.max(putIn.work, cancelled.work),
  };
  await turn();
  const timersLeft = limiter.timers();
  limiter.close();
  return { heap, cancel, stall, timersLeft };
}

/** The same by signals whose listeners do nothing: what Node itself takes. ms */
async function bareAborts(): Promise<number> {
  const stops = Array.from({ length: N }, () => new AbortController());
  for (const { signal } of stops) signal.addEventListener("abort", ignore, { once: true });
  const reason = new Error("cancelled");
  const from = performance.now();
  for (const [i, stop] of stops.entries()) {
    stop.abort(reason);
    if (i % SLICE === 0) await turn();
  }
  return performance.now() - from;
}

/** What the promises of so many callers weigh by themselves. MB */
async function barePromises(): Promise<number> {
  gc();
  await turn();
  const before = process.memoryUsage().heapUsed;
  const held: { readonly resolve: () => void; readonly reject: (reason: unknown) => void }[] = [];
  for (let i = 0; i < N; i++)
    new Promise<void>((resolve, reject) => held.push({ resolve, reject })).catch(ignore);
  gc();
  await turn();
  const heap = (process.memoryUsage().heapUsed - before) / 1e6;
  // An object of two fields and its place in the list are not the promise's.
  return heap - (held.length * (3 + 2 + 1) * 8) / 1e6;
}

/** Watches the gaps between the turns of the event loop. */
function watchLoop(): { end(): Promise<Stall> } {
  const gaps: [from: number, to: number][] = [];
  const pauses: PerformanceEntry[] = [];
  const collector = new PerformanceObserver((list) => pauses.push(...list.getEntries()));
  collector.observe({ entryTypes: ["gc"] });
  let last = performance.now();
  let going = true;
  const tick = () => {
    const now = performance.now();
    gaps.push([last, now]);
    last = now;
    if (going) setImmediate(tick);
  };
  setImmediate(tick);
  return {
    async end() {
      going = false;
      // What the collector did is told a little later.
      await new Promise((resolve) => setTimeout(resolve, 50));
      collector.disconnect();
      const paused = ([from, to]: (typeof gaps)[number]) =>
        pauses.reduce(
          (sum, { startTime, duration }) =>
            sum + Math.max(0, Math.min(to, startTime + duration) - Math.max(from, startTime)),
          0,
        );
      const longest = (of: (gap: (typeof gaps)[number]) => number) =>
        gaps.reduce((most, gap) => Math.max(most, of(gap)), 0);
      return {
        all: longest(([from, to]) => to - from),
        work: longest((gap) => gap[1] - gap[0] - paused(gap)),
      };
    },
  };
}

function start(): Limiter {
  const found = make[name];
  if (found === undefined) throw new Error(`no limiter is called ${name}`);
  return found();
}

const ours = name.startsWith("Headroom");
const shared = await crowd(false);
const own = start().ownSignals ? await crowd(true) : null;
const figures: Figures = {
  heapShared: shared.heap,
  heapOwn: own?.heap ?? null,
  heapBare: await barePromises(),
  cancelShared: shared.cancel,
  cancelOwn: own?.cancel ?? null,
  cancelBare: own === null ? null : await bareAborts(),
  stallShared: shared.stall,
  stallOwn: own?.stall ?? null,
  timersLeft: shared.timersLeft,
  atOnce: await atOnce(),
  beside: ours ? await beside() : null,
};
process.send?.(figures, () => process.exit(0));
