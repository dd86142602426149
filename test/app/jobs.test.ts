// A job from its first poll to its end, on a clock by hand: intervals, trouble, leases, restarts.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { HeadroomError } from "../../src/core/errors.ts";
import type { Incoming, Outgoing } from "../../src/core/wire.ts";
import { type Bench, bench, json, settle, until } from "./fakes.ts";

let on: Bench;
let status: () => Incoming;
beforeEach(async () => {
  on = bench();
  status = () => json(200, { job_id: "j1", status: "running" });
  on.client.script = (request) => {
    if (request.method === "POST") return json(202, { job_id: "j1", status: "queued" });
    return request.url.endsWith("/audio") ? audio(request) : status();
  };
  await on.app.start();
});
afterEach(() => on.close());

function audio(request: Outgoing): Incoming {
  const head = { status: 200, headers: { "content-type": "audio/wav" }, sentAt: 0, gotAt: 0, quick: false };
  return { head, text: null, file: request.saveTo, bytes: 44, sniffed: "audio/wav", attempts: 1 };
}

const polls = (): Outgoing[] => on.client.asked.filter((one) => one.lane === "poll");

test("a job is polled at the profile's interval, at the lowest priority, until it ends", async () => {
  const id = on.send("sauti", "speakJob");
  await settle();
  assert.equal(polls().length, 0);
  const next = on.card(id).nextPollAt ?? 0;
  assert.equal(next, on.clock.now() + 2_250);
  await on.clock.pass(2_249);
  assert.equal(polls().length, 0);
  await on.clock.pass(1);
  assert.equal(polls().length, 1);
  status = () => json(200, { job_id: "j1", status: "succeeded" });
  await on.clock.pass(10_000);
  const card = on.card(id);
  assert.equal(card.state, "succeeded");
  assert.equal(card.polls, 2);
  assert.match(card.results[0]?.src ?? "", new RegExp(`^${id}-0-0\\.\\w{8}\\.wav$`));
  await on.clock.pass(600_000);
  assert.equal(polls().length, 2);
});

test("the interval counts from when the last poll was counted, not from its answer, where the answer comes at once", async () => {
  on.ledger.tailMs = () => 80;
  const id = on.send("sauti", "speakJob");
  await on.clock.pass(2_250);
  assert.equal(polls().length, 1);
  assert.equal(on.card(id).nextPollAt, on.clock.now() - 80 + 2_250);
  const { script } = on.client;
  on.client.script = async (request, progress) => {
    const answer = await script(request, progress);
    return { ...answer, head: { ...answer.head, quick: false } };
  };
  await on.clock.pass(2_250 - 80);
  assert.equal(polls().length, 2);
  assert.equal(on.card(id).nextPollAt, on.clock.now() + 2_250);
});

test("a slot is free once the provider is done, and is given back for the job alone", async () => {
  const id = on.send("sauti", "speakJob");
  await on.clock.pass(1_000);
  assert.deepEqual(on.ledger.freed, []);
  status = () => json(200, { job_id: "j1", status: "succeeded" });
  await on.clock.pass(3_000);
  assert.deepEqual([...new Set(on.ledger.freed)], [id]);
});

test("a job that the provider no longer knows after it was seen is lost", async () => {
  const id = on.send("sauti", "speakJob");
  await on.clock.pass(3_000);
  status = () => json(404, { title: "Not found", detail: "no such job" });
  await on.clock.pass(3_000);
  assert.equal(on.card(id).state, "lost");
  assert.match(on.card(id).problem?.sentence ?? "", /SAUTI no longer knows this job \(j1\)/);
});

test("a job that is not there yet is asked for again", async () => {
  const id = on.send("sauti", "speakJob");
  status = () => json(404, { title: "Not found" });
  await on.clock.pass(2_500);
  assert.equal(on.card(id).state, "queued");
  status = () => json(200, { job_id: "j1", status: "succeeded" });
  await on.clock.pass(20_000);
  assert.equal(on.card(id).state, "succeeded");
});

