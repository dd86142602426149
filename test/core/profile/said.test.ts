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

test("what joins letters or parts of a sign stays", () => {
  for (const text of ["می\u200cخواهم", "क्\u200dष", "👩\u200d🚀", "❤\ufe0f", "1\ufe0f\u20e3", "☎\ufe0e"])
    assert.equal(said(text), text);
});

test("controls and the ends of lines become a blank, what is drawn as nothing goes", () => {
  assert.equal(said("a\r\nb\u0000c\u2028d\u001b[31me"), "a b c d [31me");
  assert.equal(said("fa\u202egnp.exe\u2069 \u200e\u200f\u061cb\u200bc\ufeffd\u00ade"), "fagnp.exe bcde");
  assert.equal(said(`a${String.fromCodePoint(0xe0041, 0xe007f)}b\u115f\u3164c\u2060d\ufff9e`), "abcde");
  assert.equal(said("pay\u200dpal \u200dx\u200d\u200d y\ufe0f é\u200d"), "paypal x y é");
});

test("what is cut off leaves no half sign behind", () => {
  assert.equal(said("ab🚀🚀", 4), "ab…");
  assert.equal(said("a\ud83d b"), "a\ufffd b");
});

test("nothing is longer than asked for, nothing unseen is left, and saying it again changes nothing", () => {
  assert.equal(said("x".repeat(600)).length, 500);
  const unseen = fc.constantFrom(
    ..."\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202e\u2066\ufe0f\ufeff\ufff9ab é🚀(]",
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: unseen }), fc.constant(hostileText)),
      fc.nat(300),
      (text, most) => {
        const words = said(text, most + 1);
        assert.ok(words.length <= most + 1);
        assert.ok(words.isWellFormed());
        const shown = words.replace(
          /(?<=[\d#*\P{ASCII}])[\ufe00-\ufe0f]|(?<=\P{ASCII})(?:\u200c|\u200d)(?=\P{ASCII})/gu,
          "",
        );
        assert.doesNotMatch(shown, /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|\]\(/u);
        assert.equal(said(words, most + 1), words);
      },
    ),
    { numRuns: 2_000 },
  );
});
