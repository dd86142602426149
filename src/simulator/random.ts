/**
 * Chance from a seed: the same seed gives the same ids, durations and sounds.
 * Must not be used for anything that has to be secret.
 */

/** A seeded source of chance. */
export interface Random {
  /** A number from 0 up to, not including, 1. */
  next(): number;
  /** A number from `low` up to `high`. */
  between(low: number, high: number): number;
  /** A text of `length` characters drawn from `alphabet`. */
  text(length: number, alphabet: string): string;
  /** A version 4 UUID. */
  uuid(): string;
}

const hexDigits = "0123456789abcdef";

/** Makes a source of chance from a seed (mulberry32: small, even enough for a simulator). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const text = (length: number, alphabet: string) => {
    let made = "";
    for (let index = 0; index < length; index += 1) made += alphabet[Math.floor(next() * alphabet.length)];
    return made;
  };
  return {
    next,
    text,
    between: (low, high) => low + next() * (high - low),
    uuid: () =>
      [
        text(8, hexDigits),
        text(4, hexDigits),
        `4${text(3, hexDigits)}`,
        `${text(1, "89ab")}${text(3, hexDigits)}`,
        text(12, hexDigits),
      ].join("-"),
  };
}

/** Turns a text into a seed (FNV-1a, 32 bit), so that one text always sounds the same. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
