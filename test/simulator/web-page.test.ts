// A web page on the same machine that talks to the simulator's port: by its address, by a name that it has turned to the
// loopback, with every header that a browser may send. Nothing is done for it, and it may read nothing.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { type Simulator, startSimulator } from "../../src/simulator/server.ts";
import { send } from "./rows.ts";

let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ timeScale: 0 });
});
after(() => simulator.close());

const paths = () => [
  "sauti/v1/voices",
  "sauti/v1/tts/jobs",
  "__sim/state",
  "__sim/health",
  "sync/_files/a",
  "",
];
/** As a page would that knows the key and the token. */
const knowing = () => ({
  "xi-api-key": simulator.accounts.sauti.key,
  "x-sim-token": simulator.control.token,
  "content-type": "application/json",
});
const body = Buffer.from(JSON.stringify({ text: "Habari", voice_id: "sauti-swahili-v1" }));

/** Asks everything in every way; every answer must be a refusal that no page may read. */
async function refused(headers: Record<string, string>): Promise<void> {
  for (const path of paths())
    for (const method of ["GET", "POST", "PUT", "OPTIONS", "DELETE"]) {
      const url = `http://127.0.0.1:${simulator.port}/${path}`;
      const given = method === "POST" || method === "PUT" ? body : undefined;
      const answer = await send(method, url, { ...knowing(), ...headers }, given);
      const what = `${method} ${path} ${JSON.stringify(headers)}`;
      assert.equal(answer.status, 403, what);
      for (const name of Object.keys(answer.headers)) assert.doesNotMatch(name, /^access-control-/, what);
    }
  for (const vendor of simulator.vendors.values())
    assert.deepEqual([vendor.seenCount, vendor.charges.length, vendor.jobs.list().length], [0, 0, 0]);
}

test("a name that was turned to the loopback is refused", async () => {
  const { port } = simulator;
  for (const host of [
    `evil.test:${port}`,
    `127.0.0.1.nip.io:${port}`,
    `localhost.evil.test:${port}`,
    `localhost:${port}.evil.test`,
    `127.0.0.1:${port + 1}`,
    "127.0.0.1",
    "localhost",
    `0.0.0.0:${port}`,
    `127.1:${port}`,
    `evil.test`,
  ])
    await refused({ host });
});

test("a page of another origin is refused", async () => {
  const { port } = simulator;
  for (const origin of [
    "null",
    "http://evil.test",
    `http://evil.test:${port}`,
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${port + 1}`,
    `http://127.0.0.1:${port}.evil.test`,
    "vscode-webview://abc",
    "file://",
  ])
    await refused({ origin });
});

test("a picture or frame of another site is refused, though it carries no origin", async () => {
  for (const site of ["cross-site", "same-site", "anything"]) await refused({ "sec-fetch-site": site });
});

test("a request without a Host, or with two, gets nothing", async () => {
  const { port } = simulator;
  for (const head of [
    "GET /sauti/v1/voices HTTP/1.0\r\n",
    "GET /sauti/v1/voices HTTP/1.1\r\n",
    `GET /sauti/v1/voices HTTP/1.1\r\nHost: evil.test\r\nHost: 127.0.0.1:${port}\r\n`,
    `GET http://evil.test/sauti/v1/voices HTTP/1.1\r\nHost: evil.test\r\n`,
  ]) {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(`${head}Connection: close\r\n\r\n`));
      let told = "";
      socket.on("data", (piece: Buffer) => {
        told += piece.toString();
      });
      socket.on("end", () => resolve(told));
      socket.on("error", reject);
    });
    assert.match(answer, /^HTTP\/1\.1 (400|403) /, head);
  }
});

test("what is let in is told to no page either", async () => {
  const answer = await send("GET", `${simulator.accounts.sauti.url}/v1/voices`, knowing());
  assert.equal(answer.status, 200);
  for (const name of Object.keys(answer.headers)) assert.doesNotMatch(name, /^access-control-/);
});
