// A provider's own words, fit to stand in a sentence: nothing that is not seen, nothing that turns the direction of what follows, no
// link (the editor makes one of [x](command:y) in its notifications), not without end. Pure.

/** Controls, and the ends of lines and paragraphs. */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
/** What is drawn as nothing, one after another: zero widths, direction marks, soft hyphens, fillers, tags, notes between lines. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]+/gu;

/** The words in one line, at most so many characters. */
export function said(text: string, most = 500): string {
  // What is cut off need not be looked through.
  const plain = text
    .slice(0, most * 4)
    .toWellFormed()
    .replace(BREAKS, " ")
    .replace(UNSEEN, needed)
    .replace(/\](?=\()/g, "] ")
    .trim();
  return plain.length <= most ? plain : `${plain.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** Of what is not seen, what scripts and emoji need: the form of the sign before, and a joiner between two of them. */
function needed(run: string, at: number, text: string): string {
  const before = text.slice(Math.max(0, at - 2), at);
  const isSign = /\P{ASCII}$/u.test(before);
  const form = isSign || /[\d#*]$/.test(before) ? /[\ufe00-\ufe0f]/.exec(run)?.[0] : "";
  const joins = isSign && /^\P{ASCII}/u.test(text.slice(at + run.length, at + run.length + 2));
  return (form ?? "") + (joins ? (/\u200c|\u200d/.exec(run)?.[0] ?? "") : "");
}
