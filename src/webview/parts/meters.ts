// All budgets of the account in use: what bears on the next send whole, the others one line each.
// It must not change its height with every send: the form below would jump.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { MeterView } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import "./meter.ts";
import { ranked } from "./meter-facts.ts";

/** Fires `explain` when the person wants the meters in words, or no longer. */
@customElement("hr-meters")
export class Meters extends LitElement {
  static override styles = [
    shared,
    css`
      header {
        align-items: center;
        display: flex;
        justify-content: space-between;
        margin-bottom: 2px;
      }
      .meters {
        display: grid;
        gap: 12px 20px;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 210px), 1fr));
      }
      .others {
        display: grid;
        gap: 2px 20px;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 210px), 1fr));
      }
      .meters + .others {
        border-top: 1px solid var(--track);
        margin-top: 12px;
        padding-top: 8px;
      }
      .icon {
        color: var(--soft);
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor meters: readonly MeterView[] = [];
  @property({ attribute: false }) accessor explained = false;

  protected override render() {
    const { t } = this.page;
    const { whole, lines } = ranked(this.meters);
    return html`<header>
        <h2>${t("Headroom")}</h2>
        <button
          class="quiet small"
          aria-expanded=${this.explained ? "true" : "false"}
          aria-label=${t("Explain in words")}
          title=${t("Explain in words")}
          @click=${() => this.dispatchEvent(new CustomEvent("explain", { detail: !this.explained }))}
        >
          ${icon("info")}
        </button>
      </header>
      ${whole.length === 0 ? nothing : html`<div class="meters">${this.#each(whole, false)}</div>`}
      ${lines.length === 0 ? nothing : html`<div class="others">${this.#each(lines, true)}</div>`}`;
  }

  #each(meters: readonly MeterView[], compact: boolean) {
    return repeat(
      meters,
      (meter) => meter.id,
      (meter) => html`<hr-meter
        .page=${this.page}
        .meter=${meter}
        .explained=${this.explained}
        ?compact=${compact && meter.closedUntil === null}
      ></hr-meter>`,
    );
  }
}
