// The rules of reading paths and pointers, also on answers that no server should send.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  readAll,
  readNumber,
  readOne,
  readPointer,
  readText,
  writePointer,
} from "../../../src/core/profile/path.ts";

const answered = (body: unknown, headers: Record<string, string> = {}) => ({ body, headers });

test("a dotted path leads through objects", () => {
  assert.deepEqual(readAll(answered({ dub: { id: "d1" } }), "dub.id"), ["d1"]);
});

test("empty brackets map over a list, and members that lack the value keep their place", () => {
  const body = { song: { outputs: [{ url: "a" }, {}, { url: "c" }] } };
  assert.deepEqual(readAll(answered(body), "song.outputs[].url"), ["a", undefined, "c"]);
});

test("a path may begin at a list", () => {
  assert.deepEqual(readAll(answered([{ id: 1 }, { id: 2 }]), "[].id"), [1, 2]);
});

test("a number in brackets takes one member", () => {
  assert.equal(readOne(answered({ uploadUrls: ["u0", "u1"] }), "uploadUrls[1]"), "u1");
});

test("a star looks into the only member of an object", () => {
  assert.equal(readOne(answered({ fx: { id: "op_1" } }), "*.id"), "op_1");
});

test("a header is read by its name in any case, and further into its JSON", () => {
  const given = answered(null, { "x-vox-metadata": '{"duration_seconds":1.5}' });
  assert.equal(readOne(given, "header:X-Vox-Metadata"), '{"duration_seconds":1.5}');
  assert.equal(readNumber(given, "header:x-vox-metadata.duration_seconds"), 1.5);
});

test("tail takes what follows the last slash of an address", () => {
  const type = "https://sauti.finiflowlabs.com/errors/rate_limit_exceeded";
  assert.equal(readText(answered({ type }), "type|tail"), "rate_limit_exceeded");
});

test("a property that is only inherited is not there", () => {
  assert.equal(readOne(answered({}), "constructor"), undefined);
  assert.equal(readOne(answered({}), "__proto__.toString"), undefined);
});

test("null counts as nothing", () => {
  assert.equal(readOne(answered({ a: null }), "a"), undefined);
  assert.equal(readText(answered({ a: "" }), "a"), null);
});

const anyPath = fc.oneof(
  fc.string(),
  fc
    .array(fc.constantFrom("a", "b", "[]", "a[]", "a[0]", "*", "__proto__", ""), { maxLength: 6 })
    .map((parts) => parts.join(".")),
  fc.string().map((name) => `header:${name}`),
  fc.string().map((name) => `${name}|tail`),
);

test("reading never throws, whatever the path and the answer", () => {
  fc.assert(
    fc.property(fc.jsonValue(), anyPath, (body, path) => {
      const given = answered(body, { a: "{", b: "1" });
      assert.ok(Array.isArray(readAll(given, path)));
      readText(given, path);
      readNumber(given, path);
    }),
  );
});

test("what is found under a chain of plain names is what stands there", () => {
  const name = fc.stringMatching(/^[a-z_]{1,5}$/);
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), fc.jsonValue(), (names, value) => {
      const body = names.reduceRight<unknown>((inner, one) => Object.fromEntries([[one, inner]]), value);
      assert.deepEqual(readAll(answered(body), names.join(".")), [value]);
    }),
  );
});

test("what was written at a pointer is read there", () => {
  const key = fc.oneof(fc.string(), fc.nat(30).map(String), fc.constant("__proto__"));
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), fc.jsonValue(), (keys, value) => {
      const pointer = keys.map((one) => `/${one.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
      assert.deepEqual(readPointer(writePointer({}, pointer, value), pointer), value);
      assert.equal(Object.hasOwn(Object.prototype, keys[0] ?? ""), keys[0] === "__proto__" || keys[0]! in {});
    }),
  );
});

test("two pointers share their parents, and a number makes a list", () => {
  let body: unknown = {};
  body = writePointer(body, "/input/0/type", "video");
  body = writePointer(body, "/input/1/type", "audio");
  body = writePointer(body, "/input/0/url", "https://a");
  assert.deepEqual(body, { input: [{ type: "video", url: "https://a" }, { type: "audio" }] });
});

test("writing leaves the original as it was", () => {
  const before = { a: { b: 1 } };
  writePointer(before, "/a/b", 2);
  assert.deepEqual(before, { a: { b: 1 } });
});

test("a huge number in a pointer makes no huge list", () => {
  assert.deepEqual(writePointer({}, "/a/4000000000", 1), { a: { "4000000000": 1 } });
});
