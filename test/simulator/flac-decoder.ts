/** A plain FLAC decoder for 16-bit mono with constant and fixed subframes, checksums included: the judge of the encoder. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";

/** Decodes a file, and fails on anything that RFC 9639 forbids or that the encoder does not write. */
export function decodeFlac(file: Uint8Array): { sampleRate: number; samples: Int16Array } {
  const bits = new BitReader(file);
  assert.equal(Buffer.from(file.subarray(0, 4)).toString("latin1"), "fLaC");
  bits.at = 32;
  assert.deepEqual([bits.take(1), bits.take(7), bits.take(24)], [1, 0, 34]);
  const [smallest, largest] = [bits.take(16), bits.take(16)];
  assert.equal(smallest, largest);
  bits.at += 48;
  const sampleRate = bits.take(20);
  assert.deepEqual([bits.take(3), bits.take(5)], [0, 15]);
  const total = bits.take(4) * 2 ** 32 + bits.take(32);
  const digest = Buffer.from(file.subarray(bits.at / 8, bits.at / 8 + 16)).toString("hex");
  bits.at += 128;
  const samples = new Int16Array(total);
  for (let filled = 0, frame = 0; filled < total; frame += 1)
    filled += readFrame(bits, samples, filled, frame, largest);
  assert.equal(bits.at, file.length * 8);
  assert.equal(createHash("md5").update(Buffer.from(samples.buffer)).digest("hex"), digest);
  return { sampleRate, samples };
}

function readFrame(
  bits: BitReader,
  into: Int16Array,
  filled: number,
  frame: number,
  blockSize: number,
): number {
  const start = bits.at / 8;
  assert.deepEqual([bits.take(14), bits.take(2)], [0b11111111111110, 0]);
  const sizeCode = bits.take(4);
  assert.deepEqual([bits.take(4), bits.take(4), bits.take(3), bits.take(1)], [0, 0, 4, 0]);
  const first = bits.take(8);
  const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : 2;
  let number = more === 0 ? first : first & (more === 1 ? 0x1f : 0x0f);
  for (let index = 0; index < more; index += 1) number = number * 64 + (bits.take(8) & 0x3f);
  assert.equal(number, frame);
  const size = sizeCode === 0b0111 ? bits.take(16) + 1 : blockSize;
  assert.equal(crc(bits.bytes.subarray(start, bits.at / 8), 0x07, 8), bits.take(8));
  readSubframe(bits, into.subarray(filled, filled + size));
  bits.at = Math.ceil(bits.at / 8) * 8;
  assert.equal(crc(bits.bytes.subarray(start, bits.at / 8), 0x8005, 16), bits.take(16));
  return size;
}

function readSubframe(bits: BitReader, into: Int16Array): void {
  assert.equal(bits.take(1), 0);
  const type = bits.take(6);
  assert.equal(bits.take(1), 0);
  if (type === 0) {
    into.fill(bits.take(16));
    return;
  }
  const order = type - 8;
  assert.ok(order >= 0 && order <= 4, `subframe type ${type}`);
  for (let index = 0; index < order; index += 1) into[index] = bits.take(16);
  assert.deepEqual([bits.take(2), bits.take(4)], [0, 0]);
  const rice = bits.take(4);
  const weights = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]][order] ?? [];
  for (let index = order; index < into.length; index += 1) {
    let high = 0;
    while (bits.take(1) === 0) high += 1;
    const folded = high * 2 ** rice + bits.take(rice);
    const residual = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
    into[index] = weights.reduce(
      (sum, weight, back) => sum + weight * (into[index - 1 - back] ?? 0),
      residual,
    );
  }
}

function crc(bytes: Uint8Array, polynomial: number, width: number): number {
  let sum = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const carry = ((sum >> (width - 1)) & 1) ^ ((byte >> bit) & 1);
      sum = (sum << 1) & (2 ** width - 1);
      if (carry) sum ^= polynomial;
    }
  }
  return sum;
}

class BitReader {
  readonly bytes: Uint8Array;
  /** The next bit. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  take(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1, this.at += 1) {
      value = value * 2 + (((this.bytes[this.at >> 3] ?? 0) >> (7 - (this.at & 7))) & 1);
    }
    return value;
  }
}
