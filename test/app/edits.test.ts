// What a person edits between the steps of a flow: asked row by row, stored as it is typed, sent with all else as it was.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { type Bench, bench, json } from "./fakes.ts";

const heard = [
  { id: 0, start: 0, end: 2.4, text: "Good morning.", speaker: "SPEAKER_00", words: ["Good", "morning"] },
  { id: 1, start: 2.5, end: 4, text: "Listen.", speaker: "SPEAKER_01", confidence: 0.91 },
];

let on: Bench;
let segments: unknown = heard;
/** Bodies of translate and render, as they left. */
let sent: string[] = [];

beforeEach(() => {
  segments = heard;
  sent = [];
  on = bench();
  on.client.script = (request) => {
    if (request.url.endsWith("/analyze")) return json(200, { job_id: "j1", status: "queued" });
    if (request.url.endsWith("/j1")) return json(200, { status: "done", result: { segments } });
    sent.push(JSON.stringify(request.body));
    if (request.url.endsWith("/translate"))
      return json(200, { segments: heard.map((one) => ({ ...one, text: `[sw] ${one.text}` })) });
    return json(400, { detail: "Not needed here." });
  };
});
afterEach(() => on.close());

/** A dub that asks for what was said. */
async function asked(): Promise<string> {
  await on.app.start();
  on.app.receive({ type: "chooseProvider", providerId: "vocabusta" });
  on.app.receive({ type: "chooseAction", actionId: "dub" });
  on.app.setFile("file", { path: "/tmp/a.wav", name: "a.wav", bytes: 1000 });
  const id = on.send("vocabusta", "dub", { target_language: "sw" });
  await decision(id, 2);
  return id;
}

async function decision(id: string, step: number): Promise<void> {
  const is = () => on.card(id).state === "decide" && on.card(id).step?.index === step;
  for (let n = 0; n < 40 && !is(); n++) await on.clock.pass(1_000);
  assert.ok(is(), JSON.stringify(on.card(id)));
}

const rows = (id: string) => on.card(id).ask?.rows ?? [];
const texts = (id: string) => rows(id).map(({ text }) => text);

test("segments are asked row by row, with speaker and time; a translation stands beside what was said, as it was corrected", async () => {
  const id = await asked();
  assert.deepEqual(rows(id)[1], {
    speaker: "SPEAKER_01",
    startMs: 2500,
    endMs: 4000,
    source: null,
    text: "Listen.",
    problem: null,
  });
  on.app.receive({ type: "confirm", cardId: id, edit: "segments", texts: ["Good day.", "Listen."] });
  await decision(id, 3);
  assert.deepEqual(
    rows(id).map(({ source, text }) => [source, text]),
    [
      ["Good day.", "[sw] Good morning."],
      ["Listen.", "[sw] Listen."],
    ],
  );
  const expected = [{ ...heard[0], text: "Good day." }, heard[1]];
  assert.ok(sent[0]?.includes(JSON.stringify(JSON.stringify(expected)).slice(1, -1)), sent[0]);
});

test("what was typed is there in the next session, without a word of it confirmed", async () => {
  const id = await asked();
  on.app.receive({ type: "edit", cardId: id, edit: "segments", texts: ["Half a sen", "Listen."] });
  await on.app.stop();
  const next = on.another("two");
  next.start();
  const card = next.snapshot().cards.find((one) => one.id === id);
  assert.deepEqual(
    card?.ask?.rows?.map(({ text }) => text),
    ["Half a sen", "Listen."],
  );
  assert.deepEqual([card?.state, sent.length], ["decide", 0]);
  // Confirmed without another word, it is what was typed that goes.
  next.receive({ type: "confirm", cardId: id });
  for (let n = 0; n < 40 && sent.length === 0; n++) await on.clock.pass(1_000);
  assert.match(sent[0] ?? "", /Half a sen/);
});

test("a row that is empty or too long is told at that row, and nothing is sent until it is put right", async () => {
  const id = await asked();
  on.app.receive({ type: "confirm", cardId: id, edit: "segments", texts: ["  ", "x".repeat(5001)] });
  assert.match(rows(id)[0]?.problem ?? "", /empty/);
  assert.match(rows(id)[1]?.problem ?? "", /5,?000/);
  await on.clock.pass(60_000);
  assert.deepEqual([on.card(id).state, sent.length], ["decide", 0]);
  assert.equal(on.app.snapshot().notices.length, 0);
  on.app.receive({ type: "confirm", cardId: id, edit: "segments", texts: ["Good.", "Listen."] });
  await decision(id, 3);
});

test("what the provider gave empty may stay so", async () => {
  segments = [{ ...heard[0], text: "" }, heard[1]];
  const id = await asked();
  on.app.receive({ type: "confirm", cardId: id, edit: "segments", texts: ["", "Listen."] });
  await decision(id, 3);
});

test("a key that is typed into a row is told there, is sent to nobody and stored nowhere", async () => {
  const id = await asked();
  const key = "satryx_live_0123456789abcdef";
  on.keys.set("k", key);
  on.app.receive({ type: "confirm", cardId: id, edit: "segments", texts: [`my ${key}`, "Listen."] });
  assert.match(rows(id)[0]?.problem ?? "", /one of your keys/);
  await on.clock.pass(60_000);
  assert.deepEqual([on.card(id).state, sent.length], ["decide", 0]);
  assert.ok(!JSON.stringify(on.ports.jobs.get(id)).includes(key));
});

test("a word about an earlier edit, or with another count of rows, changes nothing of this one", async () => {
  const id = await asked();
  on.app.receive({ type: "edit", cardId: id, edit: "translation", texts: ["a", "b"] });
  on.app.receive({ type: "edit", cardId: id, edit: "segments", texts: ["a"] });
  on.app.receive({ type: "edit", cardId: id, edit: "segments", text: "{ broken" });
  on.app.receive({ type: "confirm", cardId: id, edit: "translation", texts: ["a", "b"] });
  assert.deepEqual([texts(id), on.card(id).state], [["Good morning.", "Listen."], "decide"]);
});

test("data that do not look like segments are edited as JSON; broken JSON is told there, kept, and not sent", async () => {
  segments = { by: "somebody else", lines: ["Good morning."] };
  const id = await asked();
  const shown = on.card(id).ask;
  assert.equal(shown?.rows, undefined);
  assert.deepEqual(JSON.parse(shown?.text ?? ""), segments);
  for (const text of ['{ "lines": [', "", "no JSON at all"]) {
    on.app.receive({ type: "confirm", cardId: id, edit: "segments", text });
    assert.deepEqual([on.card(id).ask?.text, on.card(id).state], [text, "decide"]);
    assert.match(on.card(id).ask?.problem ?? "", /not valid JSON/);
  }
  on.app.receive({ type: "confirm", cardId: id, edit: "segments", text: '{ "lines": ["Put right"] }' });
  await decision(id, 3);
  assert.match(sent[0] ?? "", /Put right/);
});
