// Editor windows come and go: jobs go on, nothing is sent twice, and only one of several windows polls.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type EditorWindow, type Ground, ground, open, settled } from "./whole-app.ts";

let place: Ground;
const opened: EditorWindow[] = [];

before(async () => {
  place = await ground(0.4);
});
after(async () => {
  for (const one of opened) await one.close();
  await place.close();
});

async function editor(owner: string): Promise<EditorWindow> {
  const one = open(place, {}, owner);
  opened.push(one);
  await one.app.start();
  return one;
}

async function shut(one: EditorWindow, how: "close" | "crash"): Promise<void> {
  opened.splice(opened.indexOf(one), 1);
  await one[how]();
}

const watched = (card: { state: string; polls: number }) =>
  card.state === "running" || card.state === "queued";

test("a reload in mid-job: the job goes on, its result arrives, one charge", async () => {
  const charged = await place.charges("sauti");
  const first = await editor("reload-1");
  const id = await first.send("sauti", "speakJob");
  await first.card(id, watched);
  await shut(first, "close");
  const second = await editor("reload-2");
  const card = await second.card(id, settled);
  assert.equal(card.state, "succeeded");
  assert.equal(card.results[0]?.mediaType, "audio/wav");
  assert.equal((await place.charges("sauti")) - charged, 1);
  await shut(second, "close");
});

test("a window that dies in mid-job: another takes it over within ten seconds, one charge", async () => {
  const charged = await place.charges("soundpiece");
  const first = await editor("dies-1");
  const second = await editor("dies-2");
  const id = await first.send("soundpiece", "newSample");
  await first.card(id, watched);
  // A crash leaves the lease as it is: the stores must not be touched by the one that ends.
  first.ports.jobs.unlease = () => {};
  await shut(first, "crash");
  const card = await second.card(id, settled, 12_000);
  assert.equal(card.state, "succeeded");
  assert.equal((await place.charges("soundpiece")) - charged, 1);
  await shut(second, "close");
});

test("of two windows one polls, and both show the same card", async () => {
  const first = await editor("two-1");
  const second = await editor("two-2");
  const id = await first.send("sauti", "speakJob");
  const seen = await second.card(id, (card) => card.state !== "waiting" && card.state !== "sending");
  assert.equal(seen.id, id);
  const [mine, theirs] = await Promise.all([first.card(id, settled), second.card(id, settled)]);
  assert.equal(mine.state, "succeeded");
  assert.deepEqual(theirs.results, mine.results);
  const polls = (await place.log("sauti")).filter(
    (one) => one.method === "GET" && !one.path.endsWith("/audio"),
  );
  const same = polls.filter((one) => one.path === polls.at(-1)?.path);
  assert.equal(same.length, mine.polls);
  await shut(first, "close");
  await shut(second, "close");
});

test("a window that closes while a request waits: the next one sends it, once", async () => {
  const first = await editor("queue-1");
  first.do({ type: "chooseProvider", providerId: "sauti" });
  // Enough to fill the quota window of ten, whatever earlier tests have spent.
  const ids: string[] = [];
  for (let i = 0; i < 14; i++) ids.push(await first.send("sauti", "speak"));
  const last = ids.at(-1) ?? "";
  const waiting = await first.card(last, (card) => card.wait !== null);
  assert.match(waiting.wait?.sentence ?? "", /SAUTI allows 10 syntheses in any 60\ss\./);
  assert.match(waiting.wait?.sentence ?? "", /requests? (is|are) ahead|free at/);
  await shut(first, "close");
  const second = await editor("queue-2");
  const again = await second.card(last, (card) => card.wait !== null);
  assert.equal(again.state, "waiting");
  assert.equal((await place.log("sauti")).filter((one) => one.status === 429).length, 0);
  assert.ok(second.app.cancelAll() >= 1);
  assert.equal((await second.card(last, settled)).state, "cancelled");
  await shut(second, "close");
});

test("a request that had left when the process died, and has no key, is outcome unknown", async () => {
  await place.control("faults", { provider: "vocabusta", kind: "slowBody", seconds: 20 });
  const first = await editor("left-1");
  const id = await first.send("vocabusta", "speak");
  await first.card(id, (card) => card.state === "sending");
  first.ports.jobs.unlease = () => {};
  await shut(first, "crash");
  const second = await editor("left-2");
  const card = await second.card(id, settled, 12_000);
  assert.equal(card.state, "unknown");
  assert.match(
    card.problem?.sentence ?? "",
    /closed before the answer came; VocaBusta may have done the work/,
  );
  assert.equal((await place.log("vocabusta")).filter((one) => one.method === "POST").length, 1);
  await shut(second, "close");
});
