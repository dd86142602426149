// Rules of decoding base64 that comes in pieces: exactly its bytes, whatever the seams and the form.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Base64 } from "../../src/net/base64.ts";

function decode(text: string, piece: number): { readonly bytes: Buffer; readonly broken: boolean } {
  const base64 = new Base64();
  const parts: Buffer[] = [];
  for (let at = 0; at < text.length; at += piece)
    parts.push(Buffer.from(base64.push(text.slice(at, at + piece))));
  parts.push(Buffer.from(base64.end()));
  return { bytes: Buffer.concat(parts), broken: base64.broken };
}

test("base64 of any length and form, in pieces of any length, becomes exactly its bytes", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom("base64", "base64url"),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 1, max: 120 }),
      (bytes, form, lines, prefix, piece) => {
        let text = Buffer.from(bytes).toString(form);
        if (lines) text = text.replace(/(.{76})/g, "$1\r\n");
        if (prefix) text = `data:audio/wav;base64,${text}`;
        assert.deepEqual(decode(text, piece), { bytes: Buffer.from(bytes), broken: false });
      },
    ),
    { numRuns: 300 },
  );
});

test("what is no base64 is told as broken, and so is an end that is cut off", () => {
  for (const text of ["this is <html>", "AAAAA", "data:no comma", "AAAA*AAA", "AA-A/A%A", "data:"])
    for (const piece of [1, 3, 100]) assert.equal(decode(text, piece).broken, true, text);
});

test("what came before the break is kept", () => {
  const whole = Buffer.from("RIFF0000WAVE");
  assert.deepEqual(decode(`${whole.toString("base64")}<`, 16).bytes, whole);
});
