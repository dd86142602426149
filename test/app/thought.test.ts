// The time in which a person thinks is theirs: no limit held the request then, and the provider did not work on it.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { thoughtMs } from "../../src/app/thought.ts";
import type { Moment } from "../../src/core/jobs/stores.ts";
import { type Bench, bench, json, settle } from "./fakes.ts";

const MINUTE = 60_000;
let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

const stateOf = (at: number, note: string | null, state: "accepted" | "outcomeUnknown" = "accepted") =>
  ({ at, what: "state", state, note }) satisfies Moment;

/** A dub that has been prepared; its price is shown and the person is asked. */
async function asked(): Promise<string> {
  let generated = false;
  on.client.script = (request, progress) => {
    progress.sending(1, on.clock.now());
    if (request.url.endsWith("/generate")) generated = true;
    const status = generated ? "done" : "preprocessed";
    const dub = { id: "d1", status, requiredCredits: 20, inputDuration: 4_000 };
    const answer = json(200, { dub });
    const head = { ...answer.head, sentAt: on.clock.now(), gotAt: on.clock.now() };
    progress.head(head, 1);
    return { ...answer, head };
  };
  const id = on.send("voicedub", "dub");
  for (let i = 0; i < 40 && on.ports.jobs.get(id)?.asks !== "confirm"; i++) await on.clock.pass(1_000);
  assert.equal(on.ports.jobs.get(id)?.asks, "confirm");
  return id;
}

test("while the person is asked, the card counts their time, and no poll is made in it", async () => {
  const id = await asked();
  const calls = on.client.asked.length;
  const { polls } = on.card(id);
  await on.clock.pass(13 * MINUTE);
  const card = on.card(id);
  assert.equal(on.client.asked.length, calls);
  assert.equal(card.polls, polls);
  assert.deepEqual([card.nextPollAt, card.wait], [null, null]);
  assert.ok(card.thoughtMs >= 13 * MINUTE && card.thoughtMs < 14 * MINUTE, `${card.thoughtMs}`);
});

test("the timeline says how long the decision took, and the export counts it as no waiting", async () => {
  const id = await asked();
  await on.clock.pass(13 * MINUTE);
  on.app.receive({ type: "confirm", cardId: id });
  await settle();
  assert.match(on.app.whyOf(id)?.text ?? "", /Confirmed by you after 13/);
  const thought = on.card(id).thoughtMs;
  await on.clock.pass(5 * MINUTE);
  assert.equal(on.card(id).thoughtMs, thought);
  const text = (await Array.fromAsync(on.app.history.exported({}, "har", "1"))).join("");
  const [{ time, timings }] = JSON.parse(text).log.entries;
  assert.ok(timings.blocked < MINUTE && time < MINUTE, JSON.stringify(timings));
});

test("each question counts until it is decided, one that is still open until now, and nothing beyond the span", () => {
  const moments = [stateOf(5, null), stateOf(10, "asked"), stateOf(30, "confirmed"), stateOf(40, "word")];
  assert.equal(thoughtMs(moments, 0, 100), 20);
  assert.equal(thoughtMs(moments, 15, 25), 10);
  assert.equal(thoughtMs([...moments, stateOf(60, null, "outcomeUnknown")], 0, 100), 60);
  assert.equal(thoughtMs([stateOf(5, null)], 0, 100), 0);
});
