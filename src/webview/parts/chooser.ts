// The row that says which API, whose account and which action: three selects, a fourth when an account has several keys.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Snapshot } from "../../protocol/snapshot.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import "./select.ts";

/** No account can have this id: ids of accounts are not empty and hold no space. */
const addAccount = " add";

/** Shows `snapshot.chosen`; a choice is only asked for, and shown when the next snapshot says so. */
@customElement("hr-chooser")
export class Chooser extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 6px;
        grid-template-columns: minmax(0, 0.9fr) minmax(0, 1fr);
      }
      .wide {
        grid-column: 1 / -1;
      }
      /* A name that is cut off says little. */
      @container page (max-width: 250px) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      @container page (min-width: 400px) {
        :host {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1.3fr) minmax(0, 1.6fr);
        }
        :host(.keys) {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
        .wide {
          grid-column: auto;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor snapshot!: Snapshot;

  protected override render() {
    const { post, t } = this.page;
    const { providers, accounts, keys, actions, chosen } = this.snapshot;
    const several = keys.length > 1;
    this.classList.toggle("keys", several);
    const withAdd = [...accounts, { value: addAccount, title: t("Add account…") }];
    return html`
      <hr-select
        .label=${t("API")}
        .entries=${providers.map(({ value, title }) => ({ value, title }))}
        .value=${chosen.providerId}
        @choose=${(e: CustomEvent<string>) => post({ type: "chooseProvider", providerId: e.detail })}
      ></hr-select>
      <hr-select
        .label=${t("Account")}
        .entries=${accounts.length === 0 ? [{ value: "", title: t("No account") }, ...withAdd] : withAdd}
        .value=${chosen.accountId ?? ""}
        @choose=${(e: CustomEvent<string>) =>
          e.detail === addAccount
            ? post({ type: "addAccount" })
            : post({ type: "chooseAccount", accountId: e.detail })}
      ></hr-select>
      ${
        several
          ? html`<hr-select
              class="wide"
              .label=${t("Key")}
              .entries=${keys}
              .value=${chosen.keyId ?? ""}
              @choose=${(e: CustomEvent<string>) => post({ type: "chooseKey", keyId: e.detail })}
            ></hr-select>`
          : nothing
      }
      <hr-select
        class="wide"
        .label=${t("Action")}
        .entries=${actions}
        .value=${chosen.actionId ?? ""}
        @choose=${(e: CustomEvent<string>) => post({ type: "chooseAction", actionId: e.detail })}
      ></hr-select>
    `;
  }
}
