/**
 * A small FLAC encoder: 16-bit mono, fixed predictors with Rice coding, after RFC 9639.
 * Made for short sounds of the simulator; must not grow into a general encoder.
 */
import { createHash } from "node:crypto";

const blockSize = 4096;

/** The two checksums of a frame: of its head and of the whole. */
interface Checks {
  readonly head: Checksum;
  readonly frame: Checksum;
}

/** Makes a FLAC file of 16-bit mono samples. */
export function encodeFlac(samples: Int16Array, sampleRate: number): Buffer<ArrayBuffer> {
  const out = new Bits(samples.length * 2 + 8192);
  for (const letter of "fLaC") out.put(letter.charCodeAt(0), 8);
  out.put(1, 1); // the last metadata block
  out.put(0, 7); // STREAMINFO
  out.put(34, 24);
  out.put(blockSize, 16);
  out.put(blockSize, 16);
  out.put(0, 24); // smallest and largest frame: unknown
  out.put(0, 24);
  out.put(sampleRate, 20);
  out.put(0, 3); // one channel
  out.put(15, 5); // 16 bits
  out.put(0, 4);
  out.put(samples.length, 32);
  const raw = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  for (const byte of createHash("md5").update(raw).digest()) out.put(byte, 8);
  const checks = { head: new Checksum(0x07, 8), frame: new Checksum(0x8005, 16) };
  for (let at = 0, frame = 0; at < samples.length; at += blockSize, frame += 1) {
    putFrame(out, samples.subarray(at, at + blockSize), frame, checks);
  }
  return out.bytes();
}

function putFrame(out: Bits, block: Int16Array, frame: number, checks: Checks): void {
  const start = out.length;
  const isWhole = block.length === blockSize;
  out.put(0b11111111111110, 14);
  out.put(0, 2);
  out.put(isWhole ? 0b1100 : 0b0111, 4);
  out.put(0, 4); // sample rate as in STREAMINFO
  out.put(0, 4); // mono
  out.put(0b100, 3); // 16 bits
  out.put(0, 1);
  putCodedNumber(out, frame);
  if (!isWhole) out.put(block.length - 1, 16);
  out.put(checks.head.of(out.since(start)), 8);
  putSubframe(out, block);
  out.align();
  out.put(checks.frame.of(out.since(start)), 16);
}

/** A frame number in the extended UTF-8 form; two bytes reach far enough for 2,048 frames, three for 65,536. */
function putCodedNumber(out: Bits, value: number): void {
  if (value < 0x80) {
    out.put(value, 8);
  } else if (value < 0x800) {
    out.put(0xc0 | (value >> 6), 8);
    out.put(0x80 | (value & 0x3f), 8);
  } else {
    out.put(0xe0 | (value >> 12), 8);
    out.put(0x80 | ((value >> 6) & 0x3f), 8);
    out.put(0x80 | (value & 0x3f), 8);
  }
}

function putSubframe(out: Bits, block: Int16Array): void {
  if (block.every((sample) => sample === block[0])) {
    out.put(0, 8); // constant
    out.put((block[0] ?? 0) & 0xffff, 16);
    return;
  }
  let residual: Int32Array = Int32Array.from(block);
  let best = { order: 0, residual, sum: absoluteSum(residual) };
  for (let order = 1; order <= Math.min(4, block.length - 1); order += 1) {
    residual = residual.slice(1).map((value, index) => value - (residual[index] ?? 0));
    const sum = absoluteSum(residual);
    if (sum < best.sum) best = { order, residual, sum };
  }
  out.put(0b001000 | best.order, 7); // one zero bit, then the type "fixed predictor"
  out.put(0, 1);
  for (let index = 0; index < best.order; index += 1) out.put((block[index] ?? 0) & 0xffff, 16);
  putResidual(out, best.residual, best.sum);
}

function putResidual(out: Bits, residual: Int32Array, sum: number): void {
  const mean = (2 * sum) / Math.max(1, residual.length);
  const rice = Math.min(14, Math.max(0, Math.floor(Math.log2(mean + 1))));
  out.put(0, 2); // four-bit Rice parameters
  out.put(0, 4); // one partition
  out.put(rice, 4);
  for (const value of residual) {
    const folded = value >= 0 ? value * 2 : -value * 2 - 1;
    for (let zeros = folded >> rice; zeros > 0; zeros -= Math.min(24, zeros)) out.put(0, Math.min(24, zeros));
    out.put((1 << rice) | (folded & ((1 << rice) - 1)), rice + 1);
  }
}

function absoluteSum(values: Int32Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum;
}

/** A CRC over bytes, by a table of all 256 steps. */
class Checksum {
  readonly #table = new Uint16Array(256);
  readonly #width: 8 | 16;

  constructor(polynomial: number, width: 8 | 16) {
    this.#width = width;
    for (let byte = 0; byte < 256; byte += 1) {
      let sum = byte << (width - 8);
      for (let bit = 0; bit < 8; bit += 1)
        sum = sum & (1 << (width - 1)) ? (sum << 1) ^ polynomial : sum << 1;
      this.#table[byte] = sum & ((1 << width) - 1);
    }
  }

  of(bytes: Uint8Array): number {
    let sum = 0;
    for (const byte of bytes) {
      sum =
        (this.#table[((sum >> (this.#width - 8)) ^ byte) & 0xff] as number) ^
        ((sum << 8) & ((1 << this.#width) - 1));
    }
    return sum;
  }
}

/** A growing row of bits, most significant first. */
class Bits {
  #bytes: Buffer<ArrayBuffer>;
  #held = 0;
  #heldCount = 0;
  /** Whole bytes written. */
  length = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.alloc(capacity);
  }

  /** Appends the lowest `count` bits of `value`, at most 32. */
  put(value: number, count: number): void {
    if (count > 16) {
      this.put(value >>> 16, count - 16);
      this.put(value & 0xffff, 16);
      return;
    }
    this.#held = (this.#held << count) | (value & ((1 << count) - 1));
    this.#heldCount += count;
    while (this.#heldCount >= 8) {
      this.#heldCount -= 8;
      this.#push((this.#held >>> this.#heldCount) & 0xff);
    }
    this.#held &= (1 << this.#heldCount) - 1;
  }

  /** Fills up to a whole byte with zeros. */
  align(): void {
    if (this.#heldCount > 0) this.put(0, 8 - this.#heldCount);
  }

  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.length);
  }

  bytes(): Buffer<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  #push(byte: number): void {
    if (this.length === this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    this.#bytes[this.length] = byte;
    this.length += 1;
  }
}
