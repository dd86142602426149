// The form of the chosen action, made from its fields, with the send row at its end. Values live in the draft; what is wrong
// with them the host says, and nobody else.
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { CardView, FieldView, FormValue, Snapshot } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import type { Draft } from "./draft.ts";
import type { Field } from "./field.ts";
import "./field.ts";
import { Send } from "./send.ts";

/** So long after Send the host may still move the keyboard to what it finds wrong, ms. */
const answerMs = 1500;

/** Fires `fold` when the advanced fields are opened or closed, and `sent` when the host was asked to send. */
@customElement("hr-form")
export class Form extends LitElement {
  static override styles = [
    shared,
    css`
      .fields {
        display: grid;
        gap: 12px;
      }
      details {
        margin-top: 12px;
      }
      details .fields {
        margin-top: 8px;
      }
      summary {
        align-items: center;
        border-radius: 4px;
        cursor: pointer;
        display: flex;
        font-weight: 600;
        gap: 4px;
        list-style: none;
        margin-inline-start: -4px;
        min-height: 22px;
        width: fit-content;
        padding-inline-end: 6px;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      details[open] summary .icon {
        rotate: 90deg;
      }
      summary .count {
        color: var(--soft);
        font-weight: 400;
      }
      hr-send {
        bottom: 0;
        margin-top: 12px;
        position: sticky;
        z-index: 1;
      }
      /* In a very low view the row would hide what it is about. */
      @media (max-height: 480px) {
        hr-send {
          position: static;
        }
      }
      @container page (min-width: 560px) {
        .fields {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
        .long {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor form!: NonNullable<Snapshot["form"]>;
  @property({ attribute: false }) accessor forecast: Snapshot["forecast"] = null;
  @property({ attribute: false }) accessor simulated = false;
  @property({ attribute: false }) accessor draft!: Draft;
  /** The account to send with; null where there is none. */
  @property({ attribute: false }) accessor accountId: string | null = null;
  @property({ attribute: false }) accessor unfolded = false;
  /** What the last press of Send began. */
  @property({ attribute: false }) accessor last: CardView | null = null;
  /** When Send was pressed, by the page's own running time, ms. */
  #sentAt = Number.NEGATIVE_INFINITY;
  /** Names the last wish to send: the host takes each once. */
  #sendId = "";

  protected override render() {
    const { form, page } = this;
    const plain = form.fields.filter((field) => !field.advanced);
    const advanced = form.fields.filter((field) => field.advanced);
    const troubled = advanced.some((field) => this.#problem(field) !== null);
    return html`<form aria-label=${form.title} @submit=${(event: Event) => event.preventDefault()} @keydown=${this.#keys}>
      ${plain.length === 0 ? nothing : html`<div class="fields">${this.#fields(plain)}</div>`}
      ${
        advanced.length === 0
          ? nothing
          : html`<details ?open=${this.unfolded || troubled} @toggle=${this.#fold}>
              <summary>
                ${icon("chevronRight")}${page.t("Advanced")}
                <span class="count small">${page.words.number(advanced.length)}</span>
              </summary>
              <div class="fields">${this.#fields(advanced)}</div>
            </details>`
      }
      <hr-send
        .page=${page}
        .title=${form.submitTitle}
        .forecast=${this.forecast}
        .blocked=${form.blocked}
        .charged=${form.charged && !this.simulated}
        .simulated=${this.simulated}
        .off=${this.accountId === null}
        .last=${this.last}
        @send=${(event: CustomEvent<boolean>) => this.#send(event.detail)}
      ></hr-send>
    </form>`;
  }

  /** The host has answered a send: what it finds wrong gets the keyboard. */
  protected override updated(changed: PropertyValues): void {
    if (!changed.has("form") || performance.now() - this.#sentAt > answerMs) return;
    const wrong = this.form.fields.find((field) => Object.hasOwn(this.form.problems, field.name));
    if (wrong === undefined) return;
    this.#sentAt = Number.NEGATIVE_INFINITY;
    this.focusField(wrong.name);
  }

  #fields(fields: readonly FieldView[]) {
    return repeat(
      fields,
      (field) => `${this.form.actionId} ${field.name}`,
      (field) => html`<hr-field
        class=${field.multiline || field.type === "json" || field.type === "file" ? "long" : ""}
        data-name=${field.name}
        .page=${this.page}
        .field=${field}
        .value=${this.draft.values[field.name]}
        .problem=${this.#problem(field)}
        @change=${(event: CustomEvent<FormValue>) => this.#change(field, event.detail)}
        @ask=${(event: CustomEvent<"pickFile" | "loadChoices">) => this.#ask(field, event.detail)}
      ></hr-field>`,
    );
  }

  #problem({ name }: FieldView): string | null {
    const { draft, form } = this;
    const told = Object.hasOwn(form.problems, name) ? (form.problems[name] ?? null) : null;
    // The host's word is about what it has seen; once the field differs it is old.
    return told !== null && (draft.values[name] ?? null) === (form.values[name] ?? null) ? told : null;
  }

  #change(field: FieldView, value: FormValue): void {
    this.#sentAt = Number.NEGATIVE_INFINITY;
    this.draft.change(field.name, value);
    this.requestUpdate();
  }

  #ask(field: FieldView, what: "pickFile" | "loadChoices"): void {
    this.page.post({ type: what, field: field.name });
  }

  #keys(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    // A key that is held down is one wish; at the button it has been pressed by it already.
    if (!event.repeat && !(event.target instanceof Send)) this.#send(false);
  }

  #fold(event: Event): void {
    const open = (event.target as HTMLDetailsElement).open;
    if (open !== this.unfolded) this.dispatchEvent(new CustomEvent("fold", { detail: open }));
  }

  /** `again` for the later clicks of a double click: they wish what the first one did. */
  #send(again: boolean): void {
    const { accountId, draft, form, page } = this;
    if (!again || this.#sendId === "") this.#sendId = newSendId();
    this.#sentAt = performance.now();
    this.dispatchEvent(new CustomEvent("sent"));
    page.post({
      type: "send",
      actionId: form.actionId,
      values: { ...draft.values },
      sendId: this.#sendId,
      ...(accountId === null ? {} : { accountId }),
    });
  }

  /** Puts the keyboard into a field, also into a folded one. */
  focusField(name: string): void {
    const field = this.renderRoot.querySelector<Field>(`hr-field[data-name=${CSS.escape(name)}]`);
    const fold = field?.closest("details");
    if (fold) fold.open = true;
    field?.focus();
  }
}

function newSendId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}
