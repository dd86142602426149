// A provider's own words, fit to stand in a sentence: no control characters, nothing that turns the direction of what
// follows, no link (the editor makes one of [x](command:y) in its notifications), not without end. Pure.

/** Controls, line and paragraph ends, a byte order mark, and the marks that embed, override or isolate a direction. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** The words in one line, at most so many characters. */
export function said(text: string, most = 500): string {
  // What is cut off need not be looked through.
  const plain = text
    .slice(0, most * 4)
    .replace(UNSEEN, " ")
    .replace(/\](?=\()/g, "] ")
    .trim();
  return plain.length <= most ? plain : `${plain.slice(0, most - 1)}…`;
}
