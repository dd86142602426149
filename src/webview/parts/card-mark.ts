// The sign of a card's state: a shape that says the same as its colour.
import { css, html, type TemplateResult } from "lit";
import type { CardView } from "../../protocol/snapshot.ts";
import { type IconName, icon } from "../base/icons.ts";

/** The styles of the sign. */
export const markStyles = css`
  .mark {
    flex: none;
    height: 16px;
    margin-top: 1px;
    width: 16px;
  }
  .mark.succeeded {
    color: var(--good);
  }
  .mark.failed,
  .mark.lost {
    color: var(--bad);
  }
  .mark.waiting,
  .mark.decide,
  .mark.unknown {
    color: var(--warn);
  }
  .mark.kept,
  .mark.cancelled {
    color: var(--soft);
  }
  .turning {
    color: var(--accent);
    display: block;
    height: 16px;
  }
  @media (prefers-reduced-motion: no-preference) {
    .turning {
      animation: turn 1.5s steps(30) infinite;
    }
  }
  @keyframes turn {
    to {
      rotate: 360deg;
    }
  }
`;

const moving = new Set<CardView["state"]>(["sending", "queued", "running", "fetching"]);

/** The sign; it turns while something is under way. */
export function markOf(state: CardView["state"]): TemplateResult {
  const sign = moving.has(state)
    ? html`<span class="turning">${icon("loading")}</span>`
    : icon(iconOf(state));
  return html`<span class="mark ${state}">${sign}</span>`;
}

function iconOf(state: CardView["state"]): IconName {
  switch (state) {
    case "waiting":
      return "watch";
    case "kept":
      return "pause";
    case "decide":
      return "question";
    case "succeeded":
      return "passFilled";
    case "failed":
      return "error";
    case "cancelled":
      return "circleSlash";
    case "lost":
      return "debugDisconnect";
    default:
      return "question";
  }
}
