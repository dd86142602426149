// Tells whether a FLAC file ends early: its first block says how many samples there are, its last frame how far it comes
// (RFC 9639). A cut inside the very last frame is not seen. It decodes nothing.
import type { ReadAt } from "./extent.ts";

/** The last frame is looked for so far from the end; longer ones are made by nobody. bytes */
const TAIL_BYTES = 256 * 1024;
/** Of a frame's head: two bytes of sync, two of codes, seven of number, four of sizes, one checksum. bytes */
const MOST_HEAD = 16;

/** Whether the last frame ends before the last sample; false where the file does not say how many there are. */
export async function isCutFlac(bytes: number, read: ReadAt): Promise<boolean> {
  const head = Buffer.from(await read(4, 38));
  // The first block must be STREAMINFO, and whole.
  if (head.length < 38) return true;
  if ((head.readUInt8(0) & 0x7f) !== 0) return false;
  const blockSize = head.readUInt16BE(6);
  const samples = (head.readUInt8(17) & 0x0f) * 2 ** 32 + head.readUInt32BE(18);
  if (samples === 0) return false;
  const from = Math.max(42, bytes - TAIL_BYTES);
  const tail = Buffer.from(await read(from, bytes - from));
  for (let at = tail.length - 2; at >= 0; at--) {
    const end = frameEnd(tail.subarray(at, at + MOST_HEAD), blockSize);
    if (end !== null) return end < samples;
  }
  // No frame at all is a cut, unless something long was hung on to the end.
  return from === 42;
}

/** The number of the first sample after a frame that begins here; null where none does. */
function frameEnd(head: Buffer, fixedSize: number): number | null {
  if (head[0] !== 0xff || ((head[1] ?? 0) & 0xfe) !== 0xf8) return null;
  const codes = head[2] ?? 0;
  const number = codedNumber(head.subarray(4));
  if (number === null) return null;
  const at = 4 + number.length;
  const sizeCode = codes >> 4;
  const rateCode = codes & 0x0f;
  const sizeBytes = sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0;
  const rateBytes = rateCode === 12 ? 1 : rateCode === 13 || rateCode === 14 ? 2 : 0;
  const length = at + sizeBytes + rateBytes;
  if (length >= head.length || crc8(head.subarray(0, length)) !== head[length]) return null;
  const size = sizeBytes > 0 ? head.readUIntBE(at, sizeBytes) + 1 : blockOf(sizeCode);
  const variable = ((head[1] ?? 0) & 1) === 1;
  return size === null ? null : (variable ? number.value : number.value * fixedSize) + size;
}

function blockOf(code: number): number | null {
  if (code === 0) return null;
  if (code === 1) return 192;
  return code < 6 ? 576 * 2 ** (code - 2) : 256 * 2 ** (code - 8);
}

/** A number as UTF-8 writes characters, up to seven bytes. */
function codedNumber(bytes: Buffer): { readonly value: number; readonly length: number } | null {
  const first = bytes[0] ?? 0;
  if (first < 0x80) return { value: first, length: 1 };
  const length = Math.clz32(~(first << 24));
  if (length < 2 || length > 7 || bytes.length < length) return null;
  let value = first & (0x7f >> length);
  for (const byte of bytes.subarray(1, length)) {
    if ((byte & 0xc0) !== 0x80) return null;
    value = value * 64 + (byte & 0x3f);
  }
  return { value, length };
}

function crc8(bytes: Buffer): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = ((sum << 1) ^ (sum & 0x80 ? 0x07 : 0)) & 0xff;
  }
  return sum;
}
