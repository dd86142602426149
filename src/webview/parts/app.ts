// The whole panel: lays the parts out, hands each its piece of the snapshot, keeps draft and place. It decides nothing.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { CardView, Snapshot } from "../../protocol/snapshot.ts";
import { entriesOf, type Held, heldIn, keepIn } from "../base/focus-keeper.ts";
import type { Kept } from "../base/host.ts";
import type { Page } from "../base/page.ts";
import { Roving } from "../base/roving.ts";
import { shared } from "../base/styles.ts";
import type { Draft } from "./draft.ts";
import "./card.ts";
import "./chooser.ts";
import type { Take } from "./compare.ts";
import "./compare.ts";
import "./empty.ts";
import "./form.ts";
import "./meters.ts";
import "./notices.ts";
import "./queue.ts";

/** What the entry gives the panel once. */
export interface Panel {
  readonly draft: Draft;
  /** Hears that the page was drawn anew and may have moved. */
  readonly drawn: () => void;
  kept(): Kept;
  keep(part: Kept): void;
}

/** Draws `snapshot`; nothing until there is one. */
@customElement("hr-app")
export class App extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        container: page / inline-size;
        margin: 0 auto;
        max-width: 1200px;
      }
      main {
        display: grid;
        gap: 18px;
        grid-template-columns: minmax(0, 1fr);
        padding: 10px 12px 24px;
      }
      .side {
        display: grid;
        gap: 16px;
        align-content: start;
        min-width: 0;
      }
      .summary {
        margin-top: 6px;
      }
      hr-card:focus {
        outline: none;
      }
      .cards {
        display: grid;
        gap: 8px;
        margin-top: 4px;
      }
      hr-compare {
        margin: 4px 0 8px;
        position: sticky;
        top: 4px;
        z-index: 1;
      }
      @container page (min-width: 400px) {
        main {
          padding: 12px 18px 32px;
        }
      }
      @container page (min-width: 760px) {
        main {
          gap: 28px;
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor page: Page | undefined;
  @property({ attribute: false }) accessor panel: Panel | undefined;
  @property({ attribute: false }) accessor snapshot: Snapshot | undefined;
  readonly #roving = new Roving(() => this.requestUpdate());
  #held: Held | null = null;
  /** The cards that stood there when Send was pressed last: what comes after is what it began. */
  #before: ReadonlySet<string> | null = null;

  protected override willUpdate(): void {
    this.#held = heldIn(this.renderRoot);
  }

  protected override updated(): void {
    void this.#settle(this.#held);
  }

  /** Once all parts are drawn: what the person points at and where the keyboard is stay what they were. */
  async #settle(held: Held | null): Promise<void> {
    const parts = this.renderRoot.querySelectorAll<LitElement>("hr-notices, hr-queue, hr-card");
    await Promise.all([...parts].map((one) => one.updateComplete));
    const reveal = this.snapshot?.reveal ?? null;
    if (reveal !== null && reveal.id !== this.panel?.kept().revealed) {
      this.panel?.keep({ revealed: reveal.id });
      this.#show(reveal.cardId);
    } else if (held !== null) keepIn(this.renderRoot, held);
    this.panel?.drawn();
  }

  protected override render() {
    const { page, panel, snapshot } = this;
    if (page === undefined || panel === undefined || snapshot === undefined) return nothing;
    const kept = panel.kept();
    return html`<main lang=${snapshot.language}>
        <div class="side">
          ${snapshot.notices.length === 0 ? nothing : html`<hr-notices .page=${page} .notices=${snapshot.notices}></hr-notices>`}
          <div>
            <hr-chooser .page=${page} .snapshot=${snapshot}></hr-chooser>
            ${snapshot.form?.summary ? html`<p class="summary small soft">${snapshot.form.summary}</p>` : nothing}
          </div>
          ${
            snapshot.meters.length === 0
              ? nothing
              : html`<hr-meters
                  .page=${page}
                  .meters=${snapshot.meters}
                  .explained=${kept.explained ?? false}
                  @explain=${(event: CustomEvent<boolean>) => this.#keep({ explained: event.detail })}
                ></hr-meters>`
          }
          ${
            snapshot.form === null
              ? nothing
              : html`<hr-form
                  .page=${page}
                  .form=${snapshot.form}
                  .forecast=${snapshot.forecast}
                  .simulated=${snapshot.simulated}
                  .accountId=${snapshot.chosen.accountId}
                  .draft=${panel.draft}
                  .unfolded=${kept.advanced ?? false}
                  .last=${this.#began(snapshot.cards)}
                  @sent=${() => {
                    this.#before = new Set(this.snapshot?.cards.map((one) => one.id));
                  }}
                  @show=${(event: CustomEvent<string>) => this.#show(event.detail)}
                  @fold=${(event: CustomEvent<boolean>) => this.#keep({ advanced: event.detail })}
                ></hr-form>`
          }
        </div>
        <div class="side" @compare=${(event: CustomEvent<string>) => this.#compare(event.detail)}>
          ${this.#work(page, snapshot)}
        </div>
      </main>
      <div class="hidden" role="status" aria-live="polite">${snapshot.said?.sentence ?? ""}</div>`;
  }

  #work(page: Page, snapshot: Snapshot) {
    const { cards, queue } = snapshot;
    // A request that only waits is shown in the queue, with what can be done about it, and not twice.
    const waiting = new Set(queue.map((one) => one.id));
    const kept = cards.filter((card) => card.state === "kept");
    const others = cards.filter(
      (card) => card.state !== "kept" && !(card.state === "waiting" && waiting.has(card.id)),
    );
    const unsent = others.filter((card) => card.endedAt !== null && !card.left);
    const sent = others.filter((card) => !unsent.includes(card));
    // The newest card stands on top; what was sent never moves for that: it may be playing.
    const isNewest = others[0] !== undefined && unsent.includes(others[0]);
    const section = (title: string, held: readonly CardView[]) =>
      held.length === 0
        ? nothing
        : html`<section aria-label=${title}>
            <h2>${title} <span class="figures">${page.words.number(held.length)}</span></h2>
            ${cardsOf(held, page, compared, this.#roving)}
          </section>`;
    const takes = takesOf(cards, this.panel?.kept().compared ?? []);
    const compared = takes.map((one) => one.result.id);
    if (others.length + queue.length + kept.length === 0) {
      return html`<hr-empty
        .page=${page}
        .simulated=${snapshot.simulated}
        .counts=${snapshot.meters.every((one) => !one.binds || one.limit === null)}
        .submitTitle=${snapshot.form?.submitTitle ?? ""}
      ></hr-empty>`;
    }
    return html`${queue.length === 0 ? nothing : html`<hr-queue .page=${page} .queue=${queue} .cards=${cards}></hr-queue>`}
    ${section(page.t("Kept for later"), kept)} ${isNewest ? section(page.t("Not sent"), unsent) : nothing}
    ${
      sent.length === 0
        ? nothing
        : html`<section aria-label=${page.t("Sent")}>
            <h2>${page.t("Sent")}</h2>
            ${takes.length === 0 ? nothing : html`<hr-compare .page=${page} .takes=${takes} .now=${snapshot.at}></hr-compare>`}
            ${cardsOf(sent, page, compared, this.#roving)}
          </section>`
    }
    ${isNewest ? nothing : section(page.t("Not sent"), unsent)}`;
  }

  #began(cards: Snapshot["cards"]): CardView | null {
    return cards.find((one) => this.#before?.has(one.id) === false) ?? null;
  }

  /** Brings a card, or the row where it waits, into view and gives it the keyboard. */
  #show(id: string): void {
    const entry = entriesOf(this.renderRoot).find((one) => one.dataset.entry?.endsWith(` ${id}`));
    if (entry === undefined) return;
    // What compares two takes stays on top of the view and must not cover the head of the card.
    const comparing = this.renderRoot.querySelector("hr-compare");
    const covered = comparing === null ? 0 : comparing.getBoundingClientRect().height + 12;
    entry.style.scrollMarginTop = `${covered}px`;
    entry.scrollIntoView({ block: comparing === null ? "center" : "start" });
    entry.focus({ preventScroll: true });
  }

  /** Puts a take to the compared ones, or away if it is one; a third one takes the second's place. Nothing: all away. */
  #compare(id: string): void {
    const before = takesOf(this.snapshot?.cards ?? [], this.panel?.kept().compared ?? []).map(
      (one) => one.result.id,
    );
    const rest = before.filter((one) => one !== id);
    if (id === "") this.#keep({ compared: [] });
    else this.#keep({ compared: rest.length < before.length ? rest : [...rest.slice(0, 1), id] });
  }

  #keep(part: Kept): void {
    this.panel?.keep(part);
    this.requestUpdate();
  }
}

/** A shadow host with the tabindex -1 keeps Tab from all that is in it. */
function cardsOf(cards: readonly CardView[], page: Page, compared: readonly string[], roving: Roving) {
  const current = roving.among(cards.map((card) => `card ${card.id}`));
  return html`<div class="cards" @keydown=${roving.keys} @focusin=${roving.entered}>
    ${repeat(
      cards,
      (card) => card.id,
      (card) => {
        const isCurrent = current === `card ${card.id}`;
        return html`<hr-card
          tabindex=${isCurrent ? nothing : "-1"}
          .page=${page}
          .card=${card}
          .compared=${compared}
          .current=${isCurrent}
        ></hr-card>`;
      },
    )}
  </div>`;
}

/** The compared results that still have their recording, with their cards. */
function takesOf(cards: Snapshot["cards"], ids: readonly string[]): readonly Take[] {
  return ids.flatMap((id) => {
    for (const card of cards) {
      const result = card.results.find((one) => one.id === id && one.src !== null);
      if (result !== undefined) return [{ card, result }];
    }
    return [];
  });
}
