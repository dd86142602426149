// Rules of going on with a download that broke off: only the missing bytes, and only if they are still the same ones.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { listen, outgoing, serve, wired } from "../net/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "headroom-rest-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const bytes = Buffer.concat([Buffer.from("fLaC"), Buffer.alloc(900_000, "0123456789")]);
const digest = (of: Buffer) => createHash("sha256").update(of).digest("hex");

interface Behaviour {
  readonly etag?: (request: number) => string;
  readonly ranges?: boolean;
  /** After how many bytes an answer breaks off; null for never. */
  readonly cutAt: (request: number) => number | null;
  readonly answer416?: boolean;
}

/** Serves the bytes, with ranges, and breaks off where it is told to. */
function file(behaviour: Behaviour) {
  let count = 0;
  return (request: IncomingMessage, response: ServerResponse) => {
    const number = count++;
    const etag = behaviour.etag?.(number) ?? '"v1"';
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
    if (range !== undefined && behaviour.answer416) return response.writeHead(416).end();
    const goesOn = range !== undefined && request.headers["if-range"] === etag && behaviour.ranges !== false;
    const start = goesOn ? Number(range) : 0;
    const body = bytes.subarray(start);
    response.writeHead(goesOn ? 206 : 200, {
      etag,
      "content-length": body.length,
      ...(behaviour.ranges === false ? {} : { "accept-ranges": "bytes" }),
      ...(goesOn ? { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    const cut = behaviour.cutAt(number);
    if (cut === null) return response.end(body);
    return response.write(body.subarray(0, cut), () => setImmediate(() => response.destroy()));
  };
}

async function download(behaviour: Behaviour) {
  const server = await serve(file(behaviour));
  const { client } = wired();
  const saveTo = join(mkdtempSync(join(folder, "d-")), "x.flac");
  try {
    const answer = await client.send(outgoing(server.url, { saveTo, repeat: "safe" }), listen());
    return { answer, server, left: readdirSync(join(saveTo, "..")), got: digest(readFileSync(saveTo)) };
  } finally {
    await client.close();
    await server.close();
  }
}

test("a download that breaks off twice goes on where it stopped, and is whole", async () => {
  const { answer, server, left, got } = await download({
    cutAt: (request) => (request < 2 ? 300_000 : null),
  });
  assert.equal(got, digest(bytes));
  assert.equal(answer.bytes, bytes.length);
  assert.deepEqual([answer.head.status, answer.sniffed, answer.attempts], [200, "audio/flac", 3]);
  const ranges = server.requests.map((one) => one.headers.range ?? null);
  assert.equal(ranges[0], null);
  assert.match(ranges[1] ?? "", /^bytes=[1-9]\d*-$/);
  assert.notEqual(ranges[1], ranges[2]);
  assert.deepEqual(left, ["x.flac"]);
});

test("where the bytes have changed meanwhile, all of them are fetched anew", async () => {
  const { got, answer } = await download({
    etag: (request) => `"v${request}"`,
    cutAt: (request) => (request === 0 ? 300_000 : null),
  });
  assert.equal(got, digest(bytes));
  assert.equal(answer.bytes, bytes.length);
});

test("a server without ranges, or with a weak tag, is asked for everything again", async () => {
  for (const behaviour of [{ ranges: false }, { etag: () => 'W/"v1"' }]) {
    const { got, server } = await download({
      ...behaviour,
      cutAt: (request) => (request === 0 ? 300_000 : null),
    });
    assert.equal(got, digest(bytes));
    assert.equal(server.requests[1]?.headers.range, undefined);
  }
});

test("a range that cannot be had is given up, and the whole is fetched", async () => {
  const { got } = await download({ answer416: true, cutAt: (request) => (request === 0 ? 300_000 : null) });
  assert.equal(got, digest(bytes));
});

test("a download that is given up leaves nothing behind", async () => {
  const saved = join(folder, "given-up");
  const server = await serve(file({ cutAt: () => 1_000 }));
  const { client } = wired();
  await assert.rejects(
    client.send(outgoing(server.url, { saveTo: join(saved, "x.flac"), repeat: "safe" }), listen()),
  );
  assert.deepEqual(readdirSync(saved), []);
  await client.close();
  await server.close();
});
