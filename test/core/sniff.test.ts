// Rules of telling a file's type from its first bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { endingOf, sniff } from "../../src/core/sniff.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");

test("the type is told from the bytes", () => {
  const cases: [string, string | null][] = [
    ["RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"],
    ["RIFF\x24\x00\x00\x00AVI fmt ", null],
    ["ID3\x04\x00", "audio/mpeg"],
    ["\xff\xfb\x90\x64", "audio/mpeg"],
    ["\xff\xf1\x50\x80", "audio/aac"],
    ["OggS\x00\x02", "audio/ogg"],
    ["fLaC\x00\x00\x00\x22", "audio/flac"],
    ["\x00\x00\x00\x20ftypisom\x00\x00", "video/mp4"],
    ["\x00\x00\x00\x20ftypM4A \x00\x00", "audio/mp4"],
    ["\x1a\x45\xdf\xa3\x01", "video/webm"],
    ["\x89PNG\r\n\x1a\n", "image/png"],
    [' {"a": 1}', "application/json"],
    ["[1, 2]", "application/json"],
    ["<!DOCTYPE html><html>", "text/html"],
    ["plain words", "text/plain"],
    ["\x00\x01\x02\x03", null],
    ["", null],
  ];
  for (const [text, type] of cases) assert.equal(sniff(bytes(text)), type, JSON.stringify(text));
});

test("a known type has its usual ending, an unknown one has bin", () => {
  assert.equal(endingOf("audio/mpeg"), "mp3");
  assert.equal(endingOf(null), "bin");
});
