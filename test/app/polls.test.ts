// When jobs are asked about: by what earlier ones took, apart from each other, and by one list call for many.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Ticket } from "../../src/core/quota/ledger.ts";
import type { Incoming, Outgoing } from "../../src/core/wire.ts";
import { type Bench, bench, json, settle } from "./fakes.ts";

let on: Bench;
/** When each job was begun and how long it takes; by remote id. */
let begun: Map<string, { readonly at: number; readonly ms: number }>;
let lasting: number;
beforeEach(async () => {
  on = bench();
  begun = new Map();
  lasting = 1_000_000;
  on.client.script = answer;
  await on.app.start();
});
afterEach(() => on.close());

function stateOf(id: string): "running" | "over" {
  const { at, ms } = begun.get(id) ?? { at: 0, ms: 0 };
  return on.clock.now() < at + ms ? "running" : "over";
}

function answer(request: Outgoing): Incoming {
  const url = new URL(request.url);
  const sync = url.pathname.startsWith("/sync");
  if (request.method === "POST") {
    const id = `j${begun.size + 1}`;
    begun.set(id, { at: on.clock.now(), ms: lasting });
    return sync ? json(201, { id, status: "PENDING" }) : json(202, { job_id: id, status: "queued" });
  }
  if (url.pathname.endsWith("/audio"))
    return { ...json(200, ""), text: null, file: request.saveTo, bytes: 44 };
  const word = (id: string) => (stateOf(id) === "running" ? "PROCESSING" : "COMPLETED");
  if (url.pathname.endsWith("/generations"))
    return json(
      200,
      (url.searchParams.get("ids") ?? "").split(",").map((id) => ({ id, status: word(id) })),
    );
  const id = url.pathname.split("/").at(-1) ?? "";
  if (sync) return json(200, { id, status: word(id), outputUrl: `http://127.0.0.1:7/f/${id}.mp4` });
  return json(200, { job_id: id, status: stateOf(id) === "running" ? "running" : "succeeded" });
}

const asked = (word: string): Outgoing[] => on.client.asked.filter((one) => one.url.includes(word));

test("more than three jobs are asked about by one list call, and each that has ended then by itself", async () => {
  for (let i = 0; i < 5; i++)
    on.send("sync", "generate", { video: `https://a.b/${i}.mp4`, audio: "https://a.b/c.wav" });
  await on.clock.pass(20_000);
  const lists = asked("/generations").filter((one) => one.url.includes("ids="));
  on.client.asked.length = 0;
  await on.clock.pass(30_000);
  const rounds = asked("ids=");
  assert.ok(lists.length > 0 && rounds.length >= 6 && rounds.length <= 15, `${rounds.length} list calls`);
  for (const { url } of rounds) assert.equal(new URL(url).searchParams.get("ids")?.split(",").length, 5);
  assert.deepEqual(asked("/generate/"), []);
  for (const [id, { at }] of begun) begun.set(id, { at, ms: 0 });
  await on.clock.pass(10_000);
  assert.equal(new Set(asked("/generate/").map((one) => one.url)).size, 5);
  assert.ok(on.app.snapshot().cards.every((card) => card.state === "succeeded"));
});

test("a list call that fails slows all its jobs, and none is asked about alone for it", async () => {
  for (let i = 0; i < 5; i++)
    on.send("sync", "generate", { video: `https://a.b/${i}.mp4`, audio: "https://a.b/c.wav" });
  await on.clock.pass(20_000);
  on.client.asked.length = 0;
  on.client.script = () => json(500, { message: "down" });
  await on.clock.pass(60_000);
  assert.deepEqual(asked("/generate/"), []);
  assert.ok(on.client.asked.length <= 8, `${on.client.asked.length} calls`);
});

test("while work waits for a place each job is asked about by a held poll, however many there are", async () => {
  const wait = {
    partition: "p",
    policyId: "slots",
    cause: "slots",
    until: null,
    evidence: "counted",
    left: 0,
    limit: 5,
  } as const;
  const ticket: Ticket = {
    id: "x.1",
    accountId: "sim-sync",
    lane: "person",
    since: 0,
    title: "x",
    wait,
    own: true,
  };
  on.ledger.tickets = () => [ticket];
  for (let i = 0; i < 5; i++)
    on.send("sync", "generate", { video: `https://a.b/${i}.mp4`, audio: "https://a.b/c.wav" });
  await on.clock.pass(20_000);
  assert.deepEqual(asked("ids="), []);
  assert.ok(asked("wait=true").length >= 5);
});

test("the first poll of a job comes when those before it used to end", async () => {
  lasting = 30_000;
  for (let i = 0; i < 6; i++) {
    on.send("sauti", "speakJob");
    await on.clock.pass(60_000);
  }
  on.client.asked.length = 0;
  const id = on.send("sauti", "speakJob");
  await on.clock.pass(36_000);
  assert.equal(on.card(id).state, "succeeded");
  const polls = asked("/tts/jobs/").filter((one) => !one.url.endsWith("/audio"));
  assert.ok(polls.length <= 5, `${polls.length} polls`);
  assert.match(on.app.snapshot().forecast?.sentence ?? "", /Usually done by about/);
});

test("another editor window knows what jobs took", async () => {
  lasting = 30_000;
  on.send("sauti", "speakJob");
  await on.clock.pass(60_000);
  const other = on.another("two");
  await other.start();
  other.receive({ type: "chooseProvider", providerId: "sauti" });
  other.receive({ type: "chooseAction", actionId: "speakJob" });
  assert.match(other.snapshot().forecast?.sentence ?? "", /Usually done by about/);
});

test("jobs that were begun together are not polled together", async () => {
  for (let i = 0; i < 8; i++) on.send("sauti", "speakJob");
  await settle();
  const instants = on.app
    .snapshot()
    .cards.flatMap((card) => card.nextPollAt ?? [])
    .sort((a, b) => a - b);
  assert.equal(instants.length, 8);
  for (const [i, at] of instants.entries())
    assert.ok(i === 0 || at - (instants[i - 1] ?? 0) >= 200, instants.join());
});

test("a poll that is refused is asked more seldom, said on the card, and the work is never sent again", async () => {
  on.client.script = (request) =>
    request.method === "POST" ? answer(request) : json(429, { detail: "Too many requests" });
  const id = on.send("sauti", "speakJob");
  const polledAt: number[] = [];
  let seen = 0;
  for (let second = 0; second < 240; second++) {
    await on.clock.pass(1_000);
    const polls = asked("/tts/jobs/").length;
    if (polls > seen) polledAt.push(on.clock.now());
    seen = polls;
  }
  const gaps = polledAt.slice(1).map((at, i) => at - (polledAt[i] ?? 0));
  assert.ok(gaps.length >= 3 && (gaps.at(-1) ?? 0) > 2 * (gaps[0] ?? 0), gaps.join());
  assert.equal(on.client.asked.filter((one) => one.method === "POST").length, 1);
  assert.match(on.card(id).problem?.sentence ?? "", /status 429/);
  assert.equal(on.ports.jobs.get(id)?.remoteId, "j1");
  on.client.script = answer;
  for (const [job, { at }] of begun) begun.set(job, { at, ms: 0 });
  await on.clock.pass(120_000);
  assert.equal(on.card(id).state, "succeeded");
});
