// The rules of bindings: where the parameters of a poll, a step or a download come from.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type BindSources, readBinding, resolveBindings } from "../../../src/core/profile/bind.ts";

const sources: BindSources = {
  jobId: "j1",
  jobIds: ["j1", "j2"],
  answers: { start: { dub: { id: "d1" } }, last: { dub: { id: "d2", list: [1, 2] } } },
  input: { text: "Habari", "a.b": 1 },
  edited: { segments: [{ id: 0 }] },
};

test("each expression has one meaning", () => {
  assert.equal(readBinding("job.id", sources), "j1");
  assert.equal(readBinding("job.ids", sources), "j1,j2");
  assert.equal(readBinding("answer.dub.id", sources), "d2");
  assert.equal(readBinding("answer.start.dub.id", sources), "d1");
  assert.deepEqual(readBinding("answer.last", sources), { dub: { id: "d2", list: [1, 2] } });
  assert.equal(readBinding("input.text", sources), "Habari");
  assert.equal(readBinding("input.a.b", sources), 1);
  assert.deepEqual(readBinding("edited.segments", sources), [{ id: 0 }]);
  assert.equal(readBinding("=true", sources), "true");
  assert.equal(readBinding("=", sources), "");
});

test("what has no value is left out", () => {
  const bound = resolveBindings(
    { a: "job.id", b: "input.voice", c: "answer.nothing", d: "job.id" },
    { ...sources, jobId: null },
  );
  assert.deepEqual(bound, {});
});

test("an expression reaches nothing inherited, and none throws", () => {
  assert.equal(readBinding("input.constructor", sources), undefined);
  fc.assert(
    fc.property(fc.string(), fc.constantFrom("", "job.", "answer.", "input.", "edited."), (text, head) => {
      readBinding(head + text, sources);
    }),
  );
});
