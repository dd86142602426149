// A question to the person in a card: confirm the facts, edit a text and confirm it, or decide about an unknown outcome.
import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-textarea/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import { type AskView, type CardView, longestEdit } from "../../protocol/snapshot.ts";
import { factsOf } from "../base/facts.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import { intentFor, wordsFor } from "./card-actions.ts";
import { type RowChange, Rows } from "./rows.ts";

/** So long after Confirm the host may still move the keyboard to what it finds wrong, ms. */
const answerMs = 1500;

const buttons = ["confirm", "check", "resend", "giveUp"] as const;

/** Shows `card.ask`; the first button that `card.can` allows is the prominent one. */
@customElement("hr-ask")
export class Ask extends LitElement {
  static override styles = [
    shared,
    css`
      dl {
        margin-top: 6px;
      }
      vscode-textarea {
        display: block;
        margin-top: 8px;
        width: 100%;
      }
      .problem {
        align-items: start;
        color: var(--bad-text);
        display: flex;
        gap: 4px;
        margin-top: 3px;
      }
      .problem .icon {
        color: var(--bad);
        margin-top: 1px;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin-top: 10px;
      }
      .buttons vscode-button {
        flex: 0 1 auto;
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor card!: CardView;
  /** When Confirm was pressed on an edit, by the page's own running time, ms. */
  #confirmedAt = Number.NEGATIVE_INFINITY;

  protected override render() {
    const { ask } = this.card;
    if (ask === null) return nothing;
    const acts = buttons.filter((act) => this.card.can.includes(act));
    return html`<p>${ask.sentence}</p>
      ${ask.facts.length === 0 ? nothing : html`<div class="small figures">${factsOf(ask.facts)}</div>`}
      ${ask.kind === "edit" ? this.#editor(ask) : nothing}
      ${this.#isTooLong ? this.#tooLong() : nothing}
      <div class="buttons">
        ${repeat(
          acts,
          (act) => act,
          (act, at) => html`<vscode-button
            ?secondary=${at > 0}
            aria-label=${`${wordsFor(act, this.page)}: ${this.card.title}`}
            @click=${() => this.#press(act)}
            >${wordsFor(act, this.page)}</vscode-button
          >`,
        )}
      </div>`;
  }

  /** The host has not taken what was confirmed: what it finds wrong gets the keyboard. */
  override updated(): void {
    const control = this.renderRoot.querySelector("vscode-textarea");
    const wrong = this.page.edits.problems(this.card).findIndex((one) => one !== null);
    void control?.updateComplete.then(() => {
      control.wrappedElement.style.padding = "5px 7px";
      control.wrappedElement.setAttribute("aria-invalid", String(wrong >= 0));
    });
    if (wrong < 0 || performance.now() - this.#confirmedAt > answerMs) return;
    this.#confirmedAt = Number.NEGATIVE_INFINITY;
    const rows = this.renderRoot.querySelector("hr-rows");
    if (rows instanceof Rows) void rows.updateComplete.then(() => rows.focusRow(wrong));
    else control?.focus();
  }

  #press(act: (typeof buttons)[number]): void {
    if (act === "confirm" && this.#isTooLong) return;
    if (act === "confirm") this.#confirmedAt = performance.now();
    this.page.post(intentFor(act, this.card, this.page));
    this.requestUpdate();
  }

  get #isTooLong(): boolean {
    return this.card.ask?.kind === "edit" && this.page.edits.isTooLong(this.card);
  }

  #tooLong() {
    const { t, words } = this.page;
    return html`<p class="problem small" role="alert">
      ${icon("error")}<span
        >${t("This is more than {most} characters in all; shorten it before you confirm. It stays here until then.", { most: words.number(longestEdit) })}</span
      >
    </p>`;
  }

  #change(at: number, text: string): void {
    this.#confirmedAt = Number.NEGATIVE_INFINITY;
    this.page.edits.change(this.card, at, text);
    this.requestUpdate();
  }

  #editor(ask: AskView) {
    const texts = this.page.edits.of(this.card);
    const problems = this.page.edits.problems(this.card);
    if (ask.rows !== undefined)
      return html`<hr-rows
        .page=${this.page}
        .rows=${ask.rows}
        .texts=${texts}
        .label=${ask.sentence}
        .maxLength=${ask.maxLength ?? null}
        .problems=${problems}
        @text=${({ detail }: CustomEvent<RowChange>) => this.#change(detail.at, detail.text)}
        @done=${() => this.#press("confirm")}
      ></hr-rows>`;
    const [text = ""] = texts;
    const [problem = null] = problems;
    return html`<vscode-textarea
        .label=${ask.sentence}
        .value=${live(text)}
        ?invalid=${problem !== null}
        rows=${Math.min(14, Math.max(4, text.split("\n").length))}
        @input=${(event: Event) => this.#change(0, (event.target as HTMLTextAreaElement).value)}
      ></vscode-textarea>
      ${problem === null ? nothing : html`<p class="problem small">${icon("error")}<span>${problem}</span></p>`}`;
  }
}
