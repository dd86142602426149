// Tells whether Ogg, WebM and MP3 files end early, where they say how long they are: by an Ogg file's last page, a WebM file's
// segment, the note that encoders put into an MP3 file's first frame. It decodes nothing.
import type { ReadAt } from "./extent.ts";

/** A page of Ogg is never longer (RFC 3533). bytes */
const LONGEST_PAGE = 65_307;
const PAGE_HEAD = 27;

/** Whether the last page is not all there. A file cut between two pages says nothing. */
export async function isCutOgg(bytes: number, read: ReadAt): Promise<boolean> {
  const from = Math.max(0, bytes - LONGEST_PAGE);
  const tail = Buffer.from(await read(from, bytes - from));
  // What only looks like a page lies within one; the pages that are some follow each other without a gap.
  for (let at = tail.lastIndexOf("OggS"); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf("OggS", at - 1)) {
    const head = tail.subarray(at, at + PAGE_HEAD);
    if (head.length < PAGE_HEAD) return true;
    if (head[4] !== 0) continue;
    const table = tail.subarray(at + PAGE_HEAD, at + PAGE_HEAD + head.readUInt8(26));
    if (table.length < head.readUInt8(26)) return true;
    const length = PAGE_HEAD + table.length + table.reduce((sum, one) => sum + one, 0);
    return at + length > tail.length;
  }
  return false;
}

/** Whether the segment, which holds everything, is not all there; false where its writer did not know its length. */
export async function isCutWebm(bytes: number, read: ReadAt): Promise<boolean> {
  const head = Buffer.from(await read(0, 12));
  const first = sizeAt(head, 4);
  if (first === null || first.value === null) return head.length < 12;
  const at = 4 + first.length + first.value;
  const segment = Buffer.from(await read(at, 12));
  if (segment.length < 12) return true;
  if (segment.readUInt32BE(0) !== 0x1853_8067) return false;
  const size = sizeAt(segment, 4);
  return size !== null && size.value !== null && at + 4 + size.length + size.value > bytes;
}

/** A length as EBML writes it: leading zeros tell how many bytes it takes. `value` is null where all its bits are set: unknown. */
function sizeAt(
  bytes: Buffer,
  at: number,
): { readonly value: number | null; readonly length: number } | null {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (length > 8 || at + length > bytes.length) return null;
  let value = first & (0xff >> length);
  let unknown = value === 0xff >> length;
  for (const byte of bytes.subarray(at + 1, at + length)) {
    value = value * 256 + byte;
    unknown &&= byte === 0xff;
  }
  return { value: unknown ? null : value, length };
}

/** Whether there are fewer bytes of sound than the note in the first frame says; false where there is no such note. */
export async function isCutMp3(bytes: number, read: ReadAt): Promise<boolean> {
  const at = tagLength(Buffer.from(await read(0, 10)));
  const frame = Buffer.from(await read(at, 64));
  if (frame.length < 4 || frame[0] !== 0xff || (frame.readUInt8(1) & 0xe0) !== 0xe0) return false;
  const mpeg1 = (frame.readUInt8(1) & 0x18) === 0x18;
  const mono = frame.readUInt8(3) >> 6 === 3;
  // The note stands behind the side information, whose length follows from version and channels.
  const note = frame.subarray(4 + (mpeg1 ? (mono ? 17 : 32) : mono ? 9 : 17));
  if (note.length < 16 || !/^(Xing|Info)$/.test(note.toString("latin1", 0, 4))) return false;
  const flags = note.readUInt32BE(4);
  if ((flags & 2) === 0) return false;
  const stated = note.readUInt32BE((flags & 1) === 0 ? 8 : 12);
  return at + stated > bytes;
}

/** How long the tag before the sound is (ID3v2, its size in four times seven bits); 0 where there is none. */
function tagLength(head: Buffer): number {
  if (head.length < 10 || head.toString("latin1", 0, 3) !== "ID3") return 0;
  const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  return 10 + size + ((head.readUInt8(5) & 0x10) === 0 ? 0 : 10);
}
