// The bytes of a recording, read once: its shape as peaks, its sample rate and channels from its own header. It must not play.

/** What a player draws and tells of a recording. */
export interface Recording {
  /** The loudest sample of each of some hundred stretches, 0 to 1, channels merged. */
  readonly peaks: readonly number[];
  readonly durationSeconds: number;
  /** Of the file, not of the decoder; null when the header is of no known kind. Hz. */
  readonly sampleRate: number | null;
  readonly channels: number;
}

/** Larger files are played without a drawn shape: decoding them would fill the memory. */
export const mostBytes = 24_000_000;
const stretches = 400;

/** Reads and decodes a recording. Throws what fetching or decoding throws. */
export async function readRecording(src: string, signal: AbortSignal): Promise<Recording> {
  const answer = await fetch(src, { signal });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const bytes = await answer.arrayBuffer();
  const header = headerOf(new DataView(bytes));
  const rate = header?.sampleRate ?? 44_100;
  const decoder = new OfflineAudioContext(1, 1, Math.min(96_000, Math.max(8000, rate)));
  const sound = await decoder.decodeAudioData(bytes);
  return {
    peaks: peaksOf(sound),
    durationSeconds: sound.duration,
    sampleRate: header?.sampleRate ?? null,
    channels: sound.numberOfChannels,
  };
}

function peaksOf(sound: AudioBuffer): number[] {
  const peaks = new Array<number>(stretches).fill(0);
  const size = sound.length / stretches;
  for (let channel = 0; channel < sound.numberOfChannels; channel++) {
    const samples = sound.getChannelData(channel);
    for (let at = 0; at < stretches; at++) {
      const end = Math.min(samples.length, Math.ceil((at + 1) * size));
      let peak = peaks[at] ?? 0;
      for (let i = Math.floor(at * size); i < end; i++) peak = Math.max(peak, Math.abs(samples[i] ?? 0));
      peaks[at] = peak;
    }
  }
  const loudest = Math.max(...peaks, 0.01);
  return peaks.map((peak) => peak / loudest);
}

/** The sample rate that a WAV, FLAC, OGG (Vorbis, Opus) or MP3 header states. */
export function headerOf(view: DataView): { sampleRate: number } | null {
  const word = (at: number) =>
    at + 4 <= view.byteLength ? String.fromCharCode(...new Uint8Array(view.buffer, at, 4)) : "";
  if (word(0) === "RIFF" && word(8) === "WAVE") return wavHeader(view, word);
  if (word(0) === "fLaC" && view.byteLength > 21) return { sampleRate: view.getUint32(18) >>> 12 };
  if (word(0) === "OggS" && view.byteLength > 48) {
    if (word(28) === "Opus") return { sampleRate: view.getUint32(40, true) || 48_000 };
    if (word(29) === "vorb") return { sampleRate: view.getUint32(40, true) };
    return null;
  }
  return mp3Header(view, word(0).startsWith("ID3"));
}

function wavHeader(view: DataView, word: (at: number) => string): { sampleRate: number } | null {
  for (let at = 12; at + 16 <= view.byteLength; ) {
    if (word(at) === "fmt ") return { sampleRate: view.getUint32(at + 12, true) };
    at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) % 2);
  }
  return null;
}

function mp3Header(view: DataView, tagged: boolean): { sampleRate: number } | null {
  let at = 0;
  if (tagged && view.byteLength > 10) {
    at = 10;
    for (let i = 6; i < 10; i++) at += (view.getUint8(i) & 0x7f) << (7 * (9 - i));
  }
  if (at + 4 > view.byteLength) return null;
  const frame = view.getUint32(at);
  if (frame >>> 21 !== 0x7ff) return null;
  const rates = [44_100, 48_000, 32_000];
  const rate = rates[(frame >>> 10) & 3];
  if (rate === undefined) return null;
  const version = (frame >>> 19) & 3;
  return { sampleRate: version === 3 ? rate : version === 2 ? rate / 2 : rate / 4 };
}
