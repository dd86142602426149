// One exchange from the click to the result: how it stands, how far it is, what it asks, what came of it.
import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { CardView } from "../../protocol/snapshot.ts";
import { icon } from "../base/icons.ts";
import type { Page } from "../base/page.ts";
import { shared } from "../base/styles.ts";
import { Countdown } from "../base/ticker.ts";
import { actsOf, linksFor } from "./card-actions.ts";
import { markOf, markStyles } from "./card-mark.ts";
import { cardStyles } from "./card-styles.ts";
import "./ask.ts";
import "./result.ts";
import "./wait.ts";

/** The acts that the questions of a card show as buttons. */
const asked = ["confirm", "check", "resend", "giveUp"] as const;

/** Draws itself from its view; everything it can do is an intent. */
@customElement("hr-card")
export class Card extends LitElement {
  static override styles = [shared, markStyles, cardStyles];

  @property({ attribute: false }) accessor page!: Page;
  @property({ attribute: false }) accessor card!: CardView;
  /** Results that are compared. */
  @property({ attribute: false }) accessor compared: readonly string[] = [];

  /** Whether Tab goes to it; the arrows go to the others of its list. */
  @property({ attribute: false }) accessor current = false;

  readonly #countdown = new Countdown(this, () => this.page?.ticker);

  protected override render() {
    const { card, page } = this;
    const shown = card.ask === null ? (["dismiss"] as const) : ([...asked, "dismiss"] as const);
    const acts = actsOf(card, shown);
    return html`<article class=${card.ask === null ? card.state : `${card.state} asks`} aria-label=${`${card.title}, ${card.stateTitle}`} data-entry=${`card ${card.id}`} tabindex=${this.current ? "0" : "-1"} aria-keyshortcuts="ArrowDown ArrowUp">
      <header>
        ${markOf(card.state)}
        <div class="names">
          <h3>${card.title}</h3>
          <p class="small soft">${[card.providerName, card.accountName].filter(Boolean).join(" · ")}</p>
        </div>
        ${card.can.includes("dismiss") ? this.#dismiss() : nothing}
      </header>
      ${card.detail === "" ? nothing : html`<p class="detail small">${card.detail}</p>`}
      <p class="state small figures"><b>${card.stateTitle}</b>${this.#standing()}</p>
      ${this.#progress()} ${this.#wait()} ${this.#problem()}
      ${card.ask === null ? nothing : html`<hr-ask .page=${page} .card=${card}></hr-ask>`}
      ${repeat(
        card.results,
        (result) => result.id,
        (result) =>
          html`<hr-result
            .page=${page}
            .result=${result}
            .compared=${this.compared.includes(result.id)}
            .folded=${result.kind === "json" && (card.results.length > 1 || card.ask !== null)}
            .when=${page.words.at(card.createdAt, this.#countdown.now)}
          ></hr-result>`,
      )}
      ${acts.length === 0 ? nothing : html`<footer class="small">${linksFor(acts, card, page)}</footer>`}
    </article>`;
  }

  #dismiss() {
    const { card, page } = this;
    const title = page.t("Dismiss");
    return html`<button
      class="quiet small"
      title=${title}
      aria-label=${`${title}: ${card.title}`}
      @click=${() => page.post({ type: "dismiss", cardId: card.id })}
    >
      ${icon("close")}
    </button>`;
  }

  /** Step, polls, next poll and age, behind the state's own word. */
  #standing(): string {
    const { card, page } = this;
    const { t, words } = page;
    const parts: string[] = [];
    if (card.step !== null) {
      const { index, name, of } = card.step;
      parts.push(
        of > 1
          ? t("step {index} of {of}, {name}", { index: words.number(index), of: words.number(of), name })
          : name,
      );
    }
    if (card.state === "kept") {
      parts.push(t("asked for at {time}", { time: words.at(card.createdAt, this.#countdown.now) }));
      if (card.problem === null) parts.push(t("nothing was sent; it goes when you say so"));
    } else if (card.ask !== null) {
      // What is asked of the person now is no poll, and their time is not the provider's.
    } else if (card.endedAt === null) {
      const next = card.nextPollAt === null ? 0 : this.#countdown.left(card.nextPollAt);
      if (next > 0) parts.push(t("asks again in {left}", { left: words.countdown(next) }));
      if (card.polls > 0)
        parts.push(
          card.polls === 1 ? t("asked once") : t("asked {count} times", { count: words.number(card.polls) }),
        );
      const age = this.#countdown.age(card.createdAt + card.thoughtMs);
      if (age >= 5000) parts.push(words.age(age));
    } else {
      const from = card.sentAt ?? card.endedAt;
      parts.push(words.at(card.endedAt, this.#countdown.now));
      // What it waited here is not what the provider took.
      if (from - card.createdAt >= 1000)
        parts.push(t("waited {time}", { time: words.duration(from - card.createdAt) }));
      if (!card.left) parts.push(t("nothing was sent"));
      if (card.sentAt !== null)
        parts.push(
          t("took {time}", { time: words.duration(Math.max(0, card.endedAt - from - card.thoughtMs)) }),
        );
      if (card.thoughtMs >= 1000)
        parts.push(t("waited {time} for you", { time: words.duration(card.thoughtMs) }));
    }
    return parts.map((part) => ` · ${part}`).join("");
  }

  #progress() {
    const { progress, step, endedAt, title } = this.card;
    if (endedAt !== null || (progress === null && (step === null || step.of < 2))) return nothing;
    const { t, words } = this.page;
    const share = progress === null ? null : Math.max(0, Math.min(1, progress));
    if (step !== null && step.of > 1 && step.of <= 8) {
      return html`<div class="steps" aria-hidden="true">
        ${Array.from({ length: step.of }, (_, at) => {
          const done = at + 1 < step.index ? 1 : at + 1 === step.index ? (share ?? 0.5) : 0;
          return html`<span class=${at + 1 === step.index ? "now" : ""}><i .style=${`width:${done * 100}%`}></i></span>`;
        })}
      </div>`;
    }
    return html`<div
      class="steps"
      role="progressbar"
      aria-label=${t("Progress of {title}", { title })}
      aria-valuenow=${Math.round((share ?? 0) * 100)}
      aria-valuetext=${`${words.number(Math.round((share ?? 0) * 100))} %`}
    >
      <span class="now"><i .style=${`width:${(share ?? 0) * 100}%`}></i></span>
    </div>`;
  }

  #wait() {
    const { wait, endedAt } = this.card;
    if (endedAt !== null || wait === null) return nothing;
    return html`<hr-wait .page=${this.page} .wait=${wait} .counts=${true}></hr-wait>`;
  }

  #problem() {
    const { problem } = this.card;
    if (problem === null) return nothing;
    return html`<div class="problem">
      <p>${problem.sentence}</p>
      ${problem.remedy === null ? nothing : html`<p class="remedy small">${icon("lightbulb")}<span>${problem.remedy}</span></p>`}
    </div>`;
  }
}
