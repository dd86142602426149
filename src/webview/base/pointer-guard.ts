// Keeps a click from acting on a button that has only just slid under a resting pointer: a list that grows shorter must not
// put a paid button where "Cancel" was. It must not know what the buttons do.

/** So long a button that came to the pointer, and not the pointer to it, does not act. ms */
const steadyMs = 500;

/** Watches the pointer of one page, and drops clicks that were meant for what stood there before. */
export class PointerGuard {
  readonly #now: () => number;
  /** Where the pointer rests; null outside the page, or once the person has scrolled. Pixels. */
  #at: { readonly x: number; readonly y: number } | null = null;
  #under: Element | null = null;
  /** The button that the pointer was moved to: it may go and come back. */
  #aim: Element | null = null;
  /** When what is under the pointer came there by itself; before all time where the pointer was moved to it. */
  #cameAt = Number.NEGATIVE_INFINITY;

  /** `now` is a running time in ms. */
  constructor(page: Window, now: () => number) {
    this.#now = now;
    const first = { capture: true };
    page.addEventListener("pointermove", (event) => this.#moved(event), first);
    page.addEventListener("pointerdown", (event) => this.#moved(event), first);
    page.addEventListener("wheel", () => this.#leave(), { capture: true, passive: true });
    page.document.documentElement.addEventListener("pointerleave", () => this.#leave());
    page.addEventListener("click", (event) => this.#clicked(event), first);
  }

  /** To be called when the page may have moved by itself. */
  look(): void {
    if (this.#at === null) return;
    const under = buttonAt(this.#at.x, this.#at.y);
    if (under === this.#under) return;
    this.#under = under;
    this.#cameAt = under === this.#aim ? Number.NEGATIVE_INFINITY : this.#now();
  }

  #moved({ clientX: x, clientY: y }: PointerEvent): void {
    if (this.#at?.x === x && this.#at.y === y) {
      this.look();
      return;
    }
    const under = buttonAt(x, y);
    // A hand that trembles over a button has not gone to it.
    if (under !== this.#under || this.#at === null) {
      this.#cameAt = Number.NEGATIVE_INFINITY;
      this.#aim = under;
    }
    this.#under = under;
    this.#at = { x, y };
  }

  #leave(): void {
    this.#at = null;
  }

  #clicked(event: MouseEvent): void {
    // Clicks of the keyboard and of assistive technology go to what has the focus.
    if (event.detail === 0 || this.#under === null) return;
    if (this.#now() - this.#cameAt >= steadyMs || !event.composedPath().includes(this.#under)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

/** The button at a place of the page, through all shadows. */
function buttonAt(x: number, y: number): Element | null {
  let element = document.elementFromPoint(x, y);
  for (let inner = element; inner !== null; ) {
    element = inner;
    const next: Element | null = element.shadowRoot?.elementFromPoint(x, y) ?? null;
    inner = next === element ? null : next;
  }
  while (element !== null && !element.matches("button, vscode-button")) {
    const root = element.getRootNode();
    element = element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return element;
}
