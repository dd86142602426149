// One process of one slots run; begins when told and reports what was lost and what it cost. Started by table.ts.
import { contestants } from "./contestants.ts";
import type { Share } from "./work.ts";

const share = JSON.parse(process.argv[2] ?? "") as Share;
const make = contestants[share.contestant];
if (make === undefined) throw new Error(`no contestant is called ${share.contestant}`);
const contestant = make(share);

process.once("message", async () => {
  // Who waits for a job of the other process has no timer of its own.
  process.channel?.ref();
  const cpu = process.cpuUsage();
  const done = await Promise.all(share.jobs.map((job) => contestant.run(job)));
  const { user, system } = process.cpuUsage(cpu);
  await contestant.close();
  process.send?.({ lost: done.filter((ok) => !ok).length, cpuMs: (user + system) / 1000 });
  process.disconnect();
});
process.send?.("ready");
