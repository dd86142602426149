// Rules of sending one request: what goes out, what comes back, what the ledger is told, where a key may go.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isHeadroomError } from "../../src/core/errors.ts";
import { bodyOf, listen, outgoing, serve, turn, wired } from "../net/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "headroom-wire-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("an answer comes back whole, and the ledger hears reserve, sent and settle in this order", async () => {
  const server = await serve((_request, response) => {
    response.setHeader("X-RateLimit-Limit", "10");
    response.setHeader("Content-Type", "application/json; charset=utf-8");
    response.end('{"ok":"é"}');
  });
  const { client, ledger } = wired();
  const progress = listen();
  const answer = await client.send(outgoing(`${server.url}/v1/x?y=1`, { id: "e1" }), progress);
  assert.equal(answer.text, '{"ok":"é"}');
  assert.equal(answer.sniffed, "application/json");
  assert.equal(answer.head.headers["x-ratelimit-limit"], "10");
  assert.ok(answer.head.gotAt >= answer.head.sentAt);
  assert.deepEqual(ledger.told, ["reserve e1#1", "sent e1#1", "settle e1#1 200"]);
  assert.deepEqual(progress.heard, ["sending 1", "head 200"]);
  assert.equal(server.requests[0]?.url, "/v1/x?y=1");
  await client.close();
  await server.close();
});

test("the key goes to its own origin as the header the profile names", async () => {
  const server = await serve((_request, response) => response.end("{}"));
  const { client } = wired();
  const auth = { keyId: "k", header: "Authorization", prefix: "Bearer ", origin: server.url };
  await client.send(outgoing(`${server.url}/`, { auth }), listen());
  assert.equal(server.requests[0]?.headers.authorization, "Bearer secret-key-text");
  await client.close();
  await server.close();
});

test("a key for another origin stops the request before anything leaves or the key is read", async () => {
  const server = await serve((_request, response) => response.end("{}"));
  let read = 0;
  const { client, ledger } = wired({
    keyOf: async () => {
      read++;
      return "secret-key-text";
    },
  });
  const auth = { keyId: "k", header: "x-api-key", prefix: "", origin: "https://api.example.com" };
  await assert.rejects(
    client.send(outgoing(`${server.url}/`, { auth }), listen()),
    (error) => isHeadroomError(error, "notConfigured") && error.fields.field === "baseUrl",
  );
  assert.deepEqual([server.requests.length, read, ledger.told], [0, 0, []]);
  await client.close();
  await server.close();
});

test("a missing key gives its reservation back and says so", async () => {
  const server = await serve((_request, response) => response.end("{}"));
  const { client, ledger } = wired({ keyOf: async () => null });
  const auth = { keyId: "k", header: "x-api-key", prefix: "", origin: server.url };
  await assert.rejects(
    client.send(outgoing(`${server.url}/`, { id: "nokey", auth }), listen()),
    (error) => isHeadroomError(error, "notConfigured") && error.fields.field === "key",
  );
  assert.deepEqual(ledger.told, ["reserve nokey#1", "refund nokey#1"]);
  assert.equal(server.requests.length, 0);
  await client.close();
  await server.close();
});

test("a redirect is not followed, and the other host never sees the key", async () => {
  const thief = await serve((_request, response) => response.end("{}"));
  const server = await serve((_request, response) => {
    response.writeHead(302, { location: `${thief.url}/steal` }).end();
  });
  const { client } = wired();
  const auth = { keyId: "k", header: "x-api-key", prefix: "", origin: server.url };
  await assert.rejects(
    client.send(outgoing(`${server.url}/`, { auth }), listen()),
    (error) =>
      isHeadroomError(error, "httpFailed") &&
      error.fields.code === "redirect" &&
      error.fields.detail === thief.url,
  );
  assert.equal(thief.requests.length, 0);
  await client.close();
  await server.close();
  await thief.close();
});

test("a multipart body is streamed with its exact length, and no name can end its own field", async () => {
  const file = join(folder, "voice.wav");
  writeFileSync(file, "RIFF0000WAVE");
  let received = "";
  const server = await serve(async (request, response) => {
    received = await bodyOf(request);
    response.end("{}");
  });
  const { client } = wired();
  const parts = [
    { name: "text", text: "hello" },
    { name: "fi\r\nle", file, fileName: 'a"b.wav', mediaType: "audio/wav" },
  ];
  await client.send(
    outgoing(`${server.url}/`, { method: "POST", body: { type: "multipart", parts } }),
    listen(),
  );
  const headers = server.requests[0]?.headers;
  assert.equal(headers?.["content-length"], String(received.length));
  const boundary = /boundary=(.+)$/.exec(headers?.["content-type"] ?? "")?.[1];
  assert.equal(
    received.replaceAll(String(boundary), "B"),
    [
      '--B\r\ncontent-disposition: form-data; name="text"\r\n\r\nhello\r\n',
      '--B\r\ncontent-disposition: form-data; name="fi%0D%0Ale"; filename="a%22b.wav"\r\n',
      "content-type: audio/wav\r\n\r\nRIFF0000WAVE\r\n--B--\r\n",
    ].join(""),
  );
  await client.close();
  await server.close();
});

