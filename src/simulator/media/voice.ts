/**
 * The voice of the simulator: soft tones in the rhythm of a text's syllables, the same for the same text.
 * Makes samples only; files are made of them elsewhere.
 */
import { createRandom, seedOf } from "../random.ts";

/** How fast the simulated voices speak: about 14 characters a second. */
const charactersPerSecond = 14;

/** How long a text takes to say at the normal rate, in seconds; never less than 0.4. */
export function speechSeconds(text: string, rate = 1): number {
  return Math.max(0.4, text.trim().length / charactersPerSecond / rate);
}

/** A pentatonic scale, as factors of the root. */
const scale = [1, 9 / 8, 5 / 4, 3 / 2, 5 / 3, 2];

/** One period of a mellow tone with the colour of a vowel; its length is a power of two. */
function vowel(first: number, second: number): Float32Array {
  const table = new Float32Array(2048);
  const strength = (harmonic: number, formant: number) => Math.exp(-((harmonic - formant) ** 2) / 3);
  for (let index = 0; index < table.length; index += 1) {
    const phase = (2 * Math.PI * index) / table.length;
    let sum = Math.sin(phase);
    for (let harmonic = 2; harmonic <= 10; harmonic += 1) {
      const weight = 0.6 * strength(harmonic, first) + 0.3 * strength(harmonic, second);
      sum += (weight / Math.sqrt(harmonic)) * Math.sin(harmonic * phase);
    }
    table[index] = sum / 2.2;
  }
  return table;
}

/**
 * Says a text: 16-bit mono samples, `seconds` long, at `sampleRate` samples a second.
 * A voice's name changes the pitch.
 */
export function speak(
  text: string,
  voice: string,
  seconds: number,
  sampleRate: number,
): Int16Array<ArrayBuffer> {
  const samples = new Int16Array(Math.round(seconds * sampleRate));
  const random = createRandom(seedOf(`${voice} ${text.slice(0, 4096)}`));
  const rootHz = 120 + (seedOf(voice) % 90);
  const vowels = [vowel(3, 7), vowel(2, 9), vowel(5, 8), vowel(2, 4)];
  const letters = text.trim() || "-";
  const samplesPerLetter = samples.length / letters.length;
  let note = 1;
  for (let at = 0; at < letters.length; ) {
    const length = Math.min(letters.length - at, 2 + Math.floor(random.next() * 2));
    const piece = letters.slice(at, at + length);
    const from = Math.floor(at * samplesPerLetter);
    const to = Math.min(samples.length, Math.floor((at + length) * samplesPerLetter));
    at += length;
    note = Math.min(scale.length - 1, Math.max(0, note + Math.floor(random.next() * 3) - 1));
    const isRest = /[.,;:!?\n]/.test(piece);
    if (isRest) continue;
    const startHz = rootHz * (scale[note] ?? 1);
    sing(
      samples,
      from,
      to,
      vowels[Math.floor(random.next() * vowels.length)] ?? vowels[0]!,
      startHz,
      sampleRate,
    );
  }
  return samples;
}

/** Sings one syllable, falling a little in pitch. Kept plain: a long text makes millions of samples in one go. */
function sing(
  samples: Int16Array,
  from: number,
  to: number,
  table: Float32Array,
  startHz: number,
  sampleRate: number,
): void {
  const length = to - from;
  const fade = Math.min(length / 2, sampleRate * 0.03);
  const mask = table.length - 1;
  let step = (startHz * table.length) / sampleRate;
  const slowing = (step * 0.06) / length;
  let phase = 0;
  for (let index = 0; index < length; index += 1) {
    phase += step;
    step -= slowing;
    let loudness = 9000;
    if (index < fade) loudness *= index / fade;
    else if (length - index < fade) loudness *= (length - index) / fade;
    samples[from + index] = loudness * (table[phase & mask] as number);
  }
}
