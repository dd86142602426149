// The main job for each provider: send, poll, confirm, fetch; one charge, a result of the right type on disk, meters
// that agree with the simulator's own counters.

import assert from "node:assert/strict";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { sniff } from "../../src/core/sniff.ts";
import type { CardView, FormValue } from "../../src/protocol/snapshot.ts";
import { type EditorWindow, type Ground, ground, open, type ProviderId, settled } from "./whole-app.ts";

let place: Ground;
let one: EditorWindow;
/** Files that stand in for a person's own. */
const own = new Map<string, { path: string; name: string; bytes: number }>();

before(async () => {
  place = await ground();
  one = open(place);
  await one.app.start();
  for (const [providerId, actionId, name] of [
    ["sauti", "speak", "recording.wav"],
    ["sync", "generate", "clip.mp4"],
  ] as const) {
    const card = await one.card(await one.send(providerId, actionId), settled);
    const path = join(place.folder, name);
    await copyFile(one.app.resultFile(card.results[0]?.id ?? "")?.path ?? "", path);
    own.set(name, { path, name, bytes: (await readFile(path)).length });
  }
});
after(async () => {
  await one.close();
  await place.close();
});

/** Sends and decides as a person would, until the card has ended. */
async function through(
  providerId: ProviderId,
  actionId: string,
  values: Record<string, FormValue> = {},
  files: readonly string[] = [],
): Promise<CardView> {
  one.do({ type: "chooseProvider", providerId });
  one.do({ type: "chooseAction", actionId });
  for (const field of files)
    one.app.setFile(field, own.get(field === "video" ? "clip.mp4" : "recording.wav") ?? null);
  const id = await one.send(providerId, actionId, values);
  for (;;) {
    const card = await one.card(id, settled);
    if (card.state !== "decide") return card;
    one.do({ type: "confirm", cardId: id });
    await one.card(id, (now) => now.state !== "decide" || now.step?.index !== card.step?.index);
  }
}

async function bytesOf(card: CardView, index = 0): Promise<Buffer> {
  const file = one.app.resultFile(card.results[index]?.id ?? "");
  assert.ok(file, JSON.stringify(card));
  return readFile(file.path);
}

const rows: readonly [ProviderId, string, string, Record<string, FormValue>, readonly string[]][] = [
  ["sauti", "speak", "audio/wav", {}, []],
  ["sauti", "speak", "audio/wav", { text: "Habari za asubuhi. ".repeat(120) }, []],
  ["sauti", "speakJob", "audio/wav", {}, []],
  ["sauti", "converse", "audio/wav", {}, []],
  ["sauti", "transcribe", "text/plain", {}, ["audio"]],
  ["soundpiece", "newSample", "audio/flac", {}, []],
  ["soundpiece", "newSong", "audio/flac", { prompt: "Slow soul" }, []],
  ["sync", "generate", "video/mp4", {}, []],
  ["sync", "generateFiles", "video/mp4", {}, ["video", "audio"]],
  ["voicedub", "dub", "audio/wav", {}, []],
  ["voicedub", "dub", "audio/wav", { link: null }, ["file"]],
  ["vocabusta", "speak", "audio/wav", {}, []],
  ["vocabusta", "dub", "audio/wav", { target_language: "sw" }, ["file"]],
];

for (const [providerId, actionId, type, values, files] of rows) {
  const how = [Object.keys(values).join(), ...files].filter(Boolean).join(", ");
  test(`${providerId} ${actionId}${how === "" ? "" : ` (${how})`} ends with ${type} on disk, charged once`, async () => {
    const charged = await place.charges(providerId);
    const card = await through(providerId, actionId, values, files);
    assert.equal(card.state, "succeeded", JSON.stringify(card, null, 1));
    const media = card.results.findIndex((result) => result.mediaType === type);
    assert.notEqual(media, -1, JSON.stringify(card.results));
    const bytes = await bytesOf(card, media);
    assert.equal(sniff(bytes), type);
    assert.equal(bytes.length, card.results[media]?.bytes);
    assert.ok((await place.charges(providerId)) - charged <= (actionId === "dub" ? 3 : 1));
    assert.deepEqual(
      await place.log(providerId).then((log) => log.filter((seen) => seen.status === 429)),
      [],
    );
  });
}

test("a video says that the editor plays it without AAC sound", async () => {
  const card = await through("sync", "generate");
  assert.match(card.results[0]?.notice ?? "", /without AAC sound/);
});

test("a read action's answer is shown as data", async () => {
  const card = await through("sauti", "listVoices");
  assert.equal(card.state, "succeeded");
  assert.match(card.results[0]?.text ?? "", /sauti-swahili-v1/);
});

test("the choices of a field come through the same gate", async () => {
  one.do({ type: "chooseProvider", providerId: "sauti" });
  one.do({ type: "loadChoices", field: "voice_id" });
  for (let i = 0; i < 200; i++) {
    const field = one.snapshot().form?.fields.find((found) => found.name === "voice_id");
    if (field?.loadChoices === "loaded") {
      assert.equal(field.choices?.[0]?.value, "sauti-swahili-v1");
      return;
    }
    await new Promise((done) => setTimeout(done, 10));
  }
  assert.fail("the choices never came");
});

test("the meters agree with the simulator's own counters", async () => {
  one.do({ type: "chooseProvider", providerId: "sauti" });
  await through("sauti", "speak");
  const state = (await place.control("state")) as Record<string, unknown>;
  const meter = one.snapshot().meters.find((found) => found.id.endsWith("/synthesis"));
  assert.ok(meter);
  assert.equal(meter.binds, true);
  const used = JSON.stringify(state.sauti).match(/"synthesis"[^}]*?"(?:used|count)":(\d+)/)?.[1];
  if (used !== undefined) assert.equal(meter.used, Number(used));
  const sent = (await place.log("sauti")).filter(
    (seen) => seen.method === "POST" && /text-to-speech|tts\/jobs/.test(seen.path),
  );
  assert.equal(meter.used, sent.filter((seen) => seen.at > Date.now() - 60_000).length);
});

test("no key text stands in any file of the storage folder, nor in snapshot or log", async () => {
  const keys = Object.values(place.simulator.accounts).map((account) => account.key);
  const database = (await readFile(join(place.folder, "headroom.db"))).toString("latin1");
  const shown = JSON.stringify(one.snapshot()) + one.logged.join("\n");
  for (const key of keys) {
    assert.ok(!database.includes(key));
    assert.ok(!shown.includes(key));
  }
});