test("a file that is not there stops the request before it waits", async () => {
  const { client, ledger } = wired();
  const body = { type: "file", file: join(folder, "missing"), mediaType: "audio/wav" } as const;
  await assert.rejects(
    client.send(outgoing("http://127.0.0.1:9/", { method: "PUT", body }), listen()),
    (error) => isHeadroomError(error, "notConfigured"),
  );
  assert.deepEqual(ledger.told, []);
  await client.close();
});

test("bytes are saved under their name only when they are all there", async () => {
  const saveTo = join(folder, "results", "a.wav");
  const server = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write("RIFF\0\0\0\0WAVEfmt ");
    setImmediate(() => response.end("x".repeat(100_000)));
  });
  const { client } = wired();
  const answer = await client.send(outgoing(`${server.url}/`, { saveTo }), listen());
  assert.equal(answer.file, saveTo);
  assert.equal(answer.sniffed, "audio/wav", "the content type lies");
  assert.equal(readFileSync(saveTo).length, answer.bytes);
  assert.deepEqual(readdirSync(join(folder, "results")), ["a.wav"]);
  await client.close();
  await server.close();
});

test("an error is never saved as a result", async () => {
  const saveTo = join(folder, "error.wav");
  const server = await serve((_request, response) => response.writeHead(404).end('{"detail":"gone"}'));
  const { client } = wired();
  const answer = await client.send(outgoing(`${server.url}/`, { saveTo }), listen());
  assert.deepEqual([answer.head.status, answer.text, answer.file], [404, '{"detail":"gone"}', null]);
  await client.close();
  await server.close();
});

test("an answer that is no text goes to the spill folder instead of into a string", async () => {
  const server = await serve((_request, response) => response.end("OggS\0\x02rest"));
  const { client } = wired({ spillFolder: join(folder, "spill") });
  const answer = await client.send(outgoing(`${server.url}/`, { id: "../../x" }), listen());
  assert.equal(answer.text, null);
  assert.equal(answer.file, join(folder, "spill", `__.._x.1.${process.pid}.part`));
  await client.close();
  await server.close();
});

test("closing cancels what waits and what flies, and counts what flew", async () => {
  let arrived = () => {};
  const first = new Promise<void>((done) => {
    arrived = done;
  });
  const server = await serve(() => arrived());
  const { client, ledger } = wired();
  ledger.limit = 1;
  const closing = (promise: Promise<unknown>) =>
    assert.rejects(promise, (error) => isHeadroomError(error, "cancelled") && error.fields.by === "closing");
  const flying = closing(client.send(outgoing(server.url, { id: "flies" }), listen()));
  await first;
  const waiting = closing(client.send(outgoing(server.url, { id: "waits" }), listen()));
  while (ledger.asked < 2) await turn();
  await client.close();
  await Promise.all([flying, waiting]);
  assert.deepEqual(ledger.told, ["reserve flies#1", "sent flies#1", "leave waits#1", "lost flies#1"]);
  await server.close();
});

test("what cannot be written down before sending is not sent, and costs nothing", async () => {
  const server = await serve((_request, response) => response.end("{}"));
  const { client, ledger } = wired();
  const progress = {
    ...listen(),
    sending: () => {
      throw new Error("database is locked");
    },
  };
  await assert.rejects(client.send(outgoing(server.url, { id: "w" }), progress), {
    message: "database is locked",
  });
  assert.deepEqual(ledger.told, ["reserve w#1", "refund w#1"]);
  assert.equal(server.requests.length, 0);
  await client.close();
  await server.close();
});

test("a listener that throws breaks neither the gate nor the answer, and is heard of", async () => {
  const server = await serve((_request, response) => response.end("{}"));
  const troubles: unknown[] = [];
  const { client, ledger } = wired({ trouble: (error) => troubles.push(error) });
  ledger.limit = 0;
  const fail = () => {
    throw new Error("listener");
  };
  const progress = { ...listen(), waiting: fail, head: fail, bytes: fail };
  const sending = client.send(outgoing(server.url), progress);
  while (ledger.asked === 0) await turn();
  ledger.give(1);
  assert.equal((await sending).text, "{}");
  assert.equal(troubles.length, 3);
  await client.close();
  await server.close();
});
