/**
 * How long a recording on disk is by its own header, read here without the product's or the simulator's code.
 * Knows WAV, FLAC and MP4 only, as far as the simulated providers make them.
 */
import { readFileSync } from "node:fs";

/** The length in seconds. Throws for a kind of file it does not know. */
export function recordingSeconds(file: string): number {
  const bytes = readFileSync(file);
  const head = bytes.toString("latin1", 0, 12);
  if (head.startsWith("RIFF") && head.endsWith("WAVE")) return wavSeconds(bytes);
  if (head.startsWith("fLaC")) return flacSeconds(bytes);
  if (head.slice(4, 8) === "ftyp") return mp4Seconds(bytes);
  throw new Error(`${file} is no WAV, FLAC or MP4: ${JSON.stringify(head)}`);
}

function wavSeconds(bytes: Buffer): number {
  let bytesPerSecond = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString("latin1", at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    if (name === "fmt ") bytesPerSecond = bytes.readUInt32LE(at + 16);
    if (name === "data") return length / bytesPerSecond;
    at += 8 + length + (length % 2);
  }
  throw new Error("a WAV without data");
}

/** STREAMINFO follows the mark and a block header of four bytes; 20 bits of rate, 36 bits of samples. */
function flacSeconds(bytes: Buffer): number {
  const rate = bytes.readUIntBE(18, 3) >> 4;
  const samples = (bytes.readUInt8(21) & 0x0f) * 2 ** 32 + bytes.readUInt32BE(22);
  return samples / rate;
}

function mp4Seconds(bytes: Buffer): number {
  const at = bytes.indexOf("mvhd", 0, "latin1") + 4;
  if (at < 4) throw new Error("an MP4 without a movie header");
  const isLong = bytes.readUInt8(at) === 1;
  const scale = bytes.readUInt32BE(at + (isLong ? 20 : 12));
  const length = isLong ? Number(bytes.readBigUInt64BE(at + 24)) : bytes.readUInt32BE(at + 16);
  return length / scale;
}
