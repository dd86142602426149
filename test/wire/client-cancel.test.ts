// Cancelling, wherever a request stands: felt at once, over real sockets, and what was reserved is given back exactly once.
import assert from "node:assert/strict";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { isHeadroomError } from "../../src/core/errors.ts";
import type { Outgoing } from "../../src/core/wire.ts";
import { plainSettings } from "../../src/net/settings.ts";
import { authority, server as pair } from "../net/certificates.ts";
import { HandClock, type Listening, listen, outgoing, serve, turn, type Wired, wired } from "../net/tools.ts";

/** What a row works with: `reached` resolves the place at which it is cancelled. */
interface Stand {
  readonly server: Listening;
  readonly clock: HandClock;
  readonly all: Wired;
  readonly heard: readonly string[];
  readonly seen: () => number;
}

interface Row {
  readonly where: string;
  readonly answer?: RequestListener;
  readonly request?: Partial<Outgoing>;
  /** What goes before it. */
  readonly before?: (stand: Stand) => Promise<void>;
  /** Whether it has come to the place. */
  readonly there: (stand: Stand) => boolean;
  /** A key that never comes. */
  readonly noKey?: boolean;
  readonly told: readonly string[];
}

const retry = { statuses: [500, 503], baseMs: 3_600_000, capMs: 3_600_000, attempts: 3 };
const silent: RequestListener = () => {};
const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_request: IncomingMessage, response: ServerResponse) =>
    response.writeHead(code, headers).end("{}");
const half =
  (code: number): RequestListener =>
  (_request, response) => {
    response.writeHead(code, { "content-type": "application/json", "content-length": "1000" });
    response.write('{"half": ');
  };
const file = { type: "json", text: "x".repeat(64 * 1024 * 1024) } as const;

const rows: readonly Row[] = [
  {
    where: "the gate holds it as the first",
    before: async ({ all }) => {
      all.ledger.limit = 0;
    },
    there: ({ heard }) => heard.includes("waiting rate"),
    told: ["leave x#1"],
  },
  {
    where: "the gate holds it behind others",
    before: async ({ all, server }) => {
      all.ledger.limit = 0;
      void all.client.send(outgoing(server.url, { id: "first" }), listen()).catch(() => {});
      await turn();
    },
    there: ({ heard }) => heard.includes("waiting rate"),
    told: ["leave x#1"],
  },
  {
    where: "its key does not come",
    noKey: true,
    request: { auth: { keyId: "k", header: "x-api-key", prefix: "", origin: "" } },
    there: ({ all }) => all.ledger.told.includes("reserve x#1"),
    told: ["reserve x#1", "refund x#1"],
  },
  {
    where: "its body goes out",
    answer: (request) => request.once("data", () => request.pause()),
    request: { method: "POST", body: file },
    there: ({ seen }) => seen() > 0,
    told: ["reserve x#1", "sent x#1", "lost x#1"],
  },
  {
    where: "no byte of the answer has come",
    answer: silent,
    there: ({ seen }) => seen() > 0,
    told: ["reserve x#1", "sent x#1", "lost x#1"],
  },
  {
    where: "half of the answer has come",
    answer: half(200),
    there: ({ heard }) => heard.includes("head 200"),
    told: ["reserve x#1", "sent x#1", "settle x#1 200"],
  },
  {
    where: "half of an error has come",
    answer: half(503),
    request: { repeat: "safe", retry },
    there: ({ heard }) => heard.includes("head 503"),
    told: ["reserve x#1", "sent x#1", "settle x#1 503"],
  },
  {
    where: "it pauses before another attempt",
    answer: status(500),
    request: { repeat: "safe", retry },
    there: ({ heard }) => heard.includes("retrying status 500"),
    told: ["reserve x#1", "sent x#1", "settle x#1 500"],
  },
  {
    where: "the server named an instant an hour away for what counts nowhere",
    answer: status(429, { "retry-after": "3600" }),
    request: { claim: null },
    there: ({ heard }) => heard.includes("retrying rate"),
    told: [],
  },
  {
    where: "it was refused and the gate holds it again",
    answer: status(429, { "retry-after": "3600" }),
    before: async ({ all }) => {
      all.ledger.limit = 1;
    },
    there: ({ heard }) => heard.includes("waiting rate"),
    told: ["reserve x#1", "sent x#1", "settle x#1 429 rate", "leave x#2"],
  },
  {
    where: "the server does not answer and another one tries",
    answer: status(503),
    request: { lane: "flow" },
    before: async ({ all, server }) => {
      for (let i = 0; i < 4; i++) await all.client.send(outgoing(server.url, { id: `early${i}` }), listen());
    },
    there: ({ heard }) => heard.includes("waiting outage"),
    told: [],
  },
  {
    where: "the account's repeats are used up",
    answer: status(500),
    request: { repeat: "safe", retry: { ...retry, baseMs: 0 } },
    before: async ({ all, server }) => {
      for (let i = 0; i < 6; i++)
        await all.client
          .send(
            outgoing(server.url, {
              id: `early${i}`,
              repeat: "safe",
              retry: { ...retry, baseMs: 0, attempts: i < 5 ? 3 : 2 },
            }),
            listen(),
          )
          .catch(() => {});
    },
    there: ({ heard }) => heard.includes("waiting retries"),
    told: ["reserve x#1", "sent x#1", "settle x#1 500"],
  },
];

