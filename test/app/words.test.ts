// Sentences about quota: each names the number, the instant, the cause.

import assert from "node:assert/strict";
import { test } from "node:test";
import { forecastSentence, limitSentence, meterSentence } from "../../src/app/sentences.ts";
import type { Meter, Wait } from "../../src/core/quota/model.ts";
import { voice } from "../harness/voice.ts";
import { at, now, slots, synthesis } from "./policies.ts";

const wait: Wait = {
  partition: "sauti/key:k/synthesis",
  policyId: "synthesis",
  cause: "rate",
  until: at(40),
  evidence: "stated",
  left: 0,
  limit: 10,
};
const meter: Meter = {
  partition: "sauti/key:k/synthesis",
  accountId: "a",
  policyId: "synthesis",
  title: "Synthesis",
  noun: "syntheses",
  type: "rate",
  kind: "sliding",
  limit: 10,
  used: 3,
  left: 7,
  inFlight: 0,
  foreign: 0,
  quotaWindowMs: 60_000,
  nextAt: at(20),
  fullAt: at(40),
  leavesAt: [],
  closedUntil: null,
  evidence: "stated",
  evidenceAt: at(-8),
};

test("a limit that nobody published is called unknown, not zero", () => {
  assert.equal(
    limitSentence(voice, "SoundPiece", { ...synthesis, limit: null, noun: "requests" }),
    "SoundPiece does not say how many requests it allows.",
  );
  const sentence = meterSentence(voice, { ...meter, limit: null, left: null, evidence: "unknown" }, now);
  assert.match(sentence, /^3 syntheses sent within 60\u00a0s; .*limit unknown, counted here$/);
});

test("a limit that the person set is theirs and not the provider's", () => {
  const own = { ...synthesis, limit: 3, evidence: "counted" as const };
  assert.equal(limitSentence(voice, "SAUTI", own), "Your own limit allows 3 syntheses in any 60\u00a0s.");
  const sentence = meterSentence(voice, { ...meter, limit: 3, left: 0, own: true }, now);
  assert.match(sentence, /^0 of 3 syntheses left; .*; your own limit, counted here$/);
});

test("a meter says what is left, when it comes back, and who says so", () => {
  assert.equal(
    meterSentence(voice, meter, now),
    "7 of 10 syntheses left; next at 14:01:50; all at 14:02:10; stated by the server at 14:01:22",
  );
});

test("more than allowed is shown as more than allowed", () => {
  assert.match(
    meterSentence(voice, { ...meter, used: 12, left: 0 }, now),
    /^12 of 10 syntheses used, more than allowed/,
  );
});

test("a forecast says when it goes and why then", () => {
  const about = {
    now,
    firstAt: now,
    lastAt: null,
    wait: null,
    policy: null,
    calls: 1,
    noun: "syntheses",
    typicalMs: null,
  };
  assert.equal(forecastSentence(voice, about), "Goes now.");
  assert.equal(
    forecastSentence(voice, { ...about, wait: { ...wait, cause: "ahead" } }),
    "Goes after the requests that wait already.",
  );
  assert.equal(
    forecastSentence(voice, { ...about, firstAt: at(40), policy: { ...synthesis, kind: "fixed" } }),
    "Goes at 14:02:10, when “Synthesis” resets.",
  );
  const learning = { ...about, firstAt: at(40), wait: { ...wait, cause: "learning" as const } };
  assert.equal(
    forecastSentence(voice, { ...learning, policy: { ...synthesis, limit: null } }),
    "Goes at about 14:02:10: one request at a time until the limit of “Synthesis” is known. The limit is not published; Headroom learns it.",
  );
  assert.equal(
    forecastSentence(voice, { ...learning, policy: synthesis }),
    "Goes at about 14:02:10, after the one that goes ahead to see what is left of “Synthesis”.",
  );
  assert.equal(
    forecastSentence(voice, {
      ...about,
      firstAt: at(40),
      wait: { ...wait, cause: "refused" },
      policy: synthesis,
    }),
    "Goes at 14:02:10, when “Synthesis” opens again after a refusal.",
  );
  assert.equal(
    forecastSentence(voice, { ...about, firstAt: null, wait: { ...wait, cause: "slots" }, policy: slots }),
    "Goes when one of the running generations ends.",
  );
  assert.equal(forecastSentence(voice, { ...about, calls: 3, noun: "writes" }), "Goes now. Needs 3 writes.");
});
