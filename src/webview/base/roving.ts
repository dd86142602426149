// One Tab stop for a list of many entries: the entry that the keyboard was in last has it with all that is in it, the arrows go
// to the others. Entries are marked with `data-entry`; it must not know what they are.
import { entriesOf } from "./focus-keeper.ts";

/** Which entry of a list takes Tab. */
export class Roving {
  readonly #changed: () => void;
  #current: string | null = null;

  /** `changed` draws the list anew. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The id of the entry with the Tab stop: the one used last while it is there, else the first. */
  among(ids: readonly string[]): string | undefined {
    return this.#current !== null && ids.includes(this.#current) ? this.#current : ids[0];
  }

  /** Put on the list's `keydown`: arrows, Home and End on an entry itself lead to another one. */
  readonly keys = (event: KeyboardEvent): void => {
    const list = event.currentTarget as HTMLElement;
    const entry = event.composedPath()[0];
    const entries = entriesOf(list);
    const index = entries.indexOf(entry as HTMLElement);
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (index < 0 || to === undefined) return;
    event.preventDefault();
    entries[to]?.focus();
  };

  /** Put on the list's `focusin`, not on its host: a move within one shadow is not heard outside it. */
  readonly entered = (event: Event): void => {
    const path = event.composedPath();
    const entered = path.find(
      (one): one is HTMLElement => one instanceof HTMLElement && one.dataset.entry !== undefined,
    );
    const id = entered?.dataset.entry ?? null;
    if (id === null || id === this.#current) return;
    this.#current = id;
    open(path);
    this.#changed();
  };
}

/** Opens what was closed to Tab round the element that has the keyboard; the browser takes the keyboard away by that. */
function open(path: readonly EventTarget[]): void {
  for (const one of path)
    if (one instanceof HTMLElement && one.shadowRoot !== null && one.getAttribute("tabindex") === "-1")
      one.removeAttribute("tabindex");
  const [element] = path;
  if (element instanceof HTMLElement) element.focus({ preventScroll: true });
}
