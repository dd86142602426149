// One field of the form: label, what it is, the control that fits it, its problem. It fires `change` and `ask`, and keeps no value.
import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-textarea/index.js";
import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import type { FieldView, FormValue } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import { fieldStyles } from "./field-styles.ts";
import "./select.ts";

/** What the wrapped controls offer beside the DOM's own. */
interface Wrapping extends HTMLElement {
  readonly wrappedElement?: HTMLInputElement | HTMLTextAreaElement;
  readonly value: string;
  readonly checked: boolean;
}

/** Fires `change` with the new value as detail, and `ask` with `pickFile` or `loadChoices`. */
@customElement("hr-field")
export class Field extends LitElement {
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [shared, fieldStyles, css``];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor field!: FieldView;
  @property({ attribute: false }) accessor value: FormValue | undefined;
  @property({ attribute: false }) accessor problem: string | null = null;

  protected override render() {
    const { field } = this;
    return html`${field.type === "boolean" ? nothing : this.#label()} ${this.#control()}
    ${field.description === undefined ? nothing : html`<p class="description small">${field.description}</p>`}
    ${
      this.problem === null
        ? nothing
        : html`<p class="problem small">${icon("error")}<span>${this.problem}</span></p>`
    }`;
  }

  #label() {
    const { field } = this;
    return html`<div class="label">
      <span class="name" aria-hidden="true">
        ${field.title}${field.required ? nothing : html`<span class="soft small"> ${this.#need()}</span>`}
      </span>
      ${this.#counter()}
    </div>`;
  }

  /** What is said beside the title of a field that need not be filled in by itself. */
  #need(): string {
    const { t } = this.page;
    const others = this.field.insteadOf;
    return others === undefined ? t("optional") : t("or {others}", { others: others.join(", ") });
  }

  #counter() {
    const { field, value } = this;
    const { t, words } = this.page;
    const length = typeof value === "string" ? value.length : 0;
    if (
      field.maxLength !== undefined &&
      field.choices === undefined &&
      (field.multiline || length > field.maxLength * 0.8)
    ) {
      const over = length > field.maxLength;
      const spoken = t("{length} of {most} characters", {
        length: words.number(length),
        most: words.number(field.maxLength),
      });
      return html`<span class="counter small figures ${over ? "over" : ""}" title=${spoken}>
        ${words.number(length)} / ${words.number(field.maxLength)}
      </span>`;
    }
    const { minimum, above, maximum } = field;
    if (above !== undefined && maximum === undefined)
      return html`<span class="counter small figures">${t("more than {least}", { least: words.number(above) })}</span>`;
    if (minimum === undefined && maximum === undefined) return nothing;
    const least = minimum === undefined ? "" : words.number(minimum);
    const most = maximum === undefined ? "" : words.number(maximum);
    const range =
      least === ""
        ? t("up to {most}", { most })
        : most === ""
          ? t("from {least}", { least })
          : `${least} – ${most}`;
    return html`<span class="counter small figures">${range}</span>`;
  }

  #control() {
    const { field } = this;
    if (field.type === "boolean") return this.#checkbox();
    if (field.type === "file") return this.#file();
    if (field.choices !== undefined)
      return html`<div class="pair">${this.#choices(field.choices)}${this.#load()}</div>`;
    if (field.type === "json" || field.multiline) return this.#textarea();
    return html`<div class="pair">${this.#textfield()}${this.#load()}</div>`;
  }

  #checkbox() {
    return html`<vscode-checkbox
      label=${this.field.title}
      .checked=${live(this.value === true)}
      ?invalid=${this.problem !== null}
      @change=${(event: Event) => this.#change((event.target as Wrapping).checked)}
    ></vscode-checkbox>`;
  }

  #choices(choices: NonNullable<FieldView["choices"]>) {
    const { field, page } = this;
    const value = this.value === undefined || this.value === null ? "" : String(this.value);
    const known = choices.some((choice) => choice.value === value);
    const none = { value: "", title: field.required ? page.t("Choose…") : page.t("Default") };
    const entries = [
      ...(field.required && known ? [] : choices.some((choice) => choice.value === "") ? [] : [none]),
      ...choices,
      ...(known || value === "" ? [] : [{ value, title: value }]),
    ];
    return html`<hr-select
      .label=${field.title}
      .description=${this.#spoken()}
      .entries=${entries}
      .value=${value}
      ?invalid=${this.problem !== null}
      @choose=${(event: CustomEvent<string>) => this.#change(this.#typed(event.detail))}
    ></hr-select>`;
  }

