// What goes wrong on the way, as a person meets it: one clear sentence with cause and way out, nothing lost, nothing
// frozen, nothing charged twice.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { FormValue } from "../../src/protocol/snapshot.ts";
import { type EditorWindow, type Ground, ground, open, type ProviderId, settled } from "./whole-app.ts";

let place: Ground;
let one: EditorWindow;

before(async () => {
  place = await ground();
  one = open(place);
  await one.app.start();
});
beforeEach(async () => {
  await place.control("reset", {});
});
after(async () => {
  await one.close();
  await place.close();
});

async function fault(provider: ProviderId, kind: string, more: Record<string, unknown> = {}): Promise<void> {
  const answer = (await place.control("faults", { provider, kind, ...more })) as { error?: string };
  assert.equal(answer.error, undefined);
}

async function ended(provider: ProviderId, actionId: string, values: Record<string, FormValue> = {}) {
  return one.card(await one.send(provider, actionId, values), settled);
}

function problems(): Record<string, string> {
  return one.snapshot().form?.problems ?? {};
}

test("an empty text is said at the field, and nothing is sent", async () => {
  await assert.rejects(one.send("sauti", "speak", { text: "" }));
  assert.equal(problems().text, "Text is empty; it is needed.");
  assert.deepEqual(await place.log("sauti"), []);
});

test("a text that is too long is said at the field with both numbers, and nothing is sent", async () => {
  await assert.rejects(one.send("sauti", "speak", { text: "a".repeat(5001) }));
  assert.match(problems().text ?? "", /at most 5,000 characters; this one has 5,001/);
  assert.deepEqual(await place.log("sauti"), []);
});

test("an unknown voice is said on the card and at its field, until the field changes", async () => {
  const card = await ended("sauti", "speak", { text: "Habari", voice_id: "nobody" });
  assert.equal(card.state, "failed");
  assert.match(card.problem?.sentence ?? "", /voice/i);
  assert.match(card.problem?.remedy ?? "", /choose another voice/);
  assert.match(problems().voice_id ?? "", /voice/i);
  one.do({ type: "draft", actionId: "speak", values: { text: "Habari", voice_id: "sauti-swahili-v1" } });
  assert.equal(problems().voice_id, undefined);
});

test("a wrong key is said with its way out, and stands in no sentence", async () => {
  const wrong = open(place, {
    simulator: {
      baseOf: async (id) => place.simulator.accounts[id as ProviderId].url,
      keyOf: async () => "sauti_thisisnotakeyatall",
    },
  });
  const card = await wrong.card(await wrong.send("sauti", "speak"), settled);
  assert.equal(card.state, "failed");
  assert.match(card.problem?.sentence ?? "", /does not accept this key/);
  assert.match(card.problem?.remedy ?? "", /Check the key/);
  assert.ok(!JSON.stringify(wrong.snapshot()).includes("thisisnotakeyatall"));
  await wrong.close();
});

test("an account without a key on this machine says so", async () => {
  const account = await one.app.accounts.add({
    providerId: "sauti",
    name: "Work",
    planId: null,
    keyName: "main",
    keyText: "sauti_0123456789abcdef",
  });
  await one.ports.keys.forget(account.keys[0]?.id ?? "");
  one.do({ type: "chooseProvider", providerId: "sauti" });
  one.do({ type: "chooseAccount", accountId: account.id });
  one.do({ type: "send", actionId: "speak", values: { text: "Habari", voice_id: "sauti-swahili-v1" } });
  const [exchange] = one.app.history.list({ limit: 1 });
  const card = await one.card(exchange?.id ?? "", settled);
  assert.match(card.problem?.sentence ?? "", /no key of SAUTI for this account/);
  await one.app.accounts.forgetAccount(account.id);
});

