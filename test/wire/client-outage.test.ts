// A server in trouble, over real sockets: however many wait, it gets few requests more than without any repeats, and one at a
// time once it is known to be down.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Wait } from "../../src/core/quota/model.ts";
import { HandClock, listen, outgoing, serve, turn, wired } from "../net/tools.ts";

const MINUTE = 60_000;
const retry = { statuses: [500, 503], baseMs: 1_000, capMs: 75_000, attempts: 4 };

/** A server that fails with a status until it is mended, a client with a clock by hand, and sends that note why they wait. */
async function world(status: number) {
  const clock = new HandClock();
  let broken = true;
  let open = 0;
  const server = await serve((_request, response) => {
    open++;
    response.on("close", () => open--);
    response.writeHead(broken ? status : 200).end("{}");
  });
  const { client } = wired({ clock });
  const held = new Map<string, Wait | null>();
  const statuses: number[] = [];
  const stop = new AbortController();
  function send(id: string): Promise<void> {
    const notes = listen();
    const request = outgoing(server.url, { id, repeat: "safe", lane: "flow", retry, signal: stop.signal });
    return client
      .send(request, {
        ...notes,
        waiting: (wait) => void held.set(id, wait),
        sending: () => void held.set(id, null),
      })
      .then(({ head }) => void statuses.push(head.status))
      .finally(() => held.delete(id));
  }
  /** Lets time pass, and everything on the wire come back at each step. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      await clock.advance(Math.min(left, 1_000));
      let calm = 0;
      while (calm < 30) {
        const before = server.requests.length;
        await turn();
        calm = open === 0 && server.requests.length === before ? calm + 1 : 0;
      }
    }
  }
  const mend = () => {
    broken = false;
  };
  const close = async () => {
    await client.close();
    await server.close();
  };
  return { clock, server, held, statuses, stop, send, pass, mend, close };
}

test("sixty that fail at once are repeated ten times and a fifth in a minute; the others say that they are held back", async () => {
  const { server, held, statuses, stop, send, pass, close } = await world(500);
  const all = Array.from({ length: 60 }, (_, i) => send(`r${i}`));
  const ended = Promise.allSettled(all);
  await pass(MINUTE / 2);
  assert.equal(server.requests.length, 60 + 10 + 12);
  assert.equal(held.size + statuses.length, 60);
  for (const wait of held.values()) assert.equal(wait?.cause, "retries");
  stop.abort();
  await ended;
  await close();
});

test("an outage of ten minutes gets one request at a time, some twenty in all, and the first answer lets the rest go", async () => {
  const { server, held, statuses, send, pass, mend, close } = await world(503);
  const ended = Promise.allSettled(Array.from({ length: 30 }, (_, i) => send(`r${i}`)));
  await pass(10 * MINUTE);
  const tried = server.requests.length - 30;
  assert.ok(tried >= 8 && tried <= 20, `${tried} beside the first of each`);
  for (const wait of held.values()) assert.equal(wait?.cause, "outage");
  mend();
  await pass(2 * MINUTE);
  await ended;
  assert.ok(statuses.filter((status) => status === 200).length >= 24, statuses.join());
  await close();
});
