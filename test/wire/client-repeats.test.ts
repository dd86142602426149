// Rules of repeating: what may be sent again alone, when, and what must wait for the person.
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { test } from "node:test";
import { isHeadroomError } from "../../src/core/errors.ts";
import type { Outgoing } from "../../src/core/wire.ts";
import { type Listening, listen, outgoing, serve, turn, type Wired, wired } from "../net/tools.ts";

/** Runs a test with a server and a client, and closes both. */
async function around(
  listener: RequestListener,
  run: (server: Listening, all: Wired) => Promise<void>,
): Promise<void> {
  const server = await serve(listener);
  const all = wired();
  try {
    await run(server, all);
  } finally {
    await all.client.close();
    await server.close();
  }
}

/** Answers in turn; the last one for the rest. */
function script(...steps: RequestListener[]): RequestListener {
  let at = 0;
  return (request, response) => steps[Math.min(at++, steps.length - 1)]?.(request, response);
}

const fine: RequestListener = (_request, response) => response.end("{}");
const cut: RequestListener = (request) => request.socket.destroy();
const busy: RequestListener = (_request, response) => response.writeHead(503).end();
const cutBody: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-length": "1000" });
  response.write("half", () => response.destroy());
};
const refuse =
  (headers: Record<string, string>): RequestListener =>
  (_request, response) =>
    response.writeHead(429, headers).end('{"detail":"no"}');

const create = (url: string, more: Partial<Outgoing> = {}) =>
  outgoing(url, { method: "POST", body: { type: "json", text: "{}" }, ...more });

test("a create whose answer was lost is not sent again: its outcome is unknown", () =>
  around(cut, async (server, { client, ledger }) => {
    await assert.rejects(
      client.send(create(server.url, { id: "c" }), listen()),
      (error) => isHeadroomError(error, "outcomeUnknown") && error.fields.exchangeId === "c",
    );
    assert.equal(server.requests.length, 1);
    assert.deepEqual(ledger.told, ["reserve c#1", "sent c#1", "lost c#1"]);
  }));

test("a create whose success broke off in its body is not sent again either", () =>
  around(cutBody, async (server, { client, ledger }) => {
    await assert.rejects(client.send(create(server.url, { id: "c" }), listen()), (error) =>
      isHeadroomError(error, "outcomeUnknown"),
    );
    assert.equal(server.requests.length, 1);
    assert.deepEqual(ledger.told, ["reserve c#1", "sent c#1", "settle c#1 200"]);
  }));

test("under an idempotency key a lost create is sent again, through the gate, and each try is counted", () =>
  around(script(cut, cut, fine), async (server, { client, ledger }) => {
    const answer = await client.send(create(server.url, { id: "c", repeat: "sameKey" }), listen());
    assert.equal(answer.attempts, 3);
    assert.equal(server.requests.length, 3);
    assert.equal(ledger.told.filter((one) => one.startsWith("lost")).length, 2);
  }));

test("a keyed create that is lost every time stays unknown, not unreachable", () =>
  around(cut, async (server, { client }) => {
    await assert.rejects(client.send(create(server.url, { repeat: "sameKey" }), listen()), (error) =>
      isHeadroomError(error, "outcomeUnknown"),
    );
    assert.equal(server.requests.length, 3);
  }));

test("a read that breaks off is read again", () =>
  around(script(cut, cutBody, fine), async (server, { client }) => {
    const answer = await client.send(outgoing(server.url, { repeat: "safe" }), listen());
    assert.equal(answer.attempts, 3);
  }));

test("a status from the retry list is repeated for a read and final for a create without a key", () =>
  around(script(busy, fine, busy), async (server, { client }) => {
    assert.equal((await client.send(outgoing(server.url, { repeat: "safe" }), listen())).head.status, 200);
    assert.equal((await client.send(create(server.url), listen())).head.status, 503);
  }));

test("a refused create is sent again, since it surely was not done, and keeps its place", () =>
  around(script(refuse({ "retry-after": "17" }), fine), async (server, { client, ledger }) => {
    const progress = listen();
    const answer = await client.send(create(server.url, { id: "c" }), progress);
    assert.equal(answer.head.status, 200);
    assert.deepEqual(ledger.told.slice(2, 4), ["settle c#1 429 rate", "reserve c#2"]);
    assert.equal(ledger.refusals[0]?.evidence, "stated");
    assert.deepEqual(progress.heard, [
      "sending 1",
      "head 429",
      "refused rate",
      "retrying rate",
      "sending 2",
      "head 200",
    ]);
  }));

