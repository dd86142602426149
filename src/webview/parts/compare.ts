// Two takes side by side: both run in step, one of them is heard, and switching keeps the position. The players are those of
// the results; here they are only kept in step.
import { css, html, LitElement, type PropertyValues } from "lit";
import { customElement, property, queryAll, state } from "lit/decorators.js";
import type { CardView, ResultView } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import type { Audio } from "./audio.ts";
import "./audio.ts";

/** A recording with the card it came with. */
export interface Take {
  readonly card: CardView;
  readonly result: ResultView;
}

/** Recordings whose positions differ by less run in step. s */
const IN_STEP = 0.03;
const names = ["A", "B"] as const;

/** Draws one take as a request for a second one, two as a comparison. Fires `compare` with an id to put away, or "" for all. */
@customElement("hr-compare")
export class Compare extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        background: var(--vscode-sideBar-background, var(--vscode-editor-background));
        border: 1px solid var(--vscode-focusBorder);
        border-radius: 5px;
        display: grid;
        gap: 6px;
        padding: 8px 10px;
      }
      header {
        align-items: center;
        display: flex;
        gap: 6px;
        justify-content: space-between;
      }
      .take {
        align-items: start;
        display: grid;
        gap: 2px 8px;
        grid-template-columns: 24px minmax(0, 1fr);
      }
      .take > p {
        grid-column: 2;
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
      }
      .take:not(.heard) {
        --shape: 0.5;
      }
      .name {
        align-self: start;
        background: none;
        border: 1px solid var(--track);
        border-radius: 4px;
        color: var(--vscode-foreground);
        cursor: pointer;
        font: inherit;
        font-weight: 600;
        grid-row: 2;
        height: 24px;
        margin-top: 8px;
        padding: 0;
      }
      .heard .name {
        background: var(--vscode-button-background);
        border-color: var(--vscode-contrastBorder, transparent);
        color: var(--vscode-button-foreground);
      }
      .name:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: 2px;
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor takes: readonly Take[] = [];
  /** The host's clock, for times of other days. Epoch ms. */
  @property({ attribute: false }) accessor now = 0;
  @state() private accessor heard = 0;
  @queryAll("hr-audio") private accessor players!: NodeListOf<Audio>;
  #unlink: AbortController | null = null;
  #linked = "";

  protected override render() {
    const { page, takes } = this;
    const { t, words } = page;
    const close = t("End comparing");
    return html`<section aria-label=${t("Comparison of two takes")} @keydown=${this.#keys}>
      <header class="small">
        <b>${takes.length < 2 ? t("Compare with which other take?") : t("Compare")}</b>
        <button class="quiet small" title=${close} aria-label=${close} @click=${() => this.#tell("")}>${icon("close")}</button>
      </header>
      ${takes.map(({ card, result }, index) => {
        const name = names[index] ?? "";
        return html`<div class=${index === this.heard ? "take heard" : "take"}>
          <button
            class="name"
            aria-pressed=${index === this.heard ? "true" : "false"}
            title=${t("Hear {name} from the same position (key X switches)", { name })}
            @click=${() => this.#hear(index)}
          >
            ${name}
          </button>
          <p class="small soft" title=${result.title}>
            ${apart(card, takes[1 - index]?.card ?? null, words.at(card.createdAt, this.now)).join(" · ")}
          </p>
          <hr-audio .page=${page} .result=${result} .src=${result.src ?? ""}></hr-audio>
        </div>`;
      })}
    </section>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("takes")) void this.#link();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unlink?.abort();
    this.#linked = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) void this.#link();
  }

  /** What one player does, the other does too. A snapshot with the same two takes changes nothing. */
  async #link(): Promise<void> {
    const pair = this.takes.map((one) => one.result.id).join("\n");
    if (pair === this.#linked) return;
    this.#linked = pair;
    this.#unlink?.abort();
    if (this.takes.length < 2) return;
    const link = new AbortController();
    this.#unlink = link;
    await Promise.all([...this.players].map((one) => one.updateComplete));
    const all = this.#media();
    if (link.signal.aborted || all.length < 2) return;
    this.#hear(0);
    for (const [index, media] of all.entries()) {
      const other = all[1 - index] as HTMLMediaElement;
      const on = (event: string, follow: () => void) =>
        media.addEventListener(event, follow, { signal: link.signal });
      on("play", () => void (other.paused && !other.ended && other.play().catch(() => media.pause())));
      on("pause", () => void (media.ended || other.pause()));
      on("seeking", () => inStep(media, other));
    }
  }

  #hear(index: number): void {
    const before = this.heard;
    this.heard = index;
    const all = this.#media();
    const [from, to] = [all[before], all[index]];
    if (from !== undefined && to !== undefined && from !== to) {
      inStep(from, to);
      if (!from.paused && to.paused) void to.play().catch(() => {});
    }
    for (const [at, media] of all.entries()) media.muted = at !== index;
  }

  #media(): HTMLMediaElement[] {
    return [...this.players].map((one) => one.media);
  }

  #keys(event: KeyboardEvent): void {
    if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.takes.length < 2) return;
    event.preventDefault();
    this.#hear(1 - this.heard);
  }

  #tell(detail: string): void {
    this.dispatchEvent(new CustomEvent("compare", { detail, bubbles: true, composed: true }));
  }
}

/** What tells a take from the other one, the rarest first: by whom, what was given otherwise, and when it was asked for. */
export function apart(card: CardView, other: CardView | null, time: string): string[] {
  const valueIn = ({ given }: CardView, title: string) => given.find((one) => one.title === title)?.value;
  // Where the forms have nothing in common, what only one of them has tells nothing.
  if (other === null || !card.given.some(({ title }) => valueIn(other, title) !== undefined))
    return [card.providerName, time, card.detail].filter(Boolean);
  const different = card.given
    .filter(({ title, value }) => valueIn(other, title) !== value)
    .map(({ title, value }) => `${title} ${value}`);
  const missing = other.given
    .filter(({ title }) => valueIn(card, title) === undefined)
    .map(({ title }) => `${title} –`);
  const names = [
    card.providerName === other.providerName ? "" : card.providerName,
    card.accountName === other.accountName ? "" : card.accountName,
  ];
  return [...names.filter(Boolean), ...different, ...missing, time];
}

/** Puts a recording where another one is, as far as it is long enough. */
function inStep(leader: HTMLMediaElement, follower: HTMLMediaElement): void {
  const at = Math.min(leader.currentTime, Number.isFinite(follower.duration) ? follower.duration : 0);
  if (Math.abs(follower.currentTime - at) > IN_STEP) follower.currentTime = at;
}
