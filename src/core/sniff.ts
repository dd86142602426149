// Tells what bytes are from how they begin, because content types lie. Pure; it must not read files.

const MARKS: readonly (readonly [type: string, at: number, mark: string])[] = [
  ["audio/flac", 0, "fLaC"],
  ["audio/ogg", 0, "OggS"],
  ["audio/mpeg", 0, "ID3"],
  ["video/webm", 0, "\x1a\x45\xdf\xa3"],
  ["image/png", 0, "\x89PNG"],
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/gif", 0, "GIF8"],
  ["application/zip", 0, "PK\x03\x04"],
  ["application/gzip", 0, "\x1f\x8b"],
  ["application/pdf", 0, "%PDF"],
  ["audio/aiff", 8, "AIFF"],
];

/** The file ending that goes with a sniffed type. */
const ENDINGS: Readonly<Record<string, string>> = {
  "audio/wav": "wav",
  "audio/flac": "flac",
  "audio/ogg": "ogg",
  "audio/mpeg": "mp3",
  "audio/aac": "aac",
  "audio/mp4": "m4a",
  "audio/aiff": "aiff",
  "video/mp4": "mp4",
  "video/quicktime": "mov",
  "video/webm": "webm",
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "application/zip": "zip",
  "application/gzip": "gz",
  "application/pdf": "pdf",
  "application/json": "json",
  "text/html": "html",
  "text/plain": "txt",
};

/** How many first bytes `sniff` looks at, at most. */
export const SNIFF_BYTES = 64;

/** The media type that the first bytes show; null where nothing known fits. */
export function sniff(head: Uint8Array): string | null {
  const text = latin1(head.subarray(0, SNIFF_BYTES));
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WAVE") return "audio/wav";
  if (text.slice(4, 8) === "ftyp") {
    const brand = text.slice(8, 12);
    if (brand === "qt  ") return "video/quicktime";
    return brand.startsWith("M4A") || brand.startsWith("M4B") ? "audio/mp4" : "video/mp4";
  }
  for (const [type, at, mark] of MARKS) if (text.startsWith(mark, at)) return type;
  // An MPEG audio frame begins with eleven set bits; layer bits 00 there mean AAC in ADTS.
  const [one = 0, two = 0] = head;
  if (one === 0xff && (two & 0xf6) === 0xf0) return "audio/aac";
  if (one === 0xff && (two & 0xe0) === 0xe0 && (two & 0x06) !== 0) return "audio/mpeg";
  return sniffText(text.replace(/^\xef\xbb\xbf/, "").trimStart());
}

/** The usual file ending of a media type, without a dot; "bin" where there is none. */
export function endingOf(type: string | null): string {
  return ENDINGS[type ?? ""] ?? "bin";
}

function sniffText(text: string): string | null {
  if (/^[{[]\s*(["{}[\]0-9tfn-]|$)/.test(text)) return "application/json";
  if (/^<(!doctype html|html|head|body)/i.test(text)) return "text/html";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells text from bytes
  return text.length > 0 && !/[\x00-\x08\x0e-\x1f\x7f]/.test(text) ? "text/plain" : null;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
