/** Trouble on order, down to the bytes: every fault as a bare client meets it. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, beforeEach, describe, it } from "node:test";
import { type FaultKind, faultKinds } from "../../src/simulator/faults.ts";
import { type Simulator, startSimulator } from "../../src/simulator/server.ts";
import { createSteadyClock } from "./clocks.ts";
import { type Answer, callApi, send } from "./rows.ts";

const authorise = (key: string) => ({ "xi-api-key": key });
const createJob = { send: "POST /v1/tts/jobs", body: { text: "Habari", voice_id: "sauti-swahili-v1" } };

describe("a fault", () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ timeScale: 0, clock: createSteadyClock() });
  });
  after(() => simulator.close());
  beforeEach(() => simulator.vendors.get("sauti")?.reset());

  const sauti = () => simulator.vendors.get("sauti")!;
  const create = () => callApi(simulator, "sauti", authorise, createJob);
  const order = async (kind: FaultKind, more: Record<string, unknown> = {}) => {
    const body = Buffer.from(JSON.stringify([{ provider: "sauti", kind, ...more }]));
    const answer = await control("POST", "/faults", body);
    assert.equal(answer.status, 200, answer.bytes.toString());
  };
  const control = (method: string, path: string, body?: Buffer): Promise<Answer> =>
    send(method, simulator.control.url + path, { "x-sim-token": simulator.control.token }, body);
  const counted = () =>
    sauti()
      .books.lines(sauti().clock.now(), 0)
      .map(({ used }) => used);

  it("of each kind can be ordered", async () => {
    for (const kind of faultKinds) await order(kind, { url: "http://127.0.0.1:1/" });
    assert.equal(sauti().faults.pending().length, faultKinds.length);
  });

  it("bare429 is an empty refusal without any hint, uncounted and uncharged", async () => {
    await order("bare429");
    const answer = await create();
    assert.deepEqual(
      [answer.status, answer.bytes.length, answer.headers["retry-after"]],
      [429, 0, undefined],
    );
    assert.equal(answer.headers["x-ratelimit-limit"], undefined);
    assert.deepEqual([counted(), sauti().charges.length], [[], 0]);
    assert.equal((await create()).status, 202);
  });

  const retryAfter: [FaultKind, RegExp][] = [
    ["retryAfterAbsent", /^undefined$/],
    ["retryAfterZero", /^0$/],
    ["retryAfterDate", /^Mon, 02 Nov 2026 12:0[01]:\d\d GMT$/],
    ["retryAfterRubbish", /^soon$/],
  ];
  for (const [kind, wanted] of retryAfter) {
    it(`${kind} refuses with that form of Retry-After`, async () => {
      await order(kind, { seconds: 7 });
      const answer = await create();
      assert.equal(answer.status, 429);
      assert.match(String(answer.headers["retry-after"]), wanted);
      assert.match(answer.bytes.toString(), /rate_limit_exceeded/);
    });
  }

  for (const status of [500, 502, 503] as const) {
    it(`status${status} is counted and does no work`, async () => {
      await order(`status${status}`);
      assert.equal((await create()).status, status);
      assert.deepEqual([counted(), sauti().charges.length], [[1], 0]);
    });
  }

  it("loseAnswer charges, and cuts the connection before a byte of the answer", async () => {
    await order("loseAnswer");
    await assert.rejects(create(), { code: "ECONNRESET" });
    assert.equal(sauti().charges.length, 1);
    assert.equal(sauti().jobs.list().length, 1);
    assert.equal(sauti().requests.at(-1)?.status, 0);
  });

  it("cutBody ends the connection in the middle of the body", async () => {
    await order("cutBody");
    const got = await new Promise<{ received: number; announced: number; error: string }>(
      (resolve, reject) => {
        const { url, key } = simulator.accounts.sauti;
        const asking = request(`${url}/v1/voices`, { headers: authorise(key), agent: false }, (answer) => {
          let received = 0;
          answer.on("data", (piece: Buffer) => {
            received += piece.length;
          });
          answer.on("error", (error) => {
            resolve({ received, announced: Number(answer.headers["content-length"]), error: error.message });
          });
          answer.on("end", () => reject(new Error("the body came whole")));
        });
        asking.on("error", reject);
        asking.end();
      },
    );
    assert.ok(got.received > 0 && got.received < got.announced);
    assert.equal(got.error, "aborted");
  });

  it("slowBody gives the whole body, in many pieces", async () => {
    await order("slowBody", { seconds: 0.05 });
    const answer = await create();
    assert.equal(answer.status, 202);
    assert.match(answer.bytes.toString(), /"queued"/);
  });

  it("hugeAnswer streams as many bytes as ordered", async () => {
    await order("hugeAnswer", { bytes: 3_000_000 });
    const answer = await create();
    assert.equal(answer.bytes.length, 3_000_000 + '{"detail":""}'.length);
    assert.equal(JSON.parse(answer.bytes.toString()).detail.length, 3_000_000);
  });

  it("brokenJson stops in the middle of the JSON", async () => {
    await order("brokenJson");
    const answer = await create();
    assert.equal(answer.status, 202);
    assert.throws(() => JSON.parse(answer.bytes.toString()), SyntaxError);
  });

  it("malformedHeaders replaces numbers by words", async () => {
    await order("malformedHeaders");
    const { headers } = await create();
    assert.deepEqual(
      [headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"], headers["retry-after"], headers.date],
      ["plenty", "-3", "soon", "yesterday"],
    );
  });

  it("redirect leads where it was told", async () => {
    await order("redirect", { url: "http://127.0.0.1:9/elsewhere" });
    const answer = await create();
    assert.deepEqual([answer.status, answer.headers.location], [307, "http://127.0.0.1:9/elsewhere"]);
  });

  it("stuckJob and failedJob decide what becomes of the next jobs", async () => {
    await order("stuckJob");
    await order("failedJob", { times: 2 });
    for (let time = 0; time < 4; time += 1) await create();
    const vendor = sauti();
    assert.deepEqual(
      vendor.jobs.list().map((job) => vendor.jobs.status(job)),
      ["running", "failed", "failed", "succeeded"],
    );
  });

  it("strikes only what it matches, after as many as it lets pass, as often as ordered", async () => {
    await order("status500", { match: { method: "GET", path: "/v1/tts/jobs/*" }, after: 1, times: 2 });
    assert.equal((await create()).status, 202);
    const poll = async () =>
      (await callApi(simulator, "sauti", authorise, { send: "GET /v1/tts/jobs/none" })).status;
    assert.deepEqual([await poll(), await poll(), await poll(), await poll()], [404, 500, 500, 404]);
  });

  it("that nobody knows is refused with the list of those there are", async () => {
    const answer = await control("POST", "/faults", Buffer.from('[{"provider":"sauti","kind":"flood"}]'));
    assert.equal(answer.status, 400);
    assert.match(answer.bytes.toString(), /bare429/);
  });
});

describe("Sync's fault idempotencyUnknown", () => {
  it("does the work, names the generation, and replays it under the same key", async () => {
    const simulator = await startSimulator({ timeScale: 0 });
    const vendor = simulator.vendors.get("sync")!;
    const input = [
      { type: "video", url: "http://a.test/v.mp4" },
      { type: "audio", url: "http://a.test/a.wav" },
    ];
    const call = {
      send: "POST /v2/generate",
      body: { model: "sync-3", input },
      headers: { "idempotency-key": "one" },
    };
    const create = () => callApi(simulator, "sync", (key) => ({ "x-api-key": key }), call);
    vendor.faults.order({ kind: "idempotencyUnknown", match: {}, after: 0, times: 1 });
    const unknown = await create();
    const told = JSON.parse(unknown.bytes.toString()) as Record<string, unknown>;
    assert.deepEqual([unknown.status, told.errorCode], [409, "IDEMPOTENCY_OUTCOME_UNKNOWN"]);
    const replay = await create();
    assert.equal(JSON.parse(replay.bytes.toString()).id, told.generationId);
    assert.equal(vendor.charges.length, 1);
    await simulator.close();
  });
});