for (const row of rows)
  test(`cancelled while ${row.where}: over at once, booked once, nothing follows`, {
    timeout: 20_000,
  }, async () => {
    const clock = new HandClock();
    const requests: IncomingMessage[] = [];
    const server = await serve((request, response) => {
      if (request.url === "/x") requests.push(request);
      (row.answer ?? status(200))(request, response);
    });
    const all = wired({
      clock,
      ...(row.noKey ? { keyOf: () => new Promise<string>(() => {}) } : {}),
    });
    const progress = listen();
    const stand: Stand = { server, clock, all, heard: progress.heard, seen: () => requests.length };
    await row.before?.(stand);
    const stop = new AbortController();
    const auth = row.request?.auth ? { ...row.request.auth, origin: server.url } : null;
    // Nothing but the cancelling ends it while the test lasts.
    const own = { id: "x", auth, signal: stop.signal, idleMs: 3_600_000 };
    const request = outgoing(`${server.url}/x`, { ...row.request, ...own });
    const sending = all.client.send(request, progress);
    sending.catch(() => {});
    while (!row.there(stand)) await turn();
    const [timers, waiting, count] = [clock.timers, all.client.waiting, requests.length];
    stop.abort();
    // No time passes: whatever ends it, it is no timer.
    await assert.rejects(
      sending,
      (error) => isHeadroomError(error, "cancelled") && error.fields.by === "person",
    );
    for (let i = 0; i < 20; i++) await turn();
    assert.deepEqual(
      all.ledger.told.filter((one) => one.includes(" x#")),
      row.told,
    );
    assert.equal(requests.length, count);
    assert.ok(clock.timers <= timers && all.client.waiting <= waiting);
    await all.client.close();
    assert.equal(clock.timers, 0);
    assert.equal(all.ledger.told.filter((one) => one.includes(" x#")).length, row.told.length);
    await server.close();
  });

test("cancelled before it began, nothing of it is asked for", async () => {
  const server = await serve(status(200));
  const { client, ledger } = wired();
  const signal = AbortSignal.abort();
  await assert.rejects(client.send(outgoing(server.url, { signal }), listen()), (error) =>
    isHeadroomError(error, "cancelled"),
  );
  assert.deepEqual(ledger.told, []);
  assert.equal(server.requests.length, 0);
  await client.close();
  await server.close();
});

test("cancelled while its connection is being made, it is over at once and never leaves, also when the connection comes", async () => {
  let seen = 0;
  const target = createSecureServer(pair, (_request, response) => {
    seen++;
    response.end("{}");
  });
  await new Promise<void>((done) => target.listen(0, "127.0.0.1", done));
  // Accepts, and lets nothing through until it is told.
  const held: Socket[] = [];
  const door = createServer((socket) => void held.push(socket.on("error", () => {})));
  await new Promise<void>((done) => door.listen(0, "127.0.0.1", done));
  const settings = () => ({ ...plainSettings, extraCertificates: [authority] });
  const { client, ledger } = wired({ settings });
  const stop = new AbortController();
  const url = `https://localhost:${(door.address() as AddressInfo).port}/x`;
  const send = (id: string, signal?: AbortSignal) =>
    client.send(outgoing(url, { id, idleMs: 3_600_000, ...(signal ? { signal } : {}) }), listen());
  const sending = send("x", stop.signal);
  sending.catch(() => {});
  while (held.length === 0) await turn();
  stop.abort();
  await assert.rejects(sending, (error) => isHeadroomError(error, "cancelled"));
  assert.deepEqual(ledger.told, ["reserve x#1", "refund x#1"]);
  const { port } = target.address() as AddressInfo;
  const open = () => {
    for (const socket of held.splice(0)) socket.pipe(connect(port, "127.0.0.1")).pipe(socket);
  };
  door.on("connection", open);
  open();
  // The next one goes over that connection, or over one made after it.
  assert.equal((await send("next")).head.status, 200);
  assert.equal(seen, 1);
  assert.deepEqual(ledger.told, [
    "reserve x#1",
    "refund x#1",
    "reserve next#1",
    "sent next#1",
    "settle next#1 200",
  ]);
  await client.close();
  door.close();
  target.close();
});
