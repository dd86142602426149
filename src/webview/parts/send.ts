// The send row: the one prominent button of the page, in reach wherever the form is scrolled to, and beside it in words what
// pressing it will do, and what has become of the last press.
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { CardView, Snapshot } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import { Countdown } from "../base/ticker.ts";
import { markOf, markStyles } from "./card-mark.ts";

/** Fires `send` with whether it is a later click of a double click, and `show` with a card's id when the person wants to see it. */
@customElement("hr-send")
export class Send extends LitElement {
  static override styles = [
    shared,
    markStyles,
    css`
      :host {
        align-items: center;
        background: var(--vscode-sideBar-background, var(--vscode-editor-background));
        border-top: 1px solid var(--vscode-contrastBorder, var(--track));
        display: flex;
        flex-wrap: wrap;
        gap: 8px 12px;
        padding-block: 10px 8px;
      }
      /* Its place is kept, so that the button stays where it is when something was sent. */
      .last {
        align-items: start;
        min-height: 18px;
        display: flex;
        flex: 1 0 100%;
        gap: 5px;
        min-width: 0;
      }
      .last span:nth-child(2) {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .last button {
        flex: none;
        margin-inline-start: auto;
      }
      vscode-button {
        flex: 1 0 auto;
        min-width: 112px;
        width: auto;
      }
      .beside {
        flex: 1 1 150px;
        min-width: 0;
      }
      .forecast {
        align-items: start;
        display: flex;
        gap: 5px;
      }
      .forecast .icon {
        margin-top: 1px;
      }
      .now .icon {
        color: var(--good);
      }
      .later .icon {
        color: var(--warn);
      }
      .money {
        align-items: center;
        color: var(--soft);
        display: flex;
        gap: 5px;
      }
      @container page (min-width: 400px) {
        vscode-button {
          flex: 0 0 auto;
        }
        .beside {
          flex: 1 1 200px;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) override accessor title = "";
  @property({ attribute: false }) accessor forecast: Snapshot["forecast"] = null;
  /** What stands in the way of sending; it goes before the forecast. */
  @property({ attribute: false }) accessor blocked: string | null = null;
  @property({ attribute: false }) accessor charged = false;
  @property({ attribute: false }) accessor simulated = false;
  @property({ attribute: false }) accessor off = false;
  /** What the last press began; null before one. */
  @property({ attribute: false }) accessor last: CardView | null = null;

  /** Before the button's own: a key that is held down presses once. */
  readonly #hold = {
    capture: true,
    handleEvent(event: KeyboardEvent): void {
      if (event.repeat && (event.key === "Enter" || event.key === " ")) event.stopImmediatePropagation();
    },
  };
  readonly #countdown = new Countdown(this, () => this.page?.ticker);

  protected override render() {
    const { t } = this.page;
    const mac = /Mac/.test(navigator.platform);
    return html`<vscode-button
        block
        ?disabled=${this.off}
        aria-disabled=${this.off ? "true" : "false"}
        aria-keyshortcuts="Control+Enter Meta+Enter"
        title=${t("{title} ({keys})", { title: this.title, keys: mac ? "⌘↵" : "Ctrl+Enter" })}
        @keydown=${this.#hold}
        @click=${this.#send}
        >${icon("send", "content-before")}${this.title}</vscode-button
      >
      <div class="beside small">${this.#forecast()} ${this.#money()}</div>
      ${this.last === null ? html`<p class="last small"></p>` : this.#began(this.last)}`;
  }

  #began(card: CardView) {
    const { t } = this.page;
    const show = () =>
      this.dispatchEvent(new CustomEvent("show", { detail: card.id, bubbles: true, composed: true }));
    return html`<p class="last small">
      ${markOf(card.state)}<span title=${card.detail}>${t("Last request: {state}", { state: card.stateTitle })}</span>
      <button class="link" aria-label=${t("Show {title}", { title: card.title })} @click=${show}>${t("Show")}</button>
    </p>`;
  }

  #forecast() {
    const { blocked, forecast } = this;
    if (blocked !== null) return html`<p class="forecast later">${icon("edit")}<span>${blocked}</span></p>`;
    if (forecast === null) return nothing;
    const left = forecast.now || forecast.startsAt === null ? 0 : this.#countdown.left(forecast.startsAt);
    return html`<p class="forecast figures ${forecast.now ? "now" : "later"}">
      ${icon(forecast.now ? "check" : "watch")}
      <span
        >${forecast.sentence}${left === 0 ? nothing : html` <b>${this.page.words.countdown(left)}</b>`}</span
      >
    </p>`;
  }

  #money() {
    const { t } = this.page;
    if (this.simulated)
      return html`<p class="money">${icon("beaker")}<span>${t("Simulated, costs nothing")}</span></p>`;
    if (this.charged)
      return html`<p class="money">${icon("creditCard")}<span>${t("The provider charges for it")}</span></p>`;
    return nothing;
  }

  #send(event: MouseEvent): void {
    if (!this.off) this.dispatchEvent(new CustomEvent("send", { detail: event.detail > 1 }));
  }
}
