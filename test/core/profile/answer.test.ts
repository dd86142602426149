// The rules of understanding answers: jobs, states, results; also of answers that no server should send.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readAnswer, readJob, readResults, stateOf } from "../../../src/core/profile/answer.ts";
import type { Watch } from "../../../src/core/profile/schema.ts";
import { actionOf, everyAction } from "./profiles.ts";

const NOW = 1_800_000_000_000;
const given = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  body,
  headers,
});

function watchOf(provider: string, action: string, step?: string): Watch {
  const found = actionOf(provider, action);
  const answers = step === undefined ? found.answers : found.steps.find((one) => one.name === step)?.answers;
  const watch = answers?.find((one) => one.watch !== undefined)?.watch;
  assert.ok(watch);
  return watch;
}

test("a SAUTI synthesis answered with 200 holds its sound, with 202 it is a job", () => {
  const { answers } = actionOf("sauti", "speak");
  const now = readAnswer(answers, given(200, { audio_base64: "UklGRg==", duration_seconds: 1.25 }), NOW);
  assert.equal(now.watch, null);
  assert.deepEqual(
    now.results.map((one) => [one.kind, one.from, one.durationMs]),
    [["audio", "base64", 1250]],
  );
  const later = readAnswer(answers, given(202, { job_id: "j1", status: "queued" }), NOW);
  assert.equal(later.remoteId, "j1");
  assert.equal(later.job?.state, "queued");
  assert.deepEqual(later.results, []);
  assert.deepEqual(later.missing, null);
});

test("the audio of a SAUTI job comes from a further call", () => {
  const { answers } = actionOf("sauti", "speakJob");
  const { specs } = readAnswer(answers, given(202, { job_id: "j1", status: "queued" }), NOW);
  const [result] = readResults(specs, given(200, { job_id: "j1", status: "succeeded" }), NOW);
  assert.ok(result?.from === "action");
  assert.deepEqual([result.action, result.bind], ["jobAudio", { job_id: "job.id" }]);
});

test("a job answer without its id says which path was empty", () => {
  const { answers } = actionOf("sauti", "speakJob");
  assert.equal(readAnswer(answers, given(202, { id: "x" }), NOW).missing, "job_id");
});

test("an answer without the value it must hold says which path was empty", () => {
  const { answers } = actionOf("sauti", "speak");
  assert.equal(readAnswer(answers, given(200, {}), NOW).missing, "audio_base64");
});

test("a success with a status that is not listed is read like the first that fits", () => {
  const { answers } = actionOf("sync", "generate");
  assert.equal(readAnswer(answers, given(206, { id: "g1", status: "PENDING" }), NOW).remoteId, "g1");
});

test("SoundPiece outputs are links with an end and a length each", () => {
  const { answers } = actionOf("soundpiece", "newSong");
  const body = {
    song: {
      id: "op_1",
      status: "ready",
      outputs: [
        { url: "https://x/1", expires_at: "2026-11-22T12:00:00Z", duration: 12.5 },
        { url: "https://x/2", expires_at: "2026-11-22T12:00:01Z", duration: 13 },
      ],
    },
  };
  const { specs } = readAnswer(answers, given(200, body), NOW);
  const results = readResults(specs, given(200, body), NOW);
  assert.deepEqual(
    results.map((one) => [one.from === "link" && one.link, one.expiresAt, one.durationMs]),
    [
      ["https://x/1", Date.UTC(2026, 10, 22, 12, 0, 0), 12_500],
      ["https://x/2", Date.UTC(2026, 10, 22, 12, 0, 1), 13_000],
    ],
  );
});

test("a stem is called by its kind, under an envelope whose key is not known", () => {
  const { answers } = actionOf("soundpiece", "separateStems");
  const body = { whatever: { id: "op_1", status: "processing" } };
  const started = readAnswer(answers, given(200, body), NOW);
  assert.equal(started.remoteId, "op_1");
  const done = { whatever: { status: "ready", outputs: [{ kind: "drums", url: "https://x/1" }] } };
  assert.deepEqual(
    readResults(started.specs, given(200, done), NOW).map((one) => one.title),
    ["drums"],
  );
});

