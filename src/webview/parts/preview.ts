// A text or JSON answer, its beginning, as text and nothing else: what a server sends is never markup.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";

/** Shown until the person asks for more. */
const firstLetters = 600;
const mostLetters = 20_000;

/** `text` is shown in the editor's font; the whole of it opens in an editor by the result's own Open. */
@customElement("hr-preview")
export class Preview extends LitElement {
  static override styles = [
    shared,
    css`
      pre {
        background: var(--vscode-textCodeBlock-background, var(--vscode-editor-background));
        border: 1px solid var(--line);
        border-radius: 4px;
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: var(--small);
        line-height: 1.45;
        margin: 0;
        max-height: 220px;
        overflow: auto;
        overflow-wrap: anywhere;
        padding: 7px 9px;
        white-space: pre-wrap;
      }
      pre:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
      .prose {
        font-family: inherit;
        font-size: inherit;
      }
      button {
        margin-top: 4px;
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor text = "";
  @property({ attribute: false }) accessor json = false;
  @state() private accessor all = false;

  protected override render() {
    const { t, words } = this.page;
    const most = this.all ? mostLetters : firstLetters;
    const cut = this.text.length > most;
    return html`<pre tabindex="0" role="region" aria-label=${t("Preview")} class=${this.json ? "" : "prose"}>${
      cut ? `${this.text.slice(0, most)}…` : this.text
    }</pre>
      ${
        cut && !this.all
          ? html`<button
              class="link small"
              @click=${() => {
                this.all = true;
              }}
            >
              ${t("Show more ({count} characters)", { count: words.number(this.text.length) })}
            </button>`
          : nothing
      }`;
  }
}
