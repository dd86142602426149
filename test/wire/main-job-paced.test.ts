// Many at once through the whole app: nothing is refused, nothing is late, and the view says why each one waits.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ground, open, settled } from "./whole-app.ts";

test("25 syntheses at once with 10 in any quota window: none refused, all done, each wait named", async () => {
  const place = await ground(0.05, 2_000);
  const one = open(place);
  await one.app.start();
  const ids: string[] = [];
  for (let i = 0; i < 25; i++) ids.push(await one.send("sauti", "speak"));
  // The first goes ahead to see what is left; then all that may go are gone.
  await one.card(ids[24] ?? "", (card) => card.wait !== null && one.app.headline().meter?.left === 0);
  const { queue, forecast } = one.snapshot();
  assert.ok(queue.length >= 5);
  for (const waiting of queue) {
    assert.match(waiting.wait.sentence, /SAUTI allows 10 syntheses in any 2\ss\./);
    assert.equal(waiting.wait.policyId, "synthesis");
    assert.notEqual(waiting.wait.until, null);
  }
  assert.deepEqual(
    queue.map((waiting) => waiting.wait.ahead),
    queue.map((_, index) => index),
  );
  assert.equal(forecast?.now, false);
  assert.match(forecast?.sentence ?? "", /^Goes at .*“Synthesis”/);
  const headline = one.app.headline();
  assert.equal(headline.meter?.left, 0);
  assert.equal(headline.level, "error");
  assert.ok(headline.waiting >= 5);
  for (const id of ids) assert.equal((await one.card(id, settled, 20_000)).state, "succeeded");
  const log = (await place.log("sauti")).filter((seen) => seen.method === "POST");
  assert.equal(log.length, 25);
  assert.equal(log.filter((seen) => seen.status === 429).length, 0);
  await one.close();
  await place.close();
});

test("two editor windows on one account, both at full speed: none refused", async () => {
  const place = await ground(0.05, 2_000);
  const windows = [open(place, {}, "full-1"), open(place, {}, "full-2")];
  for (const one of windows) await one.app.start();
  const sent: [(typeof windows)[number], string][] = [];
  for (let i = 0; i < 12; i++) for (const one of windows) sent.push([one, await one.send("sauti", "speak")]);
  for (const [one, id] of sent) assert.equal((await one.card(id, settled, 20_000)).state, "succeeded");
  const log = (await place.log("sauti")).filter((seen) => seen.method === "POST");
  assert.equal(log.length, 24);
  assert.equal(log.filter((seen) => seen.status === 429).length, 0);
  for (const one of windows) await one.close();
  await place.close();
});

test("seven generations over three slots: a slot is free when its job ends, not when its window does", async () => {
  const place = await ground(0.2);
  const one = open(place);
  await one.app.start();
  const ids: string[] = [];
  for (let i = 0; i < 7; i++) ids.push(await one.send("sync", "generate"));
  // The jobs have names as soon as Sync has answered them.
  const held =
    /Sync allows 3 .* at once\. .*goes out when one of these ends: “Lip sync[^”]*” \(3\)\. 3 requests are ahead\./;
  await one.card(ids[6] ?? "", (card) => held.test(card.wait?.sentence ?? ""));
  const slots = one.snapshot().meters.find((meter) => meter.type === "slots");
  assert.equal(slots?.limit, 3);
  for (const id of ids) assert.equal((await one.card(id, settled, 30_000)).state, "succeeded");
  assert.equal((await place.log("sync")).filter((seen) => seen.status === 429).length, 0);
  assert.equal(await place.charges("sync"), 7);
  const free = one.snapshot().meters.find((meter) => meter.type === "slots");
  assert.equal(free?.used, 0);
  await one.close();
  await place.close();
});