test("VocaBusta's raw sound takes name and length from the metadata header", () => {
  const { answers } = actionOf("vocabusta", "speak");
  const headers = { "x-vox-metadata": '{"voice_name":"Heart","duration_seconds":2}' };
  const { results } = readAnswer(answers, given(200, null, headers), NOW);
  assert.deepEqual(
    results.map((one) => [one.kind, one.from, one.title, one.durationMs]),
    [
      ["audio", "body", "Heart", 2000],
      ["json", "json", "Metadata", null],
    ],
  );
});

test("a Sync link without an end of its own lives as long as the profile says", () => {
  const { answers } = actionOf("sync", "generate");
  const body = {
    id: "g",
    status: "COMPLETED",
    outputUrl: "https://x/1",
    outputMediaUrl: "https://x/1",
    outputDuration: 3,
  };
  const results = readResults(answers[0]?.results ?? [], given(200, body), NOW);
  assert.deepEqual(
    results.map((one) => [one.expiresAt, one.durationMs]),
    [[NOW + 7 * 86_400_000, 3000]],
  );
});

test("VoiceDub is done with done or completed, and failed with failed, error or an error code", () => {
  const watch = watchOf("voicedub", "dub", "generate");
  const state = (dub: object) => readJob(watch, given(200, { dub })).state;
  assert.equal(state({ status: "done" }), "succeeded");
  assert.equal(state({ status: "completed" }), "succeeded");
  assert.equal(state({ status: "finalizing", errorCode: null }), "running");
  assert.equal(state({ status: "failed" }), "failed");
  assert.equal(state({ status: "error" }), "failed");
  const told = readJob(
    watch,
    given(200, { dub: { status: "processing", errorCode: "bad_input", errorMessage: "Too quiet." } }),
  );
  assert.deepEqual([told.state, told.error], ["failed", "Too quiet."]);
});

test("preprocessed ends VoiceDub's second step and begins nothing in its third", () => {
  const body = { dub: { id: "d", status: "preprocessed" } };
  assert.equal(readJob(watchOf("voicedub", "dub", "preprocess"), given(200, body)).state, "succeeded");
  assert.equal(readJob(watchOf("voicedub", "dub", "generate"), given(200, body)).state, "queued");
});

test("an unknown status word counts as running, a known one in any letter case as itself", () => {
  const { words } = watchOf("sync", "generate");
  assert.equal(stateOf(words, "THINKING"), "running");
  assert.equal(stateOf(words, "toString"), "running");
  assert.equal(stateOf(words, null), "running");
  assert.equal(stateOf(words, "completed"), "succeeded");
  assert.equal(stateOf(words, "REJECTED"), "failed");
});

test("progress is a part of one, whether told as part or as percent", () => {
  const watch = { ...watchOf("sync", "generate"), progress: "progress" };
  const progress = (value: unknown) =>
    readJob(watch, given(200, { status: "PROCESSING", progress: value })).progress;
  assert.deepEqual(
    [progress(0.5), progress(50), progress(250), progress(-1), progress("x")],
    [0.5, 0.5, 1, 0, null],
  );
});

const anyAnswers = fc.constantFrom(
  ...everyAction.flatMap(({ action }) => [action.answers, ...action.steps.map((one) => one.answers)]),
);
/** JSON that has the words of the profiles in odd places, so that reading goes deeper than the root. */
const oddJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.jsonValue(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        "id",
        "job_id",
        "status",
        "dub",
        "song",
        "outputs",
        "url",
        "error",
        "detail",
        "result",
        "kind",
      ),
      tie("value"),
      { maxKeys: 5 },
    ),
  ),
})).value;

test("reading an answer never throws, whatever the server sends", () => {
  fc.assert(
    fc.property(anyAnswers, fc.integer({ min: 100, max: 599 }), oddJson, (answers, status, body) => {
      const headers = { "x-vox-metadata": "{not json" };
      const read = readAnswer(answers, given(status, body, headers), NOW);
      assert.ok(read.watch === null || read.remoteId !== null || read.missing !== null);
      if (read.watch !== null) readJob(read.watch, given(status, body, headers));
      for (const one of readResults(read.specs, given(status, body, headers), NOW))
        assert.ok(one.durationMs === null || one.durationMs >= 0);
    }),
    { numRuns: 1000 },
  );
});
