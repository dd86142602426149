// A question to the person in a card: confirm the facts, edit a text and confirm it, or decide about an unknown outcome.
import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-textarea/index.js";
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import type { CardView } from "../../protocol/snapshot.ts";
import { factsOf } from "../base/facts.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import { intentFor, wordsFor } from "./card-actions.ts";

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
  @state() private accessor text = "";
  #told: string | undefined;

  protected override willUpdate(changed: PropertyValues): void {
    const told = this.card.ask?.text;
    if (!changed.has("card") || told === this.#told) return;
    this.#told = told;
    this.text = told ?? "";
  }

  protected override render() {
    const { ask } = this.card;
    if (ask === null) return nothing;
    const acts = buttons.filter((act) => this.card.can.includes(act));
    return html`<p>${ask.sentence}</p>
      ${ask.facts.length === 0 ? nothing : html`<div class="small figures">${factsOf(ask.facts)}</div>`}
      ${ask.kind === "edit" ? this.#editor(ask.sentence) : nothing}
      <div class="buttons">
        ${repeat(
          acts,
          (act) => act,
          (act, at) => html`<vscode-button
            ?secondary=${at > 0}
            aria-label=${`${wordsFor(act, this.page)}: ${this.card.title}`}
            @click=${() => this.page.post(intentFor(act, this.card.id, ask.kind === "edit" ? this.text : undefined))}
            >${wordsFor(act, this.page)}</vscode-button
          >`,
        )}
      </div>`;
  }

  override updated(): void {
    const control = this.renderRoot.querySelector("vscode-textarea");
    void control?.updateComplete.then(() => {
      control.wrappedElement.style.padding = "5px 7px";
    });
  }

  #editor(label: string) {
    return html`<vscode-textarea
      .label=${label}
      .value=${live(this.text)}
      rows=${Math.min(14, Math.max(4, this.text.split("\n").length))}
      @input=${(event: Event) => {
        this.text = (event.target as HTMLTextAreaElement).value;
      }}
    ></vscode-textarea>`;
  }
}