test("failed polls slow the polling and never send the work again", async () => {
  const id = on.send("sauti", "speakJob");
  status = () => {
    throw new HeadroomError("unreachable", "gone", { origin: "http://127.0.0.1:7", code: "ECONNREFUSED" });
  };
  await on.clock.pass(60_000);
  const during = polls().length;
  assert.ok(during >= 3 && during <= 6, String(during));
  assert.match(on.card(id).problem?.sentence ?? "", /cannot be reached/);
  status = () => json(200, { job_id: "j1", status: "succeeded" });
  await on.clock.pass(200_000);
  assert.equal(on.card(id).state, "succeeded");
  assert.equal(on.card(id).problem, null);
  assert.equal(on.client.asked.filter((one) => one.method === "POST").length, 1);
});

test("a key that is no longer good stops the watching, and watching again asks at once", async () => {
  const id = on.send("sauti", "speakJob");
  status = () => json(401, { title: "Unauthorized" });
  await on.clock.pass(3_000);
  assert.ok(on.card(id).can.includes("watchAgain"));
  await on.clock.pass(600_000);
  assert.equal(polls().length, 1);
  status = () => json(200, { job_id: "j1", status: "succeeded" });
  on.app.receive({ type: "watchAgain", cardId: id });
  await settle();
  assert.equal(on.card(id).state, "succeeded");
});

test("stop watching stops the polls and leaves the job", async () => {
  const id = on.send("sauti", "speakJob");
  await on.clock.pass(3_000);
  const before = polls().length;
  on.app.receive({ type: "stopWatching", cardId: id });
  await on.clock.pass(60_000);
  assert.equal(polls().length, before);
  assert.equal(on.card(id).stateTitle, "Not watched");
  assert.deepEqual(on.ledger.freed, []);
});

test("a job that failed there says why, in the provider's own words", async () => {
  const id = on.send("sauti", "speakJob");
  status = () => json(200, { job_id: "j1", status: "failed", error: { message: "voice model crashed" } });
  await on.clock.pass(3_000);
  assert.match(on.card(id).problem?.sentence ?? "", /“voice model crashed”/);
});

test("another process takes a job over once the lease is stale, and not before", async () => {
  const id = on.send("sauti", "speakJob");
  await on.clock.pass(2_500);
  const before = polls().length;
  const unlease = on.ports.jobs.unlease;
  on.ports.jobs.unlease = () => {};
  await on.app.stop();
  on.ports.jobs.unlease = unlease;
  const other = on.another("two");
  await other.start();
  await on.clock.pass(1_000);
  assert.equal(polls().length, before);
  status = () => json(200, { job_id: "j1", status: "succeeded" });
  await on.clock.pass(9_000);
  await until(() => on.ports.exchanges.get(id)?.state === "done");
  assert.equal(on.ports.exchanges.get(id)?.state, "done");
  assert.equal(on.client.asked.filter((one) => one.method === "POST").length, 1);
});

test("a process that finds its lease gone keeps its hands off", async () => {
  const id = on.send("sauti", "speakJob");
  await settle();
  const lease = on.ports.jobs.lease.bind(on.ports.jobs);
  on.ports.jobs.lease = (job, owner, now, until) => owner !== "one" && lease(job, owner, now, until);
  await on.clock.pass(60_000);
  assert.equal(polls().length, 0);
  assert.equal(on.ports.exchanges.get(id)?.state, "accepted");
});

test("no timer runs while nothing is under way", async () => {
  const id = on.send("sauti", "speakJob");
  status = () => json(200, { job_id: "j1", status: "succeeded" });
  await on.clock.pass(30_000);
  assert.equal(on.card(id).state, "succeeded");
  assert.equal(on.clock.timers, 0);
});

