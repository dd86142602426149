// Rules of telling a cut Ogg, WebM or MP3 file by its own lengths.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isCut } from "../../src/core/extent.ts";

function check(type: string, file: Buffer): Promise<boolean> {
  return isCut(type, file.length, (at, length) => Promise.resolve(file.subarray(at, at + length)));
}

/** A page of Ogg with so many bytes of payload, at most 65,025. */
function page(payload: Buffer): Buffer {
  const segments = Math.ceil(payload.length / 255);
  const head = Buffer.alloc(27 + segments, 255);
  head.fill(0, 0, 26).write("OggS", "latin1");
  head[26] = segments;
  if (payload.length % 255 !== 0) head[26 + segments] = payload.length % 255;
  return Buffer.concat([head, payload]);
}

/** An EBML length of eight bytes; of unknown value for null. */
function size(value: number | null): Buffer {
  const bytes = Buffer.alloc(8, 255);
  if (value !== null) bytes.writeBigUInt64BE(BigInt(value));
  bytes[0] = 1;
  return bytes;
}

function webm(payload: number, stated: number | null = payload): Buffer {
  const head = Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), Buffer.from([0x84]), Buffer.alloc(4)]);
  const segment = Buffer.concat([Buffer.from([0x18, 0x53, 0x80, 0x67]), size(stated)]);
  return Buffer.concat([head, segment, Buffer.alloc(payload, 7)]);
}

/** Frames of so many bytes behind a tag of so many; the first one says how many there are, unless it does not. */
function mp3(length: number, tag: number, form: { mono: boolean; mpeg1: boolean; note: boolean }): Buffer {
  const frames = Buffer.alloc(length, 7);
  frames.set([0xff, form.mpeg1 ? 0xfb : 0xf3, 0x90, form.mono ? 0xc0 : 0x40]);
  const at = 4 + (form.mpeg1 ? (form.mono ? 17 : 32) : form.mono ? 9 : 17);
  if (form.note) {
    frames.write("Xing", at, "latin1");
    frames.writeUInt32BE(3, at + 4);
    frames.writeUInt32BE(length, at + 12);
  }
  const id3 = Buffer.concat([
    Buffer.from("ID3\x03\0\0\0\0", "latin1"),
    Buffer.from([tag >> 7, tag & 0x7f]),
    Buffer.alloc(tag),
  ]);
  return tag === 0 ? frames : Buffer.concat([id3, frames]);
}

/** A file in pieces, and how much of the last one must be there to tell its length. */
const file = fc.oneof(
  fc.record({
    type: fc.constant("audio/ogg"),
    least: fc.constant(4),
    // Payloads may hold what looks like the beginning of a page.
    pieces: fc
      .array(fc.integer({ min: 0, max: 65_024 }), { minLength: 1, maxLength: 4 })
      .map((lengths) => lengths.map((length) => page(Buffer.alloc(length, "Ogg_")))),
  }),
  fc.record({
    type: fc.constant("video/webm"),
    least: fc.constant(4),
    pieces: fc.integer({ min: 8, max: 5_000 }).map((length) => [webm(length)]),
  }),
  fc
    .tuple(fc.integer({ min: 65, max: 5_000 }), fc.integer({ min: 0, max: 300 }), fc.boolean(), fc.boolean())
    .map(([length, tag, mono, mpeg1]) => ({
      type: "audio/mpeg",
      least: 10 + tag + 64,
      pieces: [mp3(length, tag, { mono, mpeg1, note: true })],
    })),
);

test("a whole file is never taken for a cut one, and one that ends within its last piece always is", async () => {
  await fc.assert(
    fc.asyncProperty(file, fc.nat(), async ({ type, least, pieces }, drawn) => {
      assert.equal(await check(type, Buffer.concat(pieces)), false);
      const last = pieces.at(-1) ?? Buffer.alloc(0);
      fc.pre(last.length > least);
      const kept = least + (drawn % (last.length - least));
      assert.equal(await check(type, Buffer.concat([...pieces.slice(0, -1), last.subarray(0, kept)])), true);
    }),
  );
});

test("a file whose writer did not know its length says nothing", async () => {
  assert.equal(await check("video/webm", webm(100, null)), false);
  assert.equal(await check("audio/mpeg", mp3(500, 20, { mono: true, mpeg1: true, note: false })), false);
});

test("rubbish after the first bytes says nothing, and never throws", async () => {
  const marks = { "audio/ogg": "OggS", "audio/mpeg": "ID3", "video/webm": "\x1a\x45\xdf\xa3" };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.entries(marks)),
      fc.uint8Array({ maxLength: 200 }),
      async ([type, mark], rest) => {
        assert.equal(
          typeof (await check(type, Buffer.concat([Buffer.from(mark, "latin1"), rest]))),
          "boolean",
        );
      },
    ),
  );
});
