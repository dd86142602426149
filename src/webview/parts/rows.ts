// What the person may edit between two steps, row by row: speaker and time to be read, the words before beside the words to be
// edited. It fires `text` and `done`, and keeps no value.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import type { AskView } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";

type RowView = NonNullable<AskView["rows"]>[number];

/** What `text` says: which row, and its text by now. */
export interface RowChange {
  readonly at: number;
  readonly text: string;
}

/** Fires `text` with a RowChange at each key, and `done` where the person has looked it all over. */
@customElement("hr-rows")
export class Rows extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        container: rows / inline-size;
      }
      ol {
        display: grid;
        gap: 8px;
        list-style: none;
        margin: 8px 0 0;
        padding: 0;
      }
      li {
        border-inline-start: 2px solid var(--track);
        contain-intrinsic-block-size: auto 72px;
        content-visibility: auto;
        padding-inline-start: 8px;
      }
      li:focus-within {
        border-color: var(--vscode-focusBorder);
      }
      li.wrong {
        border-color: var(--bad);
      }
      .head {
        color: var(--soft);
        display: flex;
        flex-wrap: wrap;
        gap: 0 10px;
        margin-bottom: 3px;
      }
      .head b {
        color: var(--vscode-foreground);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .length {
        margin-inline-start: auto;
        white-space: nowrap;
      }
      .over {
        color: var(--bad-text);
        font-weight: 600;
      }
      .pair {
        display: grid;
        gap: 4px 10px;
      }
      .source {
        color: var(--soft);
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      textarea {
        background: var(--vscode-settings-textInputBackground, var(--vscode-input-background));
        border: 1px solid
          var(--vscode-settings-textInputBorder, var(--vscode-input-border, var(--vscode-contrastBorder, transparent)));
        border-radius: 4px;
        color: var(--vscode-settings-textInputForeground, var(--vscode-input-foreground));
        display: block;
        field-sizing: content;
        font: inherit;
        line-height: 1.4;
        max-height: 40vh;
        min-height: 30px;
        padding: 4px 7px;
        resize: none;
        width: 100%;
      }
      textarea:focus {
        border-color: var(--vscode-focusBorder);
        outline: none;
      }
      textarea[aria-invalid="true"] {
        border-color: var(--vscode-inputValidation-errorBorder);
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
      @container rows (min-width: 420px) {
        .pair.two {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
        .pair.two .source {
          padding-top: 5px;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor rows: readonly RowView[] = [];
  /** The texts as they stand, by position. */
  @property({ attribute: false }) accessor texts: readonly string[] = [];
  @property({ attribute: false }) accessor label = "";
  /** The most characters of a row; null where there is no bound. */
  @property({ attribute: false }) accessor maxLength: number | null = null;
  /** What is wrong with them, by position. */
  @property({ attribute: false }) accessor problems: readonly (string | null)[] = [];

  protected override render() {
    const { t } = this.page;
    return html`<p class="small soft" id="keys">
        ${t("Enter goes to the next row, Shift+Enter makes a new line, Ctrl+Enter confirms.")}
      </p>
      <ol aria-label=${this.label} @keydown=${this.#keys}>
        ${this.rows.map((row, at) => this.#row(row, at))}
      </ol>`;
  }

  #row(row: RowView, at: number) {
    const { t, words } = this.page;
    const text = this.texts[at] ?? row.text;
    const problem = this.problems[at] ?? null;
    const length = [...text].length;
    const isOver = this.maxLength !== null && length > this.maxLength;
    const time = timeOf(row, this.page);
    const said = [t("Row {row}", { row: words.number(at + 1) }), row.speaker, time]
      .filter(Boolean)
      .join(", ");
    return html`<li class=${problem === null ? "" : "wrong"}>
      <div class="head small figures">
        ${row.speaker === null ? nothing : html`<b>${row.speaker}</b>`}
        ${time === "" ? nothing : html`<span>${time}</span>`}
        <span class=${isOver ? "length over" : "length"}>${this.#length(length, row, isOver)}</span>
      </div>
      <div class=${row.source === null ? "pair" : "pair two"}>
        ${row.source === null ? nothing : html`<p class="source" id=${`source${at}`}>${row.source}</p>`}
        <textarea
          rows="1"
          data-at=${at}
          spellcheck="true"
          aria-label=${said}
          aria-describedby=${`${row.source === null ? "" : `source${at}`}${problem === null ? "" : ` problem${at}`}`.trim() || nothing}
          aria-invalid=${problem === null ? "false" : "true"}
          .value=${live(text)}
          @input=${(event: Event) => this.#change(at, (event.target as HTMLTextAreaElement).value)}
        ></textarea>
      </div>
      ${problem === null ? nothing : html`<p class="problem small" id=${`problem${at}`}>${icon("error")}<span>${problem}</span></p>`}
    </li>`;
  }

  #length(length: number, { source }: RowView, isOver: boolean): string {
    const { t, words } = this.page;
    if (isOver && this.maxLength !== null)
      return t("{length} of {most} characters", {
        length: words.number(length),
        most: words.number(this.maxLength),
      });
    if (source === null) return t("{length} characters", { length: words.number(length) });
    return t("{length} characters, before {before}", {
      length: words.number(length),
      before: words.number([...source].length),
    });
  }

  #change(at: number, text: string): void {
    this.dispatchEvent(new CustomEvent<RowChange>("text", { detail: { at, text } }));
  }

  #keys(event: KeyboardEvent): void {
    const at = Number((event.target as HTMLElement).dataset.at);
    if (event.isComposing || !Number.isInteger(at)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!event.repeat) this.dispatchEvent(new CustomEvent("done"));
      return;
    }
    const isMove = event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp");
    if (!isMove && (event.key !== "Enter" || event.shiftKey)) return;
    event.preventDefault();
    this.focusRow(event.key === "ArrowUp" ? at - 1 : at + 1);
  }

  /** Puts the keyboard into a row, its whole text ready to be read; nothing where there is none. */
  focusRow(at: number): void {
    this.renderRoot.querySelector<HTMLTextAreaElement>(`textarea[data-at="${at}"]`)?.focus();
  }
}

/** From when until when, as far as the data say it. */
function timeOf({ startMs, endMs }: RowView, { words }: Page): string {
  return [startMs, endMs]
    .filter((ms) => ms !== null)
    .map((ms) => words.moment(ms))
    .join(" – ");
}
