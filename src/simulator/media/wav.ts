/** Writes and measures WAV files: 16-bit mono PCM. Must not invent sound. */

/** Makes a WAV file of 16-bit mono samples. */
export function encodeWav(samples: Int16Array, sampleRate: number): Buffer<ArrayBuffer> {
  const size = samples.length * 2;
  const file = Buffer.alloc(44 + size);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(36 + size, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(size, 40);
  Buffer.from(samples.buffer, samples.byteOffset, size).copy(file, 44);
  return file;
}

/** How long an uploaded recording is, in seconds: exact for PCM WAV, else guessed from its size at 16 kB a second. */
export function recordingSeconds(bytes: Uint8Array): number {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    file.length >= 44 &&
    file.toString("latin1", 0, 4) === "RIFF" &&
    file.toString("latin1", 8, 12) === "WAVE"
  ) {
    const bytesPerSecond = file.readUInt32LE(28);
    if (bytesPerSecond > 0) return (file.length - 44) / bytesPerSecond;
  }
  return file.length / 16_000;
}