test("an unreachable host is named, and it is said that nothing was sent", async () => {
  const gone = open(place, {
    simulator: { baseOf: async () => "http://127.0.0.1:9/sauti", keyOf: async () => "sauti_key" },
  });
  const card = await gone.card(await gone.send("sauti", "speak"), settled);
  assert.equal(card.state, "failed");
  assert.match(card.problem?.sentence ?? "", /SAUTI cannot be reached at 127\.0\.0\.1:9 .*Nothing was sent/);
  await gone.close();
});

test("broken JSON is called broken, and the answer can be opened", async () => {
  await fault("sauti", "brokenJson");
  const card = await ended("sauti", "speak");
  assert.equal(card.state, "failed");
  assert.match(card.problem?.sentence ?? "", /is broken: it is not JSON/);
  assert.ok(card.can.includes("openAnswer"));
  assert.ok((one.app.answerOf(card.id)?.text.length ?? 0) > 20);
});

test("an answer of 200 MB ends in a sentence with its size, whole on disk, and the view stays alive", async () => {
  await fault("sauti", "hugeAnswer", { bytes: 200_000_000, match: { path: "*" } });
  const id = await one.send("sauti", "speak");
  let longest = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const card = await one.card(id, settled, 30_000);
  clearInterval(beat);
  assert.equal(card.state, "failed");
  assert.match(card.problem?.sentence ?? "", /200\sMB/);
  assert.ok((card.results[0]?.bytes ?? 0) >= 200_000_000, JSON.stringify(card.results));
  assert.ok(longest < 500, `the loop stood still for ${Math.round(longest)} ms`);
  await one.app.history.remove(id);
});

test("an answer lost under an idempotency key is sent again with the same key, and charged once", async () => {
  await fault("soundpiece", "loseAnswer", { match: { method: "PUT" } });
  const card = await ended("soundpiece", "newSample");
  assert.equal(card.state, "succeeded", JSON.stringify(card.problem));
  assert.equal(await place.charges("soundpiece"), 1);
});

test("an answer lost without an idempotency key becomes outcome unknown, and is never sent again alone", async () => {
  await fault("sauti", "loseAnswer", { match: { method: "POST" } });
  const card = await ended("sauti", "speak");
  assert.equal(card.state, "unknown");
  assert.match(card.problem?.sentence ?? "", /may have done the work and charged it/);
  assert.deepEqual(card.can.slice(0, 1), ["giveUp"]);
  assert.ok(!card.can.includes("resend"));
  assert.equal((await place.log("sauti")).length, 1);
  one.do({ type: "giveUp", cardId: card.id });
  assert.equal((await one.card(card.id, (now) => now.state !== "unknown")).state, "lost");
});

test("a job that fails at the provider says why", async () => {
  await fault("soundpiece", "failedJob");
  const card = await ended("soundpiece", "newSample");
  assert.equal(card.state, "failed");
  assert.match(card.problem?.sentence ?? "", /The job failed at SoundPiece/);
  assert.match(card.problem?.remedy ?? "", /send again/);
});

test("a poll that fails is said while the job goes on, and the work is not sent again", async () => {
  await fault("soundpiece", "status500", { match: { method: "GET" }, times: 6 });
  const card = await ended("soundpiece", "newSample");
  assert.equal(card.state, "succeeded", JSON.stringify(card.problem));
  const puts = (await place.log("soundpiece")).filter((seen) => seen.method === "PUT");
  assert.equal(puts.length, 1);
});

