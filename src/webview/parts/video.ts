// The browser's own video element with its own controls, labelled; the editor plays no AAC sound and the host says so.
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ResultView } from "../../protocol/snapshot.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";

/** Plays `src`. */
@customElement("hr-video")
export class Video extends LitElement {
  static override styles = [
    shared,
    css`
      video {
        background: #000;
        border-radius: 4px;
        display: block;
        max-height: 320px;
        width: 100%;
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor src = "";
  @property({ attribute: false }) accessor result!: ResultView;

  protected override render() {
    return html`<video
      controls
      playsinline
      preload="metadata"
      src=${this.src}
      @play=${() => this.page.post({ type: "playing", resultId: this.result.id })}
      aria-label=${this.page.t("Video: {title}", { title: this.result.title })}
    ></video>`;
  }
}
