/** The media that the simulator hands out: as long as they claim to be, and readable bit by bit. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeFlac } from "../../src/simulator/media/flac.ts";
import { speak, speechSeconds } from "../../src/simulator/media/voice.ts";
import { encodeWav, recordingSeconds } from "../../src/simulator/media/wav.ts";
import { talkingFaceMp4, talkingFaceSeconds } from "../../src/simulator/sample/talking-face.ts";
import { decodeFlac } from "./flac-decoder.ts";

describe("the voice", () => {
  it("speaks about fourteen characters a second", () => {
    assert.equal(speechSeconds("a".repeat(140)), 10);
    assert.equal(speechSeconds("a".repeat(140), 2), 5);
    assert.equal(speechSeconds(""), 0.4);
  });

  it("says the same text in the same way, and another text in another", () => {
    const say = (text: string, voice = "v") =>
      Buffer.from(speak(text, voice, 1, 8_000).buffer).toString("base64");
    assert.equal(say("Habari ya asubuhi"), say("Habari ya asubuhi"));
    assert.notEqual(say("Habari ya asubuhi"), say("Habari ya jioni sana"));
    assert.notEqual(say("Habari ya asubuhi"), say("Habari ya asubuhi", "w"));
  });

  it("is audible and never clipped, in any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 4, maxLength: 200 }), (text) => {
        const loudest = speak(`aaa${text}`, "v", 1, 8_000).reduce(
          (most, sample) => Math.max(most, Math.abs(sample)),
          0,
        );
        assert.ok(loudest > 1_000 && loudest < 32_000, String(loudest));
      }),
      { numRuns: 100 },
    );
  });

  it("falls silent at a full stop", () => {
    const samples = speak("aaaaaa......aaaaaa", "v", 1.8, 1_000);
    assert.ok(samples.some((sample) => sample !== 0));
    assert.ok(samples.subarray(900, 1_000).every((sample) => sample === 0));
  });
});

describe("a WAV file", () => {
  it("is as long as its samples", () => {
    assert.equal(recordingSeconds(encodeWav(new Int16Array(33_075), 22_050)), 1.5);
  });
  it("has the size that its header names", () => {
    const file = encodeWav(new Int16Array(10), 8_000);
    assert.deepEqual([file.readUInt32LE(4), file.readUInt32LE(40), file.length], [file.length - 8, 20, 64]);
  });
});

describe("a FLAC file", () => {
  it("decodes to the very samples, whatever they are", () => {
    const sample = fc.oneof(
      fc.integer({ min: -32_768, max: 32_767 }),
      fc.constant(0),
      fc.constantFrom(-32_768, 32_767),
    );
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 40 }),
        (some, times) => {
          const samples = Int16Array.from(new Array(times).fill(some).flat());
          assert.deepEqual(decodeFlac(encodeFlac(samples, 44_100)).samples, samples);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("decodes to the very samples over many frames, and is smaller than they are", () => {
    const samples = speak("The quick brown fox jumps over the lazy dog.", "v", 13, 44_100);
    const file = encodeFlac(samples, 44_100);
    const decoded = decodeFlac(file);
    assert.deepEqual([decoded.sampleRate, decoded.samples.length], [44_100, samples.length]);
    assert.deepEqual(decoded.samples, samples);
    assert.ok(file.length < samples.length * 1.2);
  });
});

describe("the film", () => {
  const file = Buffer.from(talkingFaceMp4, "base64");
  it("is an MP4 of the length that is told, and small", () => {
    assert.equal(file.toString("latin1", 4, 8), "ftyp");
    const at = file.indexOf("mvhd");
    const seconds = file.readUInt32BE(at + 20) / file.readUInt32BE(at + 16);
    assert.ok(Math.abs(seconds - talkingFaceSeconds) < 0.1, String(seconds));
    assert.ok(file.length < 40_000);
  });
});