test("refusals without a number end with the allowed attempts, not with a storm", () =>
  around(refuse({}), async (server, { client }) => {
    const answer = await client.send(outgoing(server.url), listen());
    assert.equal(answer.head.status, 429);
    assert.equal(answer.attempts, 3);
  }));

test("a host that is not there is said at once, and nothing is spent", async () => {
  const { client, ledger } = wired();
  await assert.rejects(
    client.send(create("http://127.0.0.1:1/", { id: "u" }), listen()),
    (error) => isHeadroomError(error, "unreachable") && error.fields.code === "ECONNREFUSED",
  );
  assert.deepEqual(ledger.told, ["reserve u#1", "refund u#1"]);
  await client.close();
});

test("a server that says nothing is overdue for a read and unknown for a create", () =>
  around(
    () => {},
    async (server, { client }) => {
      const short = { idleMs: 40, retry: { statuses: [], baseMs: 1, capMs: 1, attempts: 1 } };
      await assert.rejects(
        client.send(outgoing(server.url, { ...short, repeat: "safe" }), listen()),
        (error) => isHeadroomError(error, "overdue") && error.fields.afterMs === 40,
      );
      await assert.rejects(client.send(create(server.url, short), listen()), (error) =>
        isHeadroomError(error, "outcomeUnknown"),
      );
    },
  ));

test("cancelling a flying request is felt at once and its spend stays", async () => {
  let arrived = () => {};
  const here = new Promise<void>((done) => {
    arrived = done;
  });
  await around(
    () => arrived(),
    async (server, { client, ledger }) => {
      const stop = new AbortController();
      const sending = client.send(create(server.url, { id: "c", signal: stop.signal }), listen());
      await here;
      stop.abort();
      await assert.rejects(
        sending,
        (error) => isHeadroomError(error, "cancelled") && error.fields.by === "person",
      );
      assert.deepEqual(ledger.told, ["reserve c#1", "sent c#1", "lost c#1"]);
    },
  );
});

test("cancelling a waiting request is felt at once, costs nothing and lets the next one through", () =>
  around(fine, async (server, { client, ledger }) => {
    ledger.limit = 0;
    const stop = new AbortController();
    const first = client.send(outgoing(server.url, { id: "a", signal: stop.signal }), listen());
    const second = client.send(outgoing(server.url, { id: "b" }), listen());
    while (ledger.asked < 2) await turn();
    stop.abort();
    await assert.rejects(first, (error) => isHeadroomError(error, "cancelled"));
    ledger.give(1);
    await second;
    assert.deepEqual(ledger.told.slice(0, 2), ["leave a#1", "reserve b#1"]);
    assert.equal(server.requests.length, 1);
  }));

test("cancelling while it waits to repeat is felt at once", () =>
  around(busy, async (server, { client }) => {
    const stop = new AbortController();
    const retry = { statuses: [503], baseMs: 3_600_000, capMs: 3_600_000, attempts: 3 };
    const sending = client.send(outgoing(server.url, { repeat: "safe", retry, signal: stop.signal }), {
      ...listen(),
      retrying: () => setImmediate(() => stop.abort()),
    });
    await assert.rejects(sending, (error) => isHeadroomError(error, "cancelled"));
    assert.equal(server.requests.length, 1);
  }));

test("cancelling while the key is read gives the reservation back: nothing has left", async () => {
  const stop = new AbortController();
  const server = await serve(fine);
  const { client, ledger } = wired({
    keyOf: async () => {
      stop.abort();
      return "secret-key-text";
    },
  });
  const auth = { keyId: "k", header: "x-api-key", prefix: "", origin: server.url };
  await assert.rejects(
    client.send(create(server.url, { id: "c", auth, signal: stop.signal }), listen()),
    (error) => isHeadroomError(error, "cancelled"),
  );
  assert.deepEqual(ledger.told, ["reserve c#1", "refund c#1"]);
  assert.equal(server.requests.length, 0);
  await client.close();
  await server.close();
});
