// Things said once in the view, each with a way out and a way to put it aside.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Snapshot } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";

/** The notices of a snapshot, worst colour by level, never by colour alone. */
@customElement("hr-notices")
export class Notices extends LitElement {
  static override styles = [
    shared,
    css`
      li {
        align-items: start;
        background: var(--faint);
        border: 1px solid var(--line);
        border-inline-start: 3px solid var(--vscode-editorInfo-foreground, var(--accent));
        border-radius: 4px;
        display: flex;
        gap: 8px;
        padding: 6px 4px 6px 8px;
      }
      li + li {
        margin-top: 6px;
      }
      .icon {
        color: var(--vscode-editorInfo-foreground, var(--accent));
        margin-top: 1px;
      }
      .warning {
        border-inline-start-color: var(--warn);
      }
      .warning > .icon {
        color: var(--warn);
      }
      .error {
        border-inline-start-color: var(--bad);
      }
      .error > .icon {
        color: var(--bad);
      }
      p {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      button .icon {
        color: inherit;
        margin: 0;
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor notices: Snapshot["notices"] = [];

  protected override render() {
    const { post, t } = this.page;
    return html`<ul aria-label=${t("Notices")}>
      ${repeat(
        this.notices,
        (notice) => notice.id,
        (notice) => html`<li class=${notice.level} data-entry=${`notice ${notice.id}`} tabindex="-1">
          ${icon(notice.level)}
          <p>
            <span class="hidden">${levelWord(notice.level, this.page)}</span>
            ${notice.sentence}
            ${
              notice.action === null
                ? nothing
                : html`<button class="link" @click=${() => post({ type: "runNotice", id: notice.id })}>
                    ${notice.action.title}
                  </button>`
            }
          </p>
          <button
            class="quiet small"
            title=${t("Dismiss")}
            aria-label=${t("Dismiss")}
            @click=${() => post({ type: "dismissNotice", id: notice.id })}
          >
            ${icon("close")}
          </button>
        </li>`,
      )}
    </ul>`;
  }
}

function levelWord(level: "info" | "warning" | "error", { t }: Page): string {
  if (level === "error") return t("Error:");
  return level === "warning" ? t("Warning:") : t("Note:");
}
