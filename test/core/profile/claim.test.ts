// The rules of who shares a count: which policies a request counts in, and whose.
import assert from "node:assert/strict";
import { test } from "node:test";
import { claimFor, matchesGlob, policiesFor, wholeClaim } from "../../../src/core/profile/claim.ts";
import { account, everyAction, profileOf } from "./profiles.ts";

const partitions = (provider: string, method: string, path: string, key = "k1") =>
  claimFor(profileOf(provider), account(provider), key, method, path).parts.map((one) => one.partition);

test("a SAUTI synthesis counts with the key, in its own category alone", () => {
  assert.deepEqual(partitions("sauti", "POST", "/v1/text-to-speech/sauti-swahili-v1"), [
    "sauti/key:k1/synthesis",
  ]);
  assert.deepEqual(partitions("sauti", "POST", "/v1/tts/jobs"), ["sauti/key:k1/synthesis"]);
});

test("a SAUTI job's status and its audio count as polls", () => {
  assert.deepEqual(partitions("sauti", "GET", "/v1/tts/jobs/{job_id}"), ["sauti/key:k1/polling"]);
  assert.deepEqual(partitions("sauti", "GET", "/v1/tts/jobs/j1/audio"), ["sauti/key:k1/polling"]);
});

test("what no other SAUTI category counts is counted by the default one", () => {
  for (const path of ["/v1/voices", "/v1/speech-to-text/", "/v1/voice-agent/converse"])
    assert.deepEqual(partitions("sauti", path === "/v1/voices" ? "GET" : "POST", path), [
      "sauti/key:k1/default",
    ]);
});

test("two SAUTI keys have two counts, two VoiceDub keys share one", () => {
  assert.deepEqual(partitions("sauti", "POST", "/v1/tts/jobs", "k2"), ["sauti/key:k2/synthesis"]);
  assert.deepEqual(
    partitions("voicedub", "POST", "/v1/me/dubs", "k1"),
    partitions("voicedub", "POST", "/v1/me/dubs", "k2"),
  );
});

test("a VoiceDub write counts in minute, hour and global at once, a read in two", () => {
  assert.deepEqual(partitions("voicedub", "POST", "/v1/me/dubs/{dubId}/generate"), [
    "voicedub/account:a1/write-minute",
    "voicedub/account:a1/write-hour",
    "voicedub/account:a1/global",
  ]);
  assert.deepEqual(partitions("voicedub", "GET", "/v1/me"), [
    "voicedub/account:a1/read",
    "voicedub/account:a1/global",
  ]);
});

test("a Sync generation takes a slot, a Sync poll takes none", () => {
  assert.deepEqual(partitions("sync", "POST", "/v2/generate"), [
    "sync/key:k1/generate",
    "sync/account:a1/slots",
  ]);
  assert.deepEqual(partitions("sync", "GET", "/v2/generate/g1"), ["sync/key:k1/others"]);
  assert.deepEqual(partitions("sync", "POST", "/v2/batch"), ["sync/key:k1/others"]);
});

test("SoundPiece submits and polls share one budget of the account", () => {
  assert.deepEqual(
    partitions("soundpiece", "PUT", "/v1/create.new_fx"),
    partitions("soundpiece", "GET", "/v1/create.new_fx", "k2"),
  );
});

test("every action of every profile counts somewhere", () => {
  for (const { profile, action } of everyAction) {
    const claim = claimFor(profile, account(profile.id), "k1", action.method, action.path);
    assert.ok(claim.parts.length > 0, `${profile.id} ${action.id}`);
  }
});

test("the plan sets the slots, and an unknown plan sets none", () => {
  const slots = (planId: string | null) =>
    policiesFor(profileOf("sync"), account("sync", { planId })).find((one) => one.policy.type === "slots")
      ?.policy;
  assert.equal(slots("hobbyist")?.limit, 1);
  assert.equal(slots("creator")?.limit, 3);
  assert.equal(slots("growth")?.limit, 6);
  assert.equal(slots("scale")?.limit, 15);
  assert.deepEqual([slots("enterprise")?.limit, slots("enterprise")?.evidence], [null, "unknown"]);
  assert.deepEqual([slots(null)?.limit, slots(null)?.evidence], [null, "unknown"]);
});

test("an unpublished limit is unknown, a published one is published, an override speaks for itself", () => {
  const of = (provider: string, overrides: Parameters<typeof account>[1] = {}) =>
    policiesFor(profileOf(provider), account(provider, overrides))[0]?.policy;
  assert.deepEqual([of("soundpiece")?.limit, of("soundpiece")?.evidence], [null, "unknown"]);
  assert.equal(of("sauti")?.evidence, "published");
  const override = {
    policyId: "synthesis",
    limit: 5,
    quotaWindowMs: null,
    evidence: "stated",
    setAt: 1,
  } as const;
  const changed = of("sauti", { overrides: [override] });
  assert.deepEqual(
    [changed?.limit, changed?.evidence, changed?.type === "rate" && changed.quotaWindowMs],
    [5, "stated", 60_000],
  );
});

test("the whole claim of an account names every policy once", () => {
  assert.equal(wholeClaim(profileOf("voicedub"), account("voicedub"), "k1").parts.length, 4);
});

test("a star is one segment, two stars are any rest", () => {
  assert.ok(matchesGlob("/v1/a/*", "/v1/a/b"));
  assert.ok(!matchesGlob("/v1/a/*", "/v1/a/b/c"));
  assert.ok(!matchesGlob("/v1/a/*", "/v1/a"));
  assert.ok(matchesGlob("/v1/a/**", "/v1/a/b/c"));
  assert.ok(matchesGlob("/**", "/anything"));
});
