// The timeline is sentences: none of the words by which the stores and the client name things stands in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { momentSentence } from "../../src/app/moment-words.ts";
import type { ExchangeState } from "../../src/core/jobs/model.ts";
import type { Moment } from "../../src/core/jobs/stores.ts";
import type { Refusal } from "../../src/core/quota/model.ts";
import { voice } from "../harness/voice.ts";
import { now as at } from "./policies.ts";

const about = { providerName: "SAUTI", remoteId: "job_1", policies: [], askedAt: null };
const say = (moment: Moment) => momentSentence(voice, about, moment);
const state = (name: ExchangeState, note: string | null = null) =>
  say({ at, what: "state", state: name, note });

test("a refusal says in words what it was, until when and who says so", () => {
  const refused = (kind: Refusal["kind"], until: number | null) =>
    say({ at, what: "refused", attempt: 1, refusal: { kind, until, evidence: "stated" } });
  assert.equal(
    refused("rate", at + 40_000),
    "Refused until 14:02:10: too many requests (stated by the server).",
  );
  assert.equal(
    refused("pollRate", null),
    "Refused: asked too often how a job stands (stated by the server); no instant was given.",
  );
  const kinds = ["rate", "concurrency", "pollRate", "credit", "busy", "unknown"] as const;
  assert.equal(new Set(kinds.map((kind) => refused(kind, null))).size, kinds.length);
});

test("a repeat says why: a status, a lost answer, a refusal", () => {
  const again = (cause: string, tries = {}) =>
    say({ at, what: "retrying", until: at + 1_000, cause, ...tries });
  assert.equal(again("status 503"), "Goes again at 14:01:31: the server answered with status 503.");
  assert.equal(
    again("lost", { attempt: 3, most: 6 }),
    "Goes again at 14:01:31: the answer was lost. It is attempt 3 of at most 6.",
  );
  assert.equal(again("lost"), "Goes again at 14:01:31: the answer was lost.");
  assert.equal(again("concurrency"), "Goes again at 14:01:31: too much under way at once.");
});

test("a repeat that waits for the gate alone names no instant of its own", () => {
  const sentence = say({ at, what: "retrying", until: at, cause: "rate" });
  assert.equal(sentence, "Tries again: too many requests.");
});

test("a further step of a flow is named, and so is a stop for the person", () => {
  assert.equal(say({ at, what: "sent", attempt: 1 }), "Sent, attempt 1.");
  assert.equal(say({ at, what: "sent", attempt: 2, call: "Preprocess" }), "Preprocess: sent, attempt 2.");
  assert.equal(state("accepted", "asked"), "Waits for your decision.");
});

test("a result that left the disk is told with its size, the bound and the way to raise it", () => {
  assert.match(
    say({ at, what: "left", title: "Audio", bytes: 2_000_000, bound: 1_000_000_000 }),
    /^Audio \(2.MB\) was removed to stay within 1.GB on disk\. The setting headroom\.storage\.maxMegabytes raises/,
  );
});

test("the job's id, the provider's own words and the person's decisions are told apart", () => {
  assert.equal(state("accepted", "job_1"), "The provider took it as job_1.");
  assert.equal(state("accepted", "RENDERING"), "The provider says: RENDERING.");
  assert.equal(state("accepted", "found g7"), "Found at the provider as g7.");
  assert.equal(state("accepted", "watching stopped"), "Watching stopped.");
  assert.equal(state("cancelled", "person"), "Cancelled by you.");
});

test("no state is told by the name that the stores give it", () => {
  const states = ["intent", "waiting", "sent", "accepted", "outcomeUnknown", "done", "failed"] as const;
  for (const name of states) assert.doesNotMatch(state(name), /intent|outcomeUnknown|accepted|waiting/);
});
