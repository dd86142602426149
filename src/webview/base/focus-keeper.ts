// Where the keyboard goes when the row or card that had it leaves the page: to the next one itself, where no key does harm,
// never to the page's beginning. Entries are marked with `data-entry`; it must not know what they are.

/** The marked entry that holds the keyboard, and where it stood among all. */
export interface Held {
  readonly id: string;
  /** Among all entries of the page, from 0. */
  readonly index: number;
}

/** Elements with the attribute `data-entry`, in the order of the page, through all shadows below `root`. */
export function entriesOf(root: ParentNode): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>("*")].flatMap((element) => [
    ...(element.dataset.entry === undefined ? [] : [element]),
    ...(element.shadowRoot === null || !element.localName.startsWith("hr-")
      ? []
      : entriesOf(element.shadowRoot)),
  ]);
}

function focused(): Element | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

/** Which entry below `root` holds the keyboard now; null where none does. */
export function heldIn(root: ParentNode): Held | null {
  let element = focused();
  while (element !== null && !(element instanceof HTMLElement && element.dataset.entry !== undefined)) {
    const above = element.getRootNode();
    element = element.parentElement ?? (above instanceof ShadowRoot ? above.host : null);
  }
  const index = element === null ? -1 : entriesOf(root).indexOf(element as HTMLElement);
  return index < 0 ? null : { id: (element as HTMLElement).dataset.entry ?? "", index };
}

/** Where the keyboard was lost, gives it to the entry that had it, else to the one now in its place, else to the last. */
export function keepIn(root: ParentNode, { id, index }: Held): void {
  const element = focused();
  if (element !== null && element !== document.body) return;
  const entries = entriesOf(root);
  const same = entries.find((one) => one.dataset.entry === id);
  (same ?? entries[index] ?? entries.at(-1))?.focus();
}
