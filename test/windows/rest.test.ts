// A process dies in the midst of a download: the next one fetches only what is missing, if the bytes are still the same ones.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CLOSING } from "../../src/core/wire.ts";
import { temporaryFolder } from "../harness/paths.ts";
import { listen, outgoing, serve, wired } from "../net/tools.ts";

const folder = temporaryFolder("rest");
const bytes = Buffer.concat([Buffer.from("fLaC"), Buffer.alloc(4_000_000, "0123456789")]);
const digest = (of: Buffer) => createHash("sha256").update(of).digest("hex");
let count = 0;

/** Serves the bytes with ranges; the first answer stops after 3 MB and stays open. */
function server(etagOf: (request: number) => string) {
  let number = 0;
  return serve((request, response) => {
    const [first, etag] = [number === 0, etagOf(number++)];
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
    const goesOn = range !== undefined && request.headers["if-range"] === etag;
    const body = bytes.subarray(goesOn ? Number(range) : 0);
    response.writeHead(goesOn ? 206 : 200, {
      etag,
      "accept-ranges": "bytes",
      "content-length": body.length,
      ...(goesOn ? { "content-range": `bytes ${range}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    if (first) response.write(body.subarray(0, 3_000_000));
    else response.end(body);
  });
}

/** The part in a folder once so much of it is on disk. */
async function partIn(place: string, least: number): Promise<string> {
  for (;;) {
    const [part] = readdirSync(place).map((name) => join(place, name));
    if (part !== undefined && statSync(part).size >= least) return part;
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Begins a download, ends its process by a kill, and fetches it anew from `url` with what was left; tells what was asked for. */
async function killed(etagOf: (request: number) => string, path = "") {
  const place = join(folder, `d-${count++}`);
  await mkdir(place);
  const { url, requests, close } = await server(etagOf);
  const program = join(import.meta.dirname, "rest-child.ts");
  const saveTo = join(place, "x.1.flac");
  const child = spawn(process.execPath, [program, `${url}?signature=1`, saveTo], { stdio: "inherit" });
  const part = await partIn(place, 2_000_000);
  child.kill("SIGKILL");
  await once(child, "exit");
  const size = statSync(part).size;
  const again = join(place, "x.2.flac");
  const { client } = wired();
  const asks = outgoing(`${url}${path}?signature=2`, { saveTo: again, repeat: "safe", goesOn: part });
  const answer = await client.send(asks, listen());
  await client.close();
  await close();
  assert.equal(answer.head.status, 200);
  assert.equal(answer.digest, digest(bytes));
  assert.equal(digest(readFileSync(again)), digest(bytes));
  assert.deepEqual(readdirSync(place).sort(), [part.split(/[/\\]/).pop(), "x.2.flac"].sort());
  return { range: requests[1]?.headers.range ?? null, size, requests: requests.length };
}

test("what a killed process had on disk is not fetched again", async () => {
  const { range, size, requests } = await killed(() => '"v1"');
  assert.equal(range, `bytes=${size}-`);
  assert.equal(requests, 2);
});

test("where the bytes have changed since, all of them are fetched", async () => {
  await killed((request) => `"v${request}"`);
});

test("what came from another address is left alone", async () => {
  assert.equal((await killed(() => '"v1"', "/other")).range, null);
});

test("a process that ends in order leaves what it has, a person's cancelling leaves nothing", async () => {
  for (const reason of [CLOSING, "person"]) {
    const place = join(folder, `d-${count++}`);
    await mkdir(place);
    const { url, close } = await server(() => '"v1"');
    const { client } = wired();
    const stop = new AbortController();
    const asks = outgoing(url, { saveTo: join(place, "x.flac"), repeat: "safe", signal: stop.signal });
    const sent = client.send(asks, listen());
    await partIn(place, 2_000_000);
    stop.abort(reason);
    await assert.rejects(sent, { kind: "cancelled" });
    const left = readdirSync(place).filter((name) => statSync(join(place, name)).size >= 2_000_000);
    assert.equal(left.length, reason === CLOSING ? 1 : 0);
    assert.equal(readdirSync(place).length, left.length);
    await client.close();
    await close();
  }
});
