// One download of a large answer in a process of its own: `bare` pipes undici into a file, `flushed` has the disk take that
// file as well, `headroom` goes through the client. Prints one line of JSON: how long it took and the processor was at it, and by how much resident memory grew at most. Nothing else runs here.
import { createWriteStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { plainSettings } from "../../src/net/settings.ts";
import { makeAgent, send } from "../../src/net/undici.ts";
import { listen, outgoing, wired } from "../../test/net/tools.ts";

const [who = "", url = "", folder = "", form = "binary"] = process.argv.slice(2);

const bare = async (from: string, to: string): Promise<void> => {
  const { origin, pathname } = new URL(from);
  const answer = await send(agent, { origin, path: pathname, method: "GET" });
  await pipeline(answer.body, createWriteStream(to));
};
const flushed = async (from: string, to: string): Promise<void> => {
  await bare(from, to);
  const file = await open(to);
  await file.sync();
  await file.close();
};
const throughHeadroom = async (from: string, to: string): Promise<void> => {
  const request =
    form === "binary" ? { saveTo: to, idleMs: 60_000 } : { lift: ["audio_base64"], idleMs: 60_000 };
  await client.send(outgoing(from, request), listen());
};

const agent = makeAgent(plainSettings);
const { client } = wired({ spillFolder: folder });
const download = { bare, flushed }[who] ?? throughHeadroom;
const target = path.join(folder, `${who}.bin`);
// Once small, so that code and buffers are there before memory is weighed.
await download(`${url}/${form}/32`, target);
global.gc?.();

const before = process.memoryUsage.rss();
let most = before;
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 5);
const cpu = process.cpuUsage();
const from = performance.now();
await download(`${url}/${form}/1024`, target);
const ms = performance.now() - from;
const { user, system } = process.cpuUsage(cpu);
clearInterval(watch);
most = Math.max(most, process.memoryUsage.rss());
console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000, grownBytes: most - before }));
await client.close();
await agent.close();
await rm(target, { force: true });
