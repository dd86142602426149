/** What the status bar item says, and when it says it anew. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Headline } from "../../src/app/api.ts";
import { formatFor } from "../../src/host/format.ts";
import { statusText } from "../../src/host/status-text.ts";
import { t } from "../harness/voice.ts";

const now = 1_700_000_000_000;
const words = { t, format: formatFor("en") };
const quiet: Headline = {
  providerName: "SAUTI",
  accountName: "Work",
  simulated: false,
  decisions: 0,
  meter: null,
  waiting: 0,
  first: null,
  waitsAt: null,
  until: null,
  running: 0,
  level: "plain",
  sentence: "",
  lines: [],
};
const budget = (left: number, limit = 10) => ({ left, limit, used: limit - left });

test("with nothing waiting the item shows the provider and left of limit, and no instant to change at", () => {
  const shown = statusText(quiet, budget(7), 10, now, words);
  assert.deepEqual(shown, { text: "$(dashboard) SAUTI 7/10", level: "plain", changesAt: null });
});

test("while something waits the item counts down to the instant at which the next goes", () => {
  const shown = statusText({ ...quiet, waiting: 2, until: now + 16_200 }, budget(0), 10, now, words);
  assert.equal(shown.text, "$(watch) 0/10 · 0:17");
  assert.equal(shown.changesAt, now + 200);
});

test("a wait that only an event ends shows no countdown and needs no timer", () => {
  const shown = statusText({ ...quiet, waiting: 1, until: null }, budget(0, 3), 10, now, words);
  assert.equal(shown.text, "$(watch) 0/3");
  assert.equal(shown.changesAt, null);
});

test("the warning colour comes at the threshold, and never with a threshold of 0", () => {
  assert.equal(statusText(quiet, budget(2), 10, now, words).level, "plain");
  assert.equal(statusText(quiet, budget(1), 10, now, words).level, "warning");
  assert.equal(statusText(quiet, budget(0), 0, now, words).level, "plain");
});

test("the error colour comes only when nothing is left and something waits", () => {
  assert.equal(statusText(quiet, budget(0), 10, now, words).level, "warning");
  assert.equal(statusText({ ...quiet, waiting: 1 }, budget(0), 10, now, words).level, "error");
  assert.equal(statusText({ ...quiet, waiting: 1 }, budget(3), 10, now, words).level, "plain");
});

test("a budget whose limit nobody knows shows how many were sent and no end", () => {
  const shown = statusText(quiet, { left: null, limit: null, used: 3 }, 10, now, words);
  assert.equal(shown.text, "$(dashboard) SAUTI 3 sent");
});

test("running jobs show as the one spinning icon", () => {
  assert.equal(
    statusText({ ...quiet, running: 2 }, budget(7), 10, now, words).text,
    "$(sync~spin) SAUTI 7/10",
  );
});

test("a countdown never stands beside the figures of an account whose requests do not wait", () => {
  const elsewhere = { ...quiet, waiting: 1, waitsAt: "VoiceDub", until: now + 9_000 };
  const shown = statusText(elsewhere, budget(0), 10, now, words);
  assert.deepEqual([shown.text, shown.level], ["$(watch) VoiceDub · 0:09", "warning"]);
});

test("numbers are grouped as the meters group them", () => {
  const shown = statusText(quiet, budget(19_997, 20_000), 10, now, words);
  assert.equal(shown.text, "$(dashboard) SAUTI 19,997/20,000");
});

test("a decision that is asked for shows, beside a countdown too", () => {
  const asked = { ...quiet, decisions: 2, running: 1 };
  assert.equal(statusText(asked, budget(7), 10, now, words).text, "$(question) SAUTI 7/10 · decide");
  const waiting = { ...asked, waiting: 1, until: now + 9_000 };
  assert.equal(statusText(waiting, budget(0), 10, now, words).text, "$(watch) 0/10 · 0:09 · decide");
});

test("a simulated account has a sign of its own", () => {
  const shown = statusText({ ...quiet, simulated: true }, budget(7), 10, now, words);
  assert.equal(shown.text, "$(beaker) SAUTI 7/10");
});
