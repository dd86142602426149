// The rules of understanding errors: code, detail, meaning, way out, kind of refusal.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readError } from "../../../src/core/profile/failure.ts";
import { diagnose } from "../../../src/core/quota/diagnosis.ts";
import { everyProfile, profileOf } from "./profiles.ts";

/** The kind of a refusal by a profile's rules, with no count of our own to look at. */
function kindOf(provider: string, status: number, body: unknown): string | null {
  const { refusals: rules, headers: dialect } = profileOf(provider);
  const head = { status, headers: {}, sentAt: 0, gotAt: 10, quick: true };
  return diagnose({ head, body, rules, dialect, meters: [] })?.kind ?? null;
}

const read = (provider: string, status: number, body: unknown) =>
  readError(profileOf(provider), status, {}, body);

test("SAUTI's code is the end of the problem's type", () => {
  const body = {
    type: "https://sauti.finiflowlabs.com/errors/unprocessable_content",
    title: "Unprocessable",
    status: 422,
    detail: "Text is too long.",
  };
  const error = read("sauti", 422, body);
  assert.deepEqual(
    [error.code, error.detail, error.retry],
    ["unprocessable_content", "Text is too long.", "never"],
  );
});

test("a detail may be a text or a list of findings", () => {
  assert.equal(read("soundpiece", 401, { detail: "Missing key" }).detail, "Missing key");
  const body = { detail: [{ loc: ["body", "prompt"], msg: "Field required" }, { msg: "Too short" }] };
  assert.equal(read("soundpiece", 422, body).detail, "Field required; Too short");
});

test("a message may be a list of texts", () => {
  assert.equal(read("sync", 400, { statusCode: 400, message: ["a", "b"] }).detail, "a; b");
});

test("a rule for status and code comes before the one for the status", () => {
  assert.match(read("voicedub", 403, { code: "not_enough_credits" }).meaning, /credits/);
  assert.doesNotMatch(read("voicedub", 403, { code: "other" }).meaning, /credits for this dub/);
  assert.match(read("voicedub", 400, { code: "voice_not_found" }).meaning, /voice/);
});

test("a status that no page lists still has a meaning and a way out", () => {
  for (const profile of everyProfile)
    for (const status of [418, 451, 507]) {
      const { meaning, remedy } = readError(profile, status, {}, null);
      assert.match(meaning, new RegExp(`${profile.name}.*${status}`));
      assert.match(remedy, /\.$/);
    }
});

test("every error that a page lists links to the provider's own page, missing credit to the one on billing", () => {
  assert.match(read("voicedub", 403, { code: "not_enough_credits" }).link ?? "", /\/guides\/billing$/);
  for (const profile of everyProfile)
    for (const { status, code } of profile.errors.statuses) {
      const body = code === undefined ? null : { code, errorCode: code, type: `/${code}` };
      assert.match(readError(profile, status, {}, body).link ?? "", /^https:\/\//, `${profile.id} ${status}`);
    }
  assert.equal(read("sauti", 418, null).link, null);
});

test("a text answer is its own detail, a page is not", () => {
  assert.equal(read("sauti", 500, "upstream timed out").detail, "upstream timed out");
  assert.equal(read("sauti", 500, "<html>").detail, null);
});

test("a detail is never longer than 500 characters", () => {
  assert.equal(read("soundpiece", 400, { detail: "x".repeat(9000) }).detail?.length, 500);
});

test("Sync's two refusals are told apart by errorCode, and no rule explains a bare 429", () => {
  const kind = (body: unknown) => kindOf("sync", 429, body);
  assert.equal(kind({ errorCode: "concurrency_limit_reached" }), "concurrency");
  assert.equal(kind({ errorCode: "rate_limit_exceeded" }), "rate");
  const rules = profileOf("sync").refusals.filter((one) => one.status === 429);
  assert.ok(rules.every((one) => one.path !== undefined));
});

test("missing credit is a refusal of its own kind, another 403 is none", () => {
  assert.equal(kindOf("soundpiece", 402, {}), "credit");
  assert.equal(kindOf("voicedub", 403, { code: "not_enough_credits" }), "credit");
  assert.equal(kindOf("voicedub", 403, { code: "forbidden" }), null);
  assert.equal(kindOf("vocabusta", 403, { detail: "not active" }), null);
});

test("the other four have one kind of 429: the request rate", () => {
  for (const id of ["soundpiece", "sauti", "voicedub", "vocabusta"])
    assert.equal(kindOf(id, 429, null), "rate");
});

test("reading an error never throws", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...everyProfile),
      fc.integer({ min: 400, max: 599 }),
      fc.oneof(
        fc.jsonValue(),
        fc.record({ detail: fc.jsonValue(), message: fc.jsonValue(), type: fc.jsonValue() }),
      ),
      (profile, status, body) => {
        const error = readError(profile, status, {}, body);
        assert.ok(error.meaning.endsWith(".") && error.remedy.endsWith("."));
        assert.ok(error.detail === null || error.detail.length <= 500);
      },
    ),
    { numRuns: 500 },
  );
});
