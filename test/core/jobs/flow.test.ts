// The order of a flow's steps and of a job's states.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  answerAt,
  asksBefore,
  FIRST,
  isOver,
  mayFollow,
  nextPosition,
  placeOf,
  watchAt,
} from "../../../src/core/jobs/flow.ts";
import { FOLLOWS, TERMINAL } from "../../../src/core/jobs/model.ts";
import type { Action } from "../../../src/core/profile/schema.ts";
import { loadProfiles } from "../../../src/providers/registry.ts";

const profiles = await loadProfiles();
const action = (provider: string, id: string): Action => {
  const found = profiles.get(provider)?.actions.find((one) => one.id === id);
  assert.ok(found);
  return found;
};
const dub = action("voicedub", "dub");

test("the upload of a dub is left out where a link was given", () => {
  assert.equal(nextPosition(dub, FIRST, { link: "https://example.com/a.wav" }), 1);
  assert.equal(nextPosition(dub, FIRST, { file: "/tmp/a.wav" }), 0);
});

test("an upload without a file is left out", () => {
  assert.equal(nextPosition(dub, FIRST, {}), 1);
});

test("after the last step nothing follows", () => {
  assert.equal(nextPosition(dub, dub.steps.length - 1, {}), null);
  assert.equal(nextPosition(action("sauti", "speak"), FIRST, {}), null);
});

test("a step that is charged asks before it is sent", () => {
  assert.deepEqual(dub.steps.map(asksBefore), [null, null, "confirm"]);
});

test("a card counts the steps that will be taken, from one", () => {
  assert.deepEqual(placeOf(dub, FIRST, { link: "x" }), { index: 1, of: 3 });
  assert.deepEqual(placeOf(dub, 2, { link: "x" }), { index: 3, of: 3 });
  assert.deepEqual(placeOf(dub, 2, { file: "x" }), { index: 4, of: 4 });
});

test("the answer that fitted tells how its job is polled", () => {
  const speak = action("sauti", "speak");
  assert.equal(watchAt(speak, { step: FIRST, answerIndex: 0 }), null);
  assert.notEqual(watchAt(speak, { step: FIRST, answerIndex: 1 }), null);
  assert.notEqual(answerAt(speak, { step: FIRST })?.watch, undefined);
});

test("a terminal state stands, and every other may end", () => {
  for (const [from, to] of Object.entries(FOLLOWS)) {
    const state = from as keyof typeof FOLLOWS;
    assert.equal(isOver({ state }), TERMINAL.has(state));
    assert.equal(to.length === 0, TERMINAL.has(state));
    assert.ok(mayFollow(state, state));
  }
  assert.ok(!mayFollow("succeeded", "running"));
});
