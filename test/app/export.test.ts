// What the history is exported as: files that other programs read, with everything that happened and without a key.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { HeadroomError } from "../../src/core/errors.ts";
import { type Bench, bench, json, settle } from "./fakes.ts";

const KEY = "sk-live-0123456789abcdef";
let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

/** One answered, one whose answer never came. */
async function twoSent(): Promise<void> {
  on.client.script = () => json(200, { ok: true, note: 'a "quoted" <b>word</b>' });
  on.send("sauti", "speak", { text: "Habari, dunia" });
  await settle();
  on.client.script = ({ id }) => {
    throw new HeadroomError("outcomeUnknown", "lost", { exchangeId: id });
  };
  on.send("sauti", "speak", { text: "Kwaheri" });
  await settle();
}

const whole = async (format: "har" | "jsonl") =>
  (await Array.fromAsync(on.app.history.exported({}, format, "1.2.3"))).join("");

test("a HAR export is one JSON document with every request, newest first, and all that HAR 1.2 asks for", async () => {
  await twoSent();
  const { log } = JSON.parse(await whole("har"));
  assert.equal(log.version, "1.2");
  assert.deepEqual(log.creator, { name: "Headroom", version: "1.2.3" });
  assert.equal(log.entries.length, 2);
  const [lost, answered] = log.entries;
  assert.equal(lost.response.status, 0);
  assert.equal(answered.response.status, 200);
  assert.match(answered.response.content.text, /quoted/);
  for (const entry of log.entries) {
    assert.ok(!Number.isNaN(Date.parse(entry.startedDateTime)));
    for (const name of ["cookies", "headers", "queryString"])
      assert.ok(Array.isArray(entry.request[name]), name);
    for (const name of ["cookies", "headers"]) assert.ok(Array.isArray(entry.response[name]), name);
    const { blocked, send, wait, receive } = entry.timings;
    assert.equal(entry.time, blocked + send + wait + receive);
    assert.ok([blocked, send, wait, receive].every((ms) => ms >= 0));
    assert.match(entry._why, /\d\d:\d\d:\d\d\.\d{3} {2}\S/);
  }
});

test("an export as JSON Lines has one request with its timeline on each line", async () => {
  await twoSent();
  const lines = (await whole("jsonl")).trimEnd().split("\n");
  assert.equal(lines.length, 2);
  for (const line of lines) {
    const { id, timeline } = JSON.parse(line);
    assert.equal(typeof id, "string");
    assert.ok(timeline.length > 0);
  }
});

test("only what the history lists is exported; an empty one is still a valid file", async () => {
  assert.deepEqual(JSON.parse(await whole("har")).log.entries, []);
  assert.equal(await whole("jsonl"), "");
  await twoSent();
  const found = (await Array.fromAsync(on.app.history.exported({ text: "kwaheri" }, "jsonl", "1"))).join("");
  assert.equal(found.trimEnd().split("\n").length, 1);
});

test("no form of a key stands in an export", async () => {
  const account = await on.app.accounts.add({
    providerId: "sauti",
    name: "Real",
    planId: null,
    keyName: "main",
    keyText: KEY,
  });
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.app.receive({ type: "chooseAccount", accountId: account.id });
  on.client.script = () => json(400, { error: `the key ${KEY} is not known`, again: btoa(KEY) });
  on.send("sauti", "speak", { text: "Habari" });
  await settle();
  for (const format of ["har", "jsonl"] as const) {
    const text = await whole(format);
    assert.ok(text.length > 0 && !text.includes(KEY) && !text.includes(btoa(KEY).slice(0, 20)));
  }
});

test("a key that was typed into a field, and where a file lies, are in no export, whether the key was known by then or not", async () => {
  const account = await on.app.accounts.add({
    providerId: "sauti",
    name: "Real",
    planId: null,
    keyName: "main",
    keyText: KEY,
  });
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.app.receive({ type: "chooseAccount", accountId: account.id });
  on.app.receive({ type: "chooseAction", actionId: "speak" });
  const known = on.ports.keys.known;
  let read = false;
  const { read: reads } = on.ports.keys;
  on.ports.keys.read = (id) => {
    read = true;
    return reads.call(on.ports.keys, id);
  };
  // A session knows a key only once it has read it: until then its text may be sent.
  on.ports.keys.known = () => (read ? known.call(on.ports.keys) : []);
  on.app.receive({ type: "send", actionId: "speak", values: { text: `my key is ${KEY}` } });
  const sent = on.app.history.list({ limit: 1 })[0];
  assert.ok(sent !== undefined);
  const input = { audio: { file: "/home/me/secret/a.wav", fileName: "a.wav" } };
  on.ports.exchanges.begin({ ...sent, id: "x-file", input });
  await settle();
  for (const format of ["har", "jsonl"] as const) {
    read = false;
    const text = await whole(format);
    assert.ok(text.length > 0 && !text.includes(KEY), format);
    if (format === "jsonl") assert.doesNotMatch(text, /\/home\/me/);
  }
});
