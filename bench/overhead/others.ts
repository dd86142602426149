// The other limiters of the overhead table, each once wide open and once spent for an hour. Headroom's adapter is headroom.ts.
import Bottleneck from "bottleneck";
import { RateLimiter } from "limiter";
import PQueue from "p-queue";
import pThrottle from "p-throttle";
import { RateLimiterMemory, RateLimiterQueue } from "rate-limiter-flexible";
import type { Limiter, MakeLimiter } from "./limiter.ts";

/** So long that nothing passes meanwhile, so short that a hundred thousand of them are a delay that a timer takes. ms */
const LONG_MS = 20_000;
const MANY = 1_000_000_000;
const nothing = async () => {};
const common = { timers: () => null, close: () => {} };

/** No limiter at all: what the callers' own promises take. */
function promises(): Limiter {
  const waiting: ((reason: unknown) => void)[] = [];
  return {
    ...common,
    pass: nothing,
    wait: () => new Promise((_resolve, reject) => waiting.push(reject)),
    cancelAll: () => {
      for (const reject of waiting) reject(new Error("cancelled"));
    },
    ownSignals: false,
  };
}

function bottleneck(): Limiter {
  const open = new Bottleneck({ reservoir: MANY, maxConcurrent: 100 });
  const spent = new Bottleneck({ reservoir: 0 });
  return {
    ...common,
    pass: () => open.schedule({ priority: 5 }, nothing),
    wait: () => spent.schedule({ priority: 5 }, nothing),
    cancelAll: () => void spent.stop({ dropWaitingJobs: true }),
    ownSignals: false,
  };
}

function queue(strict: boolean): Limiter {
  const open = new PQueue({ intervalCap: MANY, interval: LONG_MS, strict, concurrency: 100 });
  const spent = new PQueue({ intervalCap: 1, interval: LONG_MS, strict });
  void spent.add(nothing);
  return {
    ...common,
    pass: async () => void (await open.add(nothing, { priority: 1 })),
    wait: async (signal) => void (await spent.add(nothing, { priority: 1, signal })),
    cancelAll: "signal",
    ownSignals: true,
  };
}

function throttle(): Limiter {
  const open = pThrottle({ limit: MANY, interval: LONG_MS })(nothing);
  const stop = new AbortController();
  const spent = pThrottle({ limit: 1, interval: LONG_MS, signal: stop.signal })(nothing);
  void spent();
  return {
    ...common,
    pass: () => open(),
    wait: () => spent(),
    cancelAll: () => stop.abort(new Error("cancelled")),
    ownSignals: false,
  };
}

function limiter(): Limiter {
  const open = new RateLimiter({ tokensPerInterval: MANY, interval: LONG_MS });
  const spent = new RateLimiter({ tokensPerInterval: 1, interval: LONG_MS });
  spent.tryRemoveTokens(1);
  return {
    ...common,
    pass: async () => void (await open.removeTokens(1)),
    wait: async () => void (await spent.removeTokens(1)),
    cancelAll: null,
    ownSignals: false,
  };
}

function flexible(): Limiter {
  const make = (points: number) =>
    new RateLimiterQueue(new RateLimiterMemory({ points, duration: LONG_MS / 1000 }), {
      maxQueueSize: MANY,
    });
  const [open, spent] = [make(MANY), make(1)];
  void spent.removeTokens(1);
  return {
    ...common,
    pass: async () => void (await open.removeTokens(1)),
    wait: async () => void (await spent.removeTokens(1)),
    cancelAll: null,
    ownSignals: false,
  };
}

/** All others by the name in the table. */
export const others: Readonly<Record<string, MakeLimiter>> = {
  "promises alone": promises,
  "p-throttle": throttle,
  limiter,
  "rate-limiter-flexible": flexible,
  "p-queue": () => queue(false),
  "p-queue strict": () => queue(true),
  bottleneck,
};
