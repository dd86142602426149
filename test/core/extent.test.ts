// Rules of telling a cut media file by its own lengths.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isCut } from "../../src/core/extent.ts";
import { encodeFlac } from "../../src/simulator/media/flac.ts";

function check(type: string | null, file: Buffer): Promise<boolean> {
  return isCut(type, file.length, (at, length) => Promise.resolve(file.subarray(at, at + length)));
}

function wav(payload: number, stated = 4 + payload): Buffer {
  const head = Buffer.from("RIFF\0\0\0\0WAVE");
  head.writeUInt32LE(stated, 4);
  return Buffer.concat([head, Buffer.alloc(payload, 7)]);
}

function box(type: string, payload: number, long = false): Buffer {
  const head = Buffer.alloc(long ? 16 : 8);
  head.writeUInt32BE(long ? 1 : 8 + payload);
  head.write(type, 4, "latin1");
  if (long) head.writeBigUInt64BE(BigInt(16 + payload), 8);
  return Buffer.concat([head, Buffer.alloc(payload, 7)]);
}

const sizes = fc.integer({ min: 0, max: 300 });
/** A file in the pieces of which each tells its own length. */
const wholeFile = fc.oneof(
  fc.record({ type: fc.constant("audio/wav"), pieces: sizes.map((payload) => [wav(payload)]) }),
  fc.record({
    type: fc.constantFrom("video/mp4", "audio/mp4", "video/quicktime"),
    pieces: fc
      .array(fc.tuple(fc.constantFrom("free", "mdat", "moov"), sizes, fc.boolean()), { minLength: 1 })
      .map((boxes) => [box("ftyp", 16), ...boxes.map((one) => box(...one))]),
  }),
);

test("a whole file is never taken for a cut one", async () => {
  await fc.assert(
    fc.asyncProperty(wholeFile, async ({ type, pieces }) =>
      assert.equal(await check(type, Buffer.concat(pieces)), false),
    ),
  );
});

test("a file that ends in the middle of a piece is cut", async () => {
  await fc.assert(
    fc.asyncProperty(wholeFile, fc.integer({ min: 2, max: 300 }), async ({ type, pieces }, lost) => {
      const last = pieces.at(-1) ?? Buffer.alloc(0);
      fc.pre(lost < last.length);
      const left = [...pieces.slice(0, -1), last.subarray(0, last.length - lost)];
      assert.equal(await check(type, Buffer.concat(left)), true);
    }),
  );
});

test("a RIFF length that a streaming writer could not know says nothing", async () => {
  for (const stated of [0, 0x7fff_ffff, 0xffff_ffff, 0xffff_fff7])
    assert.equal(await check("audio/wav", wav(100, stated)), false);
});

test("a padding byte that was counted and not written is no cut", async () => {
  assert.equal(await check("audio/wav", wav(101, 4 + 102)), false);
  assert.equal(await check("audio/wav", wav(101, 4 + 103)), true);
});

test("a last box that reaches to the end, and one of an impossible length, say nothing", async () => {
  for (const length of [0, 3]) {
    const last = box("mdat", 50);
    last.writeUInt32BE(length);
    assert.equal(await check("video/mp4", Buffer.concat([box("ftyp", 16), last])), false);
  }
});

test("a FLAC file is whole, and is cut where it lacks a frame or more", async () => {
  for (const samples of [1, 4096, 4097, 30_000]) {
    const file = encodeFlac(
      Int16Array.from({ length: samples }, (_, at) => (at * 7919) % 4001),
      22_050,
    );
    assert.equal(await check("audio/flac", file), false);
    // The last frame is of at most 4,096 samples, none of more than three bytes.
    const least = fc.integer({ min: 9, max: Math.max(9, file.length - 3 * 4096) });
    await fc.assert(
      fc.asyncProperty(least, async (keeps) => {
        fc.pre(keeps < file.length);
        assert.equal(await check("audio/flac", file.subarray(0, keeps)), true);
      }),
      { numRuns: 20 },
    );
  }
});

test("a FLAC file that does not say how long it is says nothing", async () => {
  const file = encodeFlac(new Int16Array(20_000), 22_050);
  file.writeUInt32BE(0, 22);
  assert.equal(await check("audio/flac", file.subarray(0, file.length - 20)), false);
});

test("a type that does not state its length is taken as it is", async () => {
  for (const type of ["audio/aac", "application/json", null])
    assert.equal(await check(type, Buffer.alloc(10)), false);
});
