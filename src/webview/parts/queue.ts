// The requests that wait in the gate, of this editor window and of others: who is ahead, why, until when, and the ways out.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { CardView, WaitingView } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { Roving } from "../base/roving.ts";
import { shared } from "../base/styles.ts";
import { Countdown } from "../base/ticker.ts";
import { actsOf, linksFor } from "./card-actions.ts";
import "./wait.ts";

/** Acts that are of no use while a request waits; its card has them later. */
const elsewhere = ["copyCode", "openAnswer", "dismiss"] as const;

/** The queue; `cards` are those that wait and are shown here and not below. */
@customElement("hr-queue")
export class Queue extends LitElement {
  static override styles = [
    shared,
    css`
      ul {
        border: 1px solid var(--line);
        border-radius: 6px;
        margin-top: 4px;
        overflow: hidden;
      }
      li {
        background: var(--faint);
        padding: 8px 10px;
      }
      li + li {
        border-top: 1px solid var(--track);
      }
      .head {
        align-items: center;
        display: flex;
        gap: 6px;
      }
      .head .icon {
        color: var(--warn);
      }
      .other .head .icon {
        color: var(--soft);
      }
      h3 {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .other h3 {
        font-weight: 400;
      }
      .detail {
        padding-inline-start: 22px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .left {
        font-size: 1.15em;
        font-weight: 600;
      }
      hr-wait {
        margin-top: 2px;
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 12px;
        margin-top: 4px;
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor queue: readonly WaitingView[] = [];
  @property({ attribute: false }) accessor cards: readonly CardView[] = [];

  readonly #roving = new Roving(() => this.requestUpdate());
  readonly #countdown = new Countdown(this, () => this.page?.ticker);

  protected override render() {
    const { t, words } = this.page;
    const current = this.#roving.among(this.queue.map((one) => `waiting ${one.id}`));
    return html`<h2>${t("Waiting")} <span class="figures">${words.number(this.queue.length)}</span></h2>
      <ul @keydown=${this.#roving.keys} @focusin=${this.#roving.entered}>
        ${repeat(
          this.queue,
          (waiting) => waiting.id,
          (waiting) => this.#row(waiting, current === `waiting ${waiting.id}`),
        )}
      </ul>`;
  }

  #row(waiting: WaitingView, current: boolean) {
    const { t, words } = this.page;
    const { until } = waiting.wait;
    const left = until === null ? 0 : this.#countdown.left(until);
    const card = this.cards.find((one) => one.id === waiting.id);
    return html`<li class=${waiting.own ? "own" : "other"} data-entry=${`waiting ${waiting.id}`} tabindex=${current ? "0" : "-1"} aria-keyshortcuts="ArrowDown ArrowUp">
      <div class="head">
        ${icon("watch")}
        <h3 title=${waiting.title}>${waiting.title}</h3>
        ${left === 0 ? nothing : html`<span class="left figures" title=${t("Time left")}>${words.countdown(left)}</span>`}
      </div>
      ${card === undefined || card.detail === "" ? nothing : html`<p class="detail small soft" title=${card.detail}>${card.detail}</p>`}
      <hr-wait
        tabindex=${current ? nothing : "-1"}
        .page=${this.page}
        .wait=${waiting.wait}
        .note=${[waiting.own ? "" : t("From another editor window."), laneOf(waiting, this.page)].filter(Boolean).join(" ")}
      ></hr-wait>
      ${card === undefined ? nothing : html`<div class="acts small">${linksFor(actsOf(card, elsewhere), card, this.page, current)}</div>`}
    </li>`;
  }
}

function laneOf(waiting: WaitingView, { t }: Page): string {
  if (waiting.lane === "batch") return t("Part of a batch.");
  return waiting.lane === "poll" ? t("Asks how a job stands.") : "";
}
