// Rows that a person edits: read by the names that the profile gives, texts put back, everything else left as it was.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MOST_ROWS, readRows, withTexts } from "../../../src/core/profile/rows.ts";

const spec = {
  id: "id",
  text: "text",
  speaker: "speaker",
  start: "start",
  end: "end",
  unit: "s",
  fact: { source: "a test", readOn: "2026-11", evidence: "assumed" },
} as const;

const given = [
  { id: 0, start: 0, end: 2.45, text: "Good morning.", speaker: "SPEAKER_00", words: [{ w: "Good" }] },
  { id: 1, start: 2.5, end: 4, text: "Listen.", speaker: "SPEAKER_01", confidence: 0.91 },
];

test("a row is what the named members say, its times in milliseconds", () => {
  assert.deepEqual(readRows(given, spec, null), [
    { speaker: "SPEAKER_00", startMs: 0, endMs: 2450, source: null, text: "Good morning." },
    { speaker: "SPEAKER_01", startMs: 2500, endMs: 4000, source: null, text: "Listen." },
  ]);
  assert.equal(readRows([{ text: "a", start: 7 }], { ...spec, unit: "ms" }, null)?.[0]?.startMs, 7);
});

test("what the data do not say is null, whatever stands in its place", () => {
  for (const bad of [undefined, null, "4", Number.NaN, {}, []])
    assert.deepEqual(readRows([{ text: "", start: bad, end: bad, speaker: {} }], spec, bad), [
      { speaker: null, startMs: null, endMs: null, source: null, text: "" },
    ]);
});

test("data that do not look like rows are none", () => {
  const long = Array.from({ length: MOST_ROWS + 1 }, () => ({ text: "a" }));
  for (const bad of [
    null,
    "text",
    {},
    [],
    ["a"],
    [null],
    [[{ text: "a" }]],
    [{ text: 7 }],
    [{ text: "a" }, {}],
    long,
  ])
    assert.equal(readRows(bad, spec, null), null);
  assert.equal(readRows([Object.create({ text: "inherited" })], spec, null), null);
});

test("the words before are found by id, also in another order; by position where ids do not tell rows apart", () => {
  const before = [
    { id: 1, text: "b" },
    { id: 0, text: "a" },
  ];
  const sources = (rows: unknown, old: unknown) => readRows(rows, spec, old)?.map(({ source }) => source);
  assert.deepEqual(sources(given, before), ["a", "b"]);
  assert.deepEqual(sources(given, [{ id: 7, text: "x" }, ...before]), ["a", "b"]);
  assert.deepEqual(sources(given, [{ id: 1, text: "b" }]), [null, "b"]);
  assert.deepEqual(sources([{ text: "1" }, { text: "2" }], [{ text: "a" }, { text: "b" }]), ["a", "b"]);
  assert.deepEqual(
    sources(
      [
        { id: 0, text: "1" },
        { id: 0, text: "2" },
      ],
      before,
    ),
    ["b", "a"],
  );
  assert.deepEqual(sources([{ text: "1" }], [{ text: "a" }, { text: "b" }]), [null]);
});

test("putting texts back changes the texts alone, member order and all", () => {
  const texts = ["Habari.", "Sikiliza."];
  const expected = given.map((row, at) => ({ ...row, text: texts[at] }));
  assert.equal(JSON.stringify(withTexts(given, spec, texts)), JSON.stringify(expected));
  assert.equal(withTexts(given, spec, ["one"]), given);
  assert.equal(withTexts("no rows", spec, ["one"]), "no rows");
});

test("for any answer: reading never throws, and the texts as read put back give the same value", () => {
  const row = fc.record({ text: fc.string() }, { requiredKeys: [], noNullPrototype: true });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.array(row)), (value) => {
      const rows = readRows(value, spec, value);
      if (rows === null) return;
      const back = withTexts(
        value,
        spec,
        rows.map(({ text }) => text),
      );
      assert.deepEqual(back, value);
      assert.deepEqual(
        rows.map(({ source }) => typeof source),
        rows.map(() => "string"),
      );
    }),
    { numRuns: 500 },
  );
});
