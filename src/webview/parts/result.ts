// One result: the player or preview that fits its kind, what is known of it, and what can be done with it.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ResultView } from "../../protocol/snapshot.ts";
import { type IconName, icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import "./audio.ts";
import "./preview.ts";
import "./video.ts";

type Act = "saveResult" | "revealResult" | "openResult" | "useAsInput" | "fetchResult";

/** Draws itself from its view; what it can do with the file is asked of the host. */
@customElement("hr-result")
export class Result extends LitElement {
  static override styles = [
    shared,
    css`
      .name {
        align-items: baseline;
        display: flex;
        gap: 8px;
        justify-content: space-between;
        margin-bottom: 4px;
      }
      .name .title {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .name span:last-child {
        color: var(--soft);
        flex: none;
      }
      .notice,
      .problem {
        display: flex;
        gap: 5px;
        margin-top: 6px;
      }
      .notice {
        color: var(--soft);
      }
      .problem .icon {
        color: var(--bad);
      }
      .bar {
        background: var(--track);
        border: 1px solid var(--vscode-contrastBorder, transparent);
        border-radius: 2px;
        height: 4px;
        overflow: hidden;
      }
      .bar i {
        background: var(--accent);
        display: block;
        height: 100%;
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 2px;
        margin: 6px 0 0 -4px;
      }
      .acts [aria-pressed="true"] {
        background: var(--track);
      }
      summary {
        border-radius: 4px;
        cursor: pointer;
        list-style: none;
        margin-inline-start: -4px;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      summary .name {
        align-items: center;
        gap: 4px;
        justify-content: start;
        margin: 0;
      }
      summary .name span:last-child {
        margin-inline-start: auto;
      }
      details[open] summary .icon {
        rotate: 90deg;
      }
      details > :nth-child(2) {
        margin-top: 4px;
      }
      /* Where there is little room the words stay and the signs go. */
      @container page (max-width: 330px) {
        .acts .icon {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor result!: ResultView;
  /** Whether it is one of the takes that are compared. */
  @property({ attribute: false }) accessor compared = false;
  /** It stands beside the result that was asked for: closed until the person wants it. */
  @property({ attribute: false }) accessor folded = false;
  /** When its card was made, to tell it from others of its name. */
  @property({ attribute: false }) accessor when = "";

  protected override render() {
    const { result } = this;
    if (this.folded)
      return html`<details>
        <summary>${this.#name(true)}</summary>
        <div>${this.#whole()}</div>
      </details>`;
    return html`<section aria-label=${result.title}>${this.#name()} ${this.#whole()}</section>`;
  }

  #whole() {
    const { result } = this;
    return html`${this.#body()}
      ${result.notice === null ? nothing : html`<p class="notice small">${icon("info")}<span>${result.notice}</span></p>`}
      ${result.problem === null ? nothing : html`<p class="problem small">${icon("error")}<span>${result.problem}</span></p>`}
      ${this.#acts()}`;
  }

  #name(folds = false) {
    const { result } = this;
    if (result.kind === "audio" && result.src !== null) return nothing;
    const size = result.bytes === null ? "" : this.page.words.bytes(result.bytes);
    const type = folds ? "" : (result.mediaType ?? "");
    return html`<p class="name small figures">
      ${folds ? icon("chevronRight") : nothing}<span class="title" title=${result.title}>${result.title}</span><span>${[type, size].filter(Boolean).join(" · ")}</span>
    </p>`;
  }

  #body() {
    const { page, result } = this;
    if (result.fetched !== null && result.src === null && result.problem === null) return this.#fetching();
    if (result.text !== undefined && (result.kind === "json" || result.kind === "text")) {
      return html`<hr-preview .page=${page} .text=${result.text} .json=${result.kind === "json"}></hr-preview>`;
    }
    if (result.src === null) return nothing;
    if (result.kind === "audio")
      return html`<hr-audio .page=${page} .result=${result} .src=${result.src}></hr-audio>`;
    if (result.kind === "video")
      return html`<hr-video .page=${page} .src=${result.src} .result=${result}></hr-video>`;
    return nothing;
  }

  #fetching() {
    const { bytes, fetched } = this.result;
    const { t, words } = this.page;
    const share = bytes === null || bytes === 0 ? null : (fetched ?? 0) / bytes;
    const text =
      bytes === null
        ? t("{done} fetched", { done: words.bytes(fetched ?? 0) })
        : t("{done} of {all} fetched", { done: words.bytes(fetched ?? 0), all: words.bytes(bytes) });
    return html`${share === null ? nothing : html`<div class="bar"><i .style=${`width:${share * 100}%`}></i></div>`}
      <p class="small soft figures">${text}</p>`;
  }

  #acts() {
    const { result } = this;
    const { t } = this.page;
    if (result.src === null || result.fetched !== null) return this.#again();
    return html`<div class="acts small">
      ${this.#act("saveResult", "save", t("Save"))} ${this.#act("revealResult", "folderOpened", t("Reveal"))}
      ${this.#act("openResult", "goToFile", t("Open"))} ${this.#act("useAsInput", "reply", t("Use as input"))}
      ${result.kind === "audio" ? this.#compare() : nothing}
      ${result.problem !== null && result.refetch ? this.#act("fetchResult", "download", t("Fetch again")) : nothing}
    </div>`;
  }

  /** What is not there can be fetched where its link or its call is known. */
  #again() {
    const { fetched, notice, problem, refetch } = this.result;
    if ((problem === null && notice === null) || fetched !== null || !refetch) return nothing;
    return html`<div class="acts small">${this.#act("fetchResult", "download", this.page.t("Fetch again"))}</div>`;
  }

  #compare() {
    const { compared, page, result } = this;
    const title = page.t("Compare");
    const tell = () =>
      this.dispatchEvent(new CustomEvent("compare", { detail: result.id, bubbles: true, composed: true }));
    return html`<button
      class="quiet"
      title=${page.t("Compare with another take (A/B)")}
      aria-label=${[`${title}: ${result.title}`, this.when].filter(Boolean).join(", ")}
      aria-pressed=${compared ? "true" : "false"}
      @click=${tell}
    >
      ${icon("compare")}<span>${title}</span>
    </button>`;
  }

  #act(type: Act, sign: IconName, title: string) {
    return html`<button
      class="quiet"
      title=${title}
      aria-label=${`${title}: ${this.result.title}`}
      @click=${() => this.page.post({ type, resultId: this.result.id })}
    >
      ${icon(sign)}<span>${title}</span>
    </button>`;
  }
}
