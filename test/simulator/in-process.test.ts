/** The dialects without a socket, on a clock that is moved by hand: limits and slots open at exactly the right instants. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { steadyStartAt } from "./clocks.ts";
import { setUp } from "./one-vendor.ts";

const speech = { text: "Habari", voice_id: "sauti-swahili-v1" };
const film = {
  model: "sync-3",
  input: [
    { type: "video", url: "http://a.test/v" },
    { type: "audio", url: "http://a.test/a" },
  ],
};

describe("SAUTI's sliding limit", () => {
  it("lets 25 syntheses pass at the earliest instants there are, and none earlier", async () => {
    const { clock, ask } = setUp("sauti");
    const passed: number[] = [];
    while (passed.length < 25) {
      const answer = await ask("POST", "/v1/tts/jobs", speech);
      if (answer.status === 202) {
        passed.push(clock.now() - steadyStartAt);
        await clock.advance(100);
      } else {
        assert.equal(answer.headers.get("x-ratelimit-remaining"), "0");
        await clock.advance(50);
      }
    }
    const expected = Array.from({ length: 25 }, (_, at) => Math.floor(at / 10) * 60_000 + (at % 10) * 100);
    assert.deepEqual(passed, expected);
  });

  it("names a Retry-After that is enough and at most a second too long", async () => {
    const { clock, ask } = setUp("sauti");
    for (let time = 0; time < 10; time += 1) await ask("POST", "/v1/tts/jobs", speech);
    await clock.advance(12_345);
    const refused = await ask("POST", "/v1/tts/jobs", speech);
    const seconds = Number(refused.headers.get("retry-after"));
    assert.equal(seconds, 48);
    await clock.advance(seconds * 1000 - 1000);
    assert.equal((await ask("POST", "/v1/tts/jobs", speech)).status, 429);
    await clock.advance(1000);
    assert.equal((await ask("POST", "/v1/tts/jobs", speech)).status, 202);
  });

  it("puts the reset at the second in which the oldest request leaves", async () => {
    const { clock, ask } = setUp("sauti");
    await clock.advance(250);
    await ask("POST", "/v1/tts/jobs", speech);
    const answer = await ask("POST", "/v1/tts/jobs", speech);
    assert.equal(answer.headers.get("x-ratelimit-reset"), String(steadyStartAt / 1000 + 61));
  });
});

describe("SoundPiece's fixed limit", () => {
  it("gives everything back at the full minute", async () => {
    const { clock, vendor, ask } = setUp("soundpiece");
    vendor.set({ limits: { requests: 2 } });
    const poll = async () => (await ask("GET", "/v1/create.new_fx")).status;
    assert.deepEqual([await poll(), await poll(), await poll()], [422, 422, 429]);
    await clock.advance(54_999);
    assert.equal(await poll(), 429);
    await clock.advance(1);
    assert.deepEqual([await poll(), await poll(), await poll()], [422, 422, 429]);
  });

  it("extends the wait when refused requests are told to count", async () => {
    const { clock, vendor, ask } = setUp("soundpiece");
    vendor.set({ limits: { requests: 1 }, kind: "sliding", quotaWindowMs: 4000, refusedCount: true });
    const poll = async () => (await ask("GET", "/v1/create.new_fx")).status;
    assert.equal(await poll(), 422);
    await clock.advance(3000);
    assert.equal(await poll(), 429);
    await clock.advance(1000);
    assert.equal(await poll(), 429);
    await clock.advance(4000);
    assert.equal(await poll(), 422);
  });

  it("opens a quota window at the first request when it is told to", async () => {
    const { clock, vendor, ask } = setUp("soundpiece");
    vendor.set({ limits: { requests: 1 }, kind: "fixedFromFirst", quotaWindowMs: 4000 });
    const poll = async () => (await ask("GET", "/v1/create.new_fx")).status;
    await clock.advance(1500);
    assert.equal(await poll(), 422);
    await clock.advance(3999);
    assert.equal(await poll(), 429);
    await clock.advance(1);
    assert.equal(await poll(), 422);
  });
});

describe("Sync's places", () => {
  it("free in the instant in which a generation ends", async () => {
    const { clock, vendor, ask } = setUp("sync");
    const create = async () => (await ask("POST", "/v2/generate", film)).status;
    assert.deepEqual([await create(), await create(), await create(), await create()], [201, 201, 201, 429]);
    const firstEndMs = Math.min(...vendor.jobs.list().map((job) => vendor.jobs.leftMs(job)));
    await clock.advance(Math.ceil(firstEndMs) - 1);
    assert.equal(await create(), 429);
    await clock.advance(1);
    assert.deepEqual([await create(), await create()], [201, 429]);
  });

  it("use up one request of the rate even when they are full", async () => {
    const { vendor, ask } = setUp("sync");
    vendor.set({ limits: { generate: 4 }, jobTimeScale: 1000 });
    const codes: unknown[] = [];
    for (let time = 0; time < 5; time += 1)
      codes.push(
        ((await (await ask("POST", "/v2/generate", film)).json()) as { errorCode?: string }).errorCode,
      );
    assert.deepEqual(codes, [
      undefined,
      undefined,
      undefined,
      "concurrency_limit_reached",
      "rate_limit_exceeded",
    ]);
  });

  it("are kept by a stuck generation", async () => {
    const { clock, vendor, ask } = setUp("sync");
    vendor.set({ plan: "Hobbyist" });
    vendor.faults.order({ kind: "stuckJob", match: {}, after: 0, times: 1 });
    await ask("POST", "/v2/generate", film);
    await clock.advance(3_600_000);
    assert.equal((await ask("POST", "/v2/generate", film)).status, 429);
  });
});

describe("VoiceDub's nested limits", () => {
  it("switch the headers from the minute to the hour when that becomes the tighter one", async () => {
    const { clock, vendor, ask } = setUp("voicedub");
    vendor.set({ limits: { writeMinute: 3, writeHour: 5 } });
    const seen: string[] = [];
    for (let time = 0; time < 6; time += 1) {
      const { headers, status } = await ask("POST", "/v1/me/voices", { name: "a", numberOfFiles: 1 });
      seen.push(`${status} ${headers.get("x-ratelimit-remaining")}/${headers.get("x-ratelimit-limit")}`);
      if (time === 2) await clock.advance(60_000);
    }
    assert.deepEqual(seen, ["200 2/3", "200 1/3", "200 0/3", "200 1/5", "200 0/5", "429 0/5"]);
  });
});

describe("signed links", () => {
  it("open up to the second that they name, by the server's own clock", async () => {
    const { clock, vendor, ask } = setUp("sync");
    vendor.set({ jobTimeScale: 0, linkLifeMs: 10_000 });
    const { id } = (await (await ask("POST", "/v2/generate", film)).json()) as { id: string };
    const { outputUrl } = (await (await ask("GET", `/v2/generate/${id}`)).json()) as { outputUrl: string };
    const path = outputUrl.slice("http://127.0.0.1/sync".length);
    assert.equal((await ask("GET", path)).status, 200);
    await clock.advance(9_999);
    assert.equal((await ask("GET", path)).status, 200);
    await clock.advance(1);
    assert.equal((await ask("GET", path)).status, 403);
    vendor.set({ clockSkewMs: -5_000 });
    assert.equal((await ask("GET", path)).status, 200);
  });
});

describe("a long poll", () => {
  it("costs one request at arrival and no more", async () => {
    const { clock, vendor, ask } = setUp("soundpiece");
    const body = { prompt: "rain", duration: 1, idempotency_key: "7d1f4b1e-5f0c-4a4e-9d2b-0c5f1a2b3c4d" };
    const { sample } = (await (await ask("PUT", "/v1/create.new_sample", body)).json()) as {
      sample: { id: string };
    };
    vendor.set({ jobTimeScale: 1000 });
    const waiting = ask("GET", `/v1/create.new_sample?id=${sample.id}&wait=true`);
    await clock.advance(20_000);
    assert.equal(
      ((await (await waiting).json()) as { sample: { status: string } }).sample.status,
      "processing",
    );
    assert.equal(vendor.books.lines(clock.now(), 0)[0]?.used, 2);
  });
});