test("a refusal is waited out as long as the server says, and the card tells until when", async () => {
  await fault("sauti", "retryAfterDate", { seconds: 2, match: { method: "POST" } });
  const id = await one.send("sauti", "speak");
  const waiting = await one.card(id, (card) => card.wait !== null || settled(card));
  assert.equal(waiting.state, "waiting");
  assert.match(waiting.wait?.sentence ?? "", /SAUTI refused the last request until/);
  assert.deepEqual(waiting.can.slice(0, 2), ["cancel", "keep"]);
  const card = await one.card(id, settled, 15_000);
  assert.equal(card.state, "succeeded");
  const why = one.app.whyOf(id)?.text ?? "";
  assert.match(why, /Refused until [\d:]+: too many requests \(/);
  const [head, moments, ...rest] = why.trimEnd().split("\n\n");
  assert.match(head ?? "", /^Speak · .*\nSAUTI · Done\n./);
  assert.match(rest.at(-1) ?? "", /^Open result: .* \(.*kB\)$/);
  for (const line of (moments ?? "").split("\n"))
    assert.match(line, /^(\d\d:\d\d:\d\d\.\d{3} {2}| {14})\S/, "a time, then its sentences below each other");
});

test("what is kept for later leaves the gate at once, and goes out by a click", async () => {
  await fault("sauti", "retryAfterDate", { seconds: 3, match: { method: "POST" } });
  const id = await one.send("sauti", "speak");
  await one.card(id, (card) => card.wait !== null);
  one.do({ type: "keep", cardId: id });
  const kept = await one.card(id, (card) => card.state === "kept");
  assert.deepEqual([kept.problem, kept.can.slice(0, 2)], [null, ["sendKept", "discard"]]);
  one.do({ type: "sendKept", cardId: id });
  const again = one.app.history.list({ limit: 1 })[0]?.id ?? "";
  assert.notEqual(again, id);
  assert.equal((await one.card(again, settled, 15_000)).state, "succeeded");
});

test("an expired link is asked for again, and the result is fetched", async () => {
  const fresh = await ground();
  const two = open(fresh);
  await fresh.control("set", { provider: "soundpiece", linkLifeMs: 1 });
  const card = await two.card(await two.send("soundpiece", "newSample"), settled);
  assert.equal(card.state, "succeeded");
  assert.match(card.results[0]?.problem ?? "", /status 40[13]/);
  await fresh.control("set", { provider: "soundpiece", linkLifeMs: 900_000 });
  two.do({ type: "fetchResult", resultId: card.results[0]?.id ?? "" });
  const fetched = await two.card(card.id, (now) => now.results[0]?.src != null);
  assert.equal(fetched.results[0]?.mediaType, "audio/flac");
  assert.equal(fetched.results[0]?.problem, null);
  await two.close();
  await fresh.close();
});

test("a lost create that the provider lists is found by checking, and watched to its end, one charge", async () => {
  await fault("sync", "loseAnswer", { match: { method: "POST" }, times: 20 });
  const card = await one.card(await one.send("sync", "generate"), settled, 15_000);
  assert.equal(card.state, "unknown", JSON.stringify(card));
  assert.ok(card.can.includes("check") && card.can.includes("resend"));
  one.do({ type: "check", cardId: card.id });
  const found = await one.card(card.id, (now) => now.state !== "unknown");
  assert.notEqual(found.state, "failed");
  assert.equal((await one.card(card.id, settled)).state, "succeeded");
  assert.equal(await place.charges("sync"), 1);
});

test("what answers taught about a limit is said once, with both numbers, and with both lengths where these differ", () => {
  const finding = { accountId: "sim-sauti", policyId: "synthesis", at: 0 };
  const saidOf = (kind: "stricter" | "looser", limit: number, seconds: number) => {
    one.app.learned([{ ...finding, kind, limit, quotaWindowMs: seconds * 1000 }]);
    const said = one.snapshot().notices.filter((notice) => notice.id.startsWith("limit-"));
    return said.map((notice) => notice.sentence.replaceAll("\u00a0", " "));
  };
  assert.equal(saidOf("stricter", 5, 60).length, 1);
  assert.deepEqual(saidOf("stricter", 4, 60), ["SAUTI now allows 4 syntheses, not 10; Headroom keeps to 4."]);
  assert.deepEqual(saidOf("stricter", 10, 120), [
    "SAUTI now allows 10 syntheses in 2 min, not 10 in 1 min; Headroom keeps to that.",
  ]);
  assert.deepEqual(saidOf("looser", 10, 30), [
    "SAUTI seems to allow 10 syntheses in 30 s, more than the 10 in 1 min it publishes.",
  ]);
});
