// What the built-in profiles must say: the published numbers, sources everywhere, and forms that work at once.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { firstInput } from "../../src/core/profile/input.ts";
import { buildRequest } from "../../src/core/profile/request.ts";
import { validateInput } from "../../src/core/profile/validate.ts";
import { everyAction, everyProfile, profileOf } from "../core/profile/profiles.ts";

const MINUTE = 60_000;
const policies = (id: string) =>
  profileOf(id).policies.map((one) =>
    one.type === "rate"
      ? [one.id, one.scope, one.kind, one.limit, one.quotaWindowMs]
      : [one.id, one.scope, "slots", one.limit, one.limitByPlan],
  );

test("the quota policies hold the published numbers, and no other", () => {
  assert.deepEqual(policies("soundpiece"), [["requests", "account", "unknown", null, null]]);
  assert.deepEqual(policies("sauti"), [
    ["synthesis", "key", "sliding", 10, MINUTE],
    ["polling", "key", "sliding", 60, MINUTE],
    ["default", "key", "sliding", 30, MINUTE],
  ]);
  assert.deepEqual(policies("voicedub"), [
    ["write-minute", "account", "fixed", 500, MINUTE],
    ["write-hour", "account", "fixed", 20_000, 60 * MINUTE],
    ["read", "account", "fixed", 10_000, MINUTE],
    ["global", "account", "fixed", 15_000, MINUTE],
  ]);
  assert.deepEqual(policies("sync"), [
    ["generate", "key", "fixed", 60, MINUTE],
    ["others", "key", "fixed", 600, MINUTE],
    ["slots", "account", "slots", null, { hobbyist: 1, creator: 3, growth: 6, scale: 15, enterprise: null }],
  ]);
  assert.deepEqual(policies("vocabusta"), [["requests", "key", "unknown", null, null]]);
});

test("base addresses and key headers are the published ones", () => {
  assert.deepEqual(
    everyProfile.map((one) => [one.id, one.baseUrl, one.auth.header, one.auth.prefix]),
    [
      ["soundpiece", "https://api.soundpiece.co", "authorization", "Bearer "],
      ["sauti", "https://sauti.finiflowlabs.com", "xi-api-key", ""],
      ["voicedub", "https://api.voicedub.ai", "authorization", "Api-Key "],
      ["sync", "https://api.sync.so", "x-api-key", ""],
      ["vocabusta", "https://api.satryx.ai", "authorization", "Bearer "],
    ],
  );
});

test("header dialects are the published ones", () => {
  assert.deepEqual(
    everyProfile.map((one) => [one.id, one.headers.describes, one.headers.reset?.form ?? null]),
    [
      ["soundpiece", "none", null],
      ["sauti", "ownCategory", "epochSeconds"],
      ["voicedub", "mostRestrictive", "epochSeconds"],
      ["sync", "none", null],
      ["vocabusta", "none", null],
    ],
  );
});

test("only SoundPiece's creates and Sync's generate have an idempotency key", () => {
  const keyed = everyAction.filter(({ action }) => action.idempotency.in !== "none");
  for (const { profile, action } of keyed)
    if (profile.id === "soundpiece")
      assert.deepEqual([action.method, action.idempotency.in], ["PUT", "body"]);
    else
      assert.deepEqual([profile.id, action.path, action.idempotency.in], ["sync", "/v2/generate", "header"]);
  assert.equal(keyed.filter(({ profile }) => profile.id === "soundpiece").length, 8);
});

test("VoiceDub is polled at most every 3 s, with 2 s of jitter", () => {
  const watches = everyAction
    .filter(({ profile }) => profile.id === "voicedub")
    .flatMap(({ action }) => [...action.answers, ...action.steps.flatMap((one) => one.answers)])
    .flatMap(({ watch }) => watch ?? []);
  assert.ok(watches.length >= 3);
  for (const watch of watches)
    assert.deepEqual([watch.intervalMs, watch.jitterMs, watch.minimumIntervalMs], [3000, 2000, 3000]);
});

test("VoiceDub asks before it charges", () => {
  const steps = profileOf("voicedub").actions.find((one) => one.id === "dub")?.steps ?? [];
  assert.deepEqual(
    steps.map((one) => one.name),
    ["upload", "preprocess", "generate"],
  );
  assert.equal(steps[2]?.confirm?.show[0]?.path, "dub.requiredCredits");
});

test("what can be held, is held: SoundPiece 20 s, Sync 10 s", () => {
  const hold = (id: string, action: string) =>
    profileOf(id).actions.find((one) => one.id === action)?.answers[0]?.watch?.longPoll?.holdMs;
  assert.equal(hold("soundpiece", "newSample"), 20_000);
  assert.equal(hold("sync", "generate"), 10_000);
});

test("the wait between tries can exceed a quota window of a minute", () => {
  for (const { retry } of everyProfile) assert.ok(retry.capMs > MINUTE);
});

test("every action's first input can be sent as it is, but for files that the person must choose", () => {
  for (const { profile, action } of everyAction) {
    const files = action.parameters.filter((one) => one.type === "file" && one.required);
    const chosen = files.map((one) => [one.name, `/tmp/sample.${fileEnding(one.accept)}`]);
    const input = { ...firstInput(action), ...Object.fromEntries(chosen) };
    assert.deepEqual(validateInput(action, input), [], `${profile.id} ${action.id}`);
    buildRequest(profile, action, input, { idempotencyKey: "k", origin: null });
  }
});

function fileEnding(accept: readonly string[] | undefined): string {
  if (accept?.[0]?.startsWith(".")) return accept[0].slice(1);
  return accept?.includes("video/*") ? "mp4" : "wav";
}

test("the first action offered creates something", () => {
  for (const profile of everyProfile) assert.equal(profile.actions[0]?.role, "create");
});

test("every statement has a source, a day and its evidence", () => {
  let count = 0;
  const walk = (value: unknown, at: string): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, one] of Object.entries(value)) {
      if (/^(fact|baseFact|plansFact)$/.test(key)) {
        count++;
        const fact = one as Record<string, string>;
        assert.match(fact.source ?? "", /^https:\/\//, at);
        assert.match(fact.readOn ?? "", /^2026-11/, at);
        assert.match(fact.evidence ?? "", /^(published|assumed|inferred)$/, at);
      } else walk(one, `${at}.${key}`);
    }
  };
  for (const profile of everyProfile) walk(profile, profile.id);
  assert.ok(count > 250, `${count} facts`);
});

test("every named fact of a file is used", () => {
  for (const { id, facts } of everyProfile) {
    const url = new URL(`../../src/providers/${id}.json`, import.meta.url);
    const text = readFileSync(url, "utf8");
    for (const name of Object.keys(facts))
      assert.ok(new RegExp(`"(of|fact|baseFact|plansFact)": "${name}"`).test(text), `${id}: ${name}`);
  }
});

test("every meaning and remedy is one or two whole sentences", () => {
  for (const { errors, id } of everyProfile)
    for (const { meaning, remedy, status } of errors.statuses)
      for (const words of [meaning, remedy]) assert.match(words, /^[A-Z].{10,140}\.$/, `${id} ${status}`);
});

test("401 and 429 have a meaning in every profile", () => {
  for (const { errors, id } of everyProfile)
    for (const status of [401, 429])
      assert.ok(
        errors.statuses.some((one) => one.status === status),
        `${id} ${status}`,
      );
});