test("what is on the wire at the end gets a moment for its answer, and nothing new begins", async () => {
  let answer = (_: Incoming): void => {};
  on.client.script = (_request, progress) => {
    progress.sending(1, on.clock.now());
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const id = on.send("sauti", "speakJob");
  await settle();
  const stopping = on.app.stop();
  await on.clock.pass(500);
  answer(json(202, { job_id: "j1", status: "queued" }));
  await on.clock.pass(100);
  await stopping;
  assert.equal(on.ports.jobs.get(id)?.stage, "watch");
  assert.equal(on.ports.jobs.get(id)?.remoteId, "j1");
  assert.equal(on.client.asked.length, 1);
});

test("the slot is free before the result is fetched", async () => {
  const id = on.send("sauti", "speakJob");
  await settle();
  on.client.script = (request) =>
    request.url.endsWith("/audio") ? new Promise(() => {}) : json(200, { job_id: "j1", status: "succeeded" });
  await on.clock.pass(3_000);
  assert.equal(on.card(id).state, "fetching");
  assert.deepEqual(on.ledger.freed, [id]);
});

test("a link that storage no longer accepts is asked for again through the API, once", async () => {
  const link = (name: string) => ({ url: `https://files.example.com/${name}.flac`, duration: 4 });
  const asked: string[] = [];
  on.client.script = (request) => {
    if (request.auth === null) {
      asked.push(request.url);
      const fresh = request.url.includes("fresh");
      return fresh ? { ...audio(request), sniffed: "audio/flac" } : json(403, "<Error/>");
    }
    if (request.method === "PUT") return json(200, { sample: { id: "op_1", status: "processing" } });
    const name = request.lane === "poll" ? "old" : "fresh";
    return json(200, { sample: { id: "op_1", status: "ready", outputs: [link(name)] } });
  };
  const id = on.send("soundpiece", "newSample");
  await on.clock.pass(5_000);
  assert.deepEqual(asked, ["https://files.example.com/old.flac", "https://files.example.com/fresh.flac"]);
  assert.equal(on.card(id).results[0]?.problem, null);
  assert.equal(on.card(id).results[0]?.mediaType, "audio/flac");
});

test("a job goes on with the account's next key when its own was removed; without one it is lost by name", async () => {
  const account = await on.app.accounts.add({
    providerId: "sauti",
    name: "Real",
    planId: null,
    keyName: "old",
    keyText: `sauti_${"a".repeat(20)}`,
  });
  await on.app.accounts.addKey(account.id, "new", `sauti_${"b".repeat(20)}`);
  const [old, next] = on.ports.accounts.list().find((one) => one.id === account.id)?.keys ?? [];
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.app.receive({ type: "chooseAccount", accountId: account.id });
  on.client.script = () => json(202, { job_id: "j1", status: "queued" });
  on.app.receive({ type: "chooseAction", actionId: "speakJob" });
  on.app.receive({ type: "send", actionId: "speakJob", values: {} });
  const id = on.app.snapshot().cards[0]?.id ?? "";
  await settle();
  assert.equal(on.ports.jobs.get(id)?.remoteId, "j1");
  on.client.script = () => json(200, { job_id: "j1", status: "running" });
  await on.app.accounts.forgetKey(account.id, old?.id ?? "");
  await on.clock.pass(10_000);
  await settle();
  assert.equal(on.client.asked.at(-1)?.auth?.keyId, next?.id);
  assert.equal(on.card(id).state, "running");
  await on.app.accounts.forgetAccount(account.id);
  await on.clock.pass(60_000);
  await settle();
  const { state, problem } = on.ports.exchanges.get(id) ?? {};
  assert.equal(state, "failed");
  assert.match(problem?.sentence ?? "", /j1/);
  assert.match(problem?.remedy ?? "", /adopt/);
});

test("watching that another editor window stops as the end comes in keeps no result from being fetched", async () => {
  on.client.script = () => json(202, { job_id: "j1", status: "queued" });
  const id = on.send("sauti", "speakJob");
  await settle();
  on.client.script = (request) => {
    if (!request.url.endsWith("/j1")) return audio(request);
    on.ports.jobs.update(id, { watched: false });
    return json(200, { job_id: "j1", status: "succeeded" });
  };
  await on.clock.pass(30_000);
  await settle();
  assert.equal(on.card(id).state, "succeeded");
});
