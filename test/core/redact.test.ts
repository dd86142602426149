// Rules of taking secrets out: whatever way a known key is written, it does not come through.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { makeRedactor, REDACTED } from "../../src/core/redact.ts";

const key = "spk_A+b/9 c=xyz123";
const { text, headers, url } = makeRedactor([key, "abc"]);

test("a known key is taken out in plain, JSON, URL-encoded and base64 form", () => {
  const forms = [
    key,
    JSON.stringify({ key }),
    encodeURIComponent(key),
    encodeURIComponent(key).toLowerCase(),
    new URLSearchParams({ key }).toString().replaceAll("+", "%20"),
    Buffer.from(key).toString("base64"),
    Buffer.from(`user:${key}`).toString("base64"),
    Buffer.from(`me:${key}:more`).toString("base64"),
    Buffer.from(`x${key}`).toString("base64url"),
  ];
  for (const form of forms) assert.match(text(`before ${form} after`), new RegExp(REDACTED), form);
  assert.doesNotMatch(forms.map(text).join("\n"), /xyz123|spk_A/i);
});

test("what is too short to be a key stays, or every text would be garbled", () => {
  assert.equal(text("abc is the alphabet"), "abc is the alphabet");
});

test("secret headers are emptied by name, the others are searched", () => {
  assert.deepEqual(headers({ Authorization: "Basic xyz", "X-Echo": `saw ${key}`, "Retry-After": "17" }), {
    Authorization: REDACTED,
    "X-Echo": `saw ${REDACTED}`,
    "Retry-After": "17",
  });
  for (const name of ["xi-api-key", "x-api-key", "Cookie", "proxy-authorization", "Sync-Signature"])
    assert.equal(headers({ [name]: "v" })[name], REDACTED, name);
  assert.equal(headers({ "idempotency-key": "8e03" })["idempotency-key"], "8e03");
});

test("an address loses its password and its signing parameters and keeps the rest", () => {
  assert.equal(
    url("https://me:pw@x.test/a?id=7&X-Amz-Signature=abcdef&token=t#end"),
    `https://${REDACTED}@x.test/a?id=7&X-Amz-Signature=${REDACTED}&token=${REDACTED}#end`,
  );
});

test("no key comes through in base64, whatever stands before and after it", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 12, maxLength: 60, unit: "binary-ascii" }),
      fc.string({ maxLength: 9, unit: "binary-ascii" }),
      fc.string({ maxLength: 9, unit: "binary-ascii" }),
      (secret, before, after) => {
        const encoded = Buffer.from(before + secret + after).toString("base64");
        const left = Buffer.from(makeRedactor([secret]).text(encoded).split(REDACTED)[0] ?? "", "base64");
        assert.ok(makeRedactor([secret]).text(encoded).includes(REDACTED));
        assert.ok(!left.includes(secret));
      },
    ),
    { numRuns: 500 },
  );
});

test("without secrets everything else stays as it is", () => {
  assert.equal(makeRedactor([]).text("anything"), "anything");
});
