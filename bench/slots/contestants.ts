// The other contestants of the slots table: each holds a place of its limiter while its job runs and polls at the permitted
// interval; those that know no concurrency send at once. All repeat a refused submit as the pages print it.
import Bottleneck from "bottleneck";
import PQueue from "p-queue";
import { headroom } from "./headroom.ts";
import { INTERVAL_MS, type Share, SLOTS } from "./work.ts";

/** Runs one job to its end; resolves with whether it was taken in. */
export interface Contestant {
  run(job: Share["jobs"][number]): Promise<boolean>;
  close(): Promise<void>;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

type Pace = <T>(task: () => Promise<T>) => Promise<T>;

function paced(make: () => Pace, tries: number): (share: Share) => Contestant {
  return ({ origin }) => {
    const pace = make();
    const run = async (index: number) => {
      const taken = await submit(origin, index, tries);
      if (taken === null) return false;
      for (let state = ""; state !== "succeeded"; ) {
        await sleep(INTERVAL_MS);
        const answer = await fetch(`${origin}/jobs/${taken}`);
        state = ((await answer.json()) as { state?: string }).state ?? "";
      }
      return true;
    };
    return { run: ({ index }) => pace(() => run(index)), close: async () => {} };
  };
}

async function submit(origin: string, index: number, tries: number): Promise<number | null> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const answer = await fetch(`${origin}/jobs?of=${index}`, { method: "POST" });
    const body = (await answer.json()) as { id?: number };
    if (answer.status !== 429) return body.id ?? null;
    await sleep(2 ** Math.min(attempt, 5) * 1000);
  }
  return null;
}

const atOnce: Pace = (task) => task();

/** All by the name in the table. */
export const contestants: Readonly<Record<string, (share: Share) => Contestant>> = {
  Headroom: headroom,
  bottleneck: paced(() => {
    const limiter = new Bottleneck({ maxConcurrent: SLOTS });
    return (task) => limiter.schedule(task);
  }, 20),
  "p-queue": paced(() => {
    const queue = new PQueue({ concurrency: SLOTS });
    return <T>(task: () => Promise<T>) => queue.add(task) as Promise<T>;
  }, 20),
  "page's loop, all at once": paced(() => atOnce, 5),
};
