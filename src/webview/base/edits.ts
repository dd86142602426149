// What the person types into the questions of cards: kept by the page, told to the host at most some moments after a key. The
// host's own words stand where nothing was typed. It must not draw.
import type { Intent } from "../../protocol/intents.ts";
import { type CardView, longestEdit } from "../../protocol/snapshot.ts";
import type { Kept } from "./host.ts";

/** So long after a key the host hears of it at the latest, ms. */
const patienceMs = 250;

/** Where typed texts are told and kept, and the one timer. */
export interface EditPorts {
  post(intent: Intent): void;
  keep(part: Kept): void;
  after(ms: number, run: () => void): () => void;
}

type Texts = Readonly<Record<string, string>>;

/** The texts of all questions on cards, as typed. */
export class Edits {
  readonly #ports: EditPorts;
  /** By card and edit, the changed texts by position; a text that is asked for as a whole stands at 0. */
  readonly #typed = new Map<string, Texts>();
  /** What the host has not heard yet; the only part that the editor keeps, for the host keeps the rest. */
  readonly #untold = new Map<string, Intent>();
  /** Of these, what is more than the host takes. */
  readonly #long = new Set<string>();
  /** What was typed since the host's last word. */
  readonly #unheard = new Set<string>();
  #cancel: (() => void) | null = null;

  constructor(ports: EditPorts) {
    this.#ports = ports;
  }

  /** The host's newest word: forgets what is not asked any more, and takes up what an earlier page had not told. */
  take(cards: readonly CardView[], kept: Kept["edits"] = {}): void {
    const asked = new Map(cards.map((card) => [keyOf(card), card] as const));
    for (const known of [this.#typed, this.#untold, this.#long])
      for (const key of known.keys()) if (!asked.has(key)) known.delete(key);
    for (const key of this.#unheard) if (!this.#untold.has(key)) this.#unheard.delete(key);
    for (const [key, texts] of Object.entries(kept)) {
      const card = asked.get(key);
      if (card === undefined) continue;
      this.#typed.set(key, texts);
      if (this.isTooLong(card)) this.#long.add(key);
      this.#untold.set(key, {
        type: "edit",
        cardId: card.id,
        edit: card.ask?.edit ?? "",
        ...this.given(card),
      });
    }
    if (Object.keys(kept).length > 0) this.#tell();
  }

  /** The texts of a card's question by position, as they stand. */
  of(card: CardView): readonly string[] {
    const typed = this.#typed.get(keyOf(card)) ?? {};
    const told = card.ask?.rows?.map(({ text }) => text) ?? [card.ask?.text ?? ""];
    return told.map((text, at) => typed[at] ?? text);
  }

  /** The same as an intent carries it. */
  given(card: CardView): { readonly texts: string[] } | { readonly text: string } {
    const texts = [...this.of(card)];
    return card.ask?.rows === undefined ? { text: texts[0] ?? "" } : { texts };
  }

  /** What the host says is wrong with each text, while that is about the text as it stands. */
  problems(card: CardView): readonly (string | null)[] {
    const { ask } = card;
    const heard = !this.#unheard.has(keyOf(card));
    const told = ask?.rows ?? [{ text: ask?.text, problem: ask?.problem ?? null }];
    const now = this.of(card);
    return told.map(({ text, problem }, at) => (heard || now[at] === text ? problem : null));
  }

  /** Whether it is more than the host takes; until it is shorter it stays here, untold. */
  isTooLong(card: CardView): boolean {
    return this.of(card).reduce((sum, text) => sum + text.length, 0) > longestEdit;
  }

  change(card: CardView, at: number, text: string): void {
    const key = keyOf(card);
    this.#typed.set(key, { ...this.#typed.get(key), [at]: text });
    const { edit } = card.ask ?? {};
    if (edit === undefined) return;
    this.#unheard.add(key);
    this.#untold.set(key, { type: "edit", cardId: card.id, edit, ...this.given(card) });
    if (this.isTooLong(card)) this.#long.add(key);
    else this.#long.delete(key);
    this.#cancel ??= this.#ports.after(patienceMs, () => this.#tell());
    this.#keep();
  }

  /** Tells the host at once what it has not heard yet. */
  flush(): void {
    if (this.#untold.size > 0) this.#tell();
  }

  #tell(): void {
    this.#cancel?.();
    this.#cancel = null;
    for (const [key, intent] of this.#untold) {
      if (this.#long.has(key)) continue;
      this.#ports.post(intent);
      this.#untold.delete(key);
    }
    this.#keep();
  }

  #keep(): void {
    const edits = Object.fromEntries(
      [...this.#untold.keys()].map((key) => [key, this.#typed.get(key) ?? {}]),
    );
    this.#ports.keep({ edits });
  }
}

function keyOf({ id, ask }: CardView): string {
  return ask?.kind === "edit" ? `${id} ${ask.edit ?? ""}` : "";
}
