// The send row: the one prominent button of the page, and beside it in words what pressing it will do, and when.
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Snapshot } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import { Countdown } from "../base/ticker.ts";

/** Fires `send`. */
@customElement("hr-send")
export class Send extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 8px 12px;
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
  @property({ attribute: false }) accessor charged = false;
  @property({ attribute: false }) accessor simulated = false;
  @property({ attribute: false }) accessor off = false;

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
        @click=${this.#send}
        >${icon("send", "content-before")}${this.title}</vscode-button
      >
      <div class="beside small">${this.#forecast()} ${this.#money()}</div>`;
  }

  #forecast() {
    const { forecast } = this;
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

  #send(): void {
    if (!this.off) this.dispatchEvent(new CustomEvent("send"));
  }
}
