// Rules of pacing against the simulator: everything goes through, as early as the limits allow, without a refusal.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Incoming } from "../../src/core/wire.ts";
import { type Paced, type PacedOptions, paced, slackOf } from "./paced.ts";

type ProviderId = Parameters<typeof paced>[0];

/** How late one may be on a machine that does other things as well; far below a quota window. ms */
const PATIENCE_MS = 400;

const json = (value: unknown) => ({ body: { type: "json", text: JSON.stringify(value) } }) as const;
const read = (answer: Incoming) => JSON.parse(answer.text ?? "null") as Record<string, unknown>;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

async function around(
  id: ProviderId,
  options: PacedOptions,
  run: (sim: Paced) => Promise<void>,
): Promise<void> {
  const sim = await paced(id, options);
  try {
    await run(sim);
  } finally {
    await sim.close();
  }
}

const say = (sim: Paced) =>
  sim.call("POST", "/v1/text-to-speech/sauti-swahili-v1", json({ text: "Habari ya asubuhi" }));

test("25 SAUTI syntheses at once, 10 in any quota window: no refusal, all done, at the earliest instants", () =>
  around("sauti", { quotaWindowMs: 1_500 }, async (sim) => {
    const answers = await Promise.all(times(25, () => say(sim)));
    assert.deepEqual([...new Set(answers.map((one) => one.head.status))], [200]);
    assert.equal(await sim.refused(), 0);
    const slack = slackOf(await sim.accepted(/text-to-speech/), 10, 1_500);
    assert.equal(slack.length, 15);
    assert.ok(
      slack.every((one) => one >= 0 && one < PATIENCE_MS),
      slack.map(Math.round).join(" "),
    );
  }));

test("SAUTI's three categories do not hold each other up", () =>
  around("sauti", { quotaWindowMs: 30_000 }, async (sim) => {
    const stop = new AbortController();
    const many = times(11, () =>
      sim.call("POST", "/v1/tts/jobs", {
        ...json({ text: "a", voice_id: "sauti-swahili-v1" }),
        signal: stop.signal,
      }),
    );
    await Promise.all(many.slice(0, 10));
    const voices = await sim.call("GET", "/v1/voices");
    assert.equal(voices.head.status, 200);
    assert.equal(sim.client.waiting, 1);
    stop.abort();
    await assert.rejects(many[10] ?? Promise.resolve());
  }));

test("VoiceDub's nested write windows: no refusal, both used up to their limits", () =>
  around(
    "voicedub",
    {
      quotaWindowMs: { "write-minute": 1_000, "write-hour": 3_000, read: 1_000, global: 1_000 },
      limits: { "write-minute": 8, "write-hour": 16 },
    },
    async (sim) => {
      const body = json({
        voiceId: "d6a4efc7-ea9d-4190-b39c-7edb7f4cbc18",
        link: "https://example.com/song.mp3",
      });
      const answers = await Promise.all(times(24, () => sim.call("POST", "/v1/me/dubs", body)));
      assert.ok(answers.every((one) => one.head.status < 300));
      assert.equal(await sim.refused(), 0);
      const accepted = await sim.accepted(/POST .*dubs/);
      assert.equal(accepted.length, 24);
      for (const [length, limit] of [
        [1_000, 8],
        [3_000, 16],
      ] as const) {
        const cells = Map.groupBy(accepted, (at) => Math.floor(at / length));
        assert.ok([...cells.values()].every((one) => one.length <= limit));
      }
    },
  ));

test("Sync's three slots: a create waits for a job's end, never for a clock, and never meets a refusal", () =>
  around("sync", { planId: "creator", settings: { plan: "Creator" }, timeScale: 0.02 }, async (sim) => {
    const body = json({
      model: "lipsync-2",
      input: [
        { type: "video", url: "https://assets.sync.so/docs/example-video.mp4" },
        { type: "audio", url: "https://assets.sync.so/docs/example-audio.wav" },
      ],
    });
    let alive = 0;
    let most = 0;
    const run = async (index: number) => {
      const holder = `job${index}`;
      const headers = { "Idempotency-Key": randomUUID() };
      const made = await sim.call("POST", "/v2/generate", { ...body, headers, holder, repeat: "sameKey" });
      assert.ok(made.head.status < 300, made.text ?? "");
      most = Math.max(most, ++alive);
      for (;;) {
        const polled = await sim.call("GET", `/v2/generate/${String(read(made).id)}`, {
          lane: "poll",
          repeat: "safe",
        });
        const word = String(read(polled).status);
        if (!["PENDING", "PROCESSING"].includes(word)) break;
        await new Promise((done) => setTimeout(done, 30));
      }
      alive--;
      sim.ledger.free(holder, Date.now());
    };
    await Promise.all(times(8, run));
    assert.equal(await sim.refused(), 0);
    assert.equal(most, 3);
  }));

test("SoundPiece's unknown budget is learned in few steps, and nothing is made twice", () =>
  around("soundpiece", { quotaWindowMs: 2_000, limits: { requests: 12 }, timeScale: 0 }, async (sim) => {
    const make = () =>
      sim.call("PUT", "/v1/create.new_fx", {
        ...json({ idempotency_key: randomUUID(), prompt: "A door closes", duration: 2 }),
        repeat: "sameKey",
      });
    const answers = await Promise.all(times(40, make));
    assert.ok(answers.every((one) => one.head.status === 200));
    assert.equal(await sim.charges(), 40);
    const steps = stepsOf((await sim.log()).filter((one) => one.status === 429).map((one) => one.at));
    assert.ok(steps.length <= 3 && steps.every((one) => one === 1), `refusals by step: ${steps.join(" ")}`);
  }));

/** How many refusals belong together, in the order of time. */
function stepsOf(instants: readonly number[]): number[] {
  const steps: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const at of instants.toSorted((a, b) => a - b)) {
    if (at - last > PATIENCE_MS) steps.push(0);
    steps[steps.length - 1] = (steps.at(-1) ?? 0) + 1;
    last = at;
  }
  return steps;
}
