// The line that tells an exchange apart from others of its action, and what a charged step asks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { confirmSentence } from "../../src/app/card-words.ts";
import { actionOf } from "../../src/app/context.ts";
import { detailOf } from "../../src/app/detail.ts";
import { profiles } from "./fakes.ts";

const action = (providerId: string, actionId: string) => {
  const profile = profiles.get(providerId);
  const found = profile === undefined ? null : actionOf(profile, actionId);
  assert.ok(found !== null);
  return found;
};

test("a dub is named after its recording, by the file or the end of its link, never by the voice's id", () => {
  const dub = action("voicedub", "dub");
  const voiceId = "d6a4efc7-ea9d-4190-b39c-7edb7f4a0000";
  assert.equal(detailOf(dub, { voiceId, link: "https://example.com/a/My%20song.mp3?x=1" }), "My song.mp3");
  assert.equal(
    detailOf(dub, { voiceId, file: { file: "/home/me/take 2.wav", fileName: "take 2.wav" } }),
    "take 2.wav",
  );
  assert.equal(detailOf(dub, { voiceId }), voiceId);
  assert.equal(detailOf(dub, { voiceId, link: "https://example.com" }), "example.com");
});

test("two recordings are both named, and a callback's address is none", () => {
  const generate = action("sync", "generate");
  const links = generate.parameters.filter(({ name }) => /video|audio/i.test(name)).slice(0, 2);
  assert.equal(links.length, 2);
  const input = Object.fromEntries(links.map(({ name }, i) => [name, `https://x.test/${"ab"[i]}.mp4`]));
  assert.equal(detailOf(generate, { ...input, webhookUrl: "https://x.test/hook" }), "a.mp4 · b.mp4");
});

test("words go before names, and a long text is cut", () => {
  const speak = action("sauti", "speak");
  const text = `Habari ya asubuhi. ${"x".repeat(200)}`;
  const shown = detailOf(speak, { text, voice_id: "sauti-swahili-v1" });
  assert.equal(shown.length, 120);
  assert.ok(shown.startsWith("Habari ya asubuhi.") && shown.endsWith("…"));
  assert.equal(detailOf(speak, { text: "Habari", voice_id: "sauti-swahili-v1" }), "Habari");
  assert.equal(detailOf(null, { text }), "");
});

test("a charged step says in plain words that it is, and of a simulated account that it costs nothing", () => {
  const t = (sentence: string) => sentence;
  assert.equal(
    confirmSentence(t, true, true),
    "The next step would be charged; this account is simulated, so it costs nothing. Go on?",
  );
  assert.equal(confirmSentence(t, false, true), "The next step is charged, as stands below. Go on?");
  assert.equal(confirmSentence(t, false, false), "The next step is charged. Go on?");
});
