// Why a request waits: the sentence with what is left of the time, and the facts behind it, unfolded on demand.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { WaitView } from "../../protocol/snapshot.ts";
import { factsOf } from "../base/facts.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import { Countdown } from "../base/ticker.ts";

/** One wait, as rows of the queue and cards show it. */
@customElement("hr-wait")
export class WaitWords extends LitElement {
  static override styles = [
    shared,
    css`
      summary {
        border-radius: 4px;
        color: var(--soft);
        cursor: pointer;
        display: flex;
        gap: 8px;
        list-style: none;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      summary:hover {
        color: var(--vscode-foreground);
      }
      summary .icon {
        margin-top: 2px;
      }
      details[open] summary .icon {
        rotate: 90deg;
      }
      b {
        color: var(--vscode-foreground);
      }
      dl {
        margin-block: 4px 2px;
        margin-inline-start: 22px;
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor wait!: WaitView;
  /** What else is to be said behind the sentence. */
  @property({ attribute: false }) accessor note = "";
  /** Whether what is left of the time stands behind the sentence. */
  @property({ attribute: false }) accessor counts = false;

  readonly #countdown = new Countdown(this, () => this.page?.ticker);

  protected override render() {
    const { wait, page, note } = this;
    const left = this.counts && wait.until !== null ? this.#countdown.left(wait.until) : 0;
    const sentence = note === "" ? wait.sentence : `${wait.sentence} ${note}`;
    return html`<details class="small figures">
      <summary>
        ${icon("chevronRight")}<span
          >${sentence}${left > 0 ? html` <b>${page.words.countdown(left)}</b>` : nothing}</span
        >
      </summary>
      ${factsOf(wait.facts)}
    </details>`;
  }
}
