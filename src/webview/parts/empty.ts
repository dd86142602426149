// What stands where results will be, before there is one: what happens next, in three short lines.
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";

/** Invites the first send. */
@customElement("hr-empty")
export class Empty extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        border: 1px dashed var(--vscode-contrastBorder, var(--track));
        border-radius: 6px;
        padding: 12px;
      }
      h3 {
        margin-bottom: 6px;
      }
      li {
        align-items: start;
        color: var(--soft);
        display: flex;
        gap: 8px;
        padding: 3px 0;
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor simulated = false;
  /** No limit that binds is known: there is a count, and no bar that falls. */
  @property({ attribute: false }) accessor counts = false;
  /** The word on the send button; empty when there is nothing to send. */
  @property({ attribute: false }) accessor submitTitle = "";

  protected override render() {
    const { t } = this.page;
    const first =
      this.submitTitle === ""
        ? t("Choose an action above.")
        : this.simulated
          ? t("Press {title}. This account is simulated: no key, no network, no cost.", {
              title: this.submitTitle,
            })
          : t("Press {title}. It goes out as soon as the budget allows, never before.", {
              title: this.submitTitle,
            });
    return html`<section aria-label=${t("Nothing sent yet")} data-entry="empty" tabindex="-1">
      <h3>${t("Nothing sent yet")}</h3>
      <ul>
        <li>${icon("send")}<span>${first}</span></li>
        <li>${icon("pulse")}<span>${
          this.counts
            ? t("What was sent is counted above; Headroom learns the limit from the answers.")
            : t("The bars above fall, and say when they come back.")
        }</span></li>
        <li>${icon("unmute")}<span>${t("The result plays here.")}</span></li>
      </ul>
    </section>`;
  }
}
