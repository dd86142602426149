// The rules of building a request from form values.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isHeadroomError } from "../../../src/core/errors.ts";
import { firstInput } from "../../../src/core/profile/input.ts";
import { type BuiltRequest, buildRequest } from "../../../src/core/profile/request.ts";
import { actionOf, everyAction, profileOf } from "./profiles.ts";

const plain = { idempotencyKey: null, origin: null };

function json(request: BuiltRequest): unknown {
  assert.equal(request.body.type, "json");
  return request.body.type === "json" ? JSON.parse(request.body.text) : null;
}

test("path parameters stand in the path, escaped", () => {
  const request = buildRequest(
    profileOf("sauti"),
    actionOf("sauti", "speak"),
    { text: "Habari", voice_id: "a/b c" },
    plain,
  );
  assert.equal(request.url, "https://sauti.finiflowlabs.com/v1/text-to-speech/a%2Fb%20c");
  assert.deepEqual(json(request), { text: "Habari" });
});

test("a path parameter cannot climb out of its place", () => {
  for (const voice_id of ["..", ".", ""])
    assert.throws(
      () => buildRequest(profileOf("sauti"), actionOf("sauti", "speak"), { text: "x", voice_id }, plain),
      (error) => isHeadroomError(error, "badShape"),
    );
});

test("values go out in the parameter's type, nested where its pointer says", () => {
  const input = { text: "Habari", voice_id: "v", speaking_rate: "1.25", noise_scale: "" };
  const request = buildRequest(profileOf("sauti"), actionOf("sauti", "speak"), input, plain);
  assert.deepEqual(json(request), { text: "Habari", voice_settings: { speaking_rate: 1.25 } });
});

test("a value that has no such type is refused by name", () => {
  const input = { text: "x", voice_id: "v", speaking_rate: "fast" };
  assert.throws(
    () => buildRequest(profileOf("sauti"), actionOf("sauti", "speak"), input, plain),
    (error) => isHeadroomError(error, "badShape") && error.fields.path === "speaking_rate",
  );
});

test("constants and values meet in one list", () => {
  const action = actionOf("sync", "generate");
  const request = buildRequest(profileOf("sync"), action, firstInput(action), plain);
  assert.deepEqual(json(request), {
    input: [
      { type: "video", url: "https://assets.sync.so/docs/example-video.mp4" },
      { type: "audio", url: "https://assets.sync.so/docs/example-audio.wav" },
    ],
    model: "lipsync-2",
  });
});

test("the idempotency key stands in the body where the profile says so", () => {
  const action = actionOf("soundpiece", "newSample");
  const input = { prompt: "bass", duration: "8" };
  const request = buildRequest(profileOf("soundpiece"), action, input, {
    idempotencyKey: "3f1c1d52-4c1a-4b56-9a7b-0a4f0f9f1b11",
    origin: null,
  });
  assert.deepEqual(json(request), {
    prompt: "bass",
    duration: 8,
    idempotency_key: "3f1c1d52-4c1a-4b56-9a7b-0a4f0f9f1b11",
  });
  assert.equal(request.headers["idempotency-key"], undefined);
});

test("the idempotency key stands in a header where the profile says so", () => {
  const action = actionOf("sync", "generate");
  const request = buildRequest(profileOf("sync"), action, firstInput(action), {
    idempotencyKey: "k-1",
    origin: null,
  });
  assert.equal(request.headers["idempotency-key"], "k-1");
});

test("a call without an idempotency contract carries no key", () => {
  const action = actionOf("voicedub", "dub");
  const request = buildRequest(profileOf("voicedub"), action, firstInput(action), {
    idempotencyKey: "k-1",
    origin: null,
  });
  assert.ok(!JSON.stringify(request).includes("k-1"));
});

test("an origin with a path takes the place of the profile's base address", () => {
  const request = buildRequest(
    profileOf("sauti"),
    actionOf("sauti", "listVoices"),
    { language: "sw" },
    { idempotencyKey: null, origin: "http://127.0.0.1:4010/sauti/" },
  );
  assert.equal(request.url, "http://127.0.0.1:4010/sauti/v1/voices?language=sw");
  assert.equal(request.path, "/v1/voices");
});

test("a trailing slash of the provider's path is kept", () => {
  const request = buildRequest(
    profileOf("sauti"),
    actionOf("sauti", "transcribe"),
    { audio: "/tmp/a.wav" },
    plain,
  );
  assert.ok(request.url.endsWith("/v1/speech-to-text/"));
});

test("a multipart body names its file and leaves the content type to the sender", () => {
  const input = {
    file: { path: "/home/me/film.mp4", name: "film.mp4", bytes: 10 },
    segments: '[{"id":0}]',
    voice_map: { S0: "af_heart" },
  };
  const request = buildRequest(profileOf("vocabusta"), actionOf("vocabusta", "render"), input, plain);
  assert.equal(request.headers["content-type"], undefined);
  assert.deepEqual(request.body, {
    type: "multipart",
    parts: [
      { name: "file", file: "/home/me/film.mp4", fileName: "film.mp4", mediaType: "video/mp4" },
      { name: "segments", text: '[{"id":0}]' },
      { name: "voice_map", text: '{"S0":"af_heart"}' },
    ],
  });
});

test("a parameter for a later step is not part of the first call", () => {
  const action = actionOf("vocabusta", "dub");
  const request = buildRequest(
    profileOf("vocabusta"),
    action,
    { ...firstInput(action), file: "/a.mp4" },
    plain,
  );
  assert.ok(!JSON.stringify(request.body).includes("target_language"));
});

test("a request never carries an auth header", () => {
  for (const { profile, action } of everyAction) {
    const input = {
      ...firstInput(action),
      file: "/a.wav",
      audio: "/a.wav",
      video: "/a.mp4",
      input: "/a.jsonl",
    };
    const request = buildRequest(profile, action, action.body === "json" ? firstInput(action) : input, plain);
    assert.equal(request.headers[profile.auth.header], undefined, `${profile.id} ${action.id}`);
  }
});

test("whatever stands in the form, the address stays within the provider's origin", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...everyAction),
      fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.jsonValue())),
      fc.string(),
      ({ profile, action }, noise, text) => {
        const input = { ...noise, ...Object.fromEntries(action.parameters.map((one) => [one.name, text])) };
        try {
          const { url } = buildRequest(profile, action, input, plain);
          assert.equal(new URL(url).origin, new URL(profile.baseUrl).origin);
        } catch (error) {
          assert.ok(isHeadroomError(error, "badShape"), String(error));
        }
      },
    ),
  );
});
