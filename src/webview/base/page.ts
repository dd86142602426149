// What every part of the page is given: how to ask the host, how to say a sentence, what time it is. Nothing is global.
import type { Intent } from "../../protocol/intents.ts";
import type { Edits } from "./edits.ts";
import type { Ticker } from "./ticker.ts";
import type { Words } from "./words.ts";

/** Translates an English sentence with {name} places; the English text is the key. */
export type Say = (sentence: string, values?: Readonly<Record<string, string | number>>) => string;

/** The surroundings of a part; a new object when the language changes, so that everything is drawn again. */
export interface Page {
  readonly post: (intent: Intent) => void;
  readonly t: Say;
  readonly words: Words;
  /** What is typed into the questions of cards. */
  readonly edits: Edits;
  readonly ticker: Ticker;
  /** The nonce that styles made by scripts must carry. */
  readonly nonce: string;
}

/** Makes the function that says sentences in the language of `strings`; a sentence without a translation stays English. */
export function sayIn(strings: Readonly<Record<string, string>>): Say {
  return (sentence, values = {}) =>
    (strings[sentence] ?? sentence).replace(/\{(\w+)\}/g, (place, name: string) =>
      Object.hasOwn(values, name) ? String(values[name]) : place,
    );
}
