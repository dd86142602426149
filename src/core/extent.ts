// Tells from a media file's own lengths where it must end, because a server's Content-Length may lie. It reads only the few bytes
// that hold lengths, through a function it is given.
import { isCutFlac } from "./extent-flac.ts";
import { isCutMp3, isCutOgg, isCutWebm } from "./extent-streams.ts";

/** Reads up to `length` bytes from a place in the file. */
export type ReadAt = (at: number, length: number) => Promise<Uint8Array>;

/** Lengths from here on are what writers put who stream and do not know yet. bytes */
const UNKNOWN_FROM = 0x7fff_0000;
/** A file of more boxes than this is taken as it is: reading them all would take too long. */
const MOST_BOXES = 2_000;

/**
 * Whether a file is surely shorter than it says of itself: WAV by its RIFF length, MP4 and QuickTime by their boxes, FLAC by its
 * samples, Ogg by its last page, WebM by its segment, MP3 by its encoder's note. False for every other type, and where the file does not say.
 */
export async function isCut(type: string | null, bytes: number, read: ReadAt): Promise<boolean> {
  switch (type) {
    case "audio/wav":
      return isCutRiff(bytes, await read(4, 4));
    case "audio/mp4":
    case "video/mp4":
    case "video/quicktime":
      return isCutBoxes(bytes, read);
    case "audio/flac":
      return isCutFlac(bytes, read);
    case "audio/ogg":
      return isCutOgg(bytes, read);
    case "audio/mpeg":
      return isCutMp3(bytes, read);
    case "video/webm":
      return isCutWebm(bytes, read);
    default:
      return false;
  }
}

/** A writer may count the last, padding byte and not write it. */
function isCutRiff(bytes: number, field: Uint8Array): boolean {
  if (field.length < 4) return true;
  const length = view(field).getUint32(0, true);
  return length < UNKNOWN_FROM && length + 8 > bytes + 1;
}

async function isCutBoxes(bytes: number, read: ReadAt): Promise<boolean> {
  let at = 0;
  for (let box = 0; box < MOST_BOXES && at < bytes; box++) {
    const head = await read(at, 16);
    if (head.length < 8) return true;
    const short = view(head).getUint32(0);
    // Zero means to the end of the file, one that the length follows in eight bytes.
    if (short === 0) return false;
    if (short === 1 && head.length < 16) return true;
    const length = short === 1 ? Number(view(head).getBigUint64(8)) : short;
    if (length < 8) return false;
    at += length;
  }
  return at > bytes;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
