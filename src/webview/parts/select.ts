// A drop-down in the editor's look round the browser's own list: that list may leave a narrow view, knows type-ahead
// and groups, and speaks to screen readers. It must not know what is chosen.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { icon } from "../base/icons.ts";
import { shared } from "../base/styles.ts";

/** One entry; `group` puts it under a heading. */
export interface Entry {
  readonly value: string;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly group?: string | undefined;
}

/** Fires `choose` with the value as detail; keeps showing the old one until its `value` is set anew. */
@customElement("hr-select")
export class Select extends LitElement {
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    shared,
    css`
      .box {
        position: relative;
      }
      select {
        appearance: none;
        background: var(--vscode-settings-dropdownBackground, var(--vscode-dropdown-background));
        border: 1px solid var(--vscode-settings-dropdownBorder, var(--vscode-dropdown-border, transparent));
        border-radius: 4px;
        color: transparent;
        cursor: pointer;
        display: block;
        font: inherit;
        height: 26px;
        padding: 0 24px 0 7px;
        width: 100%;
      }
      .face {
        color: var(--vscode-settings-dropdownForeground, var(--vscode-dropdown-foreground));
        inset: 0 21px 0 8px;
        line-height: 26px;
        overflow: hidden;
        pointer-events: none;
        position: absolute;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .face span {
        color: var(--soft);
        margin-inline-start: 6px;
      }
      select:focus-visible {
        border-color: var(--vscode-focusBorder);
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
      :host([invalid]) select {
        border-color: var(--vscode-inputValidation-errorBorder);
      }
      option,
      optgroup {
        background: var(--vscode-dropdown-listBackground, var(--vscode-dropdown-background));
        color: var(--vscode-dropdown-foreground);
      }
      .icon {
        color: var(--vscode-settings-dropdownForeground, var(--vscode-dropdown-foreground));
        pointer-events: none;
        position: absolute;
        right: 4px;
        top: 5px;
      }
    `,
  ];

  @property({ attribute: false }) accessor entries: readonly Entry[] = [];
  @property({ attribute: false }) accessor value = "";
  @property({ attribute: false }) accessor label = "";
  @property({ attribute: false }) accessor description = "";
  @property({ type: Boolean, reflect: true }) accessor invalid = false;

  protected override render() {
    const groups = new Map<string, Entry[]>();
    for (const entry of this.entries) {
      const group = groups.get(entry.group ?? "");
      if (group === undefined) groups.set(entry.group ?? "", [entry]);
      else group.push(entry);
    }
    const chosen = this.entries.find((entry) => entry.value === this.value);
    return html`<div class="box">
      <select
        aria-label=${this.label}
        aria-description=${this.description || nothing}
        aria-invalid=${this.invalid ? "true" : nothing}
        title=${chosen === undefined ? this.label : `${this.label}: ${chosen.title}`}
        .value=${live(this.value)}
        @change=${this.#choose}
      >
        ${[...groups].map(([group, entries]) =>
          group === ""
            ? entries.map((entry) => this.#option(entry))
            : html`<optgroup label=${group}>${entries.map((entry) => this.#option(entry))}</optgroup>`,
        )}
      </select>
      <span class="face" aria-hidden="true"
        >${chosen?.title ?? ""}${chosen?.detail ? html`<span class="small">${chosen.detail}</span>` : nothing}</span
      >
      ${icon("chevronDown")}
    </div>`;
  }

  #option(entry: Entry) {
    const text = entry.detail ? `${entry.title} · ${entry.detail}` : entry.title;
    return html`<option value=${entry.value} ?selected=${entry.value === this.value}>${text}</option>`;
  }

  override updated(): void {
    const select = this.renderRoot.querySelector("select");
    if (select !== null && select.value !== this.value) select.value = this.value;
  }

  #choose(event: Event): void {
    const select = event.target as HTMLSelectElement;
    const value = select.value;
    select.value = this.value;
    if (value !== this.value) this.dispatchEvent(new CustomEvent("choose", { detail: value }));
  }
}
