// The codicons that the page draws, by name. A text beside them says the same; an icon alone has a title.
import { html, type TemplateResult } from "lit";

const codes = {
  account: 0xeb99,
  add: 0xea60,
  arrowRight: 0xea9c,
  arrowUp: 0xeaa1,
  beaker: 0xea79,
  book: 0xeaa4,
  check: 0xeab2,
  chevronDown: 0xeab4,
  chevronRight: 0xeab6,
  circle: 0xebb5,
  circleSlash: 0xeabd,
  close: 0xea76,
  code: 0xeac4,
  compare: 0xeae1,
  counted: 0xeb16,
  creditCard: 0xeac9,
  debugDisconnect: 0xead0,
  debugRestart: 0xead2,
  download: 0xeac2,
  edit: 0xea73,
  error: 0xea87,
  eye: 0xea70,
  eyeClosed: 0xeae7,
  file: 0xea7b,
  folderOpened: 0xeaf7,
  goToFile: 0xea94,
  history: 0xea82,
  info: 0xea74,
  json: 0xea8b,
  layers: 0xebd2,
  lightbulb: 0xea61,
  linkExternal: 0xeb14,
  loading: 0xeb19,
  lock: 0xea75,
  passFilled: 0xebb3,
  pause: 0xead1,
  play: 0xeb2c,
  pulse: 0xeb31,
  question: 0xeb32,
  redo: 0xebb0,
  refresh: 0xeb37,
  reply: 0xea7d,
  save: 0xeb4b,
  send: 0xec0f,
  stop: 0xeba5,
  trash: 0xea81,
  unmute: 0xeb75,
  verified: 0xebe9,
  warning: 0xea6c,
  watch: 0xeb7c,
} as const;

/** The name of an icon that the page has. */
export type IconName = keyof typeof codes;

/** One icon, hidden from the accessibility tree. `slot` puts it into a place of a control. */
export function icon(name: IconName, slot = ""): TemplateResult {
  return html`<span class="icon" aria-hidden="true" slot=${slot}>${String.fromCodePoint(codes[name])}</span>`;
}

/** All icons with their code points; for the test against the font. */
export const iconCodes: Readonly<Record<string, number>> = codes;
