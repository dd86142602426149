// What can be done about a lost answer, for each call of each provider: the table in ARCHITECTURE.md, held.
import assert from "node:assert/strict";
import { test } from "node:test";
import { repeatOf } from "../../src/app/calls.ts";
import { resendable } from "../../src/app/card-actions.ts";
import { checkFor } from "../../src/app/check.ts";
import { calledAt } from "../../src/app/context.ts";
import { FIRST } from "../../src/core/jobs/flow.ts";
import type { Job } from "../../src/core/jobs/model.ts";
import type { Account } from "../../src/core/profile/account.ts";
import type { Action, Profile } from "../../src/core/profile/schema.ts";
import { profiles } from "./fakes.ts";

/** A job at one step of an action, whose earlier calls were answered. */
function standing(profile: Profile, action: Action, step: number) {
  const account: Account = {
    id: "a",
    providerId: profile.id,
    name: "",
    simulated: true,
    planId: null,
    keys: [],
    overrides: [],
  };
  const common = { providerId: profile.id, accountId: "a", keyId: "k", actionId: action.id };
  const start = { dub: { id: "d1" }, voice: { id: "v1" } };
  const job: Job = {
    ...common,
    id: "x",
    exchangeId: "x",
    step,
    remoteId: null,
    state: "running",
    word: null,
    progress: null,
    createdAt: 0,
    endedAt: null,
    polls: 0,
    nextPollAt: null,
    answers: { start, last: start },
    input: {},
    asks: null,
    watched: true,
    error: null,
    stage: "sent",
    stepKey: "key",
  };
  return { place: { profile, account, keyId: "k" }, action, job };
}

/** Sent again under its key; asked by the id of the thing it works on; free, so the person may resend; given up. */
function wayOf(profile: Profile, action: Action, step: number): string | null {
  const at = standing(profile, action, step);
  const called = calledAt(at);
  if (called === null) return null;
  const way =
    repeatOf(called, "key") === "sameKey"
      ? "same key"
      : checkFor(at)?.kind === "status"
        ? "asked by id"
        : resendable(at.place, action, at.job, at.job.createdAt)
          ? "free"
          : "given up";
  return `${called.id}: ${way}`;
}

function waysOf(providerId: string): string[] {
  const profile = profiles.get(providerId);
  assert.ok(profile);
  const creates = profile.actions.filter((one) => one.role === "create");
  const ways = creates.flatMap((action) =>
    [FIRST, ...action.steps.keys()].flatMap((step) => wayOf(profile, action, step) ?? []),
  );
  return [...new Set(ways)];
}

test("SoundPiece's creates are all sent again under their key", () => {
  assert.deepEqual(
    waysOf("soundpiece").filter((one) => !one.endsWith(": same key")),
    [],
  );
});

test("Sync's generations are sent again under their key, its batches and speech are given up", () => {
  assert.deepEqual(waysOf("sync"), [
    "generate: same key",
    "generateText: same key",
    "generateFiles: same key",
    "createBatch: given up",
    "speak: given up",
  ]);
});

test("VoiceDub's steps are asked by their dub's id, its creates are free", () => {
  assert.deepEqual(waysOf("voicedub"), [
    "dub: free",
    "preprocess: asked by id",
    "generate: asked by id",
    "trainVoice: free",
    "cloneVoice: asked by id",
  ]);
});

test("SAUTI and VocaBusta have no contract for a lost answer", () => {
  for (const provider of ["sauti", "vocabusta"])
    assert.deepEqual(
      waysOf(provider).filter((one) => !one.endsWith(": given up")),
      [],
    );
});
