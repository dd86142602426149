// A provider's words, fit to stand in a sentence.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { said } from "../../../src/core/profile/said.ts";
import { hostileText } from "../../../src/simulator/hostile.ts";

test("words without marks stay as they are, in every language", () => {
  for (const text of ["Habari za asubuhi", "שלום עולם", "مرحبا بالعالم", "नमस्ते", "👩‍🚀 <b>&amp;"])
    assert.equal(said(text), text);
});

test("controls, line ends and direction marks become a blank", () => {
  assert.equal(said("a\r\nb\u0000c\u202egnp.exe\u2069\u001b[31md"), "a b c gnp.exe [31md");
});

test("nothing is longer than asked for, and nothing unseen is left", () => {
  assert.equal(said("x".repeat(600)).length, 500);
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.constant(hostileText)),
      fc.nat(300),
      (text, most) => {
        const words = said(text, most + 1);
        assert.ok(words.length <= most + 1);
        assert.doesNotMatch(words, /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u);
      },
    ),
    { numRuns: 1_000 },
  );
});
