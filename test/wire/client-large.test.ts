// Rules of large and endless answers: memory stays flat, bounds are kept, nothing half-written is left behind.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isHeadroomError } from "../../src/core/errors.ts";
import { listen, outgoing, serve, wired } from "../net/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "headroom-large-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const MB = 1024 * 1024;
const chunk = Buffer.alloc(MB, "a");

/** Writes so many MB as fast as they are taken, between a head and a tail, counting; stops when nobody listens any more. */
function flood(
  megabytes: number,
  written: { bytes: number },
  [head = "", tail = ""]: readonly string[] = [],
): RequestListener {
  return (_request, response) => {
    response.write(head);
    const write = () => {
      while (written.bytes < megabytes * MB && !response.destroyed) {
        written.bytes += MB;
        if (!response.write(chunk)) return;
      }
      response.end(tail);
    };
    response.on("drain", write);
    write();
  };
}

for (const form of ["bytes", "media inside a JSON answer"] as const)
  test(`200 MB of ${form} go to disk while memory stays flat`, async () => {
    const inline = form !== "bytes";
    const server = await serve(flood(200, { bytes: 0 }, inline ? ['{"audio":"', '"}'] : []));
    const { client } = wired({ spillFolder: folder });
    let most = 0;
    const before = process.memoryUsage();
    const progress = {
      ...listen(),
      bytes: () => {
        const { arrayBuffers, heapUsed } = process.memoryUsage();
        most = Math.max(most, arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed);
      },
    };
    const to = inline ? { lift: ["audio"] } : { saveTo: join(folder, "large.bin") };
    const answer = await client.send(outgoing(server.url, to), progress);
    const file = inline ? Object.values(answer.lifted ?? {})[0]?.file : answer.file;
    assert.equal(statSync(String(file)).size, inline ? 150 * MB : 200 * MB);
    assert.ok(most < 60 * MB, `${Math.round(most / MB)} MB held at once`);
    await client.close();
    await server.close();
  });

test("an answer too long for memory goes to the spill folder, and without one is given up on", async () => {
  const server = await serve((request, response) => flood(3, { bytes: 0 })(request, response));
  const spillFolder = join(folder, "spill");
  const spilling = wired({ spillFolder, inlineBytes: MB });
  const answer = await spilling.client.send(outgoing(server.url, { id: "big" }), listen());
  assert.equal(answer.text, null);
  assert.equal(statSync(String(answer.file)).size, 3 * MB);
  const strict = wired({ inlineBytes: MB });
  await assert.rejects(strict.client.send(outgoing(server.url), listen()), (error) =>
    isHeadroomError(error, "badShape"),
  );
  for (const { client } of [spilling, strict]) await client.close();
  await server.close();
});

test("media inside a JSON answer may be longer than any text: they go to disk, and the rest is read", async () => {
  const media = Buffer.alloc(12 * MB, "OggS0123456789ab");
  const body = JSON.stringify({ id: "a", audio: media.toString("base64"), duration: 2 });
  const server = await serve((_request, response) => response.end(body));
  const spillFolder = join(folder, "lifted");
  const { client } = wired({ spillFolder, inlineBytes: MB });
  const answer = await client.send(outgoing(server.url, { lift: ["audio"] }), listen());
  const [[note, lifted] = []] = Object.entries(answer.lifted ?? {});
  assert.deepEqual(JSON.parse(answer.text ?? ""), { id: "a", audio: note, duration: 2 });
  assert.equal(answer.bytes, body.length);
  assert.ok(readFileSync(lifted?.file ?? "").equals(media));
  assert.equal(lifted?.digest, createHash("sha256").update(media).digest("hex"));
  await client.close();
  await server.close();
});

test("media in an answer that breaks off leave nothing behind", async () => {
  const server = await serve((_request, response) => {
    response.writeHead(200, { "content-length": String(2 * MB) });
    response.write(`{"audio":"${"AAAA".repeat(20_000)}`, () => response.destroy());
  });
  const spillFolder = join(folder, "broken");
  const { client } = wired({ spillFolder });
  await assert.rejects(client.send(outgoing(server.url, { lift: ["audio"] }), listen()));
  assert.deepEqual(readdirSync(spillFolder), []);
  await client.close();
  await server.close();
});

test("an endless answer is cut off at the bound and its file deleted", async () => {
  const written = { bytes: 0 };
  const server = await serve(flood(10_000, written));
  const { client } = wired({ maxBytes: 5 * MB });
  const saveTo = join(folder, "endless", "x.bin");
  await assert.rejects(client.send(outgoing(server.url, { saveTo }), listen()), (error) =>
    isHeadroomError(error, "badShape"),
  );
  assert.deepEqual(readdirSync(join(folder, "endless")), []);
  await client.close();
  await server.close();
  assert.ok(written.bytes < 1000 * MB, `${written.bytes / MB} MB were taken from the server`);
});

test("an error with an endless body is an error, not a flood", async () => {
  const server = await serve((request, response) => {
    response.statusCode = 404;
    flood(1_000, { bytes: 0 })(request, response);
  });
  const { client } = wired();
  const answer = await client.send(outgoing(server.url), listen());
  assert.deepEqual([answer.head.status, answer.text], [404, null]);
  await client.close();
  await server.close();
});

test("a body that breaks off, or is cancelled half-way, leaves no file", async () => {
  const stop = new AbortController();
  const server = await serve((request, response) => {
    response.writeHead(200, { "content-length": String(2 * MB) });
    response.write(chunk, () => {
      if (request.url === "/cut") response.destroy();
    });
  });
  const { client, ledger } = wired();
  const once = { statuses: [], baseMs: 1, capMs: 1, attempts: 1 };
  for (const [path, kind] of [
    ["/cut", "unreachable"],
    ["/cancel", "cancelled"],
  ] as const) {
    const saveTo = join(folder, `part${path}`);
    const request = outgoing(server.url + path, {
      saveTo,
      repeat: "safe",
      retry: once,
      signal: stop.signal,
    });
    const progress = { ...listen(), bytes: () => path === "/cancel" && stop.abort() };
    await assert.rejects(client.send(request, progress), (error) => isHeadroomError(error, kind));
    assert.equal(existsSync(saveTo) || existsSync(`${saveTo}.part`), false);
  }
  assert.equal(ledger.told.filter((one) => one.startsWith("settle")).length, 2);
  await client.close();
  await server.close();
});

test("a slow reader slows the server down instead of filling memory", async () => {
  const written = { bytes: 0 };
  const server = await serve(flood(64, written));
  const { client } = wired();
  let ahead = 0;
  const progress = {
    ...listen(),
    bytes: (received: number) => {
      ahead = Math.max(ahead, written.bytes - received);
    },
  };
  await client.send(outgoing(server.url, { saveTo: join(folder, "slow.bin") }), progress);
  assert.ok(ahead < 32 * MB, `${ahead / MB} MB were under way at once`);
  await client.close();
  await server.close();
});
