// The other limiters of the makespan table, each set up with the published limits as its own documentation says.
// An adapter paces and repeats; the request itself is the same for all. Headroom's adapter is in headroom.ts.
import { Octokit } from "@octokit/core";
import { throttling } from "@octokit/plugin-throttling";
import { DefaultRateLimiter } from "@smithy/util-retry";
import Bottleneck from "bottleneck";
import { RateLimiter } from "limiter";
import PQueue from "p-queue";
import pThrottle from "p-throttle";
import { RateLimiterMemory, RateLimiterQueue } from "rate-limiter-flexible";
import { Agent, RetryAgent } from "undici";
import type { Scenario } from "./scenarios.ts";

/** A request's outcome as a client sees it. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}
export type Call = "submit" | "poll";
export type Send = (call: Call, dispatcher?: RetryAgent) => Promise<Answer>;
/** Runs one piece of work to its end; resolves with whether it was accepted. */
export interface Contestant {
  run(call: Call): Promise<boolean>;
  close(): Promise<void>;
}
export type MakeContestant = (scenario: Scenario, send: Send) => Contestant;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What the providers' pages print: five tries, Retry-After or powers of two. */
async function pageLoop(send: () => Promise<Answer>, tries = 5): Promise<boolean> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const answer = await send();
    if (answer.status !== 429) return answer.status < 300;
    const seconds = answer.headers["retry-after"];
    await sleep((seconds === undefined ? 2 ** attempt : Number.parseInt(seconds, 10)) * 1000);
  }
  return false;
}

/** Repeats on a refusal, through the limiter again, until it is accepted; at most 20 times. */
async function insist(send: () => Promise<Answer>): Promise<boolean> {
  return pageLoop(send, 20);
}

type Pace = <T>(task: () => Promise<T>) => Promise<T>;

/** Chains one pacer for each budget that counts the call, as one must with limiters of one limit each. */
function paced(make: (limit: number, quotaWindowMs: number) => Pace): MakeContestant {
  return (scenario, send) => {
    const pacers = scenario.budgets.map((budget) => ({
      budget,
      pace: scenario.published ? make(budget.limit, budget.quotaWindowMs) : null,
    }));
    return {
      run: (call) => {
        const mine = pacers.filter(({ budget }) => budget.counts === "all" || budget.counts === call);
        const go = mine.reduce<() => Promise<Answer>>(
          (inner, { pace }) => (pace === null ? inner : () => pace(inner)),
          () => send(call),
        );
        return insist(go);
      },
      close: async () => {},
    };
  };
}

/** One at a time, as the pages print it. */
const pageOne: MakeContestant = (_scenario, send) => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (call) => {
      const mine = last.then(() => pageLoop(() => send(call)));
      last = mine;
      return mine;
    },
    close: async () => {},
  };
};

const bottleneck = paced((limit, quotaWindowMs) => {
  const limiter = new Bottleneck({
    reservoir: limit,
    reservoirRefreshAmount: limit,
    reservoirRefreshInterval: Math.max(250, Math.ceil(quotaWindowMs / 250) * 250),
  });
  return (task) => limiter.schedule(task);
});

const queue = (strict: boolean) =>
  paced((intervalCap, interval) => {
    const made = new PQueue({
      intervalCap,
      interval,
      strict,
      ...(strict ? {} : { carryoverIntervalCount: true }),
    });
    return <T>(task: () => Promise<T>) => made.add(task) as Promise<T>;
  });

const throttleLibrary = paced((limit, interval) => {
  const throttle = pThrottle({ limit, interval, strict: true });
  const start = throttle(async () => {});
  return async (task) => {
    await start();
    return task();
  };
});

const limiterLibrary = paced((tokensPerInterval, interval) => {
  const limiter = new RateLimiter({ tokensPerInterval, interval });
  return async (task) => {
    await limiter.removeTokens(1);
    return task();
  };
});

const flexible = paced((points, quotaWindowMs) => {
  const limiter = new RateLimiterQueue(new RateLimiterMemory({ points, duration: quotaWindowMs / 1000 }));
  return async (task) => {
    await limiter.removeTokens(1);
    return task();
  };
});

const retryAgent: MakeContestant = (_scenario, send) => {
  const agent = new RetryAgent(new Agent(), {
    maxRetries: 20,
    statusCodes: [429],
    methods: ["GET", "POST"],
    minTimeout: 1000,
    maxTimeout: 120_000,
  });
  return {
    run: async (call) => (await send(call, agent).catch(() => ({ status: 429 }))).status < 300,
    close: () => agent.close(),
  };
};

const awsAdaptive: MakeContestant = (_scenario, send) => {
  const limiter = new DefaultRateLimiter();
  return {
    run: async (call) => {
      for (let attempt = 0; attempt < 20; attempt++) {
        await limiter.getSendToken();
        const { status } = await send(call);
        if (status !== 429) {
          limiter.updateClientSendingRate({});
          return status < 300;
        }
        limiter.updateClientSendingRate({ name: "ThrottlingException", $metadata: { httpStatusCode: 429 } });
        await sleep(Math.random() * Math.min(20_000, 2 ** attempt * 100));
      }
      return false;
    },
    close: async () => {},
  };
};

/** With its defaults, which are made for GitHub: a write a second, one at a time; on a refusal it waits until the reset told. */
const octokit: MakeContestant = (_scenario, send) => {
  const again = () => true;
  const fetch = async (url: string) => {
    const answer = await send(url.endsWith("/poll") ? "poll" : "submit");
    return new Response("{}", {
      status: answer.status,
      headers: { ...answer.headers, "content-type": "application/json" },
    });
  };
  const silent = () => {};
  const client = new (Octokit.plugin(throttling))({
    baseUrl: "http://bench",
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch },
    throttle: { onRateLimit: again, onSecondaryRateLimit: again },
  });
  return {
    run: (call) =>
      client.request(call === "poll" ? "GET /poll" : "POST /submit").then(
        () => true,
        () => false,
      ),
    close: async () => {},
  };
};

/** Whether a contestant can do anything with such a server: octokit's goes by quota headers alone. */
export function applies(name: string, { headers }: Scenario): boolean {
  return others[name] !== octokit || headers === "quota";
}

/** All others by the name in the table. */
export const others: Readonly<Record<string, MakeContestant>> = {
  "page's loop, one at a time": pageOne,
  "page's loop, all at once": (_scenario, send) => ({
    run: (call) => pageLoop(() => send(call)),
    close: async () => {},
  }),
  bottleneck,
  "p-queue": queue(false),
  "p-queue strict": queue(true),
  "p-throttle": throttleLibrary,
  limiter: limiterLibrary,
  "rate-limiter-flexible": flexible,
  "undici RetryAgent": retryAgent,
  "AWS adaptive": awsAdaptive,
  "octokit throttling": octokit,
};