  #textarea() {
    const { field } = this;
    return html`<vscode-textarea
      .label=${field.title}
      .value=${live(this.#text())}
      .placeholder=${field.placeholder ?? ""}
      ?monospace=${field.type === "json"}
      .spellcheck=${field.type !== "json"}
      ?invalid=${this.problem !== null}
      @input=${(event: Event) => this.#change((event.target as Wrapping).value)}
    ></vscode-textarea>`;
  }

  #textfield() {
    const { field } = this;
    const number = field.type === "number" || field.type === "integer";
    return html`<vscode-textfield
      .label=${field.unit === undefined ? field.title : `${field.title} (${field.unit})`}
      .value=${live(this.#text())}
      .placeholder=${field.placeholder ?? ""}
      ?invalid=${this.problem !== null}
      @input=${(event: Event) => this.#change(this.#typed((event.target as Wrapping).value))}
      >${
        field.unit === undefined
          ? nothing
          : html`<span slot="content-after" class="unit soft small" aria-hidden="true">${field.unit}</span>`
      }${number ? nothing : nothing}</vscode-textfield
    >`;
  }

  #file() {
    const { field, page } = this;
    const name = typeof this.value === "string" && this.value !== "" ? this.value : null;
    return html`<div class="pair file">
      <vscode-button
        secondary
        aria-label=${`${field.title}: ${name === null ? page.t("Choose a file…") : page.t("Change…")}`}
        aria-description=${this.#spoken() || nothing}
        @click=${() => this.#ask("pickFile")}
        >${icon("folderOpened", "content-before")}${name === null ? page.t("Choose a file…") : page.t("Change…")}</vscode-button
      >
      ${
        name === null
          ? html`<span class="soft small">${(field.accept ?? []).join(", ")}</span>`
          : html`<span class="name" title=${name}>${name}</span>
              <button
                class="quiet"
                aria-label=${page.t("Remove the file")}
                title=${page.t("Remove the file")}
                @click=${() => this.#change(null)}
              >
                ${icon("close")}
              </button>`
      }
    </div>`;
  }

  #load() {
    const { field, page } = this;
    if (field.loadChoices === undefined) return nothing;
    const loading = field.loadChoices === "loading";
    const title =
      field.loadChoices === "loaded" ? page.t("Load the choices again") : page.t("Load the choices");
    return html`<button
      class=${loading ? "quiet load loading" : "quiet load"}
      aria-label=${`${title}: ${field.title}`}
      title=${loading ? page.t("Loading…") : title}
      aria-disabled=${loading ? "true" : "false"}
      @click=${() => (loading ? undefined : this.#ask("loadChoices"))}
    >
      ${icon("refresh")}${field.loadChoices === "offered" ? html`<span class="small">${page.t("Load")}</span>` : nothing}
    </button>`;
  }

  /** The native control inside gets what an attribute of its wrapper does not carry. */
  override updated(): void {
    const control = this.renderRoot.querySelector<Wrapping & LitElement>("vscode-textarea, vscode-textfield");
    if (control === null) return;
    void control.updateComplete.then(() => {
      const inner = control.wrappedElement;
      if (inner === undefined || inner === null) return;
      inner.setAttribute("aria-description", this.#spoken());
      inner.setAttribute("aria-invalid", this.problem === null ? "false" : "true");
      inner.setAttribute("aria-required", this.field.required ? "true" : "false");
      if (this.field.type === "number") inner.inputMode = "decimal";
      if (this.field.type === "integer") inner.inputMode = "numeric";
      if (inner instanceof HTMLTextAreaElement) {
        const json = this.field.type === "json";
        Object.assign(inner.style, {
          fieldSizing: "content",
          minHeight: json ? "72px" : "88px",
          maxHeight: "40vh",
          padding: "5px 7px",
        });
      } else Object.assign(inner.style, { borderRadius: "4px", padding: "3px 7px" });
    });
  }

  /** What is read after the label: the problem first. */
  #spoken(): string {
    return [this.problem, this.field.description]
      .filter((text) => text !== null && text !== undefined)
      .join(" ");
  }

  #text(): string {
    return this.value === undefined || this.value === null ? "" : String(this.value);
  }

  /** A number field posts a number as soon as it reads as one, and until then what was typed. */
  #typed(text: string): FormValue {
    if (this.field.type !== "number" && this.field.type !== "integer") return text;
    if (text.trim() === "") return null;
    const number = Number(text.replace(",", "."));
    return Number.isFinite(number) && !/[.,]$/.test(text.trim()) ? number : text;
  }

  #change(value: FormValue): void {
    this.dispatchEvent(new CustomEvent("change", { detail: value }));
  }

  #ask(what: "pickFile" | "loadChoices"): void {
    this.dispatchEvent(new CustomEvent("ask", { detail: what }));
  }
}
