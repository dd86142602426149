// One budget: what is left as a bar that falls, when it comes back as marks on a time axis, and how that is known.
// A budget that the chosen action does not spend from takes one line.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { MeterView } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import { Countdown } from "../base/ticker.ts";
import { barOf, barStyles, placesOf } from "./meter-bar.ts";
import {
  countOf,
  evidenceOf,
  figuresOf,
  isLimited,
  kindOf,
  overOf,
  returnOf,
  ticksOf,
} from "./meter-facts.ts";

/** Draws itself from its view and the shared clock; posts nothing. */
@customElement("hr-meter")
export class Meter extends LitElement {
  static override styles = [
    shared,
    barStyles,
    css`
      .head {
        align-items: baseline;
        display: flex;
        gap: 8px;
        justify-content: space-between;
      }
      h3 {
        font-weight: 400;
        line-height: 20px;
        min-width: 0;
      }
      .figures {
        color: var(--soft);
        flex: none;
        white-space: nowrap;
      }
      .figures b {
        color: var(--vscode-foreground);
        font-size: 1.15em;
        font-weight: 600;
      }
      .head:has(.counts) {
        flex-wrap: wrap;
      }
      .none b {
        color: var(--warn-text);
      }
      .beyond b {
        color: var(--bad-text);
      }
      .foot {
        align-items: center;
        color: var(--soft);
        display: flex;
        flex-wrap: wrap;
        gap: 0 10px;
        justify-content: space-between;
        margin-top: 3px;
      }
      .foot > span {
        align-items: center;
        display: inline-flex;
        gap: 4px;
        min-width: 0;
      }
      .closed {
        align-items: start;
        color: var(--warn-text);
        display: flex;
        gap: 4px;
        margin-top: 3px;
        white-space: normal;
      }
      .sentence {
        color: var(--soft);
        margin-top: 3px;
      }
      :host([compact]) .row {
        align-items: center;
        display: grid;
        gap: 8px;
        grid-template-columns: minmax(0, 1fr) minmax(40px, 30%) auto;
        min-height: 20px;
      }
      :host([compact]) .figures {
        min-width: 44px;
        text-align: end;
      }
      :host([compact]) .figures b {
        font-size: inherit;
        font-weight: 400;
      }
      :host([compact]) h3 {
        color: var(--soft);
        line-height: 16px;
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor meter!: MeterView;
  @property({ type: Boolean, reflect: true }) accessor compact = false;
  /** Shows the whole sentence as text. */
  @property({ attribute: false }) accessor explained = false;

  readonly #countdown = new Countdown(this, () => this.page?.ticker);

  protected override render() {
    return html`${this.compact ? this.#line() : this.#whole()}
    ${this.explained ? html`<p class="sentence small">${this.meter.sentence}</p>` : nothing}`;
  }

  #line() {
    return html`<div class="row small">
      <h3 title=${this.meter.title}>${this.meter.title}</h3>
      ${this.#gauge()} ${this.#figures()}
    </div>`;
  }

  #whole() {
    const { meter, page } = this;
    const kind = kindOf(meter, page);
    const back = returnOf(meter, page, this.#countdown);
    const known = evidenceOf(meter, page, this.#countdown);
    return html`<div class="head">
        <h3 title=${meter.title}>${meter.title}</h3>
        ${this.#figures()}
      </div>
      ${this.#gauge()} ${this.#axis()} ${this.#closed()}
      <div class="foot small figures">
        <span title=${kind.title}>${icon(kind.icon)}<span>${[overOf(meter, page), kind.text, back].filter(Boolean).join(" · ")}</span></span>
        <span title=${known.title}>${known.age === "" ? nothing : html`<span>${known.age}</span>`}${icon(known.icon)}</span>
      </div>`;
  }

  #figures() {
    const { meter, page } = this;
    if (!isLimited(meter))
      return html`<span class="figures small counts" aria-hidden="true">${countOf(meter, page)}</span>`;
    const { left, of } = figuresOf(meter, page);
    const { limit, used } = meter;
    const state = used > limit ? "beyond" : used === limit ? "none" : "";
    return html`<span class="figures ${state}" aria-hidden="true"><b>${left}</b> / ${of}</span>`;
  }

  #gauge() {
    const { meter } = this;
    const most = meter.limit ?? Math.max(meter.used, 1);
    const value = meter.limit === null ? meter.used : (meter.left ?? meter.limit - meter.used);
    return html`<div
      class="gauge"
      role="meter"
      aria-label=${meter.title}
      aria-valuemin="0"
      aria-valuemax=${most}
      aria-valuenow=${Math.max(0, Math.min(value, most))}
      aria-valuetext=${meter.sentence}
      title=${meter.sentence}
    >
      ${meter.type === "slots" ? placesOf(meter) : barOf(meter)}
    </div>`;
  }

  #axis() {
    const { meter } = this;
    if (meter.type === "slots" || meter.used === 0) return nothing;
    const now = this.#countdown.now;
    if (meter.kind === "fixed" || meter.kind === "fixedFromFirst") {
      const at = meter.fullAt ?? meter.nextAt;
      if (at === null || meter.quotaWindowMs === null || at <= now) return nothing;
      const share = Math.min(1, (at - now) / meter.quotaWindowMs);
      return html`<div class="axis" aria-hidden="true"><i class="rest" .style=${`width:${share * 100}%`}></i></div>`;
    }
    const ticks = ticksOf(meter, now);
    if (ticks.length === 0) return nothing;
    return html`<div class="axis sliding" aria-hidden="true">
      ${ticks.map(({ x, count }) => html`<i class=${count > 1 ? "tick many" : "tick"} .style=${`left:${x * 100}%`}></i>`)}
    </div>`;
  }

  #closed() {
    const { closedUntil } = this.meter;
    if (closedUntil === null) return nothing;
    const { t, words } = this.page;
    const ms = this.#countdown.left(closedUntil);
    if (ms === 0) return nothing;
    const time = words.at(closedUntil, this.#countdown.now);
    return html`<p class="closed small figures">
      ${icon("lock")}<span>${t("Closed by the server until {time} · {left}", { time, left: words.countdown(ms) })}</span>
    </p>`;
  }
}
