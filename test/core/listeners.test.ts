// Calling listeners: one that throws harms nobody else, and what it throws is reported.
import assert from "node:assert/strict";
import { test } from "node:test";
import { tellEach } from "../../src/core/listeners.ts";

test("a listener that throws keeps no other from hearing, nor the teller from going on, and its error is reported", (context) => {
  const later: (() => void)[] = [];
  context.mock.method(globalThis, "queueMicrotask", (run: () => void) => later.push(run));
  const heard: string[] = [];
  const broken = () => {
    throw new Error("broken");
  };
  tellEach(
    [(what: string) => heard.push(`a ${what}`), broken, (what: string) => heard.push(`b ${what}`)],
    "news",
  );
  assert.deepEqual(heard, ["a news", "b news"]);
  assert.equal(later.length, 1);
  assert.throws(later[0]!, /broken/);
});

test("those are told that listen when it begins, whoever comes or goes meanwhile", () => {
  const heard: string[] = [];
  const all = new Set<() => void>();
  const second = () => heard.push("second");
  all.add(() => {
    all.delete(second);
    all.add(() => heard.push("third"));
    heard.push("first");
  });
  all.add(second);
  tellEach(all);
  assert.deepEqual(heard, ["first", "second"]);
});
