// A job that was begun elsewhere, taken up by its id: what is watched, what is fetched, and that nothing is sent anew.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Incoming, Outgoing } from "../../src/core/wire.ts";
import { type Bench, bench, json, until } from "./fakes.ts";

let on: Bench;
beforeEach(async () => {
  on = bench();
  await on.app.start();
});
afterEach(() => on.close());

/** What each provider says of a job that has ended well, and how a job of it is asked for. */
const ENDED: Readonly<
  Record<
    string,
    { readonly action: string; readonly poll: RegExp; readonly body: unknown; readonly link?: RegExp }
  >
> = {
  soundpiece: {
    action: "newSample",
    poll: /new_sample\?id=job-7\b/,
    body: { sample: { id: "job-7", status: "ready", outputs: [{ url: "http://127.0.0.1:7/f/a.wav" }] } },
    link: /a\.wav$/,
  },
  sauti: {
    action: "speakJob",
    poll: /\/jobs\/job-7$/,
    body: { job_id: "job-7", status: "succeeded" },
    link: /audio$/,
  },
  voicedub: {
    action: "generate",
    poll: /\/dubs\/job-7$/,
    body: { dub: { id: "job-7", status: "done", dubUrl: "http://127.0.0.1:7/f/b.wav" } },
    link: /b\.wav$/,
  },
  sync: {
    action: "generate",
    poll: /\/generate\/job-7\?/,
    body: { id: "job-7", status: "COMPLETED", outputUrl: "http://127.0.0.1:7/f/a.mp4" },
    link: /a\.mp4$/,
  },
  vocabusta: {
    action: "analyze",
    poll: /\/jobs\/job-7$/,
    body: { job_id: "job-7", status: "done", result: { segments: [] } },
  },
};

function file(request: Outgoing): Incoming {
  const head = { status: 200, headers: { "content-type": "audio/wav" }, sentAt: 0, gotAt: 0, quick: false };
  return { head, text: null, file: request.saveTo, bytes: 44, sniffed: "audio/wav", attempts: 1 };
}

async function adopt(provider: string, actionId: string, id = "job-7"): Promise<string> {
  const adopted = await on.app.adopt(`sim-${provider}`, actionId, id);
  assert.ok("exchangeId" in adopted, JSON.stringify(adopted));
  return adopted.exchangeId;
}

for (const [provider, { action, poll, body, link }] of Object.entries(ENDED))
  test(`a job of ${provider} is asked for by its id until it ends, and nothing is sent that could be charged`, async () => {
    on.client.script = (request) => (link?.test(request.url) ? file(request) : json(200, body));
    const id = await adopt(provider, action);
    await on.clock.pass(60_000);
    await until(() => on.card(id).endedAt !== null);
    assert.deepEqual([...new Set(on.client.asked.map((one) => one.method))], ["GET"]);
    assert.match(on.client.asked[0]?.url ?? "", poll);
    assert.equal(on.client.asked[0]?.lane, "poll");
    const card = on.card(id);
    assert.equal(card.state, "succeeded", JSON.stringify(card.problem));
    assert.ok(card.results[0]?.src?.startsWith(id), JSON.stringify(card.results));
  });

test("only jobs that no paid step follows can be adopted, and every provider has some", () => {
  for (const { id } of on.app.accounts.providers()) {
    const kinds = on.app.adoptables(id).map((one) => one.actionId);
    assert.ok(kinds.length > 0, id);
    assert.ok(!kinds.includes("dub"), id);
  }
});

test("a job that is watched already is shown, not taken up twice", async () => {
  on.client.script = () => json(200, { job_id: "job-7", status: "running" });
  const id = await adopt("sauti", "speakJob");
  on.app.receive({ type: "stopWatching", cardId: id });
  on.app.receive({ type: "dismiss", cardId: id });
  assert.equal(await adopt("sauti", "speakJob"), id);
  await on.clock.pass(3_000);
  assert.equal(on.card(id).state, "running");
  assert.ok(on.card(id).can.includes("stopWatching"));
});

test("an id that the provider does not know ends as lost, with the id in the sentence", async () => {
  on.client.script = () => json(404, { detail: "no such job" });
  const id = await adopt("sauti", "speakJob", "job-8");
  await on.clock.pass(300_000);
  assert.equal(on.card(id).state, "lost");
  assert.match(on.card(id).problem?.sentence ?? "", /job-8/);
});

test("where an account has several keys, each is asked in turn for a job that is adopted", async () => {
  const { accounts } = on.app;
  const named = {
    providerId: "sauti",
    name: "Work",
    planId: null,
    keyName: "one",
    keyText: `sauti_${"a".repeat(20)}`,
  };
  const { id: accountId } = await accounts.add(named);
  await accounts.addKey(accountId, "two", `sauti_${"b".repeat(20)}`);
  const [first, second] = accounts.list().find((one) => one.id === accountId)?.keys ?? [];
  on.client.script = (request) => {
    if (request.auth?.keyId !== second?.id) return json(404, { detail: "no such job" });
    return request.url.endsWith("/audio")
      ? file(request)
      : json(200, { job_id: "job-7", status: "succeeded" });
  };
  const adopted = await on.app.adopt(accountId, "speakJob", "job-7");
  assert.ok("exchangeId" in adopted, JSON.stringify(adopted));
  const id = adopted.exchangeId;
  await on.clock.pass(3_000);
  await until(() => on.card(id).endedAt !== null);
  assert.equal(on.card(id).state, "succeeded");
  assert.deepEqual([...new Set(on.client.asked.map((one) => one.auth?.keyId))], [first?.id, second?.id]);
});

test("a dub that is generated already was preprocessed before", async () => {
  for (const status of ["processing", "done", "completed"]) {
    on.client.script = () => json(200, { dub: { id: `job-${status}`, status } });
    const id = await adopt("voicedub", "preprocess", `job-${status}`);
    await on.clock.pass(10_000);
    assert.equal(on.card(id).state, "succeeded", status);
  }
});

test("what could lead elsewhere than to a job is no id", async () => {
  for (const text of ["", "  ", "a/b", "..", "a b", "a?b", "a#b", "a%2fb", "x".repeat(201)])
    assert.notEqual(on.app.jobIdProblem(text), null, text);
  assert.equal(on.app.jobIdProblem(" 6f1c-44:a.b~c_d "), null);
  assert.ok("problem" in (await on.app.adopt("sim-sauti", "speakJob", "../voices")));
  assert.ok("problem" in (await on.app.adopt("sim-vocabusta", "dub", "job-7")));
  assert.deepEqual(on.client.asked, []);
});

test("an adopted job cannot be sent again or copied as code: nobody knows what was sent", async () => {
  on.client.script = () => json(200, { job_id: "job-7", status: "failed" });
  const id = await adopt("sauti", "speakJob");
  await on.clock.pass(10_000);
  const { state, can } = on.card(id);
  assert.equal(state, "failed");
  assert.ok(!can.includes("sendAgain") && !can.includes("copyCode"), can.join());
  assert.equal(on.app.codeFor(id, "curl"), null);
  const asked = on.client.asked.length;
  on.app.sendAgain(id);
  await on.clock.pass(1_000);
  assert.equal(on.client.asked.length, asked);
  assert.match(on.app.snapshot().notices[0]?.sentence ?? "", /begun elsewhere/);
});
