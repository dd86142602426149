/** Trouble in each vendor's own words: broken servers, failed jobs, creates that meet each other. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import type { ProviderId } from "../../src/simulator/accounts.ts";
import { startSimulator } from "../../src/simulator/server.ts";
import { auth, setUp } from "./one-vendor.ts";
import { assertLike, callApi } from "./rows.ts";

const id = "7d1f4b1e-5f0c-4a4e-9d2b-0c5f1a2b3c4d";
const film = {
  model: "sync-3",
  input: [
    { type: "video", url: "http://a.test/v" },
    { type: "audio", url: "http://a.test/a" },
  ],
};

const envelopes: [ProviderId, string, (status: number) => unknown][] = [
  ["soundpiece", "/v1/create.new_fx", () => ({ detail: /./ })],
  ["sauti", "/v1/voices", (status) => ({ type: /\/errors\/\w+$/, title: /./, status, detail: /./ })],
  ["voicedub", "/v1/me", () => ({ code: "internal_error", message: /./ })],
  [
    "sync",
    "/v2/models",
    (status) => ({ statusCode: status, message: /./, errorCode: "internal_error", requestId: /./ }),
  ],
  ["vocabusta", "/voice/voices", () => ({ detail: /./ })],
];

describe("a broken server", () => {
  for (const [provider, path, envelope] of envelopes) {
    for (const status of [500, 502, 503] as const) {
      it(`of ${provider} answers ${status} in its own envelope`, async () => {
        const { vendor, ask } = setUp(provider);
        vendor.faults.order({ kind: `status${status}`, match: {}, after: 0, times: 1 });
        const answer = await ask("GET", path);
        assert.equal(answer.status, status);
        assertLike(await answer.json(), envelope(status), "body");
        assert.notEqual((await ask("GET", path)).status, status);
      });
    }
  }
});

/** How each vendor's work is begun, polled, and told as failed. */
const failures: [ProviderId, [string, string, unknown], (begun: string) => string, unknown][] = [
  [
    "soundpiece",
    ["PUT", "/v1/create.new_fx", { prompt: "a", duration: 1, idempotency_key: id }],
    (job) => `/v1/create.new_fx?id=${job}`,
    { fx: { status: "failed", output: null, error: { code: "internal_error", message: /./ } } },
  ],
  [
    "sauti",
    ["POST", "/v1/tts/jobs", { text: "a", voice_id: "sauti-swahili-v1" }],
    (job) => `/v1/tts/jobs/${job}`,
    { status: "failed", error: /./ },
  ],
  [
    "sync",
    ["POST", "/v2/generate", film],
    (job) => `/v2/generate/${job}`,
    { status: "FAILED", error: /./, error_code: /^generation_/ },
  ],
  [
    "sync",
    ["POST", "/v2/tts/jobs", { script: "a", voiceId: "v" }],
    (job) => `/v2/tts/jobs/${job}`,
    { status: "FAILED" },
  ],
];

describe("a failed job", () => {
  for (const [provider, [method, path, body], poll, wanted] of failures) {
    it(`of ${provider} on ${path} says so in the vendor's words, and was charged`, async () => {
      const { clock, vendor, ask } = setUp(provider);
      vendor.faults.order({ kind: "failedJob", match: {}, after: 0, times: 1 });
      const begun = await ask(method, path, body);
      assert.ok(begun.ok);
      await clock.advance(60_000);
      assertLike(await (await ask("GET", poll(vendor.jobs.list()[0]!.id))).json(), wanted, "body");
      assert.equal(vendor.charges.length, 1);
    });
  }

  it("of voicedub fails in the step that was struck", async () => {
    const { clock, vendor, ask } = setUp("voicedub");
    const { voices } = (await (await ask("GET", "/v1/voices")).json()) as { voices: { id: string }[] };
    await ask("POST", "/v1/me/dubs", { voiceId: voices[0]?.id, link: "http://a.test/a.mp3" });
    const path = `/v1/me/dubs/${vendor.jobs.list()[0]!.id}`;
    vendor.faults.order({ kind: "failedJob", match: { path: "*/generate" }, after: 0, times: 1 });
    await ask("POST", `${path}/preprocess`);
    await clock.advance(60_000);
    assertLike(
      await (await ask("GET", path)).json(),
      { dub: { status: "preprocessed", errorCode: null } },
      "body",
    );
    await ask("POST", `${path}/generate`);
    await clock.advance(60_000);
    const wanted = {
      dub: { status: "failed", errorCode: "internal_error", errorMessage: /./, dubUrl: null },
    };
    assertLike(await (await ask("GET", path)).json(), wanted, "body");
  });

  it("of vocabusta ends in error", async () => {
    const { clock, vendor, ask } = setUp("vocabusta");
    vendor.jobs.start(
      "job",
      "analyze",
      vendor.keys[0]!,
      { stages: [{ status: "running", workMs: 5 }], success: "done", failure: "error", fate: "fail" },
      {},
    );
    await clock.advance(5);
    assertLike(
      await (await ask("GET", "/voice/dub/jobs/job")).json(),
      { job_id: "job", status: "error", error: /./ },
      "body",
    );
  });
});

describe("a Sync create that is still at work", () => {
  it("answers a second one under its key with a conflict, and replays once it is done", async () => {
    const { clock, vendor, ask } = setUp("sync");
    vendor.set({ createMs: 1_000 });
    const key = { "idempotency-key": "one" };
    const first = ask("POST", "/v2/generate", film, key);
    await clock.advance(500);
    const second = await ask("POST", "/v2/generate", film, key);
    assert.equal(second.status, 409);
    assertLike(await second.json(), { statusCode: 409, errorCode: "IDEMPOTENCY_IN_PROGRESS" }, "body");
    await clock.advance(500);
    assert.equal((await first).status, 201);
    const third = await ask("POST", "/v2/generate", film, key);
    assert.deepEqual([third.status, third.headers.get("idempotency-replayed")], [201, "true"]);
    assert.equal(vendor.charges.length, 1);
  });

  it("is forgotten when it was refused, so that its key can be used again", async () => {
    const { clock, vendor, ask } = setUp("sync");
    vendor.set({ plan: "Hobbyist" });
    await ask("POST", "/v2/generate", film);
    const key = { "idempotency-key": "one" };
    assert.equal((await ask("POST", "/v2/generate", film, key)).status, 429);
    await clock.advance(5_000);
    assert.equal((await ask("POST", "/v2/generate", film, key)).status, 201);
  });
});

describe("a webhook that is not taken", () => {
  it("is tried again under the same id", async () => {
    const seen: unknown[] = [];
    let enough = () => {};
    const receiver = createServer((request, answer) => {
      seen.push(request.headers["webhook-id"]);
      answer.writeHead(seen.length < 3 ? 500 : 204).end();
      if (seen.length === 3) enough();
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    const clock = {
      now: () => 0,
      after: (_delayMs: number, run: () => void) => {
        const soon = setImmediate(run);
        return () => clearImmediate(soon);
      },
    };
    const simulator = await startSimulator({ timeScale: 0, clock });
    const all = new Promise<void>((resolve) => (enough = resolve));
    const callback = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const body = { prompt: "a", duration: 1, idempotency_key: id, callback_url: callback };
    await callApi(simulator, "soundpiece", auth.soundpiece, { send: "PUT /v1/create.new_fx", body });
    await all;
    assert.equal(new Set(seen).size, 1);
    receiver.closeAllConnections();
    receiver.close();
    await simulator.close();
  });
});
