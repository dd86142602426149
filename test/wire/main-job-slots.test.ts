// Slots that others hold: generations begun by another program take part, counted by the provider's own word.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CardView } from "../../src/protocol/snapshot.ts";
import { type Ground, ground, open, settled } from "./whole-app.ts";

let place: Ground;
before(async () => {
  place = await ground(0.5);
});
after(() => place.close());

/** Begins a generation as a script beside the editor would; its id. */
async function elsewhere(): Promise<string> {
  const { url, key } = place.simulator.accounts.sync;
  const answer = await fetch(`${url}/v2/generate`, {
    method: "POST",
    headers: { "x-api-key": key, "content-type": "application/json" },
    body: JSON.stringify({
      model: "lipsync-2",
      input: [
        { type: "video", url: "https://assets.sync.so/docs/example-video.mp4" },
        { type: "audio", url: "https://assets.sync.so/docs/example-audio.wav" },
      ],
    }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return ((await answer.json()) as { id: string }).id;
}

const refusals = async () =>
  (await place.log("sync")).filter((seen) => seen.method === "POST" && seen.status === 429).length;
const counted = async () => (await place.log("sync")).filter((seen) => seen.path.includes("/count")).length;

test("generations begun elsewhere hold their slots: what flew at once tells of them, then their number is asked for", async () => {
  const one = open(place);
  await one.app.start();
  await Promise.all([elsewhere(), elsewhere()]);
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.push(await one.send("sync", "generate"));
  for (const id of ids) assert.equal((await one.card(id, settled, 40_000)).state, "succeeded");
  // Three flew at once and one slot was free.
  assert.ok((await refusals()) <= 2, `${await refusals()} refusals`);
  assert.ok((await counted()) >= 1);
  await one.close();
});

test("an adopted generation takes a slot until it ends, and the meter shows it", async () => {
  const one = open(place, {}, "adopter");
  await one.app.start();
  const id = await elsewhere();
  one.do({ type: "chooseProvider", providerId: "sync" });
  const used = () => one.snapshot().meters.find((meter) => meter.type === "slots")?.used;
  assert.equal(used(), 0);
  const adopted = await one.app.adopt("sim-sync", "generate", id);
  assert.ok("exchangeId" in adopted);
  assert.equal(used(), 1);
  assert.equal((await one.card(adopted.exchangeId, settled, 40_000)).state, "succeeded");
  assert.equal(used(), 0);
  await one.close();
});

test("a count that the person asks for puts the meter right", async () => {
  const one = open(place, {}, "asker");
  await one.app.start();
  await elsewhere();
  const id = await one.send("sync", "countGenerations", { status: "PENDING,PROCESSING" });
  await one.card(id, settled);
  assert.equal(one.snapshot().meters.find((meter) => meter.type === "slots")?.used, 1);
  await one.close();
});

test("two editor windows work twelve generations off over three slots, without a refusal and with held polls alone", async () => {
  const before = (await place.log("sync")).length;
  const windows = [open(place, {}, "left"), open(place, {}, "right")];
  for (const one of windows) await one.app.start();
  const sent: string[] = [];
  for (let i = 0; i < 12; i++) sent.push(await windows[i % 2]!.send("sync", "generate"));
  // What waits names the jobs that it waits for.
  const names = (one: CardView) => /when one of these ends: “Lip sync/.test(one.wait?.sentence ?? "");
  await windows[0]!.card(sent[10]!, names, 20_000);
  for (const [i, id] of sent.entries())
    assert.equal((await windows[i % 2]!.card(id, settled, 60_000)).state, "succeeded");
  const seen = (await place.log("sync")).slice(before);
  assert.deepEqual(
    seen.filter((one) => one.status === 429),
    [],
  );
  const polls = seen.filter((one) => /\/generate\/[^/]+$/.test(one.path.split("?")[0] ?? ""));
  assert.ok(polls.length <= 36, `${polls.length} polls`);
  for (const one of windows) await one.close();
});
