// The rules of telling what is wrong with a form: one clear sentence for a field.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { firstInput } from "../../../src/core/profile/input.ts";
import { validateInput } from "../../../src/core/profile/validate.ts";
import { actionOf, everyAction } from "./profiles.ts";

const said = (provider: string, action: string, change: Record<string, unknown>) =>
  validateInput(actionOf(provider, action), { ...firstInput(actionOf(provider, action)), ...change }).map(
    (one) => `${one.field}: ${one.sentence}`,
  );

test("a text that is too long is told its length", () => {
  assert.deepEqual(said("sauti", "speak", { text: "x".repeat(5120) }), [
    "text: Text may have at most 5,000 characters; this one has 5,120.",
  ]);
});

test("a character outside the basic plane counts once", () => {
  assert.deepEqual(said("sauti", "speak", { text: "🎧".repeat(5000) }), []);
});

test("an empty or blank text is missing", () => {
  assert.deepEqual(said("sauti", "speak", { text: "" }), ["text: Text is empty; it is needed."]);
  assert.deepEqual(said("sauti", "speak", { text: "  \n" }), ["text: Text is blank; it is needed."]);
});

test("a number outside its range is told the range", () => {
  assert.deepEqual(said("voicedub", "dub", { pitchShift: "30" }), [
    "pitchShift: Pitch shift must be from -24 to 24 semitones; this is 30.",
  ]);
});

test("a length of time that SoundPiece cannot make is told at its field, and one that no page bounds is left to the server", () => {
  assert.deepEqual(said("soundpiece", "newFx", { duration: "45" }), [
    "duration: Duration must be from 0.5 to 30 s; this is 45.",
  ]);
  assert.deepEqual(said("soundpiece", "newSample", { duration: "0" }), [
    "duration: Duration must be more than 0 s; this is 0.",
  ]);
  assert.deepEqual(said("soundpiece", "autoCutDown", { target_duration: "-1" }), [
    "target_duration: Target duration must be more than 0 s; this is -1.",
  ]);
  assert.deepEqual(said("soundpiece", "newSample", { duration: "600" }), []);
});

test("a whole number must be one", () => {
  assert.deepEqual(said("voicedub", "dub", { pitchShift: "1.5" }), [
    "pitchShift: Pitch shift must be a whole number.",
  ]);
  assert.deepEqual(said("voicedub", "dub", { pitchShift: "0x" }), [
    "pitchShift: Pitch shift must be a whole number.",
  ]);
});

test("a choice must be one of those offered", () => {
  assert.deepEqual(said("vocabusta", "translate", { target_language: "pcm" }), [
    "target_language: Target language must be English, Yoruba, Igbo, Hausa, Swahili or Zulu.",
  ]);
});

test("a pattern is explained by an example", () => {
  assert.deepEqual(said("soundpiece", "operation", { id: "7" }), [
    "id: Operation does not have the right form; it looks like op_01hzy3v8k2m4n6p8q0r2s4t6v8.",
  ]);
});

test("JSON in a field must be JSON", () => {
  assert.deepEqual(said("vocabusta", "translate", { segments: "[{" }), [
    "segments: Segments is not valid JSON.",
  ]);
});

test("of a group exactly one is given", () => {
  assert.deepEqual(said("voicedub", "dub", { link: "" }), ["link: Give Link or File."]);
  assert.deepEqual(said("voicedub", "dub", { file: "/a.wav" }), ["file: Give only one: Link or File."]);
});

test("a file that is missing, empty, too large or of another kind is told so", () => {
  const file = { path: "/a.wav", name: "a.wav", bytes: 100 };
  assert.deepEqual(said("sauti", "transcribe", {}), ["audio: Audio is missing; choose a file."]);
  assert.deepEqual(said("sauti", "transcribe", { audio: file }), []);
  assert.deepEqual(said("sauti", "transcribe", { audio: { ...file, bytes: 0 } }), [
    "audio: Audio is an empty file; choose another one.",
  ]);
  assert.deepEqual(said("sauti", "transcribe", { audio: { ...file, bytes: 30 * 1024 * 1024 } }), [
    "audio: Audio may have at most 25 MB; this file has 30 MB.",
  ]);
  assert.deepEqual(said("sauti", "transcribe", { audio: { ...file, name: "a.txt" } }), [
    "audio: Audio must be audio; this file is a.txt.",
  ]);
});

test("validation never throws and names only fields of the action", () => {
  fc.assert(
    fc.property(fc.constantFrom(...everyAction), fc.jsonValue(), ({ action }, value) => {
      const input = Object.fromEntries(action.parameters.map((one) => [one.name, value]));
      for (const { field, sentence } of validateInput(action, input)) {
        assert.ok(action.parameters.some((one) => one.name === field));
        assert.match(sentence, /^[A-Z].*\.$/s);
      }
    }),
  );
});
