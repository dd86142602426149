// Rules of meeting the simulator's faults: nothing charged twice, no hang, the right end, for each way to be idempotent.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { isHeadroomError } from "../../src/core/errors.ts";
import type { Outgoing } from "../../src/core/wire.ts";
import { serve } from "../net/tools.ts";
import { type Paced, paced } from "./paced.ts";

/** Repeats come quickly here; how long they wait is the profile's matter. */
const retry = { statuses: [429, 500, 502, 503, 504], baseMs: 5, capMs: 20, attempts: 4 };
const json = (value: unknown) => ({ body: { type: "json", text: JSON.stringify(value) }, retry }) as const;

/** A create of each provider, and what may be repeated alone. */
const creates = {
  soundpiece: (sim: Paced, more: Partial<Outgoing> = {}) =>
    sim.call("PUT", "/v1/create.new_fx", {
      ...json({ idempotency_key: randomUUID(), prompt: "A door closes", duration: 2 }),
      repeat: "sameKey",
      ...more,
    }),
  sync: (sim: Paced, more: Partial<Outgoing> = {}) =>
    sim.call("POST", "/v2/generate", {
      ...json({
        model: "lipsync-2",
        input: [
          { type: "video", url: "https://assets.sync.so/docs/example-video.mp4" },
          { type: "audio", url: "https://assets.sync.so/docs/example-audio.wav" },
        ],
      }),
      headers: { "Idempotency-Key": randomUUID() },
      holder: randomUUID(),
      repeat: "sameKey",
      ...more,
    }),
  sauti: (sim: Paced, more: Partial<Outgoing> = {}) =>
    sim.call("POST", "/v1/text-to-speech/sauti-swahili-v1", { ...json({ text: "Habari" }), ...more }),
} as const;

type Id = keyof typeof creates;
const sims = new Map<Id, Paced>();
const simOf = (id: Id): Paced => sims.get(id) as Paced;

before(async () => {
  // Limits out of the way: these rules are about faults.
  for (const id of Object.keys(creates) as Id[])
    sims.set(id, await paced(id, { planId: "scale", quotaWindowMs: 100, timeScale: 0.01 }));
});
after(async () => {
  for (const sim of sims.values()) await sim.close();
});

/** The charges and sent creates that an attempt adds. */
async function costOf(sim: Paced, work: () => Promise<unknown>): Promise<{ charges: number; sent: number }> {
  const creating = async () => (await sim.log()).filter((one) => one.method !== "GET").length;
  const [charges, sent] = [await sim.charges(), await creating()];
  await work();
  return { charges: (await sim.charges()) - charges, sent: (await creating()) - sent };
}

for (const kind of ["loseAnswer", "cutBody"] as const) {
  for (const id of ["soundpiece", "sync"] as const)
    test(`${id}: ${kind} under an idempotency key is repeated and charged once`, async () => {
      const sim = simOf(id);
      await sim.order({ kind, times: 2 });
      const cost = await costOf(sim, async () => {
        const answer = await creates[id](sim);
        assert.ok(answer.head.status < 300, answer.text ?? "");
        assert.equal(answer.attempts, 3);
      });
      assert.deepEqual(cost, { charges: 1, sent: 3 });
    });

  test(`sauti: ${kind} on a create without a key is outcome unknown, sent once, charged once`, async () => {
    const sim = simOf("sauti");
    await sim.order({ kind });
    const unknown = (error: unknown) => isHeadroomError(error, "outcomeUnknown");
    const cost = await costOf(sim, () => assert.rejects(creates.sauti(sim), unknown));
    assert.deepEqual(cost, { charges: 1, sent: 1 });
  });
}

test("a refusal made up in any form is waited out and repeated, and charged once", async () => {
  const sim = simOf("sauti");
  for (const kind of ["bare429", "retryAfterAbsent", "retryAfterZero", "retryAfterRubbish"] as const) {
    await sim.order({ kind, seconds: 1 });
    const cost = await costOf(sim, async () => {
      assert.equal((await creates.sauti(sim)).head.status, 200, kind);
    });
    assert.deepEqual(cost, { charges: 1, sent: 2 }, kind);
  }
});

test("a server's date is waited for, never less", async () => {
  const sim = simOf("soundpiece");
  await sim.order({ kind: "retryAfterDate", seconds: 2 });
  await creates.soundpiece(sim);
  const [refused, accepted] = (await sim.log()).slice(-2);
  // The date is cut to whole seconds, so the wait may be up to one shorter than what the server meant.
  assert.ok((accepted?.at ?? 0) - (refused?.at ?? 0) >= 1_000);
});

test("a busy server is tried again for a read, and a create without a key is left alone", async () => {
  const sim = simOf("sauti");
  await sim.order({ kind: "status503", times: 2 });
  assert.equal((await sim.call("GET", "/v1/voices", { repeat: "safe", retry })).attempts, 3);
  await sim.order({ kind: "status500" });
  assert.equal((await creates.sauti(sim)).head.status, 500);
});

test("a redirect to another host is not followed, and the host sees nothing", async () => {
  const sim = simOf("sauti");
  const thief = await serve((_request, response) => response.end("{}"));
  await sim.order({ kind: "redirect", url: `${thief.url}/steal` });
  await assert.rejects(
    sim.call("GET", "/v1/voices"),
    (error) => isHeadroomError(error, "httpFailed") && error.fields.code === "redirect",
  );
  assert.equal(thief.requests.length, 0);
  await thief.close();
});

test("broken JSON and rubbish headers come through as they are, without a hang", async () => {
  const sim = simOf("sauti");
  await sim.order({ kind: "brokenJson" });
  const broken = await sim.call("GET", "/v1/voices");
  assert.throws(() => JSON.parse(broken.text ?? ""));
  await sim.order({ kind: "malformedHeaders" });
  assert.equal((await sim.call("GET", "/v1/voices")).head.status, 200);
});

test("a slow body is waited for while bytes come, and given up on when none do", async () => {
  const sim = simOf("sauti");
  await sim.order({ kind: "slowBody", seconds: 1 });
  assert.equal((await sim.call("GET", "/v1/voices", { idleMs: 900 })).head.status, 200);
  await sim.order({ kind: "slowBody", seconds: 60 });
  await assert.rejects(
    sim.call("GET", "/v1/voices", { idleMs: 300, repeat: "safe", retry: { ...retry, attempts: 1 } }),
    (error) => isHeadroomError(error, "overdue"),
  );
});

test("a huge answer is given up on without filling memory", async () => {
  const sim = simOf("sauti");
  await sim.order({ kind: "hugeAnswer", bytes: 200_000_000 });
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(sim.call("GET", "/v1/voices"), (error) => isHeadroomError(error, "badShape"));
  assert.ok(process.memoryUsage().arrayBuffers - before < 60_000_000);
});
